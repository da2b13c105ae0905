"""The states: the truth table by an independent reading, and random lives of real messages."""

import asyncio
import shutil
import tempfile
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from storage import outbox
from storage.engine import Store
from storage.ids import Prefix, new_id
from storage.schema import changes, messages, parts
from storage.states import (
    ON_AIR,
    PART_TRANSITIONS,
    PartState,
    derive_message_state,
)

NOW = 1_800_000_000_000
P = PartState


def as_design_says(states: list[PartState]) -> str:
    count = Counter(states)
    total = len(states)
    if count[P.UNKNOWN]:
        return "unknown"
    if count[P.FAILED]:
        return "failed"
    if count[P.UNDELIVERED]:
        return "undelivered"
    if count[P.DELIVERED] == total:
        return "delivered"
    if count[P.ACCEPTED] + count[P.DELIVERED] == total:
        return "sent"
    if count[P.CANCELED]:
        return "canceled"
    if count[P.EXPIRED]:
        return "expired"
    return "queued" if count[P.QUEUED] == total else "sending"


@given(st.lists(st.sampled_from(PartState), min_size=1, max_size=10))
def test_a_messages_state_is_what_its_parts_add_up_to(states: list[PartState]) -> None:
    assert derive_message_state(states) == as_design_says(states)
    assert derive_message_state(states) == derive_message_state(states[::-1])


@dataclass
class Life:
    """One store's messages under random operations."""

    store: Store
    message_ids: list[str] = field(default_factory=list)
    at: int = NOW
    seen: dict[str, PartState] = field(default_factory=dict)

    async def enqueue(self, number: int) -> None:
        message_id = new_id(Prefix.MESSAGE, now_ms=self.at)
        message = outbox.NewMessage(
            id=message_id,
            to="+15145550123",
            text="x",
            encoding="gsm7",
            inbox="main",
            priority=number % 3,
            send_at_ms=None,
            expires_at_ms=self.at + 3000 if number % 2 else None,
            delivery_report=True,
            on_unknown="resend" if number % 5 == 0 else "hold",
            client_reference=None,
            author_type="token",
            author_id="t",
            author_name="t",
            parts=[outbox.NewPart(number=n + 1, tpdu=b"") for n in range(1 + number % 3)],
        )
        async with self.store.write() as tx:
            await outbox.enqueue(tx, message, now_ms=self.at)
        self.message_ids.append(message_id)

    async def act(self, name: str, number: int) -> None:
        self.at += 500
        if name == "enqueue" or not self.message_ids:
            await self.enqueue(number)
            return
        message_id = self.message_ids[number % len(self.message_ids)]
        async with self.store.write() as tx:
            rows = (await tx.execute(select(parts.c.id).order_by(parts.c.id))).scalars().all()
            action = ACTIONS[name]
            await action(tx, rows[number % len(rows)], message_id, self.at, number)

    async def check(self) -> None:
        async with self.store.read() as tx:
            rows = (await tx.execute(select(parts))).all()
            states = dict((await tx.execute(select(messages.c.id, messages.c.state))).all())
            told = (
                await tx.execute(select(changes.c.subject, changes.c.data).order_by(changes.c.seq))
            ).all()
        for row in rows:
            before, now = self.seen.get(row.id, P.QUEUED), P(row.state)
            assert now is before or now in reachable(before), (row.id, before, now)
            self.seen[row.id] = now
            if now in ON_AIR and row.total > 1 and row.iccid:
                siblings = [one for one in rows if one.message_id == row.message_id]
                carriers = {one.iccid for one in siblings if P(one.state) in ON_AIR}
                assert len(carriers) == 1  # parts from two numbers never join
        for message_id, state in states.items():
            own = [P(row.state) for row in rows if row.message_id == message_id]
            assert state == derive_message_state(own)
            assert [data["state"] for subject, data in told if subject == message_id][-1] == state


def reachable(state: PartState) -> set[PartState]:
    found: set[PartState] = set()
    frontier = {state}
    while frontier:
        frontier = {after for one in frontier for after in PART_TRANSITIONS[one]} - found
        found |= frontier
    return found


Action = Callable[[AsyncConnection, str, str, int, int], Awaitable[object]]


async def claim_and_submit(tx: AsyncConnection, _: str, __: str, at: int, number: int) -> object:
    iccid = f"sim{number % 2}"
    part = await outbox.claim(tx, modem="m", iccid=iccid, inboxes=["main"], now_ms=at)
    if part is None or number % 4 == 0:
        return part
    return await outbox.mark_submitting(
        tx, part_id=part.part_id, modem="m", iccid=iccid, imei=None, now_ms=at, deadline_ms=at
    )


ACTIONS: dict[str, Action] = {
    "claim": claim_and_submit,
    "accept": lambda tx, part, _, at, n: outbox.accept(
        tx, part_id=part, reference=n % 256, now_ms=at
    ),
    "unknown": lambda tx, part, _, at, __: outbox.mark_unknown(
        tx, part_id=part, code="x", detail=None, now_ms=at
    ),
    "refuse": lambda tx, part, _, at, __: outbox.refuse(
        tx, part_id=part, code="x", detail="d", now_ms=at
    ),
    "requeue": lambda tx, part, _, at, n: outbox.requeue(
        tx, part_id=part, now_ms=at, due_at_ms=at, code="x", detail=None, counts=n % 2 == 0
    ),
    "report": lambda tx, part, _, at, n: outbox.report_part(
        tx,
        part_id=part,
        delivery="delivered" if n % 3 else "undelivered",
        status=0,
        detail=None,
        now_ms=at,
    ),
    "cancel": lambda tx, _, message, at, __: outbox.cancel(tx, message_id=message, now_ms=at),
    "resolve": lambda tx, _, message, at, n: outbox.resolve(
        tx,
        message_id=message,
        as_="sent" if n % 3 == 0 else "failed" if n % 3 == 1 else "resend",
        now_ms=at,
        by="usr_1",
    ),
    "expire": lambda tx, _, __, at, ___: outbox.expire(tx, now_ms=at),
    "recover": lambda tx, _, __, at, ___: outbox.recover(tx, now_ms=at),
    "resend": lambda tx, _, __, at, ___: outbox.resend_unknown(tx, now_ms=at, resend_after_ms=1000),
}


# Weighted: most of a life is claiming and accepting, else few messages get far.
STEPS = ["enqueue", *["claim"] * 4, *["accept"] * 3, *["report"] * 2, *ACTIONS]


@settings(max_examples=20, deadline=None)
@given(
    st.lists(
        st.tuples(st.sampled_from(STEPS), st.integers(min_value=0, max_value=59)),
        min_size=5,
        max_size=40,
    )
)
def test_no_order_of_operations_breaks_a_rule(migrated: Path, steps: list[tuple[str, int]]) -> None:
    async def live(folder: Path) -> None:
        store = await Store.open(data_dir=folder)
        try:
            life = Life(store)
            for name, number in steps:
                await life.act(name, number)
                await life.check()
        finally:
            await store.close()

    with tempfile.TemporaryDirectory() as name:
        shutil.copy(migrated, name)
        asyncio.run(live(Path(name)))

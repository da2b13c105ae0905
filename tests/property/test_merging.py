"""Any history, merged and split: nothing of it is lost, doubled, or in another order."""

import asyncio
import shutil
import tempfile
from collections import Counter
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from storage import consents, inbound, merging, outbox
from storage.consents import ConsentKind, NewConsent
from storage.conversations import acts, filing
from storage.conversations.acts import Doing
from storage.conversations.states import Act
from storage.conversations.timeline import Author
from storage.engine import FILE_NAME, Store
from storage.ids import Prefix, new_id
from storage.merging import MergeOutcome
from storage.schema import (
    WAIT_IS_OPEN,
    contact_numbers,
    contacts,
    conversation_tags,
    conversations,
    messages,
    opt_outs,
    timeline,
    waits,
)
from storage.schema import (
    consents as ledger,
)

NOW = 1_800_000_000_000
NUMBERS = ("+15145550101", "+15145550102", "+15145550103")
INBOXES = ("main", "garage")
US = Author(type="token", id="tok_1", name="page")
STEPS = ("text", "call", "answer", "note", "close", "snooze", "tag", "stop", "merge", "split")
happenings = st.lists(
    st.tuples(st.sampled_from(STEPS), st.integers(0, 2), st.integers(0, 1), st.integers(0, 2)),
    max_size=14,
)


class Shop:
    """A store, and what must still be there at the end."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.at = NOW
        self.messages: Counter[tuple[str, str]] = Counter()
        self.other_rows: Counter[str] = Counter()
        self.stops: set[tuple[str, str]] = set()

    async def step(self, name: str, who: int, where: int, with_: int) -> None:
        self.at += 60_000
        number, inbox = NUMBERS[who], INBOXES[where]
        async with self.store.write() as tx:
            if name in {"text", "answer"}:
                await self._message(tx, name, number, inbox)
            elif name == "call":
                call = {"number": number, "inbox": inbox, "modem": "counter"}
                await filing.add_missed_call(tx, **call, now_ms=self.at)
                self.other_rows["missed_call"] += 1
            elif name == "merge":
                await self._merge(tx, number, NUMBERS[with_])
            elif name == "split":
                await self._split(tx, number)
            else:
                await self._act(tx, name, number, inbox)

    async def _message(self, tx: AsyncConnection, name: str, number: str, inbox: str) -> None:
        message_id = new_id(Prefix.MESSAGE, now_ms=self.at)
        if name == "text":
            await inbound.insert_incoming(tx, _text(message_id, number, inbox), now_ms=self.at)
        else:
            await outbox.enqueue(tx, _answer(message_id, number, inbox), now_ms=self.at)
        self.messages[message_id, number] += 1

    async def _act(self, tx: AsyncConnection, name: str, number: str, inbox: str) -> None:
        contact_id = await _contact(tx, number)
        if contact_id is None:
            return
        if name == "stop":
            stop = NewConsent(
                contact_id=contact_id,
                number=number,
                inbox=inbox,
                business_number=None,
                what=ConsentKind.OPTED_OUT,
                source="STOP",
                author=US,
            )
            await consents.record(tx, stop, now_ms=self.at)
            self.stops.add((number, inbox))
        query = select(conversations.c.id).where(
            conversations.c.contact_id == contact_id, conversations.c.inbox == inbox
        )
        conversation_id = (await tx.execute(query)).scalar_one_or_none()
        if conversation_id is None:
            return
        doing = Doing(author=US, now_ms=self.at)
        if name == "note":
            await acts.add_note(tx, conversation_id, "a note", doing)
            self.other_rows["note"] += 1
        elif name == "tag":
            await acts.mark(
                tx, conversation_id, tags=[number], priority="high", hold=False, doing=doing
            )
        elif name in {"close", "snooze"}:
            until_ms = self.at + 86_400_000 if name == "snooze" else None
            await acts.act(tx, conversation_id, Act(name), doing, until_ms=until_ms)

    async def _merge(self, tx: AsyncConnection, number: str, other: str) -> None:
        into, from_ = await _contact(tx, number), await _contact(tx, other)
        if into is None or from_ is None:
            return
        outcome = await merging.merge(tx, into, from_, by=US, now_ms=self.at)
        assert outcome is (MergeOutcome.SAME if into == from_ else MergeOutcome.DONE)
        assert await _contact(tx, other) == into

    async def _split(self, tx: AsyncConnection, number: str) -> None:
        contact_id = await _contact(tx, number)
        if contact_id is None:
            return
        made = await merging.split(tx, contact_id, [number], by=US, now_ms=self.at)
        if isinstance(made, str) and made.startswith("con_"):
            assert await _contact(tx, number) == made != contact_id

    async def check(self) -> None:
        async with self.store.read() as tx:
            await self._check_history(tx)
            await self._check_conversations(tx)
            for number, inbox in self.stops:
                contact_id = await _contact(tx, number)
                assert contact_id is not None
                assert await consents.is_opted_out(tx, contact_id, inbox=inbox, business_numbers=())

    async def _check_history(self, tx: AsyncConnection) -> None:
        """Each message once, in a conversation of the contact that has its number."""
        place = (
            select(messages.c.id, messages.c.contact)
            .join(timeline, timeline.c.message_id == messages.c.id)
            .join(conversations, conversations.c.id == timeline.c.conversation_id)
            .join(contact_numbers, contact_numbers.c.contact_id == conversations.c.contact_id)
            .where(
                contact_numbers.c.number == messages.c.contact,
                conversations.c.inbox == messages.c.inbox,
                messages.c.conversation_id == conversations.c.id,
            )
        )
        assert Counter(tuple(row) for row in await tx.execute(place)) == self.messages
        kinds = select(timeline.c.kind, func.count()).group_by(timeline.c.kind)
        found = dict((await tx.execute(kinds)).all())
        assert {kind: found.get(kind, 0) for kind in self.other_rows} == dict(self.other_rows)

    async def _check_conversations(self, tx: AsyncConnection) -> None:
        for row in (await tx.execute(select(conversations))).mappings():
            last = select(func.max(timeline.c.seq)).where(timeline.c.conversation_id == row["id"])
            assert row["last_seq"] == (await tx.execute(last)).scalar_one()
            of_it = select(waits.c.since_ms).where(
                waits.c.conversation_id == row["id"], WAIT_IS_OPEN
            )
            assert (await tx.execute(of_it)).scalar_one_or_none() == row["unanswered_since_ms"]
            if row["unanswered_since_ms"] is not None:
                assert row["state"] in {"open", "snoozed"}
        for table, key in (
            (contact_numbers, contact_numbers.c.contact_id),
            (opt_outs, opt_outs.c.contact_id),
            (ledger, ledger.c.contact_id),
            (conversations, conversations.c.contact_id),
        ):
            lost = select(func.count()).select_from(table).where(key.not_in(select(contacts.c.id)))
            assert (await tx.execute(lost)).scalar_one() == 0
        lost = select(func.count()).where(
            conversation_tags.c.conversation_id.not_in(select(conversations.c.id))
        )
        assert (await tx.execute(lost)).scalar_one() == 0


async def _contact(tx: AsyncConnection, number: str) -> str | None:
    query = select(contact_numbers.c.contact_id).where(contact_numbers.c.number == number)
    found: str | None = (await tx.execute(query)).scalar_one_or_none()
    return found


def _text(message_id: str, number: str, inbox: str) -> inbound.NewIncoming:
    return inbound.NewIncoming(
        id=message_id,
        from_=number,
        to_number=None,
        text="x",
        encoding="gsm7",
        inbox=inbox,
        modem="counter",
        iccid=None,
        kind="text",
        sc_time_ms=None,
        parts_total=1,
        parts_present=1,
        complete=True,
    )


def _answer(message_id: str, number: str, inbox: str) -> outbox.NewMessage:
    return outbox.NewMessage(
        id=message_id,
        to=number,
        text="x",
        encoding="gsm7",
        inbox=inbox,
        priority=1,
        send_at_ms=None,
        expires_at_ms=None,
        delivery_report=True,
        on_unknown="hold",
        client_reference=None,
        author_type="token",
        author_id="t",
        author_name="t",
        parts=[outbox.NewPart(number=1, tpdu=b"")],
        answers=True,
    )


@settings(max_examples=30, deadline=None)
@given(happenings)
def test_no_history_is_lost_by_merging_and_splitting(
    migrated: Path, steps: list[tuple[str, int, int, int]]
) -> None:
    async def live() -> None:
        with tempfile.TemporaryDirectory() as folder:
            shutil.copy(migrated, Path(folder) / FILE_NAME)
            store = await Store.open(data_dir=Path(folder))
            try:
                shop = Shop(store)
                for step in steps:
                    await shop.step(*step)
                await shop.check()
            finally:
                await store.close()

    asyncio.run(live())

"""What is done day by day: the audit's head is logged, and what is old enough is forgotten."""

import asyncio
import sqlite3
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select
from structlog.testing import capture_logs

from config.schema import GatewaySettings, HttpSettings, RetentionSettings, Settings
from gatewayd.bus import Bus
from gatewayd.custody import Custody
from storage import audit, changes, inboxes, meta, outbox, retention
from storage.conversations import acts
from storage.conversations.acts import Doing
from storage.conversations.timeline import Author
from storage.engine import FILE_NAME, Store
from storage.ids import Prefix, new_id
from storage.inbound import NewIncoming, insert_incoming
from storage.schema import messages, timeline

DAY_MS = 86_400_000
US = Author(type="token", id="tok_1", name="page")


@dataclass
class SetClock:
    ms: int = 1_800_000_000_000

    def now_ms(self) -> int:
        return self.ms


@pytest.fixture
def clock() -> SetClock:
    return SetClock()


@pytest.fixture
def kept(tmp_path: Any) -> Settings:
    """A shop that keeps words for ten days."""
    return Settings(
        gateway=GatewaySettings(country="CA-QC", data_dir=tmp_path),
        http=HttpSettings(socket=tmp_path / "api.sock"),
        retention=RetentionSettings(messages=timedelta(days=10)),
    )


@pytest.fixture
async def shop(store: Store, clock: SetClock) -> Store:
    async with store.write() as tx:
        await inboxes.seed(tx, ["main"], now_ms=clock.ms)
    return store


def custody(settings: Settings, store: Store, clock: SetClock) -> Custody:
    return Custody(settings=settings, store=store, bus=Bus(), clock=clock)


def incoming(clock: SetClock, text: str, sender: str) -> NewIncoming:
    return NewIncoming(
        id=new_id(Prefix.MESSAGE, now_ms=clock.ms),
        from_=sender,
        to_number=None,
        text=text,
        encoding="gsm7",
        inbox="main",
        modem="counter",
        iccid=None,
        kind="text",
        sc_time_ms=None,
        parts_total=1,
        parts_present=1,
        complete=True,
    )


async def receive(
    store: Store, clock: SetClock, text: str, *, close: bool, sender: str = "+15145550123"
) -> str:
    async with store.write() as tx:
        place = await insert_incoming(tx, incoming(clock, text, sender), now_ms=clock.ms)
        assert place is not None
        doing = Doing(author=US, now_ms=clock.ms)
        await acts.add_note(tx, place.conversation_id, f"note on {text}", doing)
        if close:
            await acts.act(tx, place.conversation_id, acts.Act.CLOSE, doing)
    return place.conversation_id


async def enqueue(store: Store, clock: SetClock, text: str) -> None:
    message = outbox.NewMessage(
        id=new_id(Prefix.MESSAGE, now_ms=clock.ms),
        to="+15145550123",
        text=text,
        encoding="gsm7",
        inbox="main",
        priority=1,
        send_at_ms=None,
        expires_at_ms=None,
        delivery_report=True,
        on_unknown="hold",
        client_reference=None,
        author_type="token",
        author_id="t",
        author_name="t",
        parts=[outbox.NewPart(number=1, tpdu=b"tpdu")],
    )
    async with store.write() as tx:
        await outbox.enqueue(tx, message, now_ms=clock.ms)


async def texts(store: Store) -> tuple[set[str], set[str]]:
    """The words of messages and of notes that are there."""
    async with store.read() as tx:
        said = select(messages.c.text).where(messages.c.text.is_not(None))
        noted = select(timeline.c.text).where(timeline.c.text.is_not(None))
        return set((await tx.execute(said)).scalars()), set((await tx.execute(noted)).scalars())


async def test_the_head_is_logged_with_each_day(
    shop: Store, kept: Settings, clock: SetClock
) -> None:
    daily = custody(kept, shop, clock)
    with capture_logs() as logs:
        await daily.round()
        async with shop.write() as tx:
            await audit.record(tx, actor="a", action="b", subject="c", now_ms=clock.ms)
            head = await audit.head(tx)
        await daily.round()
        clock.ms += DAY_MS
        await daily.round()
    told = [(row["rows"], row["head"]) for row in logs if row["event"] == "audit_head"]
    assert told == [(0, "00" * 32), (1, head.hash.hex())]


async def test_what_is_old_loses_its_words_and_stays_counted(
    shop: Store, kept: Settings, clock: SetClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("storage.retention.BATCH", 2)
    monkeypatch.setattr("gatewayd.forgetting.BATCH", 2)
    for number in range(5):
        await receive(shop, clock, f"old {number}", close=True)
    clock.ms += 9 * DAY_MS
    await receive(shop, clock, "new", close=True)
    clock.ms += 2 * DAY_MS
    daily = custody(kept, shop, clock)
    await daily.round()
    assert await texts(shop) == ({"new"}, {"note on new"})
    async with shop.read() as tx:
        assert (await tx.execute(select(func.count()).select_from(messages))).scalar_one() == 6
        told = await changes.after(tx, None, 200, ["inbox.forgotten"])
    assert [dict(each.data) for each in told] == [{"name": "main", "messages": 5, "notes": 5}]
    clock.ms += DAY_MS
    await daily.round()
    async with shop.read() as tx:
        assert len(await changes.after(tx, None, 200, ["inbox.forgotten"])) == 1


async def test_nobody_s_answer_waits_while_it_is_taken_away(
    shop: Store, kept: Settings, clock: SetClock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    await receive(shop, clock, "old", close=True)
    clock.ms += 11 * DAY_MS
    due_messages, forget_messages = retention.due_messages, retention.forget_messages
    writing: list[asyncio.Task[None]] = []
    durable = []

    async def write() -> None:
        async with shop.write() as tx:
            await meta.overrule(tx, 1)

    async def due(*args: Any, **named: Any) -> list[str]:
        writing.append(asyncio.create_task(write()))
        await asyncio.sleep(0)  # it has its place before what follows
        return await due_messages(*args, **named)

    async def forget(*args: Any, **named: Any) -> None:
        with closing(sqlite3.connect(tmp_path / FILE_NAME)) as file:
            found = file.execute("SELECT value FROM meta WHERE key = 'clock_overruled'")
            durable.append(found.fetchone())
        await forget_messages(*args, **named)

    monkeypatch.setattr(retention, "due_messages", due)
    monkeypatch.setattr(retention, "forget_messages", forget)
    await custody(kept, shop, clock).round()
    await asyncio.wait(writing)
    assert durable == [(b"1",)]


async def test_what_is_unanswered_or_unsent_stays(
    shop: Store, kept: Settings, clock: SetClock
) -> None:
    await receive(shop, clock, "answered", close=True)
    clock.ms += 1
    await receive(shop, clock, "still waits", close=False)
    await enqueue(shop, clock, "still queued")
    clock.ms += 20 * DAY_MS
    await custody(kept, shop, clock).round()
    assert (await texts(shop))[0] == {"still waits", "still queued"}


@pytest.mark.parametrize(("days", "left"), [(0, {"old"}), (None, set()), (30, {"old"}), (1, set())])
async def test_an_inbox_s_own_time_goes_before_the_configuration_s(
    shop: Store, kept: Settings, clock: SetClock, days: int | None, left: set[str]
) -> None:
    await receive(shop, clock, "old", close=True)
    async with shop.write() as tx:
        await retention.set_keep_days(tx, "main", days, by="usr_A", now_ms=clock.ms)
    clock.ms += 20 * DAY_MS
    await custody(kept, shop, clock).round()
    assert (await texts(shop))[0] == left


async def test_nothing_is_forgotten_unless_somebody_wants_it(
    shop: Store, kept: Settings, clock: SetClock
) -> None:
    await receive(shop, clock, "old", close=True)
    clock.ms += 3650 * DAY_MS
    unset = replace(kept, retention=RetentionSettings())
    await custody(unset, shop, clock).round()
    assert (await texts(shop))[0] == {"old"}


async def test_a_clock_that_was_never_set_forgets_nothing(
    shop: Store, kept: Settings, clock: SetClock
) -> None:
    await receive(shop, clock, "old", close=True)
    before = SetClock(ms=0)
    await custody(kept, shop, before).round()
    assert (await texts(shop))[0] == {"old"}

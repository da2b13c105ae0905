"""Addresses that clients gave for reports: one that keeps failing is told, once for each host."""

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text as sql

from gatewayd.bus import Bus, Topic
from gatewayd.compat.reports import ReportCalls
from gatewayd.webhooks.schedule import REPORTED_AFTER, RETRY_SECONDS, Attempt
from storage import callbacks, outbox
from storage.callbacks import Callback
from storage.engine import Store
from storage.ids import Prefix, new_id
from storage.outbox import NewMessage, NewPart

NOON_MS = 1_796_126_400_000  # 2026-12-01T12:00:00Z
DELIVERED = 1


class StoppedClock:
    def __init__(self) -> None:
        self.ms = NOON_MS

    def now_ms(self) -> int:
        return self.ms


@dataclass(kw_only=True)
class Line:
    """Answers each call as told, and remembers whom it called."""

    answer: Attempt = field(default_factory=lambda: Attempt(duration_ms=1, status=503))
    called: list[str] = field(default_factory=list)

    async def get(self, url: str) -> Attempt:
        self.called.append(url)
        return self.answer


@dataclass(kw_only=True)
class Office:
    """The task's work by hand: what is new is noted, then one host is called."""

    store: Store
    clock: StoppedClock
    line: Line
    bus: Bus
    task: ReportCalls

    async def send(self, url: str = "http://10.0.0.9/dlr?id=%F&code=%d") -> str:
        """A client's message is delivered."""
        message = NewMessage(
            id=new_id(Prefix.MESSAGE, now_ms=self.clock.ms),
            to="+15145550123",
            text="hello",
            encoding="gsm7",
            inbox="main",
            priority=1,
            send_at_ms=None,
            expires_at_ms=None,
            delivery_report=True,
            on_unknown="hold",
            client_reference=None,
            author_type="token",
            author_id="tok_1",
            author_name="till",
            parts=[NewPart(number=1, tpdu=b"\x01")],
            callback=Callback(url=url, mask=DELIVERED),
        )
        async with self.store.write() as tx:
            await outbox.enqueue(tx, message, now_ms=self.clock.ms)
            await tx.execute(
                sql("UPDATE messages SET state = 'delivered' WHERE id = :i"), {"i": message.id}
            )
        return message.id

    async def round(self, *, later_seconds: float = 0) -> None:
        """Call all that is due, as the task does, and wait until that is written down."""
        self.clock.ms += round(later_seconds * 1000)
        async with asyncio.TaskGroup() as tasks:
            await self.task.round(tasks, lambda: None)

    async def figures(self) -> callbacks.CallFigures:
        async with self.store.read() as tx:
            return await callbacks.figures(tx)

    async def told(self) -> list[dict[str, Any]]:
        async with self.store.read() as tx:
            rows = await tx.execute(
                sql("SELECT data FROM changes WHERE type = 'callback.state' ORDER BY seq")
            )
            return [json.loads(row.data) for row in rows]


@pytest.fixture
async def office(prepared: Path) -> AsyncIterator[Office]:
    store = await Store.open(data_dir=prepared)
    clock, line, bus = StoppedClock(), Line(), Bus()
    task = ReportCalls(
        store=store,
        bus=bus,
        clock=clock,
        poster=line,  # type: ignore[arg-type]  # all that it asks of one
    )
    yield Office(store=store, clock=clock, line=line, bus=bus, task=task)
    await store.close()


FAILING = {"host": "10.0.0.9", "state": "failing", "reason": "it answers with status 503"}


async def test_a_host_that_keeps_failing_is_told_once_and_when_it_is_well_again(
    office: Office,
) -> None:
    message_id = await office.send()
    await office.send()
    for tries in range(1, REPORTED_AFTER + 2):
        assert await office.told() == ([FAILING] if tries > REPORTED_AFTER else [])
        await office.round(later_seconds=RETRY_SECONDS[tries - 1] * 2)
    assert await office.told() == [FAILING]
    assert (await office.figures()).pending == 2
    office.line.answer = Attempt(duration_ms=1, status=200)
    await office.round(later_seconds=RETRY_SECONDS[REPORTED_AFTER] * 2)
    assert await office.told() == [FAILING, {"host": "10.0.0.9", "state": "active", "reason": None}]
    assert await office.figures() == callbacks.CallFigures(pending=0, oldest_ms=None, failed=0)
    assert f"http://10.0.0.9/dlr?id={message_id}&code={DELIVERED}" in office.line.called


async def test_one_that_fails_a_few_times_is_told_to_nobody(office: Office) -> None:
    await office.send()
    await office.round()
    office.line.answer = Attempt(duration_ms=1, status=204)
    await office.round(later_seconds=RETRY_SECONDS[0] * 2)
    assert await office.told() == []


async def test_a_report_that_nobody_will_be_told_names_its_message_and_no_password(
    office: Office,
) -> None:
    message_id = await office.send("http://till:hunter2@10.0.0.9/dlr")
    office.line.answer = Attempt(duration_ms=1, status=410)
    await office.round()
    (told,) = await office.told()
    assert told == {
        "host": "10.0.0.9",
        "state": "failed",
        "reason": "it answers with status 410",
        "id": message_id,
    }
    assert (await office.figures()).failed == 1


async def test_a_hint_wakes_who_is_told(office: Office) -> None:
    office.line.answer = Attempt(duration_ms=1, error="no connection")
    await office.send()
    for tries in range(REPORTED_AFTER - 1):
        await office.round(later_seconds=RETRY_SECONDS[tries] * 2)
    with office.bus.subscribe(Topic.JOURNAL) as hints:
        await office.round(later_seconds=RETRY_SECONDS[REPORTED_AFTER - 1] * 2)
        async with asyncio.timeout(60):
            await hints.wait(timeout_seconds=60)
    assert [each["reason"] for each in await office.told()] == ["no connection"]

"""Calls that nobody could take: filed and journalled, also what rang while the store was away."""

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from gatewayd import calls as module
from gatewayd.bus import Topic
from gatewayd.fleet import Fleet
from modem.state import State

if TYPE_CHECKING:
    from conftest import Outage, Shop


@pytest.mark.parametrize("caller", ["+15145550123", None])
async def test_a_missed_call_is_journaled_without_its_number(
    shop: "Shop", caller: str | None
) -> None:
    await shop.counter.handler.missed_call(caller)
    ((data,),) = await shop.rows("SELECT data FROM changes WHERE type = 'call.missed'")
    assert '"modem": "counter"' in data
    assert f'"caller_known": {str(caller is not None).lower()}' in data
    assert "5550123" not in data
    assert ("conversation_id" in data) == (caller is not None)


@pytest.mark.parametrize("caller", ["+15145550123", "5145550123", "15145550123"])
async def test_a_missed_call_is_in_the_conversation_of_its_caller(
    shop: "Shop", caller: str
) -> None:
    await shop.counter.hears(shop.pdu("May I call you?"))
    await shop.counter.handler.missed_call(caller)
    rows = await shop.rows(
        "SELECT t.kind, t.modem, c.number, c.state FROM timeline t"
        " JOIN conversations c ON c.id = t.conversation_id ORDER BY t.seq"
    )
    assert [tuple(row) for row in rows] == [
        ("message", None, "+15145550123", "open"),
        ("missed_call", "counter", "+15145550123", "open"),
    ]


async def callers(shop: "Shop") -> list[tuple[str, int]]:
    rows = await shop.rows(
        "SELECT number, at_ms FROM timeline WHERE kind = 'missed_call' ORDER BY seq"
    )
    return [tuple(row) for row in rows]


async def test_an_outage_neither_stops_the_modem_nor_loses_a_call(
    shop: "Shop", outage: "Outage"
) -> None:
    calls = shop.counter.handler
    rang_ms = shop.clock.ms
    outage.begin()
    await calls.missed_call("+15145550123")
    shop.clock.advance(60)
    await calls.missed_call("+15145550124")
    assert await shop.events("call.missed") == []
    outage.over()
    shop.clock.advance(60)
    await calls.missed_call(None)
    assert len(await shop.events("call.missed")) == 3
    assert await callers(shop) == [
        ("+15145550123", rang_ms),
        ("+15145550124", rang_ms + 60_000),
    ]


async def test_it_is_tried_again_until_the_store_answers(
    shop: "Shop", outage: "Outage", monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "STORE_RETRY_SECONDS", 0.0)
    fleet = Fleet(settings=shop.settings, store=shop.store, bus=shop.bus, clock=shop.clock)
    keeping = asyncio.create_task(fleet.keep_calls())
    outage.begin(times=3)
    with shop.bus.subscribe(Topic.JOURNAL) as told:
        await fleet._members["counter"].handler.missed_call("+15145550123")
        await told.wait()
    assert [number for number, _ in await callers(shop)] == ["+15145550123"]
    keeping.cancel()
    with pytest.raises(asyncio.CancelledError):
        await keeping


async def test_the_last_moment_is_when_the_modem_ends(shop: "Shop", outage: "Outage") -> None:
    outage.begin()
    await shop.counter.handler.missed_call("+15145550123")
    outage.over()
    await shop.counter.handler.status_changed(
        replace(shop.counter.status, state=State.STOPPED, reason=None)
    )
    assert [number for number, _ in await callers(shop)] == ["+15145550123"]


async def test_a_call_that_runs_into_an_error_of_ours_holds_up_no_other(
    shop: "Shop", monkeypatch: pytest.MonkeyPatch
) -> None:
    calls = shop.counter.handler
    monkeypatch.setattr(calls.calls, "_replies", None)
    await calls.missed_call("+15145550123")
    monkeypatch.undo()
    await calls.missed_call("+15145550124")
    assert [number for number, _ in await callers(shop)] == ["+15145550124"]

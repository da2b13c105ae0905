"""Each morning once, over restarts and absences; never to who does not want it."""

import asyncio
from contextlib import suppress
from dataclasses import replace
from typing import Any

import pytest

from config.schema import SmtpSettings
from gatewayd.daily.digests import LONGEST_WAIT_SECONDS
from storage import daily, people
from storage.errors import StoreUnavailable
from storage.people import AbsenceKind, NewAbsence, PersonState

MONDAY, TUESDAY = "2026-11-30/2026-11-30", "2026-12-01/2026-12-01"


async def test_the_first_one_comes_the_next_morning(mornings: Any) -> None:
    assert await mornings.at("2026-11-30T12:00") == LONGEST_WAIT_SECONDS
    await mornings.at("2026-12-01T06:59")
    assert await mornings.queued() == []
    await mornings.at("2026-12-01T07:00")
    assert await mornings.queued() == [("marie", MONDAY)]


async def test_each_day_is_told_once_also_over_restarts(mornings: Any) -> None:
    await mornings.at("2026-11-30T12:00")
    for when in ("2026-12-01T07:00", "2026-12-01T07:01", "2026-12-01T19:00"):
        mornings.restart()
        await mornings.at(when)
    assert await mornings.queued() == [("marie", MONDAY)]
    await mornings.at("2026-12-02T07:00")
    assert await mornings.queued() == [("marie", MONDAY), ("marie", TUESDAY)]


async def test_what_was_missed_while_the_gateway_was_off_is_told_together(mornings: Any) -> None:
    await mornings.at("2026-11-30T12:00")
    mornings.restart()
    await mornings.at("2026-12-03T15:20")
    assert await mornings.queued() == [("marie", "2026-11-30/2026-12-02")]


async def test_a_weekend_is_told_on_monday_unless_every_day_is_wished(mornings: Any) -> None:
    await mornings.person("zoe")
    await mornings.wishes("zoe", "every_day")
    await mornings.at("2026-12-03T12:00")
    for day in ("04", "05", "06", "07"):
        await mornings.at(f"2026-12-{day}T07:00")
    queued = await mornings.queued()
    assert [rule for who, rule in queued if who == "marie"] == [
        "2026-12-03/2026-12-03",
        "2026-12-04/2026-12-06",
    ]
    assert len([rule for who, rule in queued if who == "zoe"]) == 4


async def test_who_wishes_none_gets_none_and_later_no_old_ones(mornings: Any) -> None:
    await mornings.at("2026-11-30T12:00")
    await mornings.wishes("marie", "never")
    await mornings.at("2026-12-02T07:00")
    assert await mornings.queued() == []
    await mornings.wishes("marie", "every_day")
    await mornings.at("2026-12-03T07:00")
    assert await mornings.queued() == [("marie", "2026-12-02/2026-12-02")]


async def test_who_is_away_is_told_when_they_are_back(mornings: Any) -> None:
    await mornings.at("2026-11-30T12:00")
    absence = NewAbsence(kind=AbsenceKind.SICK, from_ms=mornings.clock.ms, until_ms=None)
    async with mornings.store.write() as tx:
        added = await people.add_absence(
            tx, mornings.ids["marie"], absence, by="tok", now_ms=mornings.clock.ms
        )
    await mornings.at("2026-12-01T07:00")
    await mornings.at("2026-12-02T07:00")
    assert await mornings.queued() == []
    async with mornings.store.write() as tx:
        await people.end_absence(
            tx, mornings.ids["marie"], added.id, by="tok", now_ms=mornings.clock.ms
        )
    await mornings.at("2026-12-03T07:00")
    assert await mornings.queued() == [("marie", "2026-11-30/2026-12-02")]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ({"role": "agent"}, {"role": "manager"}),
        ({"email": None}, {"email": "marie@shop.example"}),
        ({"state": "suspended"}, {"state": "active"}),
    ],
)
async def test_who_was_told_no_more_for_a_time_begins_anew(
    mornings: Any, before: dict[str, Any], after: dict[str, Any]
) -> None:
    """What was done while they did not supervise is not theirs to be told in the morning."""

    async def change(values: dict[str, Any]) -> None:
        async with mornings.store.write() as tx:
            await people.change(
                tx,
                mornings.ids["marie"],
                values,
                version=None,
                by="tok",
                now_ms=mornings.clock.ms,
            )

    await mornings.at("2026-08-03T12:00")
    await change(before)
    await mornings.at("2026-08-04T07:00")
    await change(after)
    await mornings.at("2026-12-01T12:00")
    assert await mornings.queued() == []
    await mornings.at("2026-12-02T07:00")
    assert await mornings.queued() == [("marie", TUESDAY)]


async def test_agents_people_without_an_address_and_leavers_get_none(mornings: Any) -> None:
    await mornings.person("luc", role="agent")
    await mornings.person("ada", email=None)
    await mornings.person("old")
    await mornings.at("2026-11-30T12:00")
    async with mornings.store.write() as tx:
        left = {"state": PersonState.SUSPENDED.value}
        await people.change(
            tx, mornings.ids["old"], left, version=None, by="tok", now_ms=mornings.clock.ms
        )
    await mornings.at("2026-12-01T07:00")
    assert await mornings.queued() == [("marie", MONDAY)]


async def test_where_nobody_manages_an_inbox_its_administrators_are_told(mornings: Any) -> None:
    async with mornings.store.write() as tx:
        await people.change(
            tx,
            mornings.ids["marie"],
            {"inboxes": ["main"]},
            version=None,
            by="tok",
            now_ms=mornings.clock.ms,
        )
    await mornings.person("root", role="admin")
    await mornings.at("2026-11-30T12:00")
    await mornings.at("2026-12-01T07:00")
    assert await mornings.queued() == [("marie", MONDAY), ("root", MONDAY)]


async def test_switched_off_it_is_not_sent_and_nothing_is_made_up_later(mornings: Any) -> None:
    await mornings.at("2026-11-30T12:00")
    await mornings.goes_at(None)
    assert await mornings.at("2026-12-01T07:00") == LONGEST_WAIT_SECONDS
    await mornings.goes_at("07:00")
    await mornings.at("2026-12-02T09:00")
    assert await mornings.queued() == []
    await mornings.at("2026-12-03T07:00")
    assert await mornings.queued() == [("marie", "2026-12-02/2026-12-02")]


async def test_a_clock_that_is_not_set_tells_nothing(mornings: Any) -> None:
    await mornings.at("2026-11-30T12:00")
    await mornings.at("2020-01-01T07:00")
    assert await mornings.queued() == []


async def test_whoever_was_quicker_queues_it_alone(
    mornings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    await mornings.at("2026-11-30T12:00")

    async def lost(*_args: object, **_more: object) -> bool:
        return False

    monkeypatch.setattr(daily, "advance", lost)
    await mornings.at("2026-12-01T07:00")
    assert await mornings.queued() == []


async def test_the_task_goes_on_after_a_store_that_was_away(
    mornings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = asyncio.Event()

    async def away() -> float:
        asked.set()
        raise StoreUnavailable(reason="disk full")

    monkeypatch.setattr(mornings.task, "round", away)
    task = asyncio.create_task(mornings.task.run())
    async with asyncio.timeout(60):
        await asked.wait()
    assert not task.done()
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task


async def test_without_a_mail_server_the_task_has_nothing_to_do(mornings: Any) -> None:
    mornings.settings = replace(mornings.settings, smtp=SmtpSettings())
    mornings.restart()
    async with asyncio.timeout(60):
        await mornings.task.run()

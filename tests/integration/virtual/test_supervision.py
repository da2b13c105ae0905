# ruff: noqa: ANN001, ANN201 - fixtures have their types in conftest.py
"""Sick modems: found out, treated from the mildest step on, told, and well again."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from modem.at.command import Deadline
from modem.events import Accepted
from modem.ladder import Cause, Step
from modem.state import State
from modem.supervisor import Timing
from modem.virtual.faults import Fault, FaultKind
from modem.virtual.personality import personality

TIMING = Timing(
    device_poll_seconds=0.02,
    health_poll_seconds=0.05,
    registration_poll_seconds=0.02,
    sweep_seconds=0.05,
    submit_seconds=0.2,
    backoff_seconds=(0.02,),
    search_seconds=0.1,
    remedy_seconds=0.2,
    boot_seconds=0.02,
    hurried_seconds=0.02,
    pause_seconds=(0.05,),
)


@pytest.fixture
async def shop(make_shop):
    return make_shop(personality("generic"))


async def sick(shop, cause: Cause) -> None:
    await shop.keeper.until(lambda: cause in shop.keeper.incidents, f"the incident {cause}")


async def cured(shop) -> None:
    await shop.keeper.until(lambda: shop.keeper.cures, "a cure")


async def serves(shop, worker) -> None:
    """Sends and receives as before."""
    await shop.ready(worker)
    (outcome,) = await shop.send(worker, "after")
    assert isinstance(outcome, Accepted)
    shop.text_in("still there?")
    await shop.keeper.until(lambda: "still there?" in shop.keeper.texts, "what came in")


async def test_a_hang_is_over_as_soon_as_the_modem_answers(shop) -> None:
    async with shop.open(TIMING) as worker:
        shop.modem.hang(None)
        await sick(shop, Cause.SILENT)
        assert worker.status.state is State.DEGRADED
        await shop.keeper.until(lambda: len(shop.keeper.steps) >= 2, "two steps in vain")
        shop.modem.wake()
        await cured(shop)
        await serves(shop, worker)
    assert [taken.step for taken in shop.keeper.steps][:2] == [Step.REOPEN, Step.BACK_OFF]
    assert shop.keeper.incidents == [Cause.SILENT]


async def test_the_others_serve_while_one_hangs(shop, make_shop) -> None:
    other = make_shop(personality("generic"), imei="490154203237526")
    async with shop.open(TIMING), other.open(TIMING) as worker:
        shop.modem.hang(None)
        await sick(shop, Cause.SILENT)
        await serves(other, worker)
        assert shop.keeper.cures == other.keeper.incidents == []
        shop.modem.wake()
        await cured(shop)


async def test_announcements_that_are_off_are_turned_on(shop) -> None:
    async with shop.open(TIMING) as worker:
        shop.modem.settings.announcements = (2, 0, 0, 0, 0)
        await cured(shop)
        await serves(shop, worker)
    assert shop.keeper.incidents == [Cause.DEAF]
    assert shop.keeper.cures == [Step.REARM]


async def test_a_modem_that_lost_its_settings_is_set_up_again(shop) -> None:
    async with shop.open(TIMING) as worker:
        shop.modem.settings.announcements = (0, 0, 0, 0, 0)
        await cured(shop)
        await serves(shop, worker)
    assert shop.keeper.incidents == [Cause.RESTARTED]
    assert shop.keeper.cures == [Step.SET_UP]


async def test_messages_that_nobody_announced_are_noticed(shop) -> None:
    timing = replace(TIMING, sweep_seconds=0.1)
    async with shop.open(timing) as worker:
        shop.text_in("heard")
        await shop.keeper.until(lambda: shop.keeper.texts, "the first")
        shop.modem.faults.add(Fault(kind=FaultKind.LOSE_ANNOUNCEMENT, count=None))
        for number in range(3):  # the first may be found by the look for the one before
            shop.text_in(f"unheard {number}")
            await shop.keeper.until(
                lambda number=number: len(shop.keeper.texts) == 2 + number, "found by the timer"
            )
        await sick(shop, Cause.DEAF)
        await cured(shop)
        shop.modem.faults.clear()
        await serves(shop, worker)
    assert shop.keeper.cures == [Step.REARM]


async def test_a_lost_network_is_looked_for(shop) -> None:
    async with shop.open(TIMING) as worker:
        shop.modem.in_service = False
        await sick(shop, Cause.NO_NETWORK)
        await cured(shop)
        await serves(shop, worker)
    assert shop.keeper.cures == [Step.SEARCH]


async def test_a_network_that_only_the_radio_finds(shop) -> None:
    async with shop.open(TIMING) as worker:
        shop.modem.faults.add(Fault(kind=FaultKind.ERROR, match="+COPS", count=None, code="ERROR"))
        shop.modem.in_service = False
        await cured(shop)
        shop.modem.faults.clear()
        await serves(shop, worker)
    assert [taken.step for taken in shop.keeper.steps] == [Step.SEARCH, Step.RADIO]
    assert all(taken.seconds >= 0 for taken in shop.keeper.steps)


async def test_a_modem_that_refuses_everything_climbs_the_ladder(shop) -> None:
    async with shop.open(TIMING) as worker:
        shop.modem.faults.add(Fault(kind=FaultKind.ERROR, count=None, code="ERROR"))
        await sick(shop, Cause.REFUSING)
        assert worker.status.state is State.DEGRADED
        await shop.keeper.until(lambda: len(shop.keeper.steps) >= 3, "three steps in vain")
        shop.modem.faults.clear()
        await cured(shop)
        await serves(shop, worker)
    assert [taken.step for taken in shop.keeper.steps][:3] == [
        Step.ASK,
        Step.RADIO,
        Step.RESTART,
    ]


async def test_submits_that_get_no_answer(shop) -> None:
    async with shop.open(TIMING) as worker:
        fault = Fault(kind=FaultKind.NO_PROMPT, count=2)
        shop.modem.faults.add(fault)
        for number in range(2):
            await shop.send(worker, f"stuck {number}")
        await sick(shop, Cause.STUCK)
        await cured(shop)
        await serves(shop, worker)
    assert shop.keeper.cures == [Step.RADIO]


async def test_a_hang_with_the_real_constants(make_shop, monkeypatch: pytest.MonkeyPatch) -> None:
    """A hang of a minute is shortened; what counts is how long the return takes."""
    monkeypatch.undo()
    monkeypatch.setattr(Deadline, "seconds", property(lambda _: 0.5))
    shop = make_shop(personality("generic"))
    timing = Timing(health_poll_seconds=0.05, registration_poll_seconds=0.02)
    async with shop.open(timing):
        shop.modem.hang(None)
        await sick(shop, Cause.SILENT)
        shop.modem.wake()
        loop = asyncio.get_running_loop()
        woken = loop.time()
        await cured(shop)
        assert loop.time() - woken <= 3.0

"""A modem that finds another SIM than before waits, and leaves it alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from modem.errors import SetupError
from modem.events import Accepted, Identity
from modem.sim import OtherSimError, check_sim, is_same_sim
from modem.state import State
from modem.supervisor import Timing
from modem.virtual.dialect import said
from modem.virtual.faults import FaultKind
from modem.virtual.ledger import Happening
from modem.virtual.sim import Sim

if TYPE_CHECKING:
    from collections.abc import Callable

    from conftest import Bench, Recorder

    from modem.virtual.dialect import Outcome, Request

OURS, OTHER = "8930272000000000017", "8930272000000000025"
QUICK = Timing(
    device_poll_seconds=0.02,
    health_poll_seconds=0.03,
    registration_poll_seconds=0.02,
    backoff_seconds=(0.02,),
)


@pytest.fixture
def swapped(bench: Bench) -> Bench:
    """A modem that served another SIM before."""
    bench.recorder.sim = OTHER
    return bench


def test_one_sim_in_two_forms_is_one_sim() -> None:
    assert is_same_sim(OURS, OURS)
    assert is_same_sim(OURS, OURS + "4")  # with its check digit
    assert not is_same_sim(OURS, OTHER)
    assert not is_same_sim("8930", OURS)


async def test_the_first_sim_and_one_that_tells_nothing_are_not_held(bench: Bench) -> None:
    for iccid, served in ((OURS, None), (None, OTHER), (OURS, OURS)):
        bench.recorder.sim = served
        await check_sim(bench.recorder, Identity(iccid=iccid), modem="counter")


async def test_the_reason_names_both_and_shows_neither(swapped: Bench) -> None:
    with pytest.raises(OtherSimError) as caught:
        await check_sim(
            swapped.recorder, Identity(iccid=OURS, number="+15145550100"), modem="counter"
        )
    assert "…0017" in caught.value.detail
    assert "…0025" in caught.value.detail
    assert "`gatewayd modems confirm-sim counter`" in caught.value.detail
    assert "8930" not in caught.value.detail
    assert caught.value.identity == Identity(iccid=OURS)  # whose number it has is not known


async def test_a_held_modem_neither_sends_nor_reads(swapped: Bench) -> None:
    swapped.modem.settings.announcements = (2, 1, 0, 0, 0)
    swapped.text_in("not yours")
    async with swapped.serving(state=State.HELD, timing=QUICK) as worker:
        assert worker.status.identity.iccid == OURS
        swapped.queue(worker, "wait")
        swapped.typed.clear()
        await swapped.recorder.until(lambda: len(swapped.typed) > 2)
        assert {typed.partition("?")[0] for typed in swapped.typed} == {"+CCID"}
        assert swapped.recorder.arrivals == []

        swapped.recorder.sim = OURS  # a person has confirmed it
        worker.wake()
        await swapped.recorder.until(lambda: "wait" in swapped.recorder.outcomes)
        await swapped.recorder.until(lambda: swapped.count(Happening.DELETED))
    assert swapped.recorder.states[:5] == [
        *(State.OPENING, State.INITIALISING, State.HELD, State.INITIALISING),
        State.READY,
    ]


async def test_the_pin_is_not_typed_into_another_sim(make_bench: Callable[..., Bench]) -> None:
    bench = make_bench(sim=Sim(number="+15145550100", iccid=OURS, pin="1234"))
    bench.recorder.sim = OTHER
    async with bench.serving(state=State.HELD):
        assert bench.count(Happening.PIN) == 0


async def test_the_old_sim_put_back_clears_it(swapped: Bench) -> None:
    async with swapped.serving(state=State.HELD, timing=QUICK) as worker:
        swapped.modem.insert(Sim(number="+15145550100", iccid=OTHER))
        await swapped.recorder.until(lambda: worker.status.state is State.READY)
        assert worker.status.identity.iccid == OTHER
    assert State.DEGRADED not in swapped.recorder.states


async def test_an_unplug_is_noticed_while_it_is_held(swapped: Bench) -> None:
    async with swapped.serving(state=State.HELD) as worker:
        swapped.line.unplug()
        await swapped.recorder.until(lambda: worker.status.state is State.ABSENT)
        await swapped.line.plug()
        await swapped.recorder.until(lambda: worker.status.state is State.HELD)


async def test_a_restart_asks_the_sim_again(swapped: Bench) -> None:
    async with swapped.serving(state=State.HELD) as worker:
        worker.restart()
        await swapped.recorder.until(lambda: swapped.recorder.states.count(State.HELD) == 2)


async def test_a_modem_that_restarts_while_it_is_held_begins_anew(swapped: Bench) -> None:
    async with swapped.serving(state=State.HELD, timing=QUICK) as worker:
        swapped.modem.announcer.terminal.say("RDY")
        await swapped.recorder.until(lambda: swapped.recorder.states.count(State.HELD) == 2)
        assert worker.status.state is State.HELD


async def test_silence_while_it_is_held_is_no_incident(swapped: Bench) -> None:
    async with swapped.serving(state=State.HELD, timing=QUICK) as worker:
        swapped.modem.hang(None)
        await swapped.recorder.until(lambda: worker.status.state is not State.HELD)
        swapped.modem.wake()
        await swapped.recorder.until(lambda: worker.status.state is State.HELD)
    assert not swapped.recorder.seen("incident")


async def test_a_pushed_message_is_kept_since_it_is_nowhere_else(swapped: Bench) -> None:
    async with swapped.serving(state=State.HELD) as worker:
        swapped.modem.settings.announcements = (2, 2, 0, 0, 0)  # as it was told to before the swap
        swapped.modem.arrivals.announcements_set()
        swapped.text_in("pushed")
        await swapped.recorder.until(lambda: swapped.recorder.arrivals)
        assert worker.status.state is State.HELD
    assert swapped.recorder.arrivals[0].slot is None


async def test_a_sim_whose_name_comes_late_is_compared_then(swapped: Bench) -> None:
    swapped.fault(FaultKind.ERROR, match="+CCID", code="CME 14")
    async with swapped.serving(state=State.HELD) as worker:
        assert worker.status.identity.iccid == OURS


async def test_it_is_not_used_while_nobody_can_say(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fail(_: Recorder) -> None:
        raise SetupError(code="store_unavailable", detail="the store does not answer")

    with monkeypatch.context() as outage:
        outage.setattr(type(bench.recorder), "served_sim", fail)
        async with bench.serving(state=State.BACKOFF) as worker:
            outage.undo()
            await bench.recorder.until(lambda: worker.status.state is State.READY)


async def test_an_outage_confirms_nothing(swapped: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[bool] = []

    async def fail(recorder: Recorder) -> None:
        asked.append(True)
        recorder.tell()
        raise SetupError(code="store_unavailable", detail="the store does not answer")

    async with swapped.serving(state=State.HELD) as worker:
        with monkeypatch.context() as outage:
            outage.setattr(type(swapped.recorder), "served_sim", fail)
            worker.wake()
            await swapped.recorder.until(lambda: asked)
            assert worker.status.state is State.HELD
        swapped.recorder.sim = OURS
        assert await swapped.send(worker, "now") == Accepted(reference=1)


async def test_a_sim_that_is_changed_under_power_is_noticed_when_the_modem_says_so(
    bench: Bench,
) -> None:
    async with bench.serving() as worker:
        bench.recorder.sim = OURS
        bench.modem.announcer.terminal.say("+CPIN: READY")
        await bench.recorder.until(lambda: "".join(bench.typed).count("+CCID") == 3)
        assert worker.status.state is State.READY  # still the same one
        bench.modem.sim.iccid = OTHER
        bench.modem.announcer.terminal.say("+CPIN: NOT READY")
        await bench.recorder.until(lambda: worker.status.state is State.HELD)
    assert not bench.recorder.seen("incident")


async def test_a_digit_that_the_line_has_changed_is_no_other_sim(bench: Bench) -> None:
    bench.recorder.sim = OURS
    said_to_be = iter((OTHER, OURS, OURS))

    def answer(_: Request) -> Outcome:
        return said(f"+CCID: {next(said_to_be, OURS)}")

    bench.answer("+CCID", answer)
    async with bench.serving():
        assert State.HELD not in bench.recorder.states


async def test_a_modem_that_never_says_the_same_tells_nothing(bench: Bench) -> None:
    bench.recorder.sim = OURS
    numbers = iter(range(100))
    bench.answer("+CCID", lambda _: said(f"+CCID: 89302720000000010{next(numbers):02}"))
    async with bench.serving() as worker:
        assert worker.status.identity.iccid is None

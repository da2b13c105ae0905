"""A submit without an answer, while a report lies in the modem: read before the deadline."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from modem import service
from modem.events import Accepted, Unknown
from modem.exchange import Exchange
from modem.pdu import decode_incoming
from modem.pdu.report import StatusReport
from modem.supervisor import Timing
from modem.virtual.faults import FaultKind
from modem.virtual.ledger import Happening

if TYPE_CHECKING:
    from conftest import Bench

    from modem.events import ArrivedPdu

PATIENT = Timing(submit_seconds=60.0)


@pytest.fixture(autouse=True)
def _hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(service, "REPORT_PATIENCE_SECONDS", 0.05)


def is_report(arrived: ArrivedPdu) -> bool:
    return isinstance(decode_incoming(arrived.pdu).tpdu, StatusReport)


async def test_it_is_read_once_the_answer_has_been_waited_for(bench: Bench) -> None:
    bench.fault(FaultKind.ACCEPT_THEN_SILENCE)
    async with bench.serving(timing=PATIENT) as worker:
        outcome = await bench.send(worker, "hello", report=True)
        await bench.recorder.until(lambda: any(map(is_report, bench.recorder.arrivals)))
        assert isinstance(outcome, Unknown)
        assert await bench.send(worker, "next") == Accepted(reference=2)
    assert not bench.recorder.seen("incident")


async def test_a_modem_that_is_still_at_it_is_waited_for(bench: Bench) -> None:
    """It answers AT only after the submit: longer than a silent modem is given."""
    async with bench.serving(timing=PATIENT) as worker:
        bench.modem.submit_ms = 700  # seven times what an AT may take here
        bench.queue(worker, "slow", report=True)
        await bench.until_ctrl_z()
        bench.modem.say('+CDSI: "SR",1')
        await bench.recorder.until(lambda: bench.recorder.seen("late_answer"))
        assert isinstance(bench.recorder.outcomes["slow"], Unknown)
        bench.modem.submit_ms = 0
        assert await bench.send(worker, "next") == Accepted(reference=2)
    assert bench.recorder.seen("late_answer") == [("late_answer", "slow", 1)]
    assert not bench.recorder.seen("incident")
    assert bench.count(Happening.ACCEPTED) == 2


async def test_what_this_modem_has_needed_before_it_is_given_again(bench: Bench) -> None:
    bench.modem.submit_ms = 200
    async with bench.serving(timing=PATIENT) as worker:
        assert await bench.send(worker, "slow") == Accepted(reference=1)
        bench.queue(worker, "as slow")
        await bench.recorder.until(lambda: len(bench.recorder.seen("submitting")) == 2)
        await bench.recorder.until(lambda: bench.keys.count(b"\x1a") == 2)
        bench.modem.say('+CDSI: "SR",1')
        await bench.recorder.until(lambda: "as slow" in bench.recorder.outcomes)
    assert bench.recorder.outcomes["as slow"] == Accepted(reference=2)


async def test_before_ctrl_z_there_is_nothing_to_cut_short(bench: Bench) -> None:
    async with bench.session() as session:
        running = Exchange(
            session=session,
            handler=bench.recorder,
            submission=bench.submission("hello"),
            deadline_seconds=60,
            patience_seconds=0,
        )
        bench.recorder.gate.clear()
        task = asyncio.create_task(running.finish(asyncio.Event(), _nothing))
        await bench.recorder.until(lambda: bench.recorder.seen("submitting"))
        running.report_stored()
        bench.recorder.gate.set()
        assert await task == Accepted(reference=1)
        running.report_stored()  # nor after the answer


async def test_a_proof_of_the_last_submit_shows_that_the_modem_is_not_stuck(bench: Bench) -> None:
    bench.fault(FaultKind.ACCEPT_THEN_SILENCE, count=3)

    def prove(arrived: ArrivedPdu) -> None:
        if is_report(arrived):
            worker.conclude("whichever")

    bench.recorder.on_arrived = prove
    async with bench.serving(timing=PATIENT) as worker:
        for number in range(3):
            await bench.send(worker, f"text {number}", report=True)
            await bench.recorder.until(
                lambda number=number: sum(map(is_report, bench.recorder.arrivals)) == number + 1
            )
    assert not bench.recorder.seen("incident")


async def _nothing() -> None:
    return

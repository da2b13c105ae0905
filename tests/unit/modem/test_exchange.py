from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from modem.events import Accepted, NotSent, Unknown
from modem.exchange import Exchange
from modem.virtual.faults import FaultKind
from modem.virtual.ledger import Happening

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable

    from conftest import Bench

    from modem.session import Session


@pytest.fixture
async def session(bench: Bench) -> AsyncIterator[Session]:
    async with bench.session() as session:
        yield session


async def nothing() -> None:
    return


@pytest.fixture
def begin(bench: Bench, session: Session) -> Callable[..., Exchange]:
    def begin(seconds: float = 0.2) -> Exchange:
        return Exchange(
            session=session,
            handler=bench.recorder,
            submission=bench.submission("hello"),
            deadline_seconds=seconds,
            patience_seconds=seconds,
        )

    return begin


async def finish(exchange: Exchange, meanwhile: Callable[[], Awaitable[None]] = nothing) -> object:
    return await exchange.finish(asyncio.Event(), meanwhile)


async def test_it_is_committed_before_ctrl_z_and_settled_after_the_answer(
    bench: Bench, begin: Callable[..., Exchange]
) -> None:
    exchange = begin()
    assert await finish(exchange) == Accepted(reference=1)
    assert [entry[0] if entry[0] != "ledger" else entry[1] for entry in bench.recorder.log] == [
        "submitting",
        Happening.ACCEPTED,
        Happening.TEXT,
        "settled",
    ]
    assert exchange.answered_in_seconds is not None


@pytest.mark.parametrize(
    "fault", [FaultKind.NO_PROMPT, FaultKind.ACCEPT_THEN_SILENCE, FaultKind.ACCEPT_THEN_ERROR]
)
async def test_only_an_answer_says_how_long_one_takes(
    bench: Bench, begin: Callable[..., Exchange], fault: FaultKind
) -> None:
    bench.fault(fault)
    exchange = begin()
    assert isinstance(await finish(exchange), NotSent | Unknown)
    assert exchange.answered_in_seconds is None


async def test_a_withdrawn_part_is_settled_as_such(
    bench: Bench, begin: Callable[..., Exchange]
) -> None:
    bench.recorder.permits = False
    outcome = await finish(begin())
    assert isinstance(outcome, NotSent)
    assert bench.recorder.outcomes == {"hello": outcome}
    assert bench.accepted == []


async def test_a_cancelled_worker_waits_for_the_end_and_its_commit(
    bench: Bench, begin: Callable[..., Exchange]
) -> None:
    bench.modem.submit_ms = 50
    task = asyncio.create_task(finish(begin()))
    await bench.recorder.until(lambda: bench.recorder.seen("submitting"))
    task.cancel()
    await asyncio.sleep(0)
    task.cancel()  # twice, as an impatient operator does
    with pytest.raises(asyncio.CancelledError):
        await task
    assert bench.recorder.outcomes == {"hello": Accepted(reference=1)}


async def test_a_cancellation_is_not_lost_when_the_port_is(
    bench: Bench, begin: Callable[..., Exchange]
) -> None:
    bench.modem.submit_ms = 60_000
    task = asyncio.create_task(finish(begin(60.0)))
    await bench.recorder.until(lambda: bench.recorder.seen("submitting"))
    task.cancel()
    bench.modem.later(30, bench.line.unplug)
    with pytest.raises(asyncio.CancelledError):
        await task
    assert isinstance(bench.recorder.outcomes["hello"], Unknown)


async def test_an_error_meanwhile_waits_for_the_end_too(
    bench: Bench, begin: Callable[..., Exchange]
) -> None:
    async def fail() -> None:
        raise LookupError

    with pytest.raises(LookupError):
        await finish(begin(), fail)
    assert bench.recorder.outcomes == {"hello": Accepted(reference=1)}


async def test_the_loss_of_the_port_is_settled(
    bench: Bench, begin: Callable[..., Exchange]
) -> None:
    bench.fault(FaultKind.NO_PROMPT)
    bench.modem.later(20, bench.line.unplug)
    outcome = await finish(begin())
    assert isinstance(outcome, NotSent)
    assert outcome.code == "port_lost"


async def test_an_unplug_while_submitting_is_committed_sends_nothing(
    bench: Bench, begin: Callable[..., Exchange]
) -> None:
    """Ctrl-Z was allowed but never written: certainly not sent."""
    bench.recorder.gate.clear()
    task = asyncio.create_task(finish(begin()))
    await bench.recorder.until(lambda: bench.recorder.seen("submitting"))
    bench.line.unplug()
    await asyncio.sleep(0)
    bench.recorder.gate.set()
    outcome = await task
    assert isinstance(outcome, NotSent)
    assert bench.accepted == []


async def test_what_came_before_it_began_is_not_left_waiting(
    bench: Bench, begin: Callable[..., Exchange]
) -> None:
    """A wake that was set before the exchange began must not be lost."""
    bench.modem.submit_ms = 60_000
    looked = asyncio.Event()

    async def look() -> None:
        looked.set()

    task = asyncio.create_task(finish(begin(60.0), look))
    await looked.wait()
    bench.line.unplug()
    await task


async def test_a_report_ends_the_waiting(bench: Bench, begin: Callable[..., Exchange]) -> None:
    bench.fault(FaultKind.ACCEPT_THEN_SILENCE)
    exchange = begin(60.0)
    task = asyncio.create_task(finish(exchange))
    await bench.recorder.until(lambda: bench.count(Happening.ACCEPTED))
    exchange.conclude("another")
    exchange.conclude("hello")
    exchange.conclude("hello")
    assert isinstance(await task, Unknown)


async def test_an_answer_within_the_grace_counts(
    bench: Bench, begin: Callable[..., Exchange]
) -> None:
    bench.modem.submit_ms = 20
    exchange = begin(60.0)
    task = asyncio.create_task(finish(exchange))
    await bench.recorder.until(lambda: bench.recorder.seen("submitting"))
    exchange.conclude("hello")
    assert await task == Accepted(reference=1)


async def test_a_report_after_the_answer_ends_nobody_elses_command(
    bench: Bench, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("modem.exchange.REPORT_GRACE_SECONDS", 0.0)
    settled, concluded = bench.recorder.settled, []
    exchange = Exchange(
        session=session,
        handler=bench.recorder,
        submission=bench.submission("hello"),
        deadline_seconds=0.3,
        patience_seconds=0.3,
    )

    async def settle(*facts: object) -> None:
        exchange.conclude("hello")  # while its outcome is being committed
        await settled(*facts)  # type: ignore[arg-type]  # as they came

    monkeypatch.setattr(bench.recorder, "settled", settle)
    monkeypatch.setattr(session, "conclude", lambda **_: concluded.append(True))
    await finish(exchange)
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    assert concluded == []

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from modem.events import Accepted, Disposition, NotSent, Refused, Unknown
from modem.pdu import decode_incoming
from modem.pdu.deliver import Deliver
from modem.pdu.report import StatusReport
from modem.state import State
from modem.supervisor import Timing
from modem.virtual.dialect import ERROR
from modem.virtual.faults import FaultKind
from modem.virtual.ledger import Happening
from modem.virtual.network import Recipient

if TYPE_CHECKING:
    from collections.abc import Callable

    from conftest import Bench

    from modem.events import ArrivedPdu
    from modem.supervisor import Worker

CUSTOMER = "+15145550123"
OFTEN = Timing(
    device_poll_seconds=0.02,
    health_poll_seconds=0.02,
    registration_poll_seconds=0.02,
    submit_seconds=0.2,
)


def kind(arrived: ArrivedPdu) -> type[object]:
    return type(decode_incoming(arrived.pdu).tpdu)


# Sending


async def test_parts_are_sent_in_their_order(bench: Bench) -> None:
    async with bench.serving() as worker:
        for number in range(5):
            bench.queue(worker, f"text {number}")
        await bench.recorder.until(lambda: len(bench.recorder.outcomes) == 5)
    assert bench.accepted == [f"text {number}" for number in range(5)]
    assert set(bench.recorder.outcomes.values()) == {
        Accepted(reference=number + 1) for number in range(5)
    }


async def test_nothing_is_asked_between_two_parts(bench: Bench) -> None:
    async with bench.serving() as worker:
        await bench.until_idle()
        bench.typed.clear()
        for number in range(3):
            bench.queue(worker, f"text {number}")
        await bench.recorder.until(lambda: len(bench.recorder.outcomes) == 3)
        assert [line.partition("=")[0] for line in bench.typed] == ["+CMGS"] * 3


async def test_after_a_failure_the_network_is_looked_at_before_the_next_part(
    bench: Bench,
) -> None:
    async with bench.serving() as worker:
        bench.modem.registration = 2
        bench.modem.in_service = False
        for number in range(3):
            bench.queue(worker, f"text {number}")
        await bench.recorder.until(lambda: worker.status.state is State.UNREGISTERED)
        assert list(bench.recorder.outcomes) == ["text 0"]  # the others keep their attempts
        bench.modem.registration = 1
        bench.modem.radio_on()
        await bench.recorder.until(lambda: len(bench.recorder.outcomes) == 3)
    refused = bench.recorder.outcomes["text 0"]
    assert isinstance(refused, Refused)
    assert refused.code == "cms_331"
    assert bench.accepted == ["text 1", "text 2"]


@pytest.mark.parametrize("permanent", [False, True])
async def test_a_bad_number_is_not_the_networks_trouble(bench: Bench, *, permanent: bool) -> None:
    async with bench.serving() as worker:
        await bench.until_idle()
        bench.network.recipients[CUSTOMER] = Recipient(refuse=1 if permanent else 38)
        bench.typed.clear()
        bench.queue(worker, "one")
        bench.queue(worker, "two")
        await bench.recorder.until(lambda: len(bench.recorder.outcomes) == 2)
        assert ("+CREG?" in bench.typed) is not permanent


async def test_a_withdrawn_part_costs_nothing(bench: Bench) -> None:
    async with bench.serving() as worker:
        await bench.until_idle()
        bench.recorder.permits = False
        outcome = await bench.send(worker, "canceled")
        assert isinstance(outcome, NotSent)
        bench.recorder.permits = True
        bench.typed.clear()
        assert await bench.send(worker, "next") == Accepted(reference=1)
        assert "+CREG?" not in bench.typed
    assert bench.accepted == ["next"]


async def test_silence_is_unknown_and_a_late_answer_is_handed_over(bench: Bench) -> None:
    async with bench.serving() as worker:
        bench.fault(FaultKind.DELAY_ANSWER, match="+CMGS", ms=250)
        assert isinstance(await bench.send(worker, "slow"), Unknown)
        await bench.recorder.until(lambda: bench.recorder.seen("late_answer"))
    assert bench.recorder.seen("late_answer") == [("late_answer", "slow", 1)]


async def test_acceptance_then_a_network_time_out_is_unknown(bench: Bench) -> None:
    async with bench.serving() as worker:
        bench.fault(FaultKind.ACCEPT_THEN_ERROR, code="332")
        outcome = await bench.send(worker, "hello")
        assert isinstance(outcome, Unknown)
        assert outcome.code == "cms_332"
        assert await bench.send(worker, "next") == Accepted(reference=2)


async def test_a_slow_modem_gets_more_time_later(bench: Bench) -> None:
    timing = Timing(submit_seconds=0.3, device_poll_seconds=0.02)
    async with bench.serving(timing=timing) as worker:
        bench.modem.submit_ms = 250
        await bench.send(worker, "slow")
        bench.modem.submit_ms = 0
        await bench.send(worker, "quick")
        worker.restart()
        await bench.recorder.until(lambda: bench.recorder.states.count(State.READY) == 2)
        await bench.send(worker, "after")
    given = [entry[2] for entry in bench.recorder.seen("submitting")]
    assert given[0] == 0.3
    assert given[1] >= 0.375  # type: ignore[operator]  # seconds
    assert given[2] == given[1]


async def test_a_report_that_proves_a_submit_ends_its_waiting(bench: Bench) -> None:
    timing = Timing(submit_seconds=60.0, device_poll_seconds=0.02)
    async with bench.serving(timing=timing) as worker:
        bench.fault(FaultKind.ACCEPT_THEN_SILENCE)
        bench.queue(worker, "hello", report=True)
        await bench.recorder.until(lambda: bench.count(Happening.ACCEPTED))
        worker.conclude("hello")
        await bench.recorder.until(lambda: "hello" in bench.recorder.outcomes)
        worker.conclude("hello")  # nobody waits any more
        await bench.recorder.until(lambda: bench.recorder.arrivals)
    assert isinstance(bench.recorder.outcomes["hello"], Unknown)
    assert kind(bench.recorder.arrivals[0]) is StatusReport


async def test_a_message_goes_before_the_health_poll(bench: Bench) -> None:
    timing = Timing(health_poll_seconds=0.0, sweep_seconds=30.0, device_poll_seconds=0.02)
    async with bench.serving(timing=timing) as worker:
        for number in range(3):
            bench.queue(worker, f"text {number}")
        await bench.recorder.until(lambda: bench.recorder.outcomes)
        bench.typed.clear()
        await bench.recorder.until(lambda: len(bench.recorder.outcomes) == 3)
        assert [line.partition("=")[0] for line in bench.typed[:2]] == ["+CMGS"] * 2


# Receiving


async def test_an_announced_message_is_taken_at_once(bench: Bench) -> None:
    async with bench.serving():
        await bench.until_idle()
        bench.text_in("hello")
        await bench.recorder.until(lambda: bench.count(Happening.DELETED))
    assert [kind(arrived) for arrived in bench.recorder.arrivals] == [Deliver]


async def test_a_burst_is_taken_whole(bench: Bench) -> None:
    async with bench.serving():
        await bench.until_idle()
        for number in range(10):
            bench.text_in(f"text {number}")
        await bench.recorder.until(lambda: bench.count(Happening.DELETED) == 10)
    assert len({arrived.pdu for arrived in bench.recorder.arrivals}) == 10


async def test_what_comes_in_goes_before_what_goes_out(bench: Bench) -> None:
    async with bench.serving() as worker:
        await bench.until_idle()
        bench.recorder.log.clear()
        bench.text_in("in")
        bench.queue(worker, "out")
        await bench.recorder.until(lambda: "out" in bench.recorder.outcomes)
    names = [entry[0] for entry in bench.recorder.log]
    assert names.index("arrived") < names.index("submitting")


async def test_a_message_whose_announcement_was_lost_is_found_by_the_timer(
    bench: Bench,
) -> None:
    timing = Timing(sweep_seconds=0.05, device_poll_seconds=0.02)
    async with bench.serving(timing=timing):
        await bench.until_idle()
        bench.fault(FaultKind.LOSE_ANNOUNCEMENT)
        bench.text_in("hello")
        await bench.recorder.until(lambda: bench.count(Happening.DELETED))


async def test_announcements_in_one_store_do_not_put_off_the_sweep_of_the_others(
    bench: Bench,
) -> None:
    def found() -> bool:
        slots = [arrived.slot for arrived in bench.recorder.arrivals]
        return any(slot is not None and slot.store == "ME" for slot in slots)

    timing = Timing(sweep_seconds=0.1, device_poll_seconds=0.02)
    async with bench.serving(timing=timing):
        await bench.until_idle()
        bench.modem.settings.memories[2] = "ME"
        bench.fault(FaultKind.LOSE_ANNOUNCEMENT)
        bench.text_in("unannounced")
        bench.modem.settings.memories[2] = "SM"

        def more() -> None:
            if not found():
                bench.text_in("announced")
                bench.modem.later(20, more)

        more()
        await bench.recorder.until(found)


async def test_a_pushed_message_is_committed_on_arrival(bench: Bench) -> None:
    async with bench.serving():
        await bench.until_idle()
        bench.text_in("flash", message_class=0)
        await bench.recorder.until(lambda: bench.recorder.arrivals)
    (arrived,) = bench.recorder.arrivals
    assert arrived.slot is None
    assert kind(arrived) is Deliver
    assert "+CNMA" not in bench.typed


async def test_what_was_pushed_is_kept_until_it_is_committed(bench: Bench) -> None:
    async with bench.serving() as worker:
        await bench.until_idle()
        bench.recorder.disposition = Disposition.KEEP
        bench.text_in("flash", message_class=0)
        await bench.recorder.until(lambda: bench.recorder.arrivals)
        bench.recorder.disposition = Disposition.DELETE
        worker.wake()
        await bench.recorder.until(lambda: len(bench.recorder.arrivals) == 2)
        worker.wake()
        await bench.send(worker, "later")
    assert len(bench.recorder.arrivals) == 2


async def test_what_is_pushed_while_a_submit_waits_is_handed_over_at_once(bench: Bench) -> None:
    timing = Timing(submit_seconds=60.0, device_poll_seconds=0.02)
    async with bench.serving(timing=timing) as worker:
        await bench.until_idle()
        bench.modem.submit_ms = 60_000
        bench.queue(worker, "slow")
        await bench.until_ctrl_z()
        bench.text_in("flash", message_class=0)
        await bench.recorder.until(lambda: bench.recorder.arrivals)
        assert bench.recorder.outcomes == {}
        bench.line.unplug()


async def test_a_pushed_report_is_handed_over_while_its_own_submit_waits(
    make_bench: Callable[..., Bench],
) -> None:
    """A modem that pushes reports, and whose answer to the submit is lost."""
    bench = make_bench("quectel")
    timing = Timing(submit_seconds=60.0, device_poll_seconds=0.02)
    async with bench.serving(timing=timing) as worker:
        await bench.until_idle()
        bench.recorder.on_arrived = lambda _: worker.conclude("hello")
        bench.fault(FaultKind.ACCEPT_THEN_SILENCE)
        outcome = await bench.send(worker, "hello", report=True)
    assert isinstance(outcome, Unknown)
    assert kind(bench.recorder.arrivals[0]) is StatusReport


# Acknowledged pushes, 27.005 §3.4.4


@pytest.fixture
def phase_two_plus(make_bench: Callable[..., Bench]) -> Bench:
    """A modem that cannot leave +CSMS=1 and keeps no reports."""
    bench = make_bench("sim800")
    bench.answer("+CSMS", lambda asked: _only_one(bench, asked))
    bench.modem.settings.phase = 1
    return bench


def _only_one(bench: Bench, asked: object) -> object:
    reading = asked.form.value == "?"  # type: ignore[attr-defined]  # a request
    return bench.modem.execute(asked) if reading else ERROR  # type: ignore[arg-type]  # as above


async def test_a_push_is_acknowledged_after_its_commit(phase_two_plus: Bench) -> None:
    bench = phase_two_plus
    async with bench.serving() as worker:
        await bench.until_idle()
        for number in range(3):
            await bench.send(worker, f"text {number}", report=True)
        await bench.recorder.until(lambda: bench.count(Happening.REPORTED) == 3)
    assert bench.count(Happening.RETURNED) == 0
    log = bench.recorder.log
    reported = [at for at, entry in enumerate(log) if entry == ("ledger", Happening.REPORTED)]
    arrived = [at for at, entry in enumerate(log) if entry[0] == "arrived"]
    assert all(
        commit < acknowledged for commit, acknowledged in zip(arrived, reported, strict=True)
    )
    assert bench.typed.count("+CNMA") == 3


async def test_a_modem_that_waited_too_long_is_armed_again(phase_two_plus: Bench) -> None:
    """A submit holds the line; the report comes back once the modem listens again."""
    bench = phase_two_plus
    bench.modem.arrivals.acknowledgement_seconds = 0.05
    async with bench.serving() as worker:
        await bench.until_idle()
        await bench.send(worker, "first")
        bench.modem.submit_ms = 200
        bench.queue(worker, "slow")
        await bench.recorder.until(lambda: len(bench.recorder.seen("submitting")) == 2)
        bench.text_in("flash", message_class=0)
        await bench.recorder.until(lambda: bench.count(Happening.RETURNED) == 1)
        await bench.recorder.until(lambda: bench.count(Happening.DELIVERED) == 1)
    assert bench.modem.settings.announcements == (2, 1, 0, 1, 0)


async def test_a_modem_that_fell_silent_about_what_comes_is_armed_again(bench: Bench) -> None:
    """After a missed +CNMA, whoever missed it."""
    async with bench.serving(timing=OFTEN):
        await bench.until_idle()
        bench.modem.settings.announcements = (2, 0, 0, 0, 0)
        bench.text_in("unheard")
        await bench.recorder.until(lambda: bench.count(Happening.DELETED))
        assert bench.modem.settings.announcements == (2, 1, 0, 2, 0)
    assert bench.recorder.states.count(State.INITIALISING) == 1


async def test_a_modem_that_restarted_without_a_word_is_set_up_again(bench: Bench) -> None:
    async with bench.serving(timing=OFTEN):
        await bench.until_idle()
        bench.modem.reboot()
        bench.text_in("unheard")
        await bench.recorder.until(lambda: bench.count(Happening.DELETED))
        assert bench.modem.settings.announcements == (2, 1, 0, 2, 0)
    assert bench.recorder.states.count(State.INITIALISING) == 2


# Calls


async def test_a_call_is_hung_up_and_told(bench: Bench) -> None:
    async with bench.serving():
        await bench.until_idle()
        bench.modem.calls.ring(CUSTOMER, deafens=True)
        await bench.recorder.until(lambda: bench.recorder.seen("missed_call"))
        assert not bench.modem.calls.ringing
        bench.text_in("heard again")
        await bench.recorder.until(lambda: bench.recorder.arrivals)
    assert bench.recorder.seen("missed_call") == [("missed_call", CUSTOMER)]


async def test_a_caller_who_hides_is_told_without_number(bench: Bench) -> None:
    bench.answer("+CLIP", ERROR)
    async with bench.serving():
        await bench.until_idle()
        bench.modem.calls.ring(CUSTOMER)
        await bench.recorder.until(lambda: bench.recorder.seen("missed_call"))
    assert bench.recorder.seen("missed_call") == [("missed_call", None)]


# Network and health


async def test_the_status_tells_network_signal_and_store(bench: Bench) -> None:
    async with bench.serving() as worker:
        status = worker.status
    assert (status.operator, status.registration, status.signal_dbm) == ("Virtuel QC", "home", -71)
    assert (status.store_used, status.store_size) == (0, 30)
    assert status.identity.smsc == "+15149876543"


async def test_the_health_poll_follows_the_signal(bench: Bench) -> None:
    timing = Timing(health_poll_seconds=0.02, device_poll_seconds=0.02)
    async with bench.serving(timing=timing) as worker:
        bench.modem.signal = 5
        await bench.recorder.until(lambda: worker.status.signal_dbm == -103)


async def test_a_network_that_is_found_late_is_waited_for(
    make_bench: Callable[..., Bench],
) -> None:
    bench = make_bench(registration_ms=60_000)
    async with bench.serving(state=State.UNREGISTERED) as worker:
        bench.modem.radio_on()
        await bench.recorder.until(lambda: worker.status.state is State.READY)
        assert worker.status.identity.smsc == "+15149876543"
        assert worker.status.reason is None


async def test_nothing_is_sent_without_a_network(bench: Bench) -> None:
    bench.modem.registration = 3
    bench.modem.in_service = False
    async with bench.serving(state=State.UNREGISTERED) as worker:
        bench.queue(worker, "waits")
        assert worker.status.reason == "the network refuses this SIM"
        bench.modem.registration = 2
        await bench.recorder.until(
            lambda: worker.status.reason == "the modem has not found its network"
        )
        assert bench.recorder.seen("submitting") == []


async def test_a_missing_service_centre_is_told_as_the_reason(bench: Bench) -> None:
    bench.modem.sim.smsc = ""
    async with bench.serving(state=State.UNREGISTERED) as worker:
        assert "service centre" in str(worker.status.reason)
        assert worker.status.registration == "home"


async def test_a_network_that_is_lost_is_noticed_at_the_modems_word(bench: Bench) -> None:
    async with bench.serving() as worker:
        await bench.until_idle()
        bench.modem.registration = 2
        bench.modem.in_service = False
        bench.modem.terminal.say("+CREG: 2")
        await bench.recorder.until(lambda: worker.status.state is State.UNREGISTERED)


async def test_chatter_makes_no_work(bench: Bench) -> None:
    async with bench.serving() as worker:
        await bench.until_idle()
        asked = 0
        following = bench.recorder.next_submission

        async def count() -> object:
            nonlocal asked
            asked += 1
            return await following()

        bench.recorder.next_submission = count  # type: ignore[method-assign,assignment]  # counted
        for line in ("^RSSI:17", "^MODE:5,4", "OVER-VOLTAGE WARNNING"):
            bench.modem.terminal.say(line)
        await asyncio.sleep(0.01)
        assert asked == 0
        worker.wake()
        await bench.send(worker, "hello")


def test_a_worker_has_patience_by_default() -> None:
    assert Timing().submit_seconds >= 45  # 24.011's TR1M


async def test_the_worker_of_a_modem_without_service_concludes_nothing(bench: Bench) -> None:
    worker: Worker = bench.worker()
    worker.conclude("nobody")

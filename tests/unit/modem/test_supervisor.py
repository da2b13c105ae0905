from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from config.secrets import SecretSource
from modem.events import Accepted, NotSent, Unknown
from modem.state import State
from modem.supervisor import Timing
from modem.virtual.dialect import cme
from modem.virtual.faults import FaultKind
from modem.virtual.ledger import Happening
from modem.virtual.links import PtyLink
from modem.virtual.operations import Bench as Plug
from modem.virtual.personality import GENERIC
from modem.virtual.sim import Sim
from modem.virtual.tcp_link import TcpLink

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from conftest import Bench

PAUSE_SECONDS = 0.02
QUICK = Timing(
    device_poll_seconds=PAUSE_SECONDS,
    registration_poll_seconds=PAUSE_SECONDS,
    submit_seconds=0.3,
    backoff_seconds=(PAUSE_SECONDS,),
)
PATIENT = replace(QUICK, submit_seconds=60.0)


def ready_again(bench: Bench, times: int = 2) -> bool:
    return bench.recorder.states.count(State.READY) >= times


# From absent to ready, and to its end


async def test_a_modem_becomes_ready_and_stops_at_its_word(bench: Bench) -> None:
    async with bench.serving() as worker:
        pass
    assert bench.recorder.states == [
        State.OPENING,
        State.INITIALISING,
        State.READY,
        State.STOPPED,
    ]
    assert worker.status.identity.imei == "490154203237518"
    assert bench.recorder.log[-2:] == [("release",), ("status", "stopped", None)]


async def test_it_ends_at_once_while_it_rests(bench: Bench) -> None:
    bench.line.unplug()
    patient = replace(QUICK, device_poll_seconds=600.0)
    async with bench.serving(state=State.ABSENT, timing=patient):
        await bench.recorder.until(lambda: bench.recorder.seen("release"))


async def test_a_running_exchange_ends_before_the_worker_does(bench: Bench) -> None:
    bench.modem.submit_ms = 100
    async with bench.serving() as worker:
        bench.queue(worker, "hello")
        bench.queue(worker, "never begun")
        await bench.recorder.until(lambda: bench.recorder.seen("submitting"))
    assert bench.recorder.outcomes == {"hello": Accepted(reference=1)}
    assert bench.accepted == ["hello"]


async def test_a_cancelled_worker_settles_its_exchange_first(bench: Bench) -> None:
    bench.modem.submit_ms = 100
    worker = bench.worker()
    task = asyncio.create_task(worker.run())
    bench.queue(worker, "hello")
    await bench.recorder.until(lambda: bench.recorder.seen("submitting"))
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert bench.recorder.outcomes == {"hello": Accepted(reference=1)}
    assert worker.status.state is State.STOPPED


async def test_a_restart_by_request_opens_the_port_anew(bench: Bench) -> None:
    async with bench.serving() as worker:
        await bench.until_idle()
        worker.restart()
        await bench.recorder.until(lambda: ready_again(bench))
    assert ("status", "absent", "restarted by request") in bench.recorder.log


# Not there, not openable


async def test_a_modem_that_is_not_there_is_looked_for_and_found(bench: Bench) -> None:
    bench.line.unplug()
    async with bench.serving(state=None) as worker:
        await bench.recorder.until(lambda: worker.status.reason)
        assert worker.status.state is State.ABSENT
        await bench.line.plug()
        await bench.recorder.until(lambda: worker.status.state is State.READY)


async def test_a_path_that_does_not_exist_is_told_once(bench: Bench, tmp_path: Path) -> None:
    async with bench.serving(state=None, device=str(tmp_path / "ttyUSB0")) as worker:
        await bench.recorder.until(lambda: worker.status.reason == "no modem was found")
        await asyncio.sleep(PAUSE_SECONDS * 3)
    assert bench.recorder.states == [State.ABSENT, State.STOPPED]
    assert len(bench.recorder.statuses) == 2


async def test_a_device_that_is_no_tty_is_told_and_tried_again(bench: Bench) -> None:
    async with bench.serving(state=State.BACKOFF, device="/dev/null") as worker:
        assert worker.status.reason == "this is not a serial port"
        await bench.recorder.until(lambda: bench.recorder.states.count(State.BACKOFF) == 2)


async def test_a_device_that_others_hold_is_had_as_soon_as_it_is_free(bench: Bench) -> None:
    other = bench.port()
    await other.open()
    async with bench.serving(state=State.BACKOFF) as worker:
        assert worker.status.reason == "this modem is open already"
        await other.close()
        await bench.recorder.until(lambda: worker.status.state is State.READY)


async def test_a_port_on_which_nothing_answers_is_tried_again(bench: Bench) -> None:
    bench.modem.hang(None)
    async with bench.serving(state=State.BACKOFF) as worker:
        assert worker.status.reason == "the modem does not answer AT"
        bench.modem.wake()
        await bench.recorder.until(lambda: worker.status.state is State.READY)


async def test_each_failure_waits_longer_until_one_succeeds(bench: Bench) -> None:
    worker = bench.worker(timing=replace(QUICK, backoff_seconds=(1, 2, 5)))
    assert [worker._back_off() for _ in range(5)] == [1, 2, 5, 5, 5]


# Unplugged


async def test_an_unplug_while_idle_is_noticed_at_once(bench: Bench) -> None:
    """Not only at the next poll."""
    async with bench.serving() as worker:
        await bench.until_idle()
        bench.line.unplug()
        await bench.recorder.until(lambda: worker.status.state is not State.READY)
        await bench.line.plug()
        await bench.recorder.until(lambda: ready_again(bench))


async def test_an_unplug_before_the_prompt_is_not_sent(bench: Bench) -> None:
    async with bench.serving() as worker:
        bench.fault(FaultKind.NO_PROMPT)
        bench.answer("+CMGS", lambda asked: _unplug_then(bench, asked))
        outcome = await bench.send(worker, "hello")
    assert isinstance(outcome, NotSent)
    assert outcome.code == "port_lost"
    assert bench.accepted == []


def _unplug_then(bench: Bench, asked: object) -> object:
    bench.line.unplug()
    return bench.modem.execute(asked)  # type: ignore[arg-type]  # the request


async def test_an_unplug_after_ctrl_z_is_unknown_and_the_modem_comes_back(bench: Bench) -> None:
    async with bench.serving() as worker:
        bench.modem.submit_ms = 60_000
        bench.queue(worker, "hello")
        await bench.until_ctrl_z()
        bench.line.unplug()
        bench.modem.submit_ms = 0
        await bench.recorder.until(lambda: "hello" in bench.recorder.outcomes)
        bench.modem.unplug()
        bench.modem.plug()
        bench.keys.clear()
        plugged = asyncio.get_running_loop().time()
        await bench.line.plug()
        await bench.recorder.until(lambda: b"AT" in bench.keys)
        assert asyncio.get_running_loop().time() - plugged < 1.0
        assert await bench.send(worker, "next") == Accepted(reference=1)
    outcome = bench.recorder.outcomes["hello"]
    assert isinstance(outcome, Unknown)
    assert outcome.code == "port_lost"
    assert bench.accepted == ["next"]


async def test_an_unplug_during_set_up_begins_again(bench: Bench) -> None:
    bench.answer("+CNMI", lambda asked: _unplug_then(bench, asked))
    async with bench.serving(state=None):
        await bench.recorder.until(lambda: State.INITIALISING in bench.recorder.states)
        await bench.recorder.until(lambda: bench.recorder.states[-1] is State.ABSENT)
        bench.obeys("+CNMI")
        await bench.line.plug()
        await bench.recorder.until(lambda: ready_again(bench, 1))


async def test_claims_are_given_back_whenever_the_port_goes(bench: Bench) -> None:
    async with bench.serving():
        await bench.until_idle()
        bench.line.unplug()
        await bench.recorder.until(lambda: bench.recorder.seen("release"))


@pytest.mark.machine_clock
async def test_a_modem_that_has_failed_and_is_pulled_out_is_absent(
    make_bench: Callable[..., Bench], tmp_path: Path
) -> None:
    bench = make_bench(sim=Sim(number="+15145550100", pin="1234"))
    link = PtyLink(path=tmp_path / "modem", modem=bench.modem)
    await link.plug()
    async with bench.serving(state=State.NEEDS_PIN, device=str(link.path)) as worker:
        link.unplug()
        await bench.recorder.until(lambda: worker.status.state is State.ABSENT)


# Falls silent, restarts


async def test_a_modem_that_falls_silent_is_given_up_and_comes_back(bench: Bench) -> None:
    async with bench.serving() as worker:
        await bench.until_idle()
        bench.modem.hang(None)
        bench.queue(worker, "hello")
        await bench.recorder.until(lambda: "hello" in bench.recorder.outcomes)
        await bench.recorder.until(lambda: worker.status.state is not State.READY)
        bench.modem.wake()
        await bench.recorder.until(lambda: ready_again(bench))
    assert isinstance(bench.recorder.outcomes["hello"], NotSent)
    assert bench.accepted == []


async def test_a_modem_that_restarts_by_itself_is_set_up_again(
    make_bench: Callable[..., Bench],
) -> None:
    bench = make_bench("sim800")
    async with bench.serving() as worker:
        await bench.until_idle()
        bench.modem.reboot()
        await bench.recorder.until(lambda: ready_again(bench))
        assert bench.modem.settings.announcements == (2, 1, 0, 1, 0)
        bench.text_in("after")
        await bench.recorder.until(lambda: bench.recorder.arrivals)
        assert await bench.send(worker, "hello") == Accepted(reference=1)
    assert ("status", "initialising", "the modem restarted by itself") in bench.recorder.log
    assert State.ABSENT not in bench.recorder.states  # the port stayed open


async def test_a_sign_of_life_before_the_set_up_is_no_restart(
    make_bench: Callable[..., Bench],
) -> None:
    """A board that resets when its port is opened says RDY before it is asked anything."""
    bench = make_bench("sim800")
    hear = bench.modem.receive

    def wake_up(data: bytes) -> None:
        bench.modem.receive = hear  # type: ignore[method-assign]  # once
        bench.modem.terminal.say("RDY")
        hear(data)

    bench.modem.receive = wake_up  # type: ignore[method-assign]  # a tap on the line
    async with bench.serving():
        await bench.until_idle()
    assert bench.recorder.states.count(State.INITIALISING) == 1


async def test_a_restart_during_the_set_up_begins_it_again(
    make_bench: Callable[..., Bench],
) -> None:
    bench = make_bench("sim800")
    execute = bench.modem.execute

    def reboot(asked: object) -> object:
        bench.obeys("+CLIP")
        bench.modem.later(0, bench.modem.reboot)
        return execute(asked)  # type: ignore[arg-type]  # the request

    bench.answer("+CLIP", reboot)  # type: ignore[arg-type]  # an outcome
    async with bench.serving(state=None):
        await bench.recorder.until(
            lambda: bench.typed.count("+CNMI=2,1,0,1,0") == 2 and ready_again(bench, 1)
        )
        assert bench.modem.settings.announcements == (2, 1, 0, 1, 0)


async def test_a_submit_that_a_restart_cuts_off_is_unknown(
    make_bench: Callable[..., Bench],
) -> None:
    """At once: who would answer has forgotten the question."""
    bench = make_bench("sim800", submit_ms=60_000)
    async with bench.serving(timing=PATIENT) as worker:
        await bench.until_idle()
        bench.queue(worker, "hello")
        await bench.until_ctrl_z()
        bench.modem.submit_ms = 0
        bench.modem.reboot()
        await bench.recorder.until(lambda: "hello" in bench.recorder.outcomes)
        await bench.recorder.until(lambda: ready_again(bench))
        assert await bench.send(worker, "next") == Accepted(reference=1)
    assert isinstance(bench.recorder.outcomes["hello"], Unknown)


# SIM and PIN


@pytest.fixture
def pin_file(tmp_path: Path) -> SecretSource:
    path = tmp_path / "pin"
    path.write_text("0000")
    path.chmod(0o600)
    return SecretSource(path=path)


async def test_a_wrong_pin_is_typed_once_however_often_it_is_tried(
    make_bench: Callable[..., Bench], pin_file: SecretSource
) -> None:
    bench = make_bench(sim=Sim(number="+15145550100", pin="1234"))
    async with bench.serving(state=None, pin_file=pin_file) as worker:
        await bench.recorder.until(lambda: bench.recorder.states.count(State.NEEDS_PIN) == 4)
        worker.restart()
        await bench.recorder.until(lambda: bench.recorder.states.count(State.NEEDS_PIN) == 5)
    assert bench.count(Happening.PIN) == 1


async def test_a_corrected_pin_is_taken_without_a_restart(
    make_bench: Callable[..., Bench], pin_file: SecretSource
) -> None:
    bench = make_bench(sim=Sim(number="+15145550100", pin="1234"))
    async with bench.serving(state=State.NEEDS_PIN, pin_file=pin_file) as worker:
        assert pin_file.path is not None
        pin_file.path.write_text("1234")
        await bench.recorder.until(lambda: worker.status.state is State.READY)
    assert bench.count(Happening.PIN) == 2


async def test_a_puk_fails_the_modem_until_a_person_helps(
    make_bench: Callable[..., Bench],
) -> None:
    bench = make_bench(sim=Sim(number="+15145550100", pin="1234"))
    for wrong in ("1111", "2222", "3333"):
        bench.modem.sim.type_pin(wrong)
    async with bench.serving(state=State.FAILED) as worker:
        assert "SIM PUK" in str(worker.status.reason)
        bench.modem.sim.type_puk("12345678", "1234")
        bench.modem.sim.pin = None
        bench.modem.sim_unlocked()
        await bench.recorder.until(lambda: worker.status.state is State.READY)


async def test_no_sim_is_told_and_looked_for(bench: Bench) -> None:
    bench.answer("+CPIN", cme(10))
    async with bench.serving(state=State.BACKOFF) as worker:
        assert "no SIM" in str(worker.status.reason)
        bench.obeys("+CPIN")
        await bench.recorder.until(lambda: worker.status.state is State.READY)


async def test_a_sim_that_is_busy_at_start_is_waited_for(
    make_bench: Callable[..., Bench],
) -> None:
    """The first sweep must not find a store that does not answer yet."""
    bench = make_bench(sim_ms=100)
    bench.modem.settings.announcements = (2, 1, 0, 0, 0)
    async with bench.serving(state=None):
        bench.text_in("waiting")
        await bench.recorder.until(lambda: bench.count(Happening.DELETED))
    assert ready_again(bench, 1)


# Real lines


@pytest.mark.machine_clock
async def test_a_sick_modem_that_a_person_replugs_is_opened_without_waiting(
    bench: Bench, tmp_path: Path
) -> None:
    """However long it would have been left alone."""
    path = tmp_path / "modem"
    path.write_text("no tty")
    patient = Timing(device_poll_seconds=0.02, backoff_seconds=(3600.0,))
    async with bench.serving(state=State.BACKOFF, timing=patient, device=str(path)) as worker:
        path.unlink()
        await bench.recorder.until(lambda: worker.status.state is State.ABSENT)
        link = PtyLink(path=path, modem=bench.modem)
        await link.plug()
        await bench.recorder.until(lambda: worker.status.state is State.READY)
    link.unplug()


@pytest.mark.machine_clock
async def test_a_pseudo_terminal_is_served_over_an_unplug(bench: Bench, tmp_path: Path) -> None:
    link = PtyLink(path=tmp_path / "modem", modem=bench.modem)
    await link.plug()
    plug = Plug(modem=bench.modem, line=link)
    async with bench.serving(timing=PATIENT, device=str(link.path)) as worker:
        assert await bench.send(worker, "one", report=True) == Accepted(reference=1)
        bench.text_in("in")
        await bench.recorder.until(lambda: bench.count(Happening.DELETED) == 2)
        plug.unplug()
        await bench.recorder.until(lambda: worker.status.state is State.ABSENT)
        await plug.replug()
        assert await bench.send(worker, "two") == Accepted(reference=2)
    link.unplug()


@pytest.mark.machine_clock
async def test_a_serial_server_is_served_over_a_broken_connection(bench: Bench) -> None:
    link = TcpLink(host="127.0.0.1", port=0, modem=bench.modem)
    await link.plug()
    where = f"socket://127.0.0.1:{link.port}"
    async with bench.serving(timing=PATIENT, device=where) as worker:
        assert await bench.send(worker, "one") == Accepted(reference=1)
        link.unplug()
        await bench.recorder.until(lambda: worker.status.state is State.ABSENT)
        await link.plug()
        bench.text_in("in")
        await bench.recorder.until(lambda: bench.count(Happening.DELETED) == 1)
    link.unplug()


async def test_a_chattering_modem_that_echoes_is_served(
    make_bench: Callable[..., Bench],
) -> None:
    chatty = replace(GENERIC, echo=True, chatter=("^RSSI:17", "^MODE:5,4"), chatter_seconds=0.03)
    bench = make_bench(chatty)
    bench.answer("E", cme(4))
    async with bench.serving() as worker:
        assert await bench.send(worker, "hello", report=True) == Accepted(reference=1)
        bench.text_in("in")
        await bench.recorder.until(lambda: bench.count(Happening.DELETED) == 2)


@pytest.mark.parametrize("make", ["generic", "huawei", "sim800", "quectel", "lte"])
async def test_every_make_sends_receives_and_reports(
    make_bench: Callable[..., Bench], make: str
) -> None:
    bench = make_bench(make)
    async with bench.serving() as worker:
        await bench.until_idle()
        assert await bench.send(worker, "out", report=True) == Accepted(reference=1)
        await bench.recorder.until(lambda: bench.count(Happening.REPORTED) == 1)
        await bench.recorder.until(lambda: len(bench.recorder.arrivals) == 1)
        bench.text_in("in")
        bench.text_in("déjà vu – 日本" * 20)
        await bench.recorder.until(lambda: len(bench.recorder.arrivals) >= 6)
        await bench.recorder.until(
            lambda: all(store.used == 0 for store in bench.modem.stores.values())
        )
    assert bench.accepted == ["out"]


@pytest.mark.parametrize("fault", [FaultKind.SPLIT, FaultKind.NOISE, FaultKind.INTERRUPT])
async def test_a_bad_cable_changes_nothing(
    make_bench: Callable[..., Bench], fault: FaultKind
) -> None:
    bench = make_bench("huawei")
    bench.fault(fault, count=None)
    async with bench.serving() as worker:
        assert await bench.send(worker, "out", report=True) == Accepted(reference=1)
        bench.text_in("in")
        await bench.recorder.until(lambda: bench.count(Happening.DELETED) == 2)

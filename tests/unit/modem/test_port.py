from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from modem import port as port_module
from modem.at import verbs
from modem.at.engine import LateAnswer, Response, TimedOut, Unsolicited
from modem.at.urc import Ring
from modem.errors import PortLostError
from modem.virtual.faults import FaultKind
from modem.virtual.ledger import Happening

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from conftest import Bench

    from modem.at.command import Command
    from modem.port import Port

CTRL_Z, ESC = b"\x1a", b"\x1b"


async def yes() -> bool:
    return True


async def no() -> bool:
    return False


def cmgs(bench: Bench, text: str = "hello") -> Command:
    tpdu = bench.submission(text).tpdu
    return verbs.cmgs(len(tpdu), b"00" + tpdu.hex().upper().encode())


@pytest.fixture
async def events() -> list[object]:
    return []


@pytest.fixture
async def port(bench: Bench, events: list[object]) -> AsyncIterator[Port]:
    opened = bench.port(events.append)
    await opened.open()
    yield opened
    await opened.close()


async def test_a_command_is_answered(port: Port) -> None:
    answer = await port.execute(verbs.cgsn())
    assert isinstance(answer, Response)
    assert answer.lines == (b"490154203237518",)
    assert answer.final.ok


async def test_opening_leaves_a_prompt_that_a_killed_predecessor_left_open(bench: Bench) -> None:
    predecessor = bench.port()
    await predecessor.open()
    command = cmgs(bench)
    died = asyncio.Event()

    async def die() -> bool:
        died.set()
        return await asyncio.Event().wait()

    task = asyncio.create_task(predecessor.execute(command, on_prompt=die))
    await died.wait()
    task.cancel()
    await predecessor.close()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert bench.modem.terminal.at_prompt

    successor = bench.port()
    await successor.open()
    assert not bench.modem.terminal.at_prompt
    assert bench.count(Happening.ACCEPTED) == 0
    assert isinstance(await successor.execute(verbs.csq()), Response)
    await successor.close()


async def test_what_the_modem_says_by_itself_is_handed_on(
    bench: Bench, port: Port, events: list[object]
) -> None:
    bench.modem.terminal.say("RING")
    await port.execute(verbs.csq())
    assert events == [Unsolicited(urc=Ring())]


async def test_what_cannot_be_read_is_counted(bench: Bench, port: Port) -> None:
    bench.modem.terminal.say("good morning")
    await port.execute(verbs.csq())
    assert port.unparsed_total == 1


async def test_a_lost_answer_ends_by_its_deadline_and_the_next_command_is_answered(
    bench: Bench, port: Port
) -> None:
    bench.fault(FaultKind.LOSE_ANSWER, match="+CGSN")
    assert await port.execute(verbs.cgsn()) == TimedOut(ctrl_z_written=False)
    answer = await port.execute(verbs.csq())
    assert isinstance(answer, Response)
    assert answer.lines == (b"+CSQ: 21,99",)


async def test_an_answer_after_its_deadline_is_not_the_next_commands(
    bench: Bench, port: Port, events: list[object]
) -> None:
    bench.fault(FaultKind.DELAY_ANSWER, match="+CGSN", ms=230)
    assert isinstance(await port.execute(verbs.cgsn()), TimedOut)
    answer = await port.execute(verbs.csq())
    assert isinstance(answer, Response)
    assert answer.lines == (b"+CSQ: 21,99",)
    assert [type(event) for event in events] == [LateAnswer]


async def test_a_list_may_take_long_while_it_goes_on(bench: Bench, port: Port) -> None:
    await port.execute(verbs.cmgf_pdu())
    bench.text_in("one")
    bench.fault(FaultKind.SPLIT, ms=4)  # byte by byte: longer than the deadline in all
    started = asyncio.get_running_loop().time()
    answer = await port.execute(verbs.cmgl())
    assert isinstance(answer, Response)
    assert len(answer.lines) == 2
    assert asyncio.get_running_loop().time() - started > verbs.cmgl().deadline.seconds


async def test_a_modem_that_falls_silent_is_given_up(bench: Bench, port: Port) -> None:
    bench.modem.hang(None)
    assert isinstance(await port.execute(verbs.csq()), TimedOut)
    with pytest.raises(PortLostError, match="does not answer AT"):
        await port.execute(verbs.csq())
    with pytest.raises(PortLostError):
        port.check()


async def test_a_line_that_never_falls_quiet_is_no_modem(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    def chatter() -> None:
        bench.modem.terminal.say("$GPGGA,123519,4807.038,N")
        bench.modem.later(2, chatter)

    monkeypatch.setattr(port_module, "RESYNC_SECONDS", 0.1)
    chatter()
    port = bench.port()
    with pytest.raises(PortLostError, match="never falls quiet"):
        await port.open()
    await port.close()


async def test_a_submit_is_released_only_after_its_prompt(bench: Bench, port: Port) -> None:
    async def release() -> bool:
        assert bench.modem.terminal.at_prompt
        assert bench.keys.count(CTRL_Z) == 0
        return True

    answer = await port.execute(cmgs(bench), on_prompt=release)
    assert isinstance(answer, Response)
    assert answer.ctrl_z_written
    assert bench.accepted == ["hello"]


async def test_a_withdrawn_submit_leaves_the_prompt_by_escape(bench: Bench, port: Port) -> None:
    answer = await port.execute(cmgs(bench), on_prompt=no)
    assert not answer.ctrl_z_written
    assert ESC in bench.keys
    assert CTRL_Z not in bench.keys
    assert bench.accepted == []
    assert not bench.modem.terminal.at_prompt
    assert isinstance(await port.execute(verbs.csq()), Response)


async def test_no_prompt_ends_the_submit_soon(bench: Bench, port: Port) -> None:
    bench.fault(FaultKind.NO_PROMPT)
    answer = await port.execute(cmgs(bench), on_prompt=yes, deadline_seconds=60)
    assert answer == TimedOut(ctrl_z_written=False)
    assert isinstance(await port.execute(verbs.csq()), Response)
    assert bench.accepted == []


async def test_a_prompt_after_its_deadline_sends_nothing(bench: Bench, port: Port) -> None:
    bench.fault(FaultKind.LATE_PROMPT, ms=150)
    assert await port.execute(cmgs(bench), on_prompt=yes) == TimedOut(ctrl_z_written=False)
    assert isinstance(await port.execute(verbs.csq()), Response)
    assert bench.accepted == []
    assert not bench.modem.terminal.at_prompt


async def test_an_error_while_the_body_is_held_ends_the_submit(bench: Bench, port: Port) -> None:
    async def slow() -> bool:
        bench.modem.terminal.reset(bench.modem.settings)
        bench.modem.terminal.say("+CMS ERROR: 331")
        assert port._finished is not None
        await asyncio.wait([port._finished])
        return True

    answer = await port.execute(cmgs(bench), on_prompt=slow)
    assert isinstance(answer, Response)
    assert (answer.final.code, answer.ctrl_z_written) == (331, False)
    assert isinstance(await port.execute(verbs.csq()), Response)
    assert bench.accepted == []


async def test_an_error_in_one_breath_with_the_prompt_does_not_hang_the_port(
    bench: Bench, port: Port
) -> None:
    """The quiet period that follows must not be stopped with the prompt's deadline."""
    asked: list[bool] = []

    async def release() -> bool:
        asked.append(True)
        return True

    def both(_: object) -> object:
        bench.modem.terminal._outlet.send(b"\r\n> \r\n+CMS ERROR: 331\r\n")
        from modem.virtual.dialect import Silence  # noqa: PLC0415

        return Silence()

    bench.answer("+CMGS", both)
    answer = await port.execute(cmgs(bench), on_prompt=release)
    assert isinstance(answer, Response)
    assert answer.final.code == 331
    async with asyncio.timeout(60):
        assert isinstance(await port.execute(verbs.csq()), Response)
    assert asked == []


async def test_a_caller_may_take_its_time_before_ctrl_z(bench: Bench, port: Port) -> None:
    async def slow() -> bool:
        await asyncio.sleep(port_module.PROMPT_SECONDS * 1.5)  # longer than any deadline before it
        return True

    answer = await port.execute(cmgs(bench), on_prompt=slow, deadline_seconds=1)
    assert isinstance(answer, Response)
    assert bench.accepted == ["hello"]


@pytest.mark.parametrize("written", [False, True])
async def test_an_unplug_tells_whether_ctrl_z_was_written(
    bench: Bench, port: Port, *, written: bool
) -> None:
    async def release() -> bool:
        if not written:
            bench.line.unplug()
            await bench.recorder.until(lambda: port._lost is not None)
        return True

    bench.modem.submit_ms = 60_000
    if written:
        hear = bench.modem.receive

        def unplug_on_ctrl_z(data: bytes) -> None:
            hear(data)
            if CTRL_Z in data:
                bench.line.unplug()

        bench.modem.receive = unplug_on_ctrl_z  # type: ignore[method-assign]
    with pytest.raises(PortLostError) as lost:
        await port.execute(cmgs(bench), on_prompt=release)
    assert lost.value.unfinished == TimedOut(ctrl_z_written=written)


async def test_the_next_command_on_a_lost_port_was_never_written(bench: Bench, port: Port) -> None:
    bench.line.unplug()
    await bench.recorder.until(lambda: port._lost is not None)
    with pytest.raises(PortLostError) as lost:
        await port.execute(cmgs(bench), on_prompt=yes)
    assert lost.value.unfinished is None


async def test_concluding_ends_a_running_command_only(bench: Bench, port: Port) -> None:
    port.conclude()
    bench.fault(FaultKind.ACCEPT_THEN_SILENCE)
    running = asyncio.create_task(port.execute(cmgs(bench), on_prompt=yes, deadline_seconds=60))
    await bench.recorder.until(lambda: bench.count(Happening.ACCEPTED))
    port.conclude()
    assert await running == TimedOut(ctrl_z_written=True)
    assert isinstance(await port.execute(verbs.csq()), Response)


async def test_closing_twice_and_closing_unopened_are_harmless(bench: Bench, port: Port) -> None:
    await bench.port().close()
    await port.close()
    await port.close()


@pytest.mark.parametrize("fault", [FaultKind.SPLIT, FaultKind.NOISE])
async def test_chunks_and_noise_change_nothing(
    make_bench: Callable[..., Bench], fault: FaultKind
) -> None:
    bench = make_bench("huawei")
    bench.fault(fault, count=None)
    port = bench.port()
    await port.open()
    answer = await port.execute(verbs.cgsn())
    assert isinstance(answer, Response)
    assert answer.lines == (b"490154203237518",)
    await port.close()

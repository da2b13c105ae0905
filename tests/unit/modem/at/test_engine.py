"""The engine's states, order of classification, and the unit of +CMGS and its body."""

import pytest

from modem.at import verbs
from modem.at.command import Command, Expect
from modem.at.engine import (
    MAX_REPLY_LINES,
    Engine,
    EngineState,
    Finished,
    Overflow,
    PromptOpened,
    Response,
    TimedOut,
    Unparsed,
    Unsolicited,
)
from modem.at.errors import EngineBusy, EngineMisuse
from modem.at.results import Final, Kind
from modem.at.urc import CallEnded, MessagePushed, MessageStored, SignalReport, UssdAnswer

OK = Final(kind=Kind.OK, text="OK")
BODY = b"0001000B915141550510F1000002C834"
CMGS = verbs.cmgs(15, BODY)
CSQ = verbs.csq()


def finished(
    command: Command, *lines: bytes, final: Final = OK, ctrl_z_written: bool = False
) -> Finished:
    response = Response(lines=lines, final=final, ctrl_z_written=ctrl_z_written)
    return Finished(command=command, response=response)


def at_prompt(engine: Engine) -> Engine:
    engine.start(CMGS)
    assert engine.data_to_send() == b"AT+CMGS=15\r"
    assert engine.receive(b"\r\n> ") == (PromptOpened(command=CMGS),)
    assert engine.data_to_send() == BODY
    assert engine.state is EngineState.BODY_HELD
    return engine


def test_nothing_can_be_asked_before_the_port_is_open() -> None:
    engine = Engine()
    assert engine.state is EngineState.FAILED
    with pytest.raises(EngineBusy):
        engine.start(CSQ)


def test_a_command_and_its_answer(engine: Engine) -> None:
    engine.start(CSQ)
    assert engine.command is CSQ
    assert engine.data_to_send() == b"AT+CSQ\r"
    assert engine.data_to_send() == b""
    assert engine.state is EngineState.RUNNING
    assert engine.receive(b"AT+CSQ\r\r\n+CSQ: 20,0\r\n\r\nOK\r\n") == (
        finished(CSQ, b"+CSQ: 20,0"),
    )
    assert engine.state is EngineState.IDLE
    assert engine.command is None


def test_one_command_at_a_time(engine: Engine) -> None:
    engine.start(CSQ)
    with pytest.raises(EngineBusy) as caught:
        engine.start(CSQ)
    assert (caught.value.call, caught.value.state) == ("start", "running")


def test_a_submit(engine: Engine) -> None:
    at_prompt(engine).release_body()
    assert engine.data_to_send() == b"\x1a"
    assert engine.state is EngineState.SUBMITTED
    assert engine.receive(BODY + b"\x1a\r\n+CMGS: 7\r\n\r\nOK\r\n") == (
        finished(CMGS, b"+CMGS: 7", ctrl_z_written=True),
    )
    assert engine.state is EngineState.IDLE


def test_an_abandoned_body(engine: Engine) -> None:
    at_prompt(engine).abandon_body()
    assert engine.data_to_send() == b"\x1b"
    assert engine.receive(b"\r\nOK\r\n") == (finished(CMGS),)
    assert engine.state is EngineState.IDLE


def test_an_error_in_place_of_the_prompt(engine: Engine) -> None:
    engine.start(CMGS)
    events = engine.receive(b"\r\n+CMS ERROR: 310\r\n> ")
    final = Final(kind=Kind.CMS, code=310, text="+CMS ERROR: 310")
    assert events == (finished(CMGS, final=final),)
    assert engine.data_to_send() == b"AT+CMGS=15\r", "no body without its prompt"


def test_an_ok_is_no_prompt(engine: Engine) -> None:
    engine.start(CMGS)
    (event,) = engine.receive(b"\r\nOK\r\n")
    assert isinstance(event, Unparsed)
    assert engine.receive(b"> ") == (PromptOpened(command=CMGS),)


def test_an_error_while_the_body_is_held_needs_resynchronisation(engine: Engine) -> None:
    at_prompt(engine)
    (event,) = engine.receive(b"\r\nERROR\r\n")
    assert isinstance(event, Finished)
    assert isinstance(event.response, Response)
    assert not event.response.ctrl_z_written
    assert engine.state is EngineState.RESYNC
    engine.quiet()
    assert engine.data_to_send() == b"\x1bAT\r"


@pytest.mark.parametrize("call", ["release_body", "abandon_body"])
def test_a_body_that_is_not_held(engine: Engine, call: str) -> None:
    with pytest.raises(EngineMisuse):
        getattr(engine, call)()
    assert engine.data_to_send() == b""


@pytest.mark.parametrize("release", [False, True])
def test_a_deadline_says_whether_ctrl_z_was_written(engine: Engine, release: bool) -> None:
    at_prompt(engine)
    if release:
        engine.release_body()
        engine.receive(b"\r\n+CMGS: 9\r\n")
    lines = (b"+CMGS: 9",) if release else ()
    response = TimedOut(ctrl_z_written=release, lines=lines)
    assert engine.deadline_passed() == (Finished(command=CMGS, response=response),)
    assert engine.state is EngineState.RESYNC


def test_a_deadline_without_a_command_does_nothing(engine: Engine) -> None:
    assert engine.deadline_passed() == ()
    assert engine.state is EngineState.IDLE


def test_quiet_outside_resync_does_nothing(engine: Engine) -> None:
    assert engine.quiet() == ()
    assert engine.data_to_send() == b""


def test_a_pushed_message_inside_a_list(engine: Engine) -> None:
    listing = verbs.cmgl()
    engine.start(listing)
    events = engine.receive(
        b"+CMGL: 1,0,,2\r\n+CMT: ,1\r\n0001\r\n00AABB\r\n+CMGL: 2,0,,2\r\n00CCDD\r\nOK\r\n"
    )
    assert events == (
        Unsolicited(urc=MessagePushed(pdu=b"\x00\x01", length=1)),
        finished(listing, b"+CMGL: 1,0,,2", b"00AABB", b"+CMGL: 2,0,,2", b"00CCDD"),
    )


def test_a_line_between_a_push_and_its_pdu(engine: Engine) -> None:
    assert engine.receive(b"+CMT: ,1\r\n^RSSI:20\r\n0001\r\n") == (
        Unsolicited(urc=SignalReport(dbm=-73)),
        Unsolicited(urc=MessagePushed(pdu=b"\x00\x01", length=1)),
    )


def test_a_push_without_its_pdu_is_told(engine: Engine) -> None:
    engine.start(CSQ)
    assert engine.receive(b"+CMT: ,1\r\nOK\r\n") == (
        Unparsed(line=b"+CMT: ,1", why="its PDU did not follow"),
        finished(CSQ),
    )


def test_the_bodys_echo_is_not_a_pushed_message(engine: Engine) -> None:
    at_prompt(engine).release_body()
    events = engine.receive(b"\r\n+CMT: ,1\r\n" + BODY.lower() + b"\x1a\r\n0001\r\n")
    assert events == (Unsolicited(urc=MessagePushed(pdu=b"\x00\x01", length=1)),)


def test_an_announcement_between_command_and_answer(engine: Engine) -> None:
    engine.start(CSQ)
    assert engine.receive(b'+CMTI: "SM",0\r\n+CSQ: 1,0\r\nOK\r\n') == (
        Unsolicited(urc=MessageStored(store="SM", index=0)),
        finished(CSQ, b"+CSQ: 1,0"),
    )


def test_a_declared_prefix_is_an_answer_and_else_unsolicited(engine: Engine) -> None:
    assert engine.receive(b"+CSQ: 20,0\r\n") == (Unsolicited(urc=SignalReport(dbm=-73)),)


def test_bare_text_only_for_a_command_that_expects_it(engine: Engine) -> None:
    command = verbs.cgsn()
    engine.start(command)
    events = engine.receive(b'867322041234567\r\n^HCSQ:"LTE",1\r\nOK\r\n')
    assert events[-1] == finished(command, b"867322041234567")
    engine.start(CSQ)
    (event,) = engine.receive(b"867322041234567\r\n")
    assert event == Unparsed(line=b"867322041234567", why="not expected in state running")


def test_hex_only_for_a_command_that_expects_it(engine: Engine) -> None:
    command = verbs.cmgr(1)
    engine.start(command)
    events = engine.receive(b"00FF1\r\n00FF\r\nOK\r\n")
    assert events == (
        Unparsed(line=b"00FF1", why="not expected in state running"),
        finished(command, b"00FF"),
    )


def test_the_end_of_a_call_does_not_end_a_command(engine: Engine) -> None:
    engine.start(CSQ)
    assert engine.receive(b"NO CARRIER\r\n") == (Unsolicited(urc=CallEnded(line=b"NO CARRIER")),)
    assert engine.state is EngineState.RUNNING


def test_a_calls_result_ends_a_command_that_calls(engine: Engine) -> None:
    command = Command(line=b"ATD*100#;")
    engine.start(command)
    final = Final(kind=Kind.NO_CARRIER, text="NO CARRIER")
    assert engine.receive(b"NO CARRIER\r\n") == (finished(command, final=final),)


def test_a_final_that_nothing_asked_for(engine: Engine) -> None:
    assert engine.receive(b"OK\r\n") == (
        Unparsed(line=b"OK", why="a final result that nothing asked for"),
    )


def test_a_prompt_that_nothing_asked_for_is_not_a_line(engine: Engine) -> None:
    assert engine.receive(b"> \r\n") == ()


def test_text_over_several_lines(engine: Engine) -> None:
    command = verbs.cops_read()
    engine.start(command)
    assert engine.receive(b'+COPS: 0,0,"Vid\r\neo",7\r\nOK\r\n') == (
        finished(command, b'+COPS: 0,0,"Vid\neo",7'),
    )


def test_text_whose_quote_never_closes_swallows_no_message(engine: Engine) -> None:
    assert engine.receive(b'+CUSD: 0,"lost\r\n+CMT: ,1\r\n0001\r\n') == (
        Unparsed(line=b'+CUSD: 0,"lost', why="its quote was never closed"),
        Unsolicited(urc=MessagePushed(pdu=b"\x00\x01", length=1)),
    )


def test_text_whose_quote_never_closes_is_bounded(engine: Engine) -> None:
    (event,) = engine.receive(b'+CUSD: 0,"' + b"x\r\n" * 33)
    assert isinstance(event, Unparsed)
    assert engine.receive(b'+CUSD: 0,"back"\r\n') == (
        Unsolicited(urc=UssdAnswer(status=0, raw=b"back", dcs=None)),
    )


def test_an_endless_answer_is_cut_and_told_once(engine: Engine) -> None:
    command = Command(line=b"ATI", expects=Expect.BARE)
    engine.start(command)
    events = engine.receive(b"x\r\n" * (MAX_REPLY_LINES + 5) + b"OK\r\n")
    assert events[0] == Overflow(what="answer")
    (end,) = events[1:]
    assert isinstance(end, Finished)
    assert isinstance(end.response, Response)
    assert len(end.response.lines) == MAX_REPLY_LINES + 1


def test_an_overlong_line_is_told(engine: Engine) -> None:
    assert engine.receive(b"x" * 5000 + b"\r\n") == (Overflow(what="line"),)


def test_noise_is_counted(engine: Engine) -> None:
    engine.receive(b"\x00\xff")
    assert engine.noise_bytes == 2

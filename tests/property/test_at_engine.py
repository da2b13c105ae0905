"""Any bytes, in any chunking, give the same events and never an exception; work is linear."""

import re
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from modem.at import lines, verbs
from modem.at.command import Command
from modem.at.engine import Engine, Event
from modem.at.lines import MAX_LINE_BYTES, LineBuffer

PDU = b"07915141550900F0040B915141550510F100006211225151000002C834"
CMGS = verbs.cmgs(15, b"0001000B915141550510F1000002C834")

FRAGMENTS = st.sampled_from(
    [
        *(b"\r", b"\n", b"\r\n", b"\r\r\n", b"> ", b">", b"\x00", b"\xff", b"\x1a", b'"', b" "),
        *(b"OK", b"\r\nOK\r\n", b"ERROR", b"+CMS ERROR: 38", b"+CMS ERROR: SIM busy"),
        *(b"+CMGS: 12", b"+CMGL: 1,0,,21", b"+CMT: ,21", b"+CDS: 25", PDU, CMGS.line),
        *(b'+CMTI: "SM",0', b'+CUSD: 0,"', b'",15', b"^RSSI:20", b"RING", b"NO CARRIER"),
        *(b'+COPS: 0,0,"a', b"AT", b"x" * 700),
    ]
)
STREAMS = st.lists(FRAGMENTS | st.binary(max_size=20), max_size=40).map(b"".join)
COMMANDS = st.sampled_from(
    [CMGS, verbs.cmgl(), verbs.cgsn(), verbs.csq(), verbs.cops_read(), verbs.cmgd(1)]
)


def idle_engine() -> Engine:
    engine = Engine()
    engine.opened()
    engine.quiet()
    engine.receive(b"OK\r")
    engine.quiet()
    return engine


def pieces_of(data: bytes, cuts: list[int]) -> list[bytes]:
    marks = sorted({0, len(data), *(cut % (len(data) + 1) for cut in cuts)})
    return [data[start:end] for start, end in pairwise(marks)]


def run(command: Command | None, pieces: list[bytes]) -> tuple[list[Event], bytes, str]:
    engine = idle_engine()
    if command is not None:
        engine.start(command)
    events = [event for piece in pieces for event in engine.receive(piece)]
    return events, engine.data_to_send(), engine.state.value


@given(stream=STREAMS, cuts=st.lists(st.integers(min_value=0)), command=st.none() | COMMANDS)
def test_chunking_changes_nothing(stream: bytes, cuts: list[int], command: Command | None) -> None:
    whole = run(command, [stream])
    assert run(command, pieces_of(stream, cuts)) == whole
    assert run(command, [bytes([byte]) for byte in stream]) == whole


CALLS = st.sampled_from(
    ["opened", "quiet", "deadline_passed", "release_body", "abandon_body", "start"]
)


@given(steps=st.lists(STREAMS | CALLS, max_size=12), commands=st.lists(COMMANDS, min_size=12))
@settings(deadline=None)
def test_no_bytes_and_no_clock_break_it(steps: list[bytes | str], commands: list[Command]) -> None:
    engine = idle_engine()
    for step, command in zip(steps, commands, strict=False):
        if isinstance(step, bytes):
            engine.receive(step)
        elif step == "start":
            if engine.state == "idle":
                engine.start(command)
        elif step in {"release_body", "abandon_body"}:
            if engine.state == "body_held":
                getattr(engine, step)()
        else:
            getattr(engine, step)()
    assert len(engine._lines._pending) <= MAX_LINE_BYTES


@given(stream=STREAMS)
def test_no_body_and_no_ctrl_z_without_a_prompt(stream: bytes) -> None:
    engine = idle_engine()
    engine.data_to_send()
    engine.start(CMGS)
    engine.receive(stream.replace(b">", b""))
    assert engine.data_to_send() == CMGS.line + b"\r"


class CountingPattern:
    """Counts the bytes that a search could look at."""

    def __init__(self, pattern: re.Pattern[bytes]) -> None:
        self.pattern = pattern
        self.looked_at = 0

    def search(self, buffer: bytearray, start: int) -> re.Match[bytes] | None:
        self.looked_at += len(buffer) - start
        return self.pattern.search(buffer, start)


def test_byte_by_byte_is_linear(monkeypatch: pytest.MonkeyPatch) -> None:
    counter = CountingPattern(lines._BREAK)
    monkeypatch.setattr(lines, "_BREAK", counter)
    buffer = LineBuffer()
    total = 20_000
    for _ in range(total):
        buffer.feed(b"x")
        buffer.take_line()
    assert counter.looked_at <= 2 * total

"""Replays dialogues/*.at, written after reports in public trackers, through the engine.

docs/at.md describes the format.
"""

import re
from dataclasses import fields
from pathlib import Path

import pytest

from modem.at import verbs
from modem.at.command import Command
from modem.at.engine import (
    Engine,
    EngineState,
    Event,
    Finished,
    LateAnswer,
    PromptOpened,
    Response,
    Resynced,
    TimedOut,
    Unparsed,
    Unsolicited,
)
from modem.at.results import Final
from modem.at.urc import Urc

DIALOGUES = sorted((Path(__file__).parent.parent / "dialogues").glob("*.at"))

COMMANDS = {
    command.line: command
    for command in (
        verbs.chup(),
        verbs.cmgd(1),
        verbs.cmgl(),
        verbs.cmgr(0),
        verbs.cmgr(3),
        verbs.cnmi(verbs.CnmiSet(mode=2, mt=1, bm=0, ds=2, bfr=0)),
        verbs.cpin_enter("1234"),
        verbs.cpin_read(),
        verbs.cpms_select("SM"),
        verbs.cpms_test(),
        verbs.csca_read(),
        verbs.csq(),
        verbs.cusd("*100#"),
        verbs.cusd("2"),
    )
}


def unescape(text: str) -> bytes:
    return re.sub(
        rb"\\(r|n|x[0-9a-f]{2})",
        lambda found: (
            {b"r": b"\r", b"n": b"\n"}.get(found[1]) or bytes.fromhex(found[1][1:].decode())
        ),
        text.encode("latin-1"),
    )


def show(value: object) -> str:
    if not isinstance(value, bytes):
        return repr(value)
    if re.search(rb"[^\x20-\x7e\n]", value):
        return value.hex().upper()
    return value.decode().replace("\n", "\\n")


def show_urc(urc: Urc) -> str:
    values = ", ".join(f"{each.name}={show(getattr(urc, each.name))}" for each in fields(urc))
    return f"{type(urc).__name__}({values})"


def show_final(final: Final) -> str:
    return f"{final.kind} {final.code}" if final.kind in {"cme", "cms"} else final.kind.value


def show_lines(lines: tuple[bytes, ...]) -> str:
    return " | ".join(line.decode() for line in lines)


def describe(event: Event) -> str:
    match event:
        case PromptOpened():
            return "prompt"
        case Finished(response=Response(lines=lines, final=final, ctrl_z_written=written)):
            suffix = " after Ctrl-Z" if written else ""
            told = f": {show_lines(lines)}" if lines else ""
            return f"finished {show_final(final)}{suffix}{told}"
        case Finished(response=TimedOut(ctrl_z_written=written)):
            return "timed out after Ctrl-Z" if written else "timed out"
        case Unsolicited(urc=urc):
            return f"unsolicited {show_urc(urc)}"
        case Unparsed(line=line):
            return f"unparsed {show(line)}"
        case LateAnswer(lines=lines):
            return f"late {show_lines(lines)}"
        case Resynced():
            return "resynced"
        case _:
            return type(event).__name__


def idle_engine() -> Engine:
    engine = Engine()
    engine.opened()
    engine.quiet()
    engine.receive(b"\r\nOK\r\n")
    assert [type(event) for event in engine.quiet()] == [Resynced]
    engine.data_to_send()
    return engine


class Replay:
    """One dialogue on its way through an engine."""

    def __init__(self, path: Path, chunk: int) -> None:
        self.rows = [
            (row[0], row[2:])
            for row in path.read_text().splitlines()
            if row and not row.startswith("#")
        ]
        self.chunk = chunk
        self.engine = Engine() if ("@", "opened") in self.rows else idle_engine()
        self.events: list[str] = []

    def run(self) -> None:
        for at, (mark, text) in enumerate(self.rows):
            if mark == "!":
                assert self.events.pop(0) == text
            elif mark == "<":
                self.note(self.receive(unescape(text)))
            elif mark == ">":
                self.send(at, unescape(text))
            else:
                self.clock(text)
        assert self.events == []

    def note(self, events: tuple[Event, ...]) -> None:
        self.events += [describe(event) for event in events]

    def receive(self, data: bytes) -> tuple[Event, ...]:
        pieces = [data[at : at + self.chunk] for at in range(0, len(data), self.chunk)]
        return tuple(event for piece in pieces for event in self.engine.receive(piece))

    def send(self, at: int, data: bytes) -> None:
        if self.engine.state is EngineState.IDLE:
            self.engine.start(self.command(at, data.rstrip(b"\r")))
        written = self.engine.data_to_send()
        if data.endswith(b"\x1a"):
            self.engine.release_body()
            written += self.engine.data_to_send()
        assert written == data

    def command(self, at: int, line: bytes) -> Command:
        if not line.startswith(b"AT+CMGS="):
            return COMMANDS[line]
        body = next(text for mark, text in self.rows[at + 1 :] if mark == ">")
        return verbs.cmgs(int(line.partition(b"=")[2]), unescape(body).rstrip(b"\x1a"))

    def clock(self, what: str) -> None:
        if what == "opened":
            self.engine.opened()
        else:
            self.note({"deadline": self.engine.deadline_passed, "quiet": self.engine.quiet}[what]())


@pytest.mark.parametrize("chunk", [1, 7, 10_000])
@pytest.mark.parametrize("path", DIALOGUES, ids=lambda path: path.stem)
def test_dialogue(path: Path, chunk: int) -> None:
    Replay(path, chunk).run()


def test_each_dialogue_names_its_report() -> None:
    assert len(DIALOGUES) >= 10
    for path in DIALOGUES:
        assert re.match(r"# [\w.-]+/[\w.-]+ #\d+", path.read_text()), path.name

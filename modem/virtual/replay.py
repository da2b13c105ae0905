r"""A recorded dialogue played back: the modem's half of a file, line by line.

File format, shared with the tests' dialogues: `# comment`, `> line the computer sends`, `< line the
modem answers`, `@ opened` where a program has opened the port anew; `! …` (an expected event) and
other `@ …` (the clock) are ignored here. In a line, `\r`,
`\n`, `\xNN` and `\\` are escapes; `< > ` is a prompt; a sent `…\x1a` ends with Ctrl-Z instead of a
return. An answer with a line end written at either end is exact, any other is framed.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from modem.virtual.errors import ReplayError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

_ESCAPE = re.compile(r"\\(?:x([0-9A-Fa-f]{2})|([rn\\]))")
_PLAIN = {"r": "\r", "n": "\n", "\\": "\\"}
PROMPT = "> "
OPENED = "opened"
CONTROL_Z, ESCAPE_KEY = 0x1A, 0x1B


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """What the computer must type (b"" for none), then what the modem writes at once."""

    typed: bytes
    written: bytes
    line: int
    opening: int = 0
    """How many `@ opened` stand before it."""


def read_dialogue(path: Path) -> tuple[Step, ...]:
    """Read a dialogue file. Raises ReplayError."""
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise ReplayError(path=str(path), line=0, reason=str(error)) from error
    steps: list[Step] = []
    typed, written, start, opening = b"", bytearray(), 1, 0

    def end_step() -> None:
        if typed or written:
            steps.append(Step(typed=typed, written=bytes(written), line=start, opening=opening))

    for number, text in enumerate(lines, 1):
        kind, payload = text[:1], text[2:] if text[1:2] == " " else text[1:]
        match kind:
            case ">":
                end_step()
                # A return is how each line ends; ESC is dropped where it is received.
                typed = _unescaped(payload).lstrip(b"\x1b").rstrip(b"\r")
                written, start = bytearray(), number
            case "<":
                written += _answer(payload)
            case "@" if payload == OPENED:
                end_step()
                typed, written, start, opening = b"", bytearray(), number, opening + 1
            case "" | "#" | "!" | "@":
                continue
            case _:
                raise ReplayError(
                    path=str(path), line=number, reason="a line starts with # > < ! or @"
                )
    end_step()
    return tuple(steps)


def _unescaped(text: str) -> bytes:
    def value(match: re.Match[str]) -> str:
        return chr(int(match[1], 16)) if match[1] else _PLAIN[match[2]]

    return _ESCAPE.sub(value, text).encode("latin-1", errors="replace")


def _answer(payload: str) -> bytes:
    if payload in {PROMPT, ">"}:
        return b"\r\n> "
    if payload.startswith(("\\r", "\\n")) or payload.endswith(("\\r", "\\n")):
        return _unescaped(payload)
    return b"\r\n" + _unescaped(payload) + b"\r\n"


class Replay:
    """Plays a dialogue to whoever is at the line. Has the modem's face towards a link.

    What is typed otherwise than recorded is told to `on_surprise`. If it is another message to
    send, or comes later in the dialogue, it is answered from there; else ERROR, and the step stays
    due. Each program that opens the port plays the next opening of the file; after the last
    step of an opening it begins again, and so does the file after its last.
    """

    def __init__(
        self, steps: tuple[Step, ...], *, on_surprise: Callable[[str], object] | None = None
    ) -> None:
        self._steps = steps
        self._on_surprise = on_surprise
        self._openings = [
            [index for index, step in enumerate(steps) if step.opening == opening]
            for opening in sorted({step.opening for step in steps})
        ]
        self._next_opening = 0
        self._due: list[int] = []
        self._position = 0
        self._typed = bytearray()
        self._output: Callable[[bytes], None] | None = None

    @property
    def position(self) -> int:
        """Index of the step that is due."""
        return self._position

    def connect(self, output: Callable[[bytes], None]) -> None:
        """Let a program open the port: its dialogue begins."""
        self._output = output
        if self._openings:
            self._due = self._openings[self._next_opening]
            self._next_opening = (self._next_opening + 1) % len(self._openings)
            self._position = self._due[0]
        self._typed.clear()
        if self._steps and not self._steps[self._position].typed:
            self._write_next()

    def disconnect(self) -> None:
        """Let the program be gone."""
        self._output = None

    def receive(self, data: bytes) -> None:
        """Take what the program typed, a line or a body at a time."""
        self._typed += data
        while self._typed:
            if self._typed[0] == ESCAPE_KEY:  # nobody records the cleaning of a prompt
                del self._typed[:1]
                continue
            end = min((at for at in map(self._typed.find, (b"\r", b"\x1a")) if at >= 0), default=-1)
            if end < 0:
                return
            keep = end + 1 if self._typed[end] == CONTROL_Z else end
            line = bytes(self._typed[:keep]).lstrip(b"\n")
            del self._typed[: end + 1]
            if line:
                self._heard(line)

    def _heard(self, line: bytes) -> None:
        if not self._steps:
            return
        due = self._steps[self._position]
        if line.upper() == due.typed.upper():
            self._write_next()
            return
        ahead = self._ahead(line)
        if self._on_surprise is not None:
            expected, heard = due.typed.decode("latin-1"), line.decode("latin-1")
            where = "" if ahead is None else f", taken for line {self._steps[ahead].line}"
            self._on_surprise(f"line {due.line}: expected {expected!r}, heard {heard!r}{where}")
        if ahead is not None:
            self._position = ahead
            self._write_next()
        elif self._output is not None:
            self._output(b"\r\nERROR\r\n")

    def _ahead(self, line: bytes) -> int | None:
        """The step that is meant: another message now, or the next of this line in the opening."""
        if _message(line) and _message(line) == _message(self._steps[self._position].typed):
            return self._position
        later = (index for index in self._due if index > self._position)
        return next((i for i in later if self._steps[i].typed.upper() == line.upper()), None)

    def _write_next(self) -> None:
        written = self._steps[self._position].written
        after = self._position + 1
        self._position = after if after in self._due else self._due[0]
        if self._output is not None and written:
            self._output(written)


def _message(line: bytes) -> str | None:
    """Which part of a submit a line is: nobody can send a message whose recording was masked."""
    if line.upper().startswith(b"AT+CMGS="):
        return "command"
    return "body" if line.endswith(bytes([CONTROL_Z])) else None

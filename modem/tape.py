"""The last lines of a modem's dialogue, both directions, kept in memory for a report of trouble.

Owns what a line is here and the bounds. Knows neither what a line means nor who reads it: numbers
and texts stand in it as they came, so it must not leave the process unmasked.
"""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

MAX_LINES = 400
MAX_BYTES = 64 * 1024
FIRST_LINES = 150
"""Of the newest opening of the port: the set-up, without which nothing can be played back."""

MAX_LINE_BYTES = 1024
"""A longer line is kept in pieces."""

_RETURN, _CTRL_Z, _LINE_FEED = 0x0D, 0x1A, 0x0A


class Kind(StrEnum):
    """Who said it, by its sign in a recorded dialogue (docs/at.md)."""

    TYPED = ">"
    HEARD = "<"
    OPENED = "@"
    NOTE = "#"


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line with its ends, exactly as it was. ``number`` ascends without gaps."""

    number: int
    at: float
    """Seconds of the tape's clock."""
    kind: Kind
    data: bytes


class Tape:
    """One modem's tape, over all openings of its port."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._lines: deque[Line] = deque()
        self._bytes = 0
        self._first: list[Line] = []
        self._typed = bytearray()
        self._heard = bytearray()
        self._next = 1

    def opened(self) -> None:
        """The port has been opened: a dialogue begins."""
        self._end_unfinished()
        self._first = []
        self._add(Kind.OPENED, b"opened")

    def typed(self, data: bytes) -> None:
        """Bytes to the modem; a line ends with a return or Ctrl-Z."""
        for octet in data:
            self._typed.append(octet)
            if octet in {_RETURN, _CTRL_Z} or len(self._typed) >= MAX_LINE_BYTES:
                self._end_heard()  # a prompt has no line end, and came first
                self._end_typed()

    def heard(self, data: bytes) -> None:
        """Bytes from the modem; a line ends with a line feed."""
        for octet in data:
            self._heard.append(octet)
            ended = octet == _LINE_FEED and bool(self._heard.strip())
            if ended or len(self._heard) >= MAX_LINE_BYTES:
                self._end_heard()

    def note(self, words: str) -> None:
        """Something happened that is no part of the dialogue."""
        self._end_unfinished()
        self._add(Kind.NOTE, words.encode("ascii", errors="replace"))

    def since(self, number: int = 0) -> tuple[Line, ...]:
        """What is kept of the lines after this number; where some are gone, the numbers show it."""
        self._end_unfinished()
        oldest = self._lines[0].number if self._lines else self._next
        kept = [line for line in self._first if line.number < oldest]
        return tuple(line for line in (*kept, *self._lines) if line.number > number)

    def _end_unfinished(self) -> None:
        self._end_heard()
        self._end_typed()

    def _end_typed(self) -> None:
        if self._typed:
            self._add(Kind.TYPED, bytes(self._typed))
            self._typed.clear()

    def _end_heard(self) -> None:
        if self._heard:
            self._add(Kind.HEARD, bytes(self._heard))
            self._heard.clear()

    def _add(self, kind: Kind, data: bytes) -> None:
        line = Line(number=self._next, at=self._clock(), kind=kind, data=data)
        self._next += 1
        if len(self._first) < FIRST_LINES:
            self._first.append(line)
        self._lines.append(line)
        self._bytes += len(data)
        while len(self._lines) > MAX_LINES or self._bytes > MAX_BYTES:
            self._bytes -= len(self._lines.popleft().data)

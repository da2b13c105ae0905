"""A tap on the line between the daemon and a virtual modem: what passed, and when.

Owns time stamps, taken in the modem's process: a byte from the daemon when it has been read from
the pseudo-terminal, a byte to it just before it is written. Decides nothing.
"""

from collections.abc import Callable
from enum import Enum, auto
from time import perf_counter
from typing import NamedTuple

from modem.virtual.links import Device


class Mark(Enum):
    """What is worth a time stamp."""

    COMMAND = auto()  # AT+CMGS from the daemon
    PROMPT = auto()  # the modem asks for the message
    CTRL_Z = auto()  # the daemon lets it go
    ANSWER = auto()  # the final result of the submit
    ANNOUNCED = auto()  # +CMTI to the daemon
    DELETE = auto()  # AT+CMGD from the daemon


class Passed(NamedTuple):
    """One mark and its time: seconds of `perf_counter`."""

    mark: Mark
    at: float


class Tap:
    """A modem that writes down when it is spoken to; stands between a line and the real one."""

    def __init__(self, modem: Device) -> None:
        self._modem = modem
        self._output: Callable[[bytes], None] | None = None
        self._submitted = False
        self.passed: list[Passed] = []
        self.listeners: list[Callable[[Passed], None]] = []

    def connect(self, output: Callable[[bytes], None]) -> None:
        self._output = output
        self._modem.connect(self._to_daemon)

    def disconnect(self) -> None:
        self._modem.disconnect()

    def receive(self, data: bytes) -> None:
        now = perf_counter()
        if b"AT+CMGS=" in data:
            self._note(Mark.COMMAND, now)
        elif b"\x1a" in data:
            self._submitted = True
            self._note(Mark.CTRL_Z, now)
        elif b"AT+CMGD=" in data:
            self._note(Mark.DELETE, now)
        self._modem.receive(data)

    def _to_daemon(self, data: bytes) -> None:
        now = perf_counter()
        if self._output is not None:
            self._output(data)
        if self._submitted and (b"OK\r\n" in data or b"ERROR" in data):
            self._submitted = False
            self._note(Mark.ANSWER, now)
        elif data.endswith(b"> "):
            self._note(Mark.PROMPT, now)
        if b"+CMTI" in data:
            self._note(Mark.ANNOUNCED, now)

    def _note(self, mark: Mark, at: float) -> None:
        passed = Passed(mark, at)
        self.passed.append(passed)
        for listener in self.listeners:
            listener(passed)

    def between(self, first: Mark, then: Mark) -> list[float]:
        """Seconds from each `first` to the `then` that follows it."""
        spans: list[float] = []
        start: float | None = None
        for mark, at in self.passed:
            if mark is first:
                start = at
            elif mark is then and start is not None:
                spans.append(at - start)
                start = None
        return spans

    def times(self, mark: Mark) -> list[float]:
        """When this mark passed, in order."""
        return [at for passed, at in self.passed if passed is mark]

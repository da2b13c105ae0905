"""The last step of a byte to the computer, where noise, garbling and slowness strike."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING

from modem.virtual.faults import FaultKind, Faults

if TYPE_CHECKING:
    from collections.abc import Callable
    from random import Random

    from modem.virtual.scheduler import Scheduler

GARBAGE_LIMIT = 40  # bytes


class Outlet:
    """Bytes out, in order, whatever the faults do to their pace."""

    def __init__(self, *, scheduler: Scheduler, faults: Faults, random: Random) -> None:
        self.output: Callable[[bytes], None] | None = None
        self._scheduler = scheduler
        self._faults = faults
        self._random = random
        self._slow: deque[tuple[bytes, float]] = deque()  # pieces and the pause after each
        self._trickling = False

    def clear(self) -> None:
        """Drop what is still to be written."""
        self._slow.clear()

    def send(self, data: bytes) -> None:
        """Write bytes for the computer; lost while nobody hears."""
        if self.output is None or not data:
            return
        if not self._faults.armed and not self._slow:
            self.output(data)
            return
        if self._faults.take(FaultKind.NOISE):
            data = b"\x00\xff\x00" + data
        if self._faults.take(FaultKind.GARBAGE):
            count = self._random.randrange(1, GARBAGE_LIMIT)
            data = bytes(self._random.randrange(256) for _ in range(count)) + b"\r\n" + data
        garble = self._faults.take(FaultKind.GARBLE)
        if garble is not None:
            data = bytes(
                self._random.randrange(256) if self._random.random() < garble.rate else byte
                for byte in data
            )
        split = self._faults.take(FaultKind.SPLIT)
        if split is not None:
            pause_seconds = split.ms / 1000
            self._slow.extend((data[at : at + 1], pause_seconds) for at in range(len(data)))
        elif self._slow:  # bytes keep their order
            self._slow.append((data, 0.0))
        else:
            self.output(data)
        if self._slow and not self._trickling:
            self._trickle()

    def _trickle(self) -> None:
        """Write the next piece; the one after it follows when its pause is over."""
        self._trickling = bool(self._slow)
        if self._slow:
            piece, pause_seconds = self._slow.popleft()
            if self.output is not None:
                self.output(piece)
            self._scheduler.call_later(pause_seconds, self._trickle)

"""When things happen: the event loop's clock, or one that a test moves by hand.

Owns nothing but pending callbacks; knows neither modem nor network.
"""

from __future__ import annotations

import asyncio
import heapq
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable


class Timer(Protocol):
    """A pending callback."""

    def cancel(self) -> None:
        """Forget the callback; harmless when it has run."""


class Scheduler(Protocol):
    """Runs callbacks later and tells the time."""

    def call_later(self, delay_seconds: float, callback: Callable[[], object]) -> Timer:
        """Run `callback` after `delay_seconds`; 0 means soon, never at once."""

    def now(self) -> datetime:
        """Return the wall clock's time, aware, in UTC."""


class LoopScheduler:
    """The running event loop. Made anywhere, used only inside a running loop."""

    def call_later(self, delay_seconds: float, callback: Callable[[], object]) -> Timer:
        """Run `callback` on the running loop after `delay_seconds`."""
        loop = asyncio.get_running_loop()
        if delay_seconds <= 0:
            return loop.call_soon(callback)
        return loop.call_later(delay_seconds, callback)

    def now(self) -> datetime:
        """Return the machine's wall clock."""
        return datetime.now(UTC)


class _ManualTimer:
    __slots__ = ("callback",)

    def __init__(self, callback: Callable[[], object]) -> None:
        self.callback: Callable[[], object] | None = callback

    def cancel(self) -> None:
        self.callback = None


class ManualScheduler:
    """A clock that stands still until `advance` is called."""

    def __init__(self, start: datetime = datetime(2026, 3, 2, 14, 0, tzinfo=UTC)) -> None:
        self._start = start
        self._elapsed = 0.0
        self._order = count()
        self._pending: list[tuple[float, int, _ManualTimer]] = []

    def call_later(self, delay_seconds: float, callback: Callable[[], object]) -> Timer:
        """Keep `callback` until the clock has been moved past its time."""
        timer = _ManualTimer(callback)
        due = self._elapsed + max(0.0, delay_seconds)
        heapq.heappush(self._pending, (due, next(self._order), timer))
        return timer

    def now(self) -> datetime:
        """Return the start time plus all that was advanced."""
        return self._start + timedelta(seconds=self._elapsed)

    def advance(self, seconds: float = 0.0) -> None:
        """Move the clock and run what falls due, in order, including what that schedules."""
        until = self._elapsed + seconds
        while self._pending and self._pending[0][0] <= until:
            due, _, timer = heapq.heappop(self._pending)
            self._elapsed = due
            if timer.callback is not None:
                timer.callback()
        self._elapsed = until

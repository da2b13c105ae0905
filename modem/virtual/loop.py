"""An event loop whose clock waits for nobody: hours of timers in a second, for tests.

Time passes only while nothing else is to be done: no ready callback, no byte, no call into another
thread. Whoever keeps the loop busy without letting time pass is caught as a hot loop.
"""

from __future__ import annotations

import asyncio
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from selectors import SelectorKey, SelectSelector
from typing import TYPE_CHECKING, TypeVar, TypeVarTuple

from modem.virtual.scheduler import LoopScheduler

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from concurrent.futures import Executor

T = TypeVar("T")
Ts = TypeVarTuple("Ts")

TURNS_WITHOUT_TIME = 200_000
TURNS_A_TICK = 1_000  # then a hair of time passes: asyncio runs a timer a little early, and who
TICK_SECONDS = 1e-6  # looks at the clock and finds that it is not due yet would ask again for ever
THREAD_SECONDS = 5.0  # real ones: how often to look whether a thread has answered


class HotLoopError(AssertionError):
    """So many turns of the loop, and no time has passed."""


class _Selector(SelectSelector):
    """Tells the loop that its next timer is due instead of waiting for it."""

    def __init__(self) -> None:
        super().__init__()
        self.elapsed_seconds = 0.0
        self.outstanding = 0
        self._turns = 0

    def select(self, timeout: float | None = None) -> list[tuple[SelectorKey, int]]:
        self._turns += 1
        if self._turns > TURNS_WITHOUT_TIME:
            self._turns = 0
            raise HotLoopError
        if self._turns % TURNS_A_TICK == 0:
            self.elapsed_seconds += TICK_SECONDS
        ready = super().select(0)
        if ready or (timeout is not None and timeout <= 0):
            return ready
        if timeout is None or self.outstanding:
            return super().select(THREAD_SECONDS)
        self._turns = 0
        self.elapsed_seconds += timeout
        return []


class VirtualLoop(asyncio.SelectorEventLoop):
    """Begins at 0 seconds. Executors are waited for; other threads by ``waiting``."""

    def __init__(self) -> None:
        self._virtual = _Selector()
        super().__init__(self._virtual)

    def time(self) -> float:
        """Seconds that have passed in here."""
        return self._virtual.elapsed_seconds

    @contextmanager
    def waiting(self) -> Iterator[None]:
        """Let no time pass: another thread is at work for us."""
        self._virtual.outstanding += 1
        try:
            yield
        finally:
            self._virtual.outstanding -= 1

    def run_in_executor(
        self, executor: Executor | None, func: Callable[[*Ts], T], *args: *Ts
    ) -> asyncio.Future[T]:
        """Run it in a thread; no time passes meanwhile."""
        future = super().run_in_executor(executor, func, *args)
        self._virtual.outstanding += 1
        future.add_done_callback(self._answered)
        return future

    def _answered(self, _future: object) -> None:
        self._virtual.outstanding -= 1


class LoopClock(LoopScheduler):
    """A scheduler whose wall clock is the running loop's, from ``began`` on."""

    def __init__(self, began: datetime = datetime(2026, 12, 1, 12, tzinfo=UTC)) -> None:
        self._began = began

    def now(self) -> datetime:
        """Return when it began plus all that has passed in the loop."""
        return self._began + timedelta(seconds=asyncio.get_running_loop().time())

    def now_ms(self) -> int:
        """Return the same in milliseconds since 1970."""
        return round(self.now().timestamp() * 1000)

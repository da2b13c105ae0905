"""Whether the clock may be believed: what depends on wall time waits until it can.

Owns the judgement, and its memory over restarts. A clock before this program's own records is not
set yet; but if it then runs evenly for TRUST_SECONDS, it was the records' clock that ran ahead.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass

import structlog

from gatewayd.clock import Clock, is_plausible
from gatewayd.outcomes import RETRY_SECONDS
from storage import groups, meta, outbox
from storage.engine import Store

TRUST_SECONDS = 600.0
"""Longer than a machine with a network needs to set its clock after a start."""

STEP_SECONDS = 60.0
"""A clock that moves so much more or less than time did has been set again."""

LONGEST_BACK_OFF_MS = 2 * max(RETRY_SECONDS) * 1000

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Since:
    """When the clock began to be distrusted, by itself and by the time that passes."""

    clock_ms: int
    elapsed: float


class Timekeeping:
    """The one judge of the clock."""

    def __init__(
        self, *, store: Store, clock: Clock, elapsed: Callable[[], float] = time.monotonic
    ) -> None:
        self._store = store
        self._clock = clock
        self._elapsed = elapsed
        self._since: _Since | None = None

    async def is_set(self) -> bool:
        """Whether what depends on wall time may be decided now. Raises StoreUnavailable."""
        now_ms = self._clock.now_ms()
        async with self._store.read() as tx:
            newest_ms, overruled_ms = await meta.newest_ms(tx), await meta.overruled_ms(tx)
        known_ms = 0 if newest_ms <= overruled_ms else newest_ms
        if is_plausible(now_ms, newest_known_ms=known_ms):
            self._since = None
            return True
        if self._since is None:
            _log.warning("clock_not_set", now_ms=now_ms)
        patience = self._patience(now_ms)
        if not is_plausible(now_ms) or patience > 0:
            return False
        await self._overrule(newest_ms, now_ms)
        return True

    def _patience(self, now_ms: int) -> float:
        """How many seconds it has still to run evenly."""
        elapsed = self._elapsed()
        since = self._since
        if since is not None:
            passed = elapsed - since.elapsed
            if abs((now_ms - since.clock_ms) / 1000 - passed) <= STEP_SECONDS:
                return TRUST_SECONDS - passed
        self._since = _Since(clock_ms=now_ms, elapsed=elapsed)
        return TRUST_SECONDS

    async def _overrule(self, newest_ms: int, now_ms: int) -> None:
        """Believe the clock against the records, and free what waits for their future."""
        async with self._store.write() as tx:
            await meta.overrule(tx, newest_ms)
            freed = await outbox.pull_back(tx, now_ms=now_ms, longest_wait_ms=LONGEST_BACK_OFF_MS)
            await groups.reopen_ahead(tx, now_ms=now_ms)
        self._since = None
        _log.warning("clock_ran_ahead", until_ms=newest_ms, now_ms=now_ms, parts_freed=freed)

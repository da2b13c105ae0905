"""What is done about kept data day by day: the audit's head is told, what is old is forgotten.

The log is IT's and the database may be anybody's who can write the file: a chain that was cut off,
or forged from some row on, no longer has the heads that were logged.
"""

import asyncio

import structlog

from config.schema import Settings
from gatewayd.barrier import contained
from gatewayd.bus import Bus
from gatewayd.clock import Clock
from gatewayd.forgetting import Forgetting
from gatewayd.timekeeping import Timekeeping
from storage import audit
from storage.engine import Store
from storage.errors import StoreUnavailable

ROUND_SECONDS = 600.0
_DAY_MS = 86_400_000

_log = structlog.get_logger(__name__)


class Custody:
    """One task's work; every round is safe to repeat."""

    def __init__(self, *, settings: Settings, store: Store, bus: Bus, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        self._time = Timekeeping(store=store, clock=clock)
        self._forgetting = Forgetting(
            settings=settings.retention, store=store, bus=bus, clock=clock
        )
        self._told_day: int | None = None
        self._forgot_day: int | None = None

    async def run(self) -> None:
        """Work until cancelled."""
        while True:
            try:
                await self.round()
            except StoreUnavailable as error:
                _log.error("store_unavailable", reason=error.reason)
            await asyncio.sleep(ROUND_SECONDS)

    async def round(self) -> None:
        """Do all that is due now."""
        day = self._clock.now_ms() // _DAY_MS
        if day != self._told_day and await contained(self._tell_head, "audit_head_not_told"):
            self._told_day = day
        # A clock that runs ahead would make everything old.
        if day == self._forgot_day or not await self._time.is_set():
            return
        if await contained(self._forgetting.round, "not_forgotten"):
            self._forgot_day = day

    async def _tell_head(self) -> bool:
        """Log the head of the audit chain: at each start, and with each day (UTC)."""
        async with self._store.read() as tx:
            head = await audit.head(tx)
        _log.info("audit_head", rows=head.seq, head=head.hash.hex())
        return True

"""What the store says of the modems, counted now and then for the views: queues, costs, incidents.

Owns how often it is read. Knows neither workers nor sessions.
"""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

import structlog
from sqlalchemy.ext.asyncio import AsyncConnection

from config.schema import Settings
from gatewayd.bus import Bus, Topic
from gatewayd.clock import Clock
from gatewayd.line import Line
from gatewayd.money import Money
from routing.pacing import Period, day_of, month_of
from storage import canaries, modems, pacing, queries
from storage.engine import Store
from storage.errors import StoreUnavailable
from storage.modems import IncidentRow

REFRESH_SECONDS = 1.0
"""Counts are read again at most so often, however many messages pass."""

INCIDENTS_SHOWN = 5

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """What the store says of all modems at one moment; by the modem's name but for the queue."""

    queue: Mapping[str, int] = field(default_factory=dict)
    """By inbox."""
    sent_today: Mapping[str, int] = field(default_factory=dict)
    cost: Mapping[str, Money] = field(default_factory=dict)
    """This month's, of the modems that have a price."""
    proofs: Mapping[str, canaries.Proof] = field(default_factory=dict)
    incidents: Mapping[str, Sequence[IncidentRow]] = field(default_factory=dict)


class Figures:
    """The counts of all modems, as they were read last."""

    def __init__(
        self,
        *,
        settings: Settings,
        store: Store,
        bus: Bus,
        clock: Clock,
        line_of: Callable[[str], Line],
    ) -> None:
        self._modems = settings.modems
        self._zone = ZoneInfo(settings.gateway.timezone)
        self._store = store
        self._bus = bus
        self._clock = clock
        self._line_of = line_of
        self.counts = Counts()

    async def keep(self) -> None:
        """Keep the counts fresh; runs until cancelled."""
        with self._bus.subscribe(Topic.JOURNAL, Topic.OUTBOX) as hints:
            while True:
                try:
                    await self._refresh()
                except StoreUnavailable as error:
                    _log.error("store_unavailable", reason=error.reason)
                await hints.wait(timeout_seconds=60)
                # After the hint: not in the moment between an outcome and the next submit, and once
                # for all that happens meanwhile.
                await asyncio.sleep(REFRESH_SECONDS)

    async def _refresh(self) -> None:
        now_ms = self._clock.now_ms()
        today = day_of(now_ms, self._zone)
        async with self._store.read() as tx:
            self.counts = Counts(
                queue=await queries.queue_by_inbox(tx),
                sent_today=await queries.sent_since(tx, today.begin_ms),
                cost=await self._cost(tx, month_of(now_ms, self._zone)),
                proofs=await canaries.proofs(tx),
                incidents={
                    modem.name: await modems.incidents_of(tx, modem.name, limit=INCIDENTS_SHOWN)
                    for modem in self._modems
                },
            )

    async def _cost(self, tx: AsyncConnection, month: Period) -> Mapping[str, Money]:
        cost: dict[str, Money] = {}
        for modem in self._modems:
            price = modem.price_per_part
            if price is not None:
                micros = await pacing.cost_since(
                    tx,
                    iccid=self._line_of(modem.name).iccid,
                    modem=modem.name,
                    currency=price.currency,
                    since_ms=month.begin_ms,
                )
                cost[modem.name] = Money(micros=micros, currency=price.currency)
        return cost

"""The daemon's modems: a worker each, and what HTTP, metrics and people may see of them.

Owns the workers' lives as a group and the figures that are counted from the store for them.
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import structlog
from sqlalchemy.ext.asyncio import AsyncConnection

from config.schema import ModemSettings, Settings
from gatewayd.bus import Bus, Topic
from gatewayd.clock import Clock
from gatewayd.directory import IncidentView, ModemView
from gatewayd.failover import Failover
from gatewayd.handler import ModemHandler
from gatewayd.metrics import Metrics
from gatewayd.money import Money
from modem.discovery import DeviceFinder
from modem.supervisor import Timing, Worker
from routing.pacing import Period, day_of, month_of
from storage import modems, pacing, queries
from storage.engine import Store
from storage.errors import StoreUnavailable
from storage.modems import IncidentRow

REFRESH_SECONDS = 1.0
"""Counts are read again at most so often, however many messages pass."""

INCIDENTS_SHOWN = 5

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Counts:
    """What the store says of all modems at one moment."""

    queue: Mapping[str, int] = field(default_factory=dict)
    """By inbox."""
    sent_today: Mapping[str, int] = field(default_factory=dict)
    cost: Mapping[str, Money] = field(default_factory=dict)
    """This month's, of the modems that have a price."""
    incidents: Mapping[str, Sequence[IncidentRow]] = field(default_factory=dict)


class _Member:
    """One modem: its worker and the gateway's side of it."""

    def __init__(self, worker: Worker, handler: ModemHandler, modem: ModemSettings) -> None:
        self.worker = worker
        self.handler = handler
        self.modem = modem
        self.muted = False


class Fleet:
    """Implements ``gatewayd.directory.ModemDirectory``."""

    def __init__(
        self,
        *,
        settings: Settings,
        store: Store,
        bus: Bus,
        clock: Clock,
        timing: Timing | None = None,
        metrics: Metrics | None = None,
    ) -> None:
        self._store = store
        self._metrics = metrics or Metrics()
        self._bus = bus
        self._clock = clock
        self._zone = ZoneInfo(settings.gateway.timezone)
        self._counts = _Counts()
        self._stopping = False
        self.failover = Failover(
            settings=settings, store=store, bus=bus, clock=clock, views=self.views
        )
        finder = DeviceFinder(settings.modems)
        self._members = {
            modem.name: self._member(settings, modem, finder, timing) for modem in settings.modems
        }

    def _member(
        self,
        settings: Settings,
        modem: ModemSettings,
        finder: DeviceFinder,
        timing: Timing | None,
    ) -> _Member:
        handler = ModemHandler(
            settings=settings,
            modem=modem,
            store=self._store,
            bus=self._bus,
            clock=self._clock,
            proved=self._proved,
            metrics=self._metrics,
        )
        worker = Worker(
            settings=modem,
            handler=handler,
            finder=finder,
            now_ms=self._clock.now_ms,
            timing=timing,
        )
        return _Member(worker, handler, modem)

    def _proved(self, part_id: str) -> None:
        """Any modem may have heard the report; the one that still waits for this part ends."""
        for member in self._members.values():
            member.worker.conclude(part_id)

    async def load(self) -> None:
        """Read what is remembered over restarts."""
        async with self._store.read() as tx:
            remembered = await modems.list_all(tx)
        for row in remembered:
            if row.name in self._members:
                self._set_muted(self._members[row.name], row.muted)
        await self.failover.take_up()

    async def run(self) -> None:
        """Run all workers until ``stop``; a bug in one ends them all."""
        async with asyncio.TaskGroup() as tasks:
            for member in self._members.values():
                tasks.create_task(member.worker.run(), name=f"modem-{member.modem.name}")

    def stop(self) -> None:
        """Begin no new work; ``run`` returns once the running exchanges have ended."""
        self._stopping = True
        for member in self._members.values():
            member.handler.dispatch.paused = True
            member.worker.stop()

    async def pass_hints(self) -> None:
        """Wake the workers when the outbox changed; runs until cancelled."""
        with self._bus.subscribe(Topic.OUTBOX) as hints:
            while True:
                await hints.wait()
                for member in self._members.values():
                    member.worker.wake()

    async def keep_counts(self) -> None:
        """Keep the figures of the views fresh; runs until cancelled."""
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
            self._counts = _Counts(
                queue=await queries.queue_by_inbox(tx),
                sent_today=await queries.sent_since(tx, today.begin_ms),
                cost=await self._cost(tx, month_of(now_ms, self._zone)),
                incidents={
                    name: await modems.incidents_of(tx, name, limit=INCIDENTS_SHOWN)
                    for name in self._members
                },
            )

    async def _cost(self, tx: AsyncConnection, month: Period) -> Mapping[str, Money]:
        cost: dict[str, Money] = {}
        for name, member in self._members.items():
            price = member.modem.price_per_part
            if price is not None:
                micros = await pacing.cost_since(
                    tx,
                    iccid=member.handler.line().iccid,
                    modem=name,
                    currency=price.currency,
                    since_ms=month.begin_ms,
                )
                cost[name] = Money(micros=micros, currency=price.currency)
        return cost

    def views(self) -> Sequence[ModemView]:
        """All modems, in the order of the configuration."""
        return [self._view(member) for member in self._members.values()]

    def view(self, name: str) -> ModemView | None:
        """One modem; None when no modem has this name."""
        member = self._members.get(name)
        return None if member is None else self._view(member)

    def _view(self, member: _Member) -> ModemView:
        status = member.worker.status
        counts = self._counts
        return ModemView(
            name=status.name,
            state=status.state.value,
            reason=status.reason,
            number=status.identity.number,
            imei=status.identity.imei,
            iccid=status.identity.iccid,
            operator=status.operator,
            registration=status.registration,
            signal_dbm=status.signal_dbm,
            queue=counts.queue.get(member.modem.inbox, 0),
            sent_today=counts.sent_today.get(status.name, 0),
            store_used=status.store_used,
            store_size=status.store_size,
            since=_moment(status.since_ms),
            muted=member.muted,
            paused=member.handler.refusals.view(),
            limits=member.handler.pacing.view(),
            cost_this_month=counts.cost.get(status.name),
            incidents=[_incident(row) for row in counts.incidents.get(status.name, ())],
            unparsed_lines=member.worker.unparsed_lines,
        )

    async def restart(self, name: str) -> None:
        """Close and reopen the port once the running exchange has ended."""
        member = self._members[name]
        member.handler.refusals.resume()
        member.worker.restart()

    async def mute(self, name: str, muted: bool) -> None:  # noqa: FBT001 - the directory's protocol
        """Stop or resume sending through this modem, also after a restart."""
        member = self._members[name]
        async with self._store.write() as tx:
            await modems.set_muted(tx, name=name, muted=muted, now_ms=self._clock.now_ms())
        self._set_muted(member, muted)
        if muted:
            await member.handler.release()
        else:
            member.handler.refusals.resume()
        member.worker.wake()

    def _set_muted(self, member: _Member, muted: bool) -> None:  # noqa: FBT001 - a state
        member.muted = muted
        member.handler.dispatch.paused = muted or self._stopping


def _moment(ms: int) -> datetime:
    return datetime.fromtimestamp(0, tz=UTC) + timedelta(milliseconds=ms)


def _incident(row: IncidentRow) -> IncidentView:
    return IncidentView(
        id=row.id,
        kind=row.code,
        detail=row.detail or "",
        opened_at=_moment(row.opened_at_ms),
        closed_at=None if row.closed_at_ms is None else _moment(row.closed_at_ms),
        cure=row.cure,
    )

"""Which modems share what: the same SIM for the same customer, and another number when it must be.

Owns when a modem counts as unable for long. The store moves what waits for it to the standby lane
of its inbox, from which others may take it; nothing is moved that a network has, or may have.
"""

import asyncio
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial

import structlog

from config.schema import InboxSettings, ModemSettings, Settings
from gatewayd.barrier import contained
from gatewayd.bus import Bus, Topic
from gatewayd.clock import Clock, is_plausible
from gatewayd.directory import ModemView
from storage import outbox
from storage.engine import Store
from storage.errors import StoreUnavailable
from storage.outbox import Sharing

LOOK_SECONDS = 5.0

STEADY_SECONDS = 60.0
"""A modem that comes and goes has been unable all the time, until it has held out for so long."""

_LIMITS = frozenset({"limit_hour", "limit_day", "limit_month"})

_log = structlog.get_logger(__name__)


def sharing_of(settings: Settings, modem: ModemSettings) -> Sharing:
    """Tell how this modem shares its work."""
    return Sharing(
        by_sim=bool(sharing_names(settings, modem.inbox)),
        stands_in_for=tuple(
            inbox.name
            for inbox in settings.inboxes
            if inbox.failover_to and (modem.name in inbox.failover_to or modem.inbox == inbox.name)
        ),
    )


def sharing_names(settings: Settings, inbox: str) -> tuple[str, ...]:
    """Give the modems of an inbox that several serve; none where one does."""
    names = tuple(modem.name for modem in settings.modems if modem.inbox == inbox)
    return names if len(names) > 1 else ()


def is_unable(view: ModemView) -> bool:
    """Whether it can't send now, for a reason that may last."""
    return (
        view.state != "ready"
        or view.muted
        or view.paused is not None
        or view.limits.waits_for in _LIMITS
    )


class Failover:
    """Looks at all modems again and again, and moves what waits for one that is unable for long."""

    def __init__(
        self,
        *,
        settings: Settings,
        store: Store,
        bus: Bus,
        clock: Clock,
        views: Callable[[], Sequence[ModemView]],
    ) -> None:
        self._settings = settings
        self._store = store
        self._bus = bus
        self._clock = clock
        self._views = views
        self._unable_since: dict[str, float] = {}
        self._able_since: dict[str, float] = {}
        self._in_use: Mapping[str, set[str]] = {}

    async def run(self) -> None:
        """Look until cancelled; where no two modems share anything, one look is enough."""
        looked = False
        while not looked or self._is_shared:
            try:
                await contained(self.look, "failover_failed")
                looked = True
            except StoreUnavailable as error:
                _log.error("store_unavailable", reason=error.reason)
            await asyncio.sleep(LOOK_SECONDS)

    async def take_up(self) -> None:
        """Before any modem works: what another run, or another configuration, left undecided."""
        for inbox in self._inboxes():
            sharing = sharing_names(self._settings, inbox)
            if sharing:
                await contained(partial(self._take_up, inbox, sharing), "failover_failed")

    async def _take_up(self, inbox: str, sharing: Sequence[str]) -> None:
        async with self._store.write() as tx:
            await outbox.take_up(tx, inbox=inbox, sharing=sharing)

    @property
    def _is_shared(self) -> bool:
        return any(
            sharing_of(self._settings, modem) != Sharing() for modem in self._settings.modems
        )

    async def look(self) -> None:
        """Do what is due now."""
        self._watch()
        async with self._store.read() as tx:
            sims = {
                inbox: await outbox.sims_of(tx, names) for inbox, names in self._inboxes().items()
            }
        await self._mend(sims)
        if is_plausible(self._clock.now_ms()):
            for inbox in self._settings.inboxes:
                if inbox.failover_to:
                    await self._look_at(inbox, sims[inbox.name])

    def _inboxes(self) -> dict[str, set[str]]:
        found: dict[str, set[str]] = {}
        for modem in self._settings.modems:
            found.setdefault(modem.inbox, set()).add(modem.name)
        return found

    def _watch(self) -> None:
        now = asyncio.get_running_loop().time()
        for view in self._views():
            if is_unable(view):
                self._able_since.pop(view.name, None)
                self._unable_since.setdefault(view.name, now)
            elif now - self._able_since.setdefault(view.name, now) >= STEADY_SECONDS:
                self._unable_since.pop(view.name, None)

    def _are_unable(self, names: Iterable[str], seconds: float) -> bool:
        """Whether all of them are unable now, and have been for so long."""
        before = asyncio.get_running_loop().time() - seconds
        return all(
            name not in self._able_since
            and name in self._unable_since
            and self._unable_since[name] <= before
            for name in names
        )

    async def _mend(self, sims: Mapping[str, Mapping[str, set[str]]]) -> None:
        """Where lanes are no longer served (another SIM, another configuration), give to all."""
        in_use = {inbox: self._lanes(inbox, pins) for inbox, pins in sims.items()}
        for inbox, lanes in in_use.items():
            if lanes != self._in_use.get(inbox):
                async with self._store.write() as tx:
                    moved = await outbox.mend(tx, inbox=inbox, in_use=sorted(lanes))
                if moved:
                    _log.warning("sim_gone", inbox=inbox, parts=moved)
                    self._bus.publish(Topic.OUTBOX)
        self._in_use = in_use

    def _lanes(self, inbox: str, pins: Iterable[str]) -> set[str]:
        lanes: set[str] = set()
        if sharing_names(self._settings, inbox):
            lanes |= {outbox.sim_lane(inbox, pin) for pin in pins}
        if any(each.name == inbox and each.failover_to for each in self._settings.inboxes):
            lanes.add(outbox.standby_lane(inbox))
        return lanes

    async def _look_at(self, inbox: InboxSettings, sims: Mapping[str, set[str]]) -> None:
        seconds = inbox.failover_after.total_seconds()
        lanes = {inbox.name: self._inboxes()[inbox.name]}
        if sharing_names(self._settings, inbox.name):
            lanes |= {outbox.sim_lane(inbox.name, pin): names for pin, names in sims.items()}
        before_ms = self._clock.now_ms() - round(seconds * 1000)
        for lane, names in lanes.items():
            if self._are_unable(names, seconds):
                await self._move(inbox.name, lane, before_ms)

    async def _move(self, inbox: str, lane: str, before_ms: int) -> None:
        async with self._store.read() as tx:
            parts = await outbox.stranded(tx, lane=lane, before_ms=before_ms)
        if not parts:
            return
        async with self._store.write() as tx:
            await outbox.stand_by(tx, parts, inbox=inbox)
        _log.warning("failover", inbox=inbox, parts=len(parts))
        self._bus.publish(Topic.OUTBOX)

"""The daemon: opens the store, takes up where the last run ended, serves, and ends in two phases.

Owns the order of start and end. The store and HTTP are outside, modems and housekeeping inside:
nothing is accepted that cannot be kept, and the last outcomes are committed before it closes.
"""

import asyncio
import signal
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

import structlog

from config.schema import Settings
from gatewayd.alarms.alarms import Alarms
from gatewayd.bus import Bus
from gatewayd.canary import Canaries
from gatewayd.clock import Clock, SystemClock
from gatewayd.compat.reports import ReportCalls
from gatewayd.custody import Custody
from gatewayd.daily.digests import DailyDigests
from gatewayd.fleet import Fleet
from gatewayd.followups import Followups
from gatewayd.housekeeping import Housekeeping
from gatewayd.http.context import HttpContext
from gatewayd.http.server import Listening, serve
from gatewayd.mail.mailer import Mailer
from gatewayd.metrics import Metrics
from gatewayd.notify import Notifier, keep_told
from gatewayd.services.inboxes import seed_inboxes
from gatewayd.watching import watch_loop
from gatewayd.webhooks.courier import Courier
from gatewayd.webhooks.post import Poster
from gatewayd.webhooks.targets import Targets
from modem.supervisor import Timing
from modem.ttys import PortSource, scan
from storage import outbox
from storage.engine import Store

if TYPE_CHECKING:
    from gatewayd.tls.certificates import Certificates

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ready:
    """What a caller may know and use from the moment on that the daemon answers."""

    listening: Listening
    store: Store
    clock: Clock


OnReady = Callable[[Ready], Awaitable[None]]


async def run_daemon(
    settings: Settings,
    *,
    on_ready: OnReady | None = None,
    clock: Clock | None = None,
    timing: Timing | None = None,
    reload: Callable[[], None] | None = None,
    ports: PortSource = scan,
) -> int:
    """Serve until SIGTERM or SIGINT; gives the exit status. SIGHUP calls ``reload``.

    ``ports`` lists the USB ports.

    Raises StoreLocked and other StoreErrors, ListenError, and, in an ExceptionGroup, any bug.
    """
    clock = clock or SystemClock()
    # Around everything: a signal that comes while it starts, or while it closes, ends it orderly.
    notifier = Notifier()
    with _signals(reload or _no_reload) as stop:
        async with notifier.starting():
            store = await Store.open(data_dir=settings.gateway.data_dir, url=settings.storage.url)
        try:
            await _recover(store, clock)
            await seed_inboxes(settings, store=store, clock=clock)
            async with _serving(settings, store, clock, timing, ports, stop) as parts:
                if on_ready is not None:
                    await on_ready(Ready(listening=parts.listening, store=store, clock=clock))
                notifier.tell(READY="1")
                await _work(parts, stop, keep_told(notifier, store, parts.fleet.views))
                notifier.tell(STOPPING="1", STATUS="Closing")
        finally:
            await store.close()
    _log.info("daemon_stopped")
    return 0


@dataclass(frozen=True, slots=True, kw_only=True)
class _Parts:
    """The running daemon's parts."""

    listening: Listening
    fleet: Fleet
    housekeeping: Housekeeping
    followups: Followups
    canaries: Canaries
    courier: Courier
    mailer: Mailer
    metrics: Metrics
    certificates: "Certificates | None"
    alarms: Alarms
    reports: ReportCalls
    custody: Custody
    daily: DailyDigests


@dataclass(frozen=True, slots=True, kw_only=True)
class _Stop:
    """What the process was told to do."""

    asked: asyncio.Event
    hurried: asyncio.Event
    hung_up: asyncio.Event
    """SIGHUP came; who looks after something then clears it."""


async def _recover(store: Store, clock: Clock) -> None:
    """Claimed parts go back to the queue; what was on its way to the network is unknown."""
    recovered = await store.shielded(lambda tx: outbox.recover(tx, now_ms=clock.now_ms()))
    if recovered.requeued or recovered.unknown:
        _log.warning("outbox_recovered", requeued=recovered.requeued, unknown=recovered.unknown)


@asynccontextmanager
async def _serving(
    settings: Settings,
    store: Store,
    clock: Clock,
    timing: Timing | None,
    ports: PortSource,
    stop: _Stop,
) -> AsyncIterator[_Parts]:
    common: dict[str, Any] = {"settings": settings, "store": store, "bus": Bus(), "clock": clock}
    metrics = Metrics()
    fleet = Fleet(**common, timing=timing, metrics=metrics, ports=ports)
    await fleet.load()
    certificates = _certificates(settings)
    context = HttpContext(
        **common,
        modems=fleet,
        stopping=stop.asked,
        version=version("gatewayd"),
        metrics=metrics,
        certificates=certificates,
    )
    agent = f"gatewayd/{context.version}"
    targets = Targets(settings.webhooks.allowed_networks)
    async with serve(context) as listening, Poster.opened(targets, agent=agent) as poster:
        _log.info("daemon_ready", url=listening.url, socket=str(listening.socket))
        yield _Parts(
            listening=listening,
            fleet=fleet,
            housekeeping=Housekeeping(**common),
            followups=Followups(**common),
            canaries=Canaries(**common, modems=fleet),
            courier=Courier(**common, poster=poster),
            mailer=Mailer(**common),
            metrics=metrics,
            certificates=certificates,
            alarms=Alarms(**common, modems=fleet, certificates=certificates),
            reports=ReportCalls(store=store, bus=common["bus"], clock=clock, poster=poster),
            custody=Custody(**common),
            daily=DailyDigests(**common),
        )


def _certificates(settings: Settings) -> "Certificates | None":
    """Open what encrypts the listener; raises TlsError."""
    if not settings.http_tls.enabled:
        if not settings.http.listen.is_loopback:
            _log.warning("listening_without_encryption", listen=str(settings.http.listen))
        return None
    # A library that a start without encryption does not need.
    from gatewayd.tls.certificates import Certificates  # noqa: PLC0415 - as above

    return Certificates(settings)


async def _work(parts: _Parts, stop: _Stop, telling: Coroutine[Any, Any, None]) -> None:
    """Run modems and services until told to stop; the modems' running exchanges end first."""
    async with asyncio.TaskGroup() as services:
        fleet = services.create_task(parts.fleet.run(), name="fleet")
        hurried = services.create_task(stop.hurried.wait(), name="hurried")
        helpers = [
            services.create_task(parts.fleet.pass_hints(), name="hints"),
            services.create_task(parts.fleet.figures.keep(), name="counts"),
            services.create_task(parts.fleet.watch_balances(), name="balances"),
            services.create_task(parts.fleet.keep_calls(), name="calls"),
            services.create_task(parts.fleet.failover.run(), name="failover"),
            services.create_task(parts.housekeeping.run(), name="housekeeping"),
            services.create_task(parts.followups.run(), name="followups"),
            services.create_task(parts.canaries.run(), name="canaries"),
            services.create_task(parts.courier.run(), name="webhooks"),
            services.create_task(parts.mailer.run(), name="mail"),
            services.create_task(parts.reports.run(), name="reports"),
            services.create_task(parts.custody.run(), name="custody"),
            services.create_task(parts.daily.run(), name="daily digest"),
            services.create_task(telling, name="notify"),
            services.create_task(parts.alarms.run(), name="alarms"),
            services.create_task(watch_loop(parts.metrics.loop_lag), name="loop lag"),
            services.create_task(parts.fleet.recordings.run(), name="recordings"),
        ]
        if parts.certificates is not None:
            keeping = parts.certificates.keep(stop.hung_up)
            helpers.append(services.create_task(keeping, name="certificates"))
        await stop.asked.wait()
        parts.fleet.stop()
        await asyncio.wait({fleet, hurried}, return_when=asyncio.FIRST_COMPLETED)
        fleet.cancel()
        await asyncio.wait({fleet})
        await parts.fleet.recordings.finish()
        for helper in (hurried, *helpers):
            helper.cancel()


def _no_reload() -> None:
    _log.warning("reload_needs_a_restart")


@contextmanager
def _signals(reload: Callable[[], None]) -> Iterator[_Stop]:
    """First SIGTERM or SIGINT: no new work. Second: cancel, but an exchange still ends."""
    stop = _Stop(asked=asyncio.Event(), hurried=asyncio.Event(), hung_up=asyncio.Event())

    def hang_up() -> None:
        reload()
        stop.hung_up.set()

    def take(number: int) -> None:
        name = signal.Signals(number).name
        if stop.asked.is_set():
            _log.warning("daemon_hurried", signal=name)
            stop.hurried.set()
        else:
            _log.info("daemon_stopping", signal=name)
            stop.asked.set()

    loop = asyncio.get_running_loop()
    for number in _STOP_SIGNALS:
        loop.add_signal_handler(number, take, number)
    loop.add_signal_handler(signal.SIGHUP, hang_up)  # its default would kill the process
    try:
        yield stop
    finally:
        for number in (*_STOP_SIGNALS, signal.SIGHUP):
            loop.remove_signal_handler(number)


_STOP_SIGNALS = (signal.SIGTERM, signal.SIGINT)

"""What systemd is told: ready, how things are in one line, alive, stopping (sd_notify(3)).

Without systemd (no ``$NOTIFY_SOCKET``) nothing is told and nothing fails.
"""

import asyncio
import os
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager, suppress

import structlog

from gatewayd.directory import ModemView
from storage.engine import Store
from storage.errors import StoreError

STATUS_SECONDS = 10.0
WRITE_SECONDS = 60.0
"""The store is written to no more often than this, only to see that it can be."""

EXTEND_SECONDS = 60
"""How much longer a start may take each time that it says that it goes on."""

_log = structlog.get_logger(__name__)


class Notifier:
    """The line to systemd, or none."""

    def __init__(self, environment: Mapping[str, str] = os.environ) -> None:
        self._address = environment.get("NOTIFY_SOCKET", "")
        self.watchdog_seconds = _watchdog_seconds(environment)
        """How long systemd waits for a sign of life; None where it does not."""

    def tell(self, **facts: str) -> None:
        """Send facts such as ``READY="1"``; what cannot be sent is logged, never raised."""
        if not self._address:
            return
        address = self._address
        if address.startswith("@"):
            address = "\0" + address[1:]  # abstract: no file
        text = "\n".join(f"{name}={value}" for name, value in facts.items())
        try:
            with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as line:
                line.setblocking(False)  # noqa: FBT003 - the library's own signature
                line.connect(address)
                line.send(text.encode())
        except OSError as error:
            _log.warning("systemd_not_told", error=str(error))

    @asynccontextmanager
    async def starting(self) -> AsyncIterator[None]:
        """Ask for more time again and again: a long migration is no hang."""

        async def extend() -> None:
            while True:
                self.tell(EXTEND_TIMEOUT_USEC=str(EXTEND_SECONDS * 1_000_000))
                await asyncio.sleep(EXTEND_SECONDS / 3)

        task = asyncio.create_task(extend(), name="starting")
        try:
            yield
        finally:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task


def _watchdog_seconds(environment: Mapping[str, str]) -> float | None:
    meant = environment.get("WATCHDOG_PID")
    text = environment.get("WATCHDOG_USEC", "")
    if not text.isdigit() or int(text) == 0 or (meant is not None and meant != str(os.getpid())):
        return None
    return int(text) / 1_000_000


async def keep_told(
    notifier: Notifier, store: Store, views: Callable[[], Sequence[ModemView]]
) -> None:
    """Tell how things are, and feed the watchdog while loop and store answer; runs for ever.

    An error of the store is an answer: a full disk must not get the daemon killed. A store that
    answers nothing at all within the time starves the watchdog.
    """
    pause = STATUS_SECONDS
    if notifier.watchdog_seconds is not None:
        pause = min(pause, notifier.watchdog_seconds / 3)
    loop = asyncio.get_running_loop()
    trouble: str | None = None
    next_write = 0.0
    while True:
        try:
            async with asyncio.timeout(notifier.watchdog_seconds):
                if loop.time() >= next_write:
                    trouble = await _trouble_of(store.check())
                    next_write = loop.time() + WRITE_SECONDS
                else:
                    trouble = await _trouble_of(store.answer()) or trouble
        except TimeoutError:
            _log.error("store_does_not_answer")
        else:
            notifier.tell(WATCHDOG="1", STATUS=status_of(views(), trouble))
        await asyncio.sleep(pause)


async def _trouble_of(asked: Awaitable[None]) -> str | None:
    try:
        await asked
    except StoreError as error:
        return str(error)
    return None


def status_of(views: Sequence[ModemView], trouble: str | None) -> str:
    """Say in one line how the gateway is."""
    if trouble is not None:
        return f"The store takes nothing: {trouble}"
    if not views:
        return "No modem is configured"
    return "; ".join(map(_stands, views))


def _stands(view: ModemView) -> str:
    reason = f" ({view.reason})" if view.reason else ""
    waiting = f", {view.queue} waiting" if view.queue else ""
    return f"{view.name} {view.state}{reason}{waiting}".replace("\n", " ")

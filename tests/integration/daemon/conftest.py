"""The whole daemon in this process, with virtual modems in memory, driven over real HTTP."""

import asyncio
import json
import os
import shutil
import signal
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientSession, ClientTimeout

from config.schema import (
    GatewaySettings,
    HttpSettings,
    ModemSettings,
    Settings,
)
from config.values import Listen
from gatewayd import failover, figures, handler, outcomes
from gatewayd.clock import Clock
from gatewayd.daemon import Ready, run_daemon
from gatewayd.services.tokens import Scope, create_token
from modem import exchange, port
from modem.supervisor import Timing
from modem.ttys import PortSource
from modem.virtual import registry
from modem.virtual.ledger import Entry, Happening
from modem.virtual.modem import VirtualModem
from modem.virtual.network import VirtualNetwork
from modem.virtual.sim import Sim
from storage.engine import FILE_NAME

SHOP, BRANCH = "+15145550100", "+15145550200"
CUSTOMER = "+15145550123"
PATIENCE_SECONDS = 60
TIMING = Timing(device_poll_seconds=0.05, health_poll_seconds=5, sweep_seconds=0.5)


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """A line in memory answers in one go and at once."""
    monkeypatch.setattr(port, "QUIET_SECONDS", 0.01)
    monkeypatch.setattr(exchange, "REPORT_GRACE_SECONDS", 0.01)
    monkeypatch.setattr(outcomes, "RETRY_SECONDS", (0,))
    monkeypatch.setattr(outcomes, "MODEM_TROUBLE_RETRY_SECONDS", 0)
    monkeypatch.setattr(handler, "STORE_RETRY_SECONDS", 0.01)
    monkeypatch.setattr(failover, "LOOK_SECONDS", 0.01)
    monkeypatch.setattr(figures, "REFRESH_SECONDS", 0.01)


@dataclass(kw_only=True)
class World:
    """A network, two modems on it, and a configuration that names them."""

    network: VirtualNetwork
    counter: VirtualModem
    spare: VirtualModem
    settings: Settings

    def of(self, what: Happening) -> list[Entry]:
        return list(self.network.ledger.of(what))

    async def happens(self, what: Happening, *, times: int = 1) -> None:
        """Wait until the ledger holds so many of these."""
        enough = asyncio.Event()

        def look(_: Entry | None = None) -> None:
            if len(self.of(what)) >= times:
                enough.set()

        stop = self.network.ledger.watch(look)
        look()
        async with asyncio.timeout(PATIENCE_SECONDS):
            await enough.wait()
        stop()


@pytest.fixture
def world(tmp_path: Path, migrated: Path) -> Iterator[World]:
    data_dir = tmp_path / "data"
    data_dir.mkdir()
    shutil.copy(migrated, data_dir / FILE_NAME)
    network = VirtualNetwork()
    counter = VirtualModem(network, sim=Sim(number=SHOP))
    spare = VirtualModem(
        network, sim=Sim(number=BRANCH, iccid="8930272000000000025"), imei="490154203237526"
    )
    registry.attach("counter", counter)
    registry.attach("spare", spare)
    yield World(
        network=network,
        counter=counter,
        spare=spare,
        settings=Settings(
            gateway=GatewaySettings(name="Shop", country="CA-QC", data_dir=data_dir),
            http=HttpSettings(
                listen=Listen(host="127.0.0.1", port=0), socket=tmp_path / "gatewayd.sock"
            ),
            modems=(
                ModemSettings(name="counter", device="virtual:counter"),
                ModemSettings(name="spare", device="virtual:spare", inbox="branch"),
            ),
        ),
    )
    registry.detach("counter")
    registry.detach("spare")


class Gateway:
    """A running daemon as its clients see it."""

    def __init__(self, daemon: "asyncio.Task[int]", ready: Ready, client: ClientSession) -> None:
        self.daemon = daemon
        self.ready = ready
        self._client = client
        self._events: list[dict[str, Any]] = []
        self._news = asyncio.Condition()

    async def ask(
        self, method: str, path: str, *, status: int = 200, **options: Any
    ) -> dict[str, Any]:
        async with self._client.request(method, path, **options) as answer:
            assert answer.status == status, await answer.text()
            body: dict[str, Any] = await answer.json(content_type=None)
            return body

    async def send(self, text: str = "Your order is ready", **fields: Any) -> str:
        wanted = {"to": CUSTOMER, "text": text, **fields}
        sent = await self.ask("POST", "/v1/messages", status=202, json=wanted)
        return str(sent["id"])

    async def send_next_month(self) -> str:
        return await self.send(send_at=(datetime.now(UTC) + timedelta(days=30)).isoformat())

    async def message(self, message_id: str) -> dict[str, Any]:
        return await self.ask("GET", f"/v1/messages/{message_id}")

    async def received(self) -> list[dict[str, Any]]:
        """What came in, oldest first."""
        page = await self.ask("GET", "/v1/messages", params={"direction": "in"})
        return list(reversed(page["items"]))

    async def follow(self, started: asyncio.Event) -> None:
        """Read the event stream to its end."""
        async with self._client.get(
            "/v1/events", headers={"Accept": "text/event-stream"}, timeout=ClientTimeout()
        ) as stream:
            started.set()
            async for line in stream.content:
                if line.startswith(b"data: "):
                    async with self._news:
                        self._events.append(json.loads(line[6:]))
                        self._news.notify_all()

    async def event(self, type_: str, *, times: int = 1, **facts: str) -> dict[str, Any]:
        """Wait for an event of this type and with these facts; gives the last of ``times``."""

        def found() -> list[dict[str, Any]]:
            return [
                event["data"]
                for event in self._events
                if event["type"] == type_
                and all(event["data"].get(name) == value for name, value in facts.items())
            ]

        async with asyncio.timeout(PATIENCE_SECONDS), self._news:
            await self._news.wait_for(lambda: len(found()) >= times)
        return found()[times - 1]

    async def until(self, message_id: str, state: str) -> dict[str, Any]:
        return await self.event(f"message.{state}", id=message_id)

    async def settled(self, message_id: str, state: str) -> None:
        """As ``until``, for what may have happened before the stream began."""
        if (await self.message(message_id))["state"] != state:
            await self.until(message_id, state)

    async def on_the_air(self, message_id: str) -> None:
        """Wait until its Ctrl-Z is, or is about to be, written."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            while not (attempts := (await self.message(message_id))["attempts"]):
                pass
        assert attempts[0]["outcome"] is None

    async def modem_is(self, name: str, state: str) -> None:
        if (await self.ask("GET", f"/v1/modems/{name}"))["state"] != state:
            await self.event("modem.state", modem=name, state=state)

    async def incident(self, modem: str, *, over: bool = True) -> dict[str, Any]:
        """Give a modem's only incident, once its view, which is counted now and then, has it."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            while True:
                found = (await self.ask("GET", f"/v1/modems/{modem}"))["incidents"]
                if [each["closed_at"] is not None for each in found] == [over]:
                    return dict(found[0])

    def signal(self) -> None:
        """Send SIGTERM, which without the daemon's handler would end the tests."""
        assert signal.getsignal(signal.SIGTERM) is not signal.SIG_DFL
        os.kill(os.getpid(), signal.SIGTERM)

    async def stop(self) -> int:
        self.signal()
        async with asyncio.timeout(PATIENCE_SECONDS):
            return await self.daemon


@asynccontextmanager
async def started(
    world: World,
    *,
    modems: bool = True,
    timing: Timing = TIMING,
    clock: Clock | None = None,
    ports: PortSource = list,
) -> AsyncIterator[Gateway]:
    """A daemon that runs until the block ends, or until the test ends it."""
    told: asyncio.Future[tuple[Ready, str]] = asyncio.get_running_loop().create_future()

    async def on_ready(ready: Ready) -> None:
        async with ready.store.write() as tx:
            _, secret = await create_token(
                tx, name="till", scopes=(Scope.ADMIN,), now_ms=ready.clock.now_ms()
            )
        told.set_result((ready, secret))

    daemon = asyncio.ensure_future(
        run_daemon(world.settings, on_ready=on_ready, timing=timing, clock=clock, ports=ports)
    )
    first: set[asyncio.Future[Any]] = {daemon, told}
    await asyncio.wait(first, return_when=asyncio.FIRST_COMPLETED)
    if not told.done():
        daemon.result()
    ready, secret = told.result()
    headers = {"Authorization": f"Bearer {secret}"}
    async with ClientSession(base_url=ready.listening.url, headers=headers) as client:
        gateway = Gateway(daemon, ready, client)
        reading = asyncio.Event()
        follower = asyncio.ensure_future(gateway.follow(reading))
        await reading.wait()
        if modems:
            for modem in world.settings.modems:
                await gateway.modem_is(modem.name, "ready")
        try:
            yield gateway
        finally:
            if not daemon.done():
                assert await gateway.stop() == 0
            await follower


@pytest.fixture
async def gateway(world: World) -> AsyncIterator[Gateway]:
    async with started(world) as running:
        yield running


@pytest.fixture
def start() -> Callable[..., AbstractAsyncContextManager[Gateway]]:
    """For tests that stop the daemon themselves, or start it twice."""
    return started

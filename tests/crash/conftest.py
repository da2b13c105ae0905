"""A daemon in a subprocess that is killed, on a virtual modem that outlives it.

The moment of each kill is drawn from a seeded generator: so many arrivals of bytes at the modem,
and a few milliseconds more. The seed is printed, so that a failure can be repeated.
"""

import asyncio
import json
import os
import random
import shutil
import signal
import sys
import tempfile
import zlib
from collections import Counter
from collections.abc import AsyncIterator, Callable, Coroutine
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from modem.virtual.ledger import Happening
from modem.virtual.links import PtyLink
from modem.virtual.modem import VirtualModem
from modem.virtual.network import VirtualNetwork
from modem.virtual.personality import personality as personality_named
from modem.virtual.sim import Sim

SHOP, BRANCH = "+15145550100", "+15145550200"
INBOXES = ("main", "branch")
SETUP_ARRIVALS = 30
FIXED_SEED = 20_261_201
LIFE_SECONDS = 15
PATIENCE_SECONDS = 240


@dataclass
class Rig:
    """Network, modems, daemon and client of one campaign."""

    folder: Path
    rng: random.Random
    network: VirtualNetwork
    modems: tuple[VirtualModem, VirtualModem]
    watchers: list[Callable[[bytes], None]] = field(default_factory=list)
    process: asyncio.subprocess.Process | None = None
    kills: int = 0

    @property
    def modem(self) -> VirtualModem:
        """The one of the inbox ``main``; the other's is ``branch``."""
        return self.modems[0]

    def waiting(self) -> int:
        """What has not been handed to a modem yet, or still lies in its store."""
        stored = sum(store.used for modem in self.modems for store in modem.stores.values())
        return stored + sum(self.network.waiting(modem.number) for modem in self.modems)

    @property
    def socket(self) -> Path:
        return self.folder / "s.sock"

    def client(self) -> aiohttp.ClientSession:
        return aiohttp.ClientSession(
            base_url="http://localhost",
            connector=aiohttp.UnixConnector(path=str(self.socket)),
            timeout=aiohttp.ClientTimeout(total=60),
        )

    async def start(self) -> None:
        log = (self.folder / "daemon.log").open("ab")
        self.process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "gatewayd",
            "--config",
            str(self.folder / "gatewayd.toml"),
            "run",
            stdout=log,
            stderr=log,
            env={key: value for key, value in os.environ.items() if "COV" not in key},
        )
        log.close()

    def kill(self) -> None:
        if self.process is not None and self.process.returncode is None:
            self.process.send_signal(signal.SIGKILL)
            self.kills += 1

    async def live_until_killed(self, *markers: bytes) -> None:
        """One life: a fifth die while the modem is set up, the others after one of the markers.

        What has nothing more to do does not live for ever either.
        """
        await self.start()
        assert self.process is not None
        in_setup = self.rng.random() < 0.2
        left = self.rng.randint(1, SETUP_ARRIVALS if in_setup else 25)
        delay_seconds = self.rng.choice((0, 0, 0.0005, 0.001, 0.002, 0.005))
        working = in_setup
        loop = asyncio.get_running_loop()

        def count(data: bytes) -> None:
            nonlocal left, working
            working = working or data.startswith(markers)
            left -= working
            if left == 0:
                loop.call_later(delay_seconds, self.kill)

        self.watchers.append(count)
        end = loop.call_later(LIFE_SECONDS, self.kill)
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                await self.process.wait()
        finally:
            end.cancel()
            self.watchers.remove(count)
        # Ended by us, not by itself: a daemon that crashes must not pass for one that was killed.
        assert self.process.returncode == -signal.SIGKILL, (self.folder / "daemon.log").read_text()

    async def stop(self) -> None:
        assert self.process is not None
        self.process.send_signal(signal.SIGTERM)
        async with asyncio.timeout(PATIENCE_SECONDS):
            assert await self.process.wait() == 0

    async def insist(self, method: str, path: str, **request: Any) -> Any:
        """Ask until the daemon that happens to live answers, as a client with a retry would."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            while True:
                try:
                    async with self.client() as client:
                        answer = await client.request(method, path, **request)
                        body = await answer.json()
                        if answer.status < 500:
                            return body
                except (aiohttp.ClientError, OSError, TimeoutError):
                    await self._sign_of_life()

    async def _sign_of_life(self) -> None:
        """Wait until something reaches the modem: only a living daemon types there."""
        heard = asyncio.Event()
        watcher: Callable[[bytes], None] = lambda _: heard.set()  # noqa: E731 - it is removed below
        self.watchers.append(watcher)
        try:
            async with asyncio.timeout(1):
                await heard.wait()
        except TimeoutError:
            return
        finally:
            self.watchers.remove(watcher)

    async def until(self, condition: Callable[[], Coroutine[Any, Any, bool]]) -> None:
        """Wait until the condition holds: looked at whenever something reaches a modem."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            while not await condition():
                await self._sign_of_life()

    async def messages(self, **filters: str) -> list[dict[str, Any]]:
        items: list[dict[str, Any]] = []
        cursor: str | None = None
        while True:
            query = {**filters, "limit": "200"} | ({"cursor": cursor} if cursor else {})
            page = await self.insist("GET", "/v1/messages", params=query)
            items += page["items"]
            cursor = page["next"]
            if cursor is None:
                return items

    def accepted(self) -> Counter[str]:
        """How often the network took each part, by its bytes without TP-MR."""
        return Counter(
            pdu[:2] + pdu[4:]
            for entry in self.network.ledger.of(Happening.ACCEPTED)
            if (pdu := entry.pdu) is not None
        )

    def accepted_by_number(self) -> Counter[str]:
        return Counter(entry.peer or "" for entry in self.network.ledger.of(Happening.ACCEPTED))


def _observed(rig: Rig, modem: VirtualModem) -> VirtualModem:
    receive = modem.receive

    def observed(data: bytes) -> None:
        for watcher in tuple(rig.watchers):
            watcher(data)
        receive(data)

    modem.receive = observed  # type: ignore[method-assign]
    return modem


@pytest.fixture
def seed(request: pytest.FixtureRequest) -> int:
    """The same for a test in each default run; a fresh one in a long campaign."""
    if given := os.environ.get("CRASH_SEED"):
        value = int(given)
    elif request.node.get_closest_marker("long") is not None:
        value = random.SystemRandom().randrange(1 << 32)
    else:
        value = zlib.crc32(request.node.name.encode(), FIXED_SEED)
    print(f"CRASH_SEED={value}")  # noqa: T201 - to repeat a failure
    return value


@pytest.fixture
async def rig(request: pytest.FixtureRequest, seed: int) -> AsyncIterator[Rig]:
    options = getattr(request, "param", {})
    # A unix socket's path has at most 107 bytes: tmp_path may be longer.
    folder = Path(tempfile.mkdtemp(prefix="gw-crash-"))
    network = VirtualNetwork(seed=seed, report_delay_ms=options.get("report_delay_ms", 20))
    sims = (Sim(number=SHOP), Sim(number=BRANCH, iccid="8930272000000000025"))
    modems = tuple(
        VirtualModem(
            network,
            submit_ms=options.get("submit_ms", 15),
            personality=personality_named(options.get("personality", "generic")),
            sim=sim,
            imei=f"4901542032375{place}8",
            seed=seed,
        )
        for place, sim in enumerate(sims)
    )
    made = Rig(folder=folder, rng=random.Random(seed), network=network, modems=modems)  # noqa: S311
    links = [
        PtyLink(path=folder / name, modem=_observed(made, modem))
        for name, modem in zip(INBOXES, modems, strict=True)
    ]
    for link in links:
        await link.plug()
    entries = "".join(
        f"""
[[modems]]
name = "{name}"
device = {json.dumps(str(folder / name))}
number = "{modem.number}"
inbox = "{name}"
"""
        for name, modem in zip(INBOXES, modems, strict=True)
    )
    (folder / "gatewayd.toml").write_text(
        f"""
[gateway]
name = "Crash"
country = "CA-QC"
data_dir = {json.dumps(str(folder / "data"))}
[http]
listen = "127.0.0.1:0"
socket = {json.dumps(str(made.socket))}
{entries}"""
    )
    try:
        yield made
    finally:
        if made.process is not None and made.process.returncode is None:
            made.process.kill()
            await made.process.wait()
        for link in links:
            link.unplug()
        network.ledger.close()
        shutil.rmtree(folder, ignore_errors=True)

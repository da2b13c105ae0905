"""The daemon as a process of its own, and in this process the modems it drives.

Owns folders, processes and sockets: all of them end with the rig. Measures nothing but what a
process costs.
"""

import asyncio
import json
import os
import signal
import sys
import tempfile
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter
from typing import Any

import aiohttp

from modem.virtual.ledger import Entry, Happening
from modem.virtual.links import PtyLink
from modem.virtual.modem import VirtualModem
from modem.virtual.network import Recipient, VirtualNetwork
from modem.virtual.sim import Sim
from tests.benchmarks.wire import Tap

READY_SECONDS = 30.0
LOOK_SECONDS = 0.002  # how often a starting daemon is asked
POSTS_AT_ONCE = 8
CUSTOMER = "+15145559876"
CUSTOMERS = {f"+1514555987{place}": 430 + 71 * place for place in range(7)}
"""Numbers that messages go to, and after how many milliseconds the report of each comes: while
later messages are being sent, and not in step with them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One modem and the tap on it."""

    name: str
    modem: VirtualModem
    tap: Tap
    link: PtyLink

    def unplug(self) -> None:
        """Pull the stick out: its port goes, and its power."""
        self.link.unplug()
        self.modem.unplug()

    async def plug(self) -> None:
        """Put it in again."""
        self.modem.plug()
        await self.link.plug()


def cpu_seconds(pid: int) -> float:
    """Processor time that a process has used so far, user's and system's."""
    stat = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8")
    fields = stat.rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


class Daemon:
    """`gatewayd run` in a subprocess, logging at info to a file as it would to the journal."""

    def __init__(self, folder: Path, process: asyncio.subprocess.Process, started: float) -> None:
        self.folder = folder
        self.started = started
        self._process = process
        self._http = aiohttp.ClientSession(
            "http://localhost",
            connector=aiohttp.UnixConnector(str(folder / "gw.sock"), limit=POSTS_AT_ONCE + 2),
            timeout=aiohttp.ClientTimeout(total=None),
        )

    @property
    def database(self) -> Path:
        """The daemon's SQLite file."""
        return self.folder / "data" / "gatewayd.db"

    @property
    def http(self) -> aiohttp.ClientSession:
        """A client on the unix socket: an administrator without a token."""
        return self._http

    async def answers(self, path: str) -> float:
        """Wait until `path` answers 200; seconds since the process was started."""
        while perf_counter() - self.started < READY_SECONDS:
            if self._process.returncode is not None:
                break
            try:
                async with self._http.get(path) as answer:
                    if answer.status == 200:
                        return perf_counter() - self.started
            except aiohttp.ClientConnectionError:
                pass  # not listening yet
            await asyncio.sleep(LOOK_SECONDS)
        log = (self.folder / "log").read_text(encoding="utf-8")
        raise RuntimeError(f"{path} never answered 200; the daemon's log:\n{log[-2000:]}")

    async def post(self, path: str, body: dict[str, Any] | None = None) -> None:
        """POST and insist on a 2xx answer."""
        async with self._http.post(path, json=body) as answer:
            if not answer.ok:
                raise RuntimeError(f"POST {path}: {answer.status} {await answer.text()}")

    async def queue(self, count: int, *, report: bool) -> float:
        """Post `count` messages of one part; seconds it took."""
        started = perf_counter()
        numbers, customers = iter(range(count)), list(CUSTOMERS)

        async def some() -> None:
            for number in numbers:
                to = customers[number % len(customers)]
                text = f"Your order {number} is ready. See you soon!"
                body = {"to": to, "text": text, "delivery_report": report}
                await self.post("/v1/messages", body)

        async with asyncio.TaskGroup() as tasks:
            for _ in range(POSTS_AT_ONCE):
                tasks.create_task(some())
        return perf_counter() - started

    def memory_bytes(self) -> int:
        """Resident memory now."""
        pages = Path(f"/proc/{self._process.pid}/statm").read_text(encoding="ascii").split()[1]
        return int(pages) * os.sysconf("SC_PAGE_SIZE")

    def descriptors(self) -> int:
        """Open files and sockets now."""
        return len(list(Path(f"/proc/{self._process.pid}/fd").iterdir()))

    def cpu_seconds(self) -> float:
        """Processor time used so far, user's and system's."""
        return cpu_seconds(self._process.pid)

    async def messages(self, direction: str) -> list[dict[str, Any]]:
        """All messages of this direction."""
        found: list[dict[str, Any]] = []
        cursor: str | None = None
        while True:
            query = {"direction": direction, "limit": "200"} | (
                {"cursor": cursor} if cursor else {}
            )
            async with self._http.get("/v1/messages", params=query) as answer:
                page = await answer.json()
            found += page["items"]
            cursor = page["next"]
            if cursor is None:
                return found

    async def kill(self) -> None:
        """End it as a power cut does, and wait."""
        await self._end(signal.SIGKILL)

    async def stop(self) -> None:
        """End it as systemd does and wait."""
        await self._end(signal.SIGTERM)

    async def _end(self, by: signal.Signals) -> None:
        await self._http.close()
        if self._process.returncode is None:
            self._process.send_signal(by)
        await self._process.wait()


@dataclass(frozen=True, slots=True, kw_only=True)
class Rig:
    """A network, its modems, and a way to run the daemon on them."""

    folder: Path
    network: VirtualNetwork
    lines: Sequence[Line]

    async def start(self) -> Daemon:
        """Start a daemon; it may not answer yet."""
        with (self.folder / "log").open("ab") as log:
            started = perf_counter()
            process = await asyncio.create_subprocess_exec(
                *(
                    sys.executable,
                    "-m",
                    "gatewayd",
                    "--config",
                    str(self.folder / "gw.toml"),
                    "run",
                ),
                stdin=asyncio.subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
        return Daemon(self.folder, process, started)

    def await_entries(self, what: Happening, count: int) -> asyncio.Event:
        """Give an event that is set once the network has seen `count` more of these."""
        done = asyncio.Event()
        seen = 0

        def look(entry: Entry) -> None:
            nonlocal seen
            seen += entry.what is what
            if seen == count:
                done.set()

        self.network.ledger.watch(look)
        return done

    @asynccontextmanager
    async def daemon(self) -> AsyncIterator[Daemon]:
        """Run a daemon whose modems are all ready."""
        daemon = await self.start()
        try:
            await daemon.answers("/readyz")
            while not await _all_ready(daemon):  # noqa: ASYNC110 - it is another process
                await asyncio.sleep(LOOK_SECONDS)
            yield daemon
        finally:
            await daemon.stop()


async def _all_ready(daemon: Daemon) -> bool:
    async with daemon.http.get("/v1/modems") as answer:
        listed = await answer.json()
    return all(modem["state"] == "ready" for modem in listed["items"])


@asynccontextmanager
async def rig(
    *,
    modems: int = 1,
    submit_ms: int = 0,
    pin: str | None = None,
    keys: Mapping[str, str] | None = None,
) -> AsyncIterator[Rig]:
    """Set up modems on pseudo-terminals and a configuration that names them.

    ``pin``: what their SIMs want; ``keys``: what else the configuration says of each modem.
    """
    with tempfile.TemporaryDirectory(prefix="gw-bench-") as name:
        folder = Path(name)
        network = VirtualNetwork()
        for number, delay_ms in CUSTOMERS.items():
            network.recipients[number] = Recipient(report_delay_ms=delay_ms)
        lines = [_line(folder, network, place, submit_ms, pin) for place in range(modems)]
        (folder / "gw.toml").write_text(_config(folder, lines, keys or {}), encoding="utf-8")
        try:
            for line in lines:
                await line.link.plug()
            yield Rig(folder=folder, network=network, lines=lines)
        finally:
            for line in lines:
                line.link.unplug()


def _line(
    folder: Path, network: VirtualNetwork, place: int, submit_ms: int, pin: str | None
) -> Line:
    sim = Sim(
        pin=pin,
        number=f"+1514555010{place}",
        iccid=f"893027200000000001{place}",
        imsi=f"30272000000000{place}",
    )
    modem = VirtualModem(network, sim=sim, imei=f"49015420323751{place}", submit_ms=submit_ms)
    tap, name = Tap(modem), f"modem{place}"
    link = PtyLink(path=folder / name, modem=tap)
    return Line(name=name, modem=modem, tap=tap, link=link)


def _config(folder: Path, lines: Sequence[Line], keys: Mapping[str, str]) -> str:
    more = "".join(f"{key} = {json.dumps(value)}\n" for key, value in keys.items())
    entries = "".join(
        f'\n[[modems]]\nname = "{line.name}"\ndevice = "{line.link.path}"\n{more}' for line in lines
    )
    return f"""[gateway]
name = "Benchmark"
country = "CA"
data_dir = "data"

[http]
listen = "127.0.0.1:0"
socket = "{folder}/gw.sock"

[logging]
level = "info"
{entries}"""

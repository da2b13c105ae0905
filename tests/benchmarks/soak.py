"""A soak: minutes at twenty times a busy shop's traffic, with faults, and what grows meanwhile.

A busy shop is 30 texts sent and 20 received in an hour, the whole hour through. Every half minute
something breaks. At the end the network's ledger is held against what the daemon says.
"""

import asyncio
import random
import statistics
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from time import perf_counter

import aiohttp

from modem.virtual.faults import Fault, FaultKind
from tests.benchmarks import figures
from tests.benchmarks.accounts import settled
from tests.benchmarks.harness import Daemon, Line, Rig, rig

FACTOR = 20
SENT_AN_HOUR, RECEIVED_AN_HOUR = 30, 20
FAULT_EVERY_SECONDS = 30.0
LOOK_EVERY_SECONDS = 2.0
SUBMIT_MS = 2_000
_LONG = "Votre commande est prête et vous attend au comptoir jusqu'à dix-huit heures. " * 3
_PATHS = ("/v1/conversations?limit=50", "/v1/messages?limit=50", "/metrics")


@dataclass(slots=True)
class Minute:
    """What was seen in one minute."""

    memory_bytes: int = 0
    descriptors: int = 0
    database_bytes: int = 0
    asked: list[float] = field(default_factory=list)
    posted: list[float] = field(default_factory=list)


@dataclass(slots=True)
class Run:
    """One soak under way."""

    bench: Rig
    daemon: Daemon
    rng: random.Random
    minutes: list[Minute] = field(default_factory=lambda: [Minute()])
    sent: int = 0
    received: int = 0
    faults: int = 0
    refused: int = 0

    async def send(self) -> None:
        """Post at the pace of the shop, times twenty."""
        while True:
            await asyncio.sleep(self.rng.expovariate(FACTOR * SENT_AN_HOUR / 3600))
            self.sent += 1
            text = (_LONG if self.sent % 4 == 0 else "") + f"Order {self.sent} is ready."
            body = {"to": f"+1514557{self.sent:04d}", "text": text}
            started = perf_counter()
            try:
                await self.daemon.post("/v1/messages", body)
            except (RuntimeError, aiohttp.ClientError):
                self.refused += 1
                self.sent -= 1
                continue
            self.minutes[-1].posted.append(perf_counter() - started)

    async def receive(self) -> None:
        """Let customers write, some of them again and again."""
        while True:
            await asyncio.sleep(self.rng.expovariate(FACTOR * RECEIVED_AN_HOUR / 3600))
            self.received += 1
            customer = f"+1514558{self.received % 40:04d}"
            text = f"Message {self.received}. " + ("Merci 🙂 " * (self.received % 5))
            line = self.rng.choice(list(self.bench.lines))
            self.bench.network.text_in(to=line.modem.number, from_=customer, text=text)

    async def ask(self) -> None:
        """Look as an open page and a monitoring system do, and measure."""
        while True:
            for path in _PATHS:
                started = perf_counter()
                async with self.daemon.http.get(path) as answer:
                    await answer.read()
                self.minutes[-1].asked.append(perf_counter() - started)
            await asyncio.sleep(LOOK_EVERY_SECONDS)

    async def disturb(self) -> None:
        """Break something, one thing after the other."""
        while True:
            for fault in _FAULTS:
                await asyncio.sleep(FAULT_EVERY_SECONDS)
                await fault(self.rng.choice(list(self.bench.lines)))
                self.faults += 1

    def close_minute(self) -> None:
        """Note what the process holds now."""
        minute, database = self.minutes[-1], self.daemon.database
        minute.memory_bytes = self.daemon.memory_bytes()
        minute.descriptors = self.daemon.descriptors()
        log = Path(f"{database}-wal")
        minute.database_bytes = database.stat().st_size + (
            log.stat().st_size if log.exists() else 0
        )
        self.minutes.append(Minute())


async def _unplug(line: Line) -> None:
    line.unplug()
    await asyncio.sleep(5)
    await line.plug()


async def _hang(line: Line) -> None:
    line.modem.hang(None)
    await asyncio.sleep(10)
    line.modem.wake()


def _once(kind: FaultKind, **more: str) -> Callable[[Line], Awaitable[None]]:
    async def add(line: Line) -> None:
        line.modem.faults.add(Fault(kind=kind, count=3, **more))  # type: ignore[arg-type]  # words

    return add


_FAULTS = (
    _once(FaultKind.SUBMIT_ERROR, code="CMS 42"),
    _unplug,
    _once(FaultKind.ACCEPT_THEN_ERROR),
    _once(FaultKind.GARBAGE),
    _hang,
    _once(FaultKind.ACCEPT_THEN_SILENCE),
    _once(FaultKind.CALL, line="+15145550111"),
)


async def soak(minutes: int, seed: int) -> None:
    """Run it and print the figures."""
    async with rig(modems=2, submit_ms=SUBMIT_MS) as bench, bench.daemon() as daemon:
        run = Run(bench, daemon, random.Random(seed))  # noqa: S311 - repeatable, not secret
        works = [run.send(), run.receive(), run.ask(), run.disturb()]
        tasks = [asyncio.create_task(work) for work in works]
        for _ in range(minutes):
            done, _ = await asyncio.wait(tasks, timeout=60, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                task.result()  # none ends by itself
            run.close_minute()
        for task in tasks:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task
        for line in bench.lines:  # whatever was broken in the last moment is mended
            line.modem.wake()
            line.modem.plug()
            await line.link.plug()
        account = await settled(bench, daemon)
        found = {each["text"] for each in await daemon.messages("in")}
        _tell(run)
    missing = run.received - sum(text.startswith("Message ") for text in found)
    for what, count in (
        ("parts sent twice", account.twice),
        ("messages lost going out", account.lost),
        ("messages lost coming in", missing),
    ):
        figures.row(what, str(count), goal="0", met=count == 0)
    figures.row("unknown at the end", str(account.unknown))


def _tell(run: Run) -> None:
    minutes = run.minutes[:-1]
    figures.heading(f"Soak, {len(minutes)} minutes at {FACTOR} times a busy shop, two modems")
    figures.row("sent / received / faults", f"{run.sent} / {run.received} / {run.faults}")
    figures.row("refused by the API", str(run.refused), goal="0", met=run.refused == 0)
    first, last = minutes[0], minutes[-1]
    _grown("memory, first and last minute", first.memory_bytes, last.memory_bytes)
    _grown("database and log", first.database_bytes, last.database_bytes)
    figures.row("descriptors", f"{first.descriptors} -> {last.descriptors}")
    for what, name in (("reading", "asked"), ("accepting", "posted")):
        medians = [statistics.median(spans) for each in minutes if (spans := getattr(each, name))]
        drift = f"{medians[0] * 1000:.1f} -> {medians[-1] * 1000:.1f} ms"
        figures.row(f"{what}, median of the first and last minute", drift)
        figures.spread(what, [span for each in minutes for span in getattr(each, name)])


def _grown(what: str, before: int, after: int) -> None:
    figures.row(what, f"{before / 2**20:.1f} -> {after / 2**20:.1f} MiB")

"""How soon an incoming message is safe and told: from +CMTI to commit, to +CMGD, to the event."""

import asyncio
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from time import perf_counter, sleep

from tests.benchmarks import figures
from tests.benchmarks.harness import CUSTOMER, Daemon, Rig, rig
from tests.benchmarks.wire import Mark

MOST_COMMIT_MEDIAN_MS = 15.0
_LOOK_SECONDS = 0.0002
_REST_SECONDS = 0.02


@dataclass(frozen=True, slots=True)
class Received:
    """Seconds from each announcement."""

    to_commit: list[float] = field(default_factory=list)
    to_delete: list[float] = field(default_factory=list)
    to_event: list[float] = field(default_factory=list)


class _Commits:
    """Watches the database from outside, on a thread and a read-only connection of its own."""

    def __init__(self, database: Path) -> None:
        self._database = database
        self._wanted = 0
        self._ended = False
        self.seen = threading.Event()
        self.at = 0.0

    def expect(self, count: int) -> None:
        """Note in `at` when this many incoming messages are committed."""
        self.seen.clear()
        self._wanted = count

    @contextmanager
    def watching(self) -> Iterator[None]:
        thread = threading.Thread(target=self._look)
        thread.start()
        try:
            yield
        finally:
            self._ended = True
            thread.join()

    def _look(self) -> None:
        reader = sqlite3.connect(f"file:{self._database}?mode=ro", uri=True)
        query = "SELECT count(*) FROM messages WHERE direction = 'in'"
        while not self._ended:
            if self._wanted and not self.seen.is_set():
                (count,) = reader.execute(query).fetchone()
                if count >= self._wanted:
                    self.at = perf_counter()
                    self.seen.set()
            sleep(_LOOK_SECONDS)
        reader.close()


async def latency(messages: int) -> None:
    """Print how long one incoming message takes, the gateway being otherwise idle."""
    received = Received()
    async with rig() as bench, bench.daemon() as daemon:
        commits = _Commits(daemon.database)
        told: asyncio.Queue[float] = asyncio.Queue()
        async with asyncio.TaskGroup() as tasks:
            reader = tasks.create_task(_read_events(daemon, told))
            await told.get()  # the stream is open
            with commits.watching():
                for number in range(messages):
                    await _one(bench, number, commits, told, received)
                    await asyncio.sleep(_REST_SECONDS)
            reader.cancel()
    figures.heading(f"Receiving {messages}, one at a time, from +CMTI")
    figures.spread("to committed", received.to_commit, most_median_ms=MOST_COMMIT_MEDIAN_MS)
    figures.spread("to AT+CMGD", received.to_delete)
    figures.spread("to the event (SSE)", received.to_event)


async def _one(
    bench: Rig, number: int, commits: _Commits, told: asyncio.Queue[float], received: Received
) -> None:
    line = bench.lines[0]
    tap = line.tap
    tap.passed.clear()
    commits.expect(number + 1)
    bench.network.text_in(to=line.modem.number, from_=CUSTOMER, text=f"Is order {number} ready?")
    event_at = await told.get()
    await asyncio.to_thread(commits.seen.wait)
    while not (deleted := tap.times(Mark.DELETE)):  # noqa: ASYNC110 - it follows at once
        await asyncio.sleep(_LOOK_SECONDS)
    announced = tap.times(Mark.ANNOUNCED)[0]
    received.to_commit.append(commits.at - announced)
    received.to_delete.append(deleted[0] - announced)
    received.to_event.append(event_at - announced)


async def _read_events(daemon: Daemon, told: asyncio.Queue[float]) -> None:
    async with daemon.http.get("/v1/events", headers={"Accept": "text/event-stream"}) as stream:
        async for text in stream.content:
            if text.startswith((b": gatewayd", b"event: message.received")):
                told.put_nowait(perf_counter())


async def burst(messages: int) -> None:
    """Print how long a full store takes: all messages arrive at once."""
    async with rig() as bench, bench.daemon() as daemon:
        line = bench.lines[0]
        line.tap.passed.clear()
        commits = _Commits(daemon.database)
        commits.expect(messages)
        with commits.watching():
            start = perf_counter()
            for number in range(messages):
                text = f"Is order {number} ready?"
                bench.network.text_in(to=line.modem.number, from_=CUSTOMER, text=text)
            await asyncio.to_thread(commits.seen.wait)
        figures.heading(f"Receiving {messages} at once")
        figures.row("until the last is committed", f"{(commits.at - start) * 1000:.0f} ms")
        figures.row("a second", f"{messages / (commits.at - start):.0f}")

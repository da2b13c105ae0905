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
RULES = 200
_LOOK_SECONDS = 0.0002
_REST_SECONDS = 0.02


@dataclass(frozen=True, slots=True)
class Received:
    """Seconds from each announcement."""

    to_commit: list[float] = field(default_factory=list)
    to_delete: list[float] = field(default_factory=list)
    to_event: list[float] = field(default_factory=list)


_INCOMING = "direction = 'in'"
_ANSWERS = "author_type = 'automatic'"


class _Commits:
    """Watches the database from outside, on a thread and a read-only connection of its own."""

    def __init__(self, database: Path, *, of: str = _INCOMING) -> None:
        self._database = database
        self._of = of
        self._wanted = 0
        self._ended = False
        self.seen = threading.Event()
        self.at = 0.0

    def expect(self, count: int) -> None:
        """Note in `at` when this many of these messages are committed."""
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
        query = f"SELECT count(*) FROM messages WHERE {self._of}"  # noqa: S608 - ours, above
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


async def answered(messages: int) -> None:
    """Print how soon a closed shop's answer is safe; each customer writes once."""
    to_commit: list[float] = []
    async with rig() as bench, bench.daemon() as daemon:
        await _close(daemon)
        commits = _Commits(daemon.database, of=_ANSWERS)
        line = bench.lines[0]
        with commits.watching():
            for number in range(messages):
                line.tap.passed.clear()
                commits.expect(number + 1)
                sender = f"+1514555{number:04}"
                bench.network.text_in(to=line.modem.number, from_=sender, text="Is it ready?")
                await asyncio.to_thread(commits.seen.wait)
                to_commit.append(commits.at - line.tap.times(Mark.ANNOUNCED)[0])
                await asyncio.sleep(_REST_SECONDS)
    figures.heading(f"Answering {messages} by {RULES} rules, one at a time, from +CMTI")
    figures.spread("to the committed answer", to_commit)


async def _close(daemon: Daemon) -> None:
    """Close the shop, and give it rules of which none fires."""
    texts = {"closed": {"en": "We are closed until {next_opening}."}}
    rules = [
        {"name": f"rule {number}", "when": {"words": [f"order{number}", "refund"]}}
        for number in range(RULES)
    ]
    inbox = {"hours": {"weekly": "off"}, "answers": {"texts": texts}}
    body = {"document": {"inboxes": {"main": inbox}, "rules": rules}}
    async with daemon.http.put("/v1/rules", json=body) as answer:
        if not answer.ok:
            raise RuntimeError(f"PUT /v1/rules: {answer.status} {await answer.text()}")


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

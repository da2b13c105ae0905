"""What the network saw against what the daemon says: sent twice, lost, unknown, and how long.

Knows no fault; every message of a run has a number of its own, by which it is counted.
"""

import asyncio
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from time import perf_counter
from typing import Any

from modem.virtual.ledger import Happening
from tests.benchmarks.harness import POSTS_AT_ONCE, Daemon, Rig
from tests.benchmarks.wire import Mark, Passed, Tap

PATIENCE_SECONDS = 900.0
_LOOK_SECONDS = 0.05
_LONG = "Bonjour, votre commande est prête et vous attend au comptoir jusqu'à dix-huit heures. " * 3
_DOUBTFUL = {"unknown"}
_ON_THEIR_WAY = {"queued", "sending"}


def texts(count: int, *, long_every: int = 0) -> dict[str, str]:
    """A message to each of so many numbers; every so many-th has several parts (0: none)."""
    return {
        f"+1514556{place:04d}": (_LONG if long_every and place % long_every == 0 else "")
        + f"Your order {place} is ready."
        for place in range(count)
    }


async def post_all(daemon: Daemon, wanted: Mapping[str, str]) -> None:
    """Queue all of them, with delivery reports."""
    waiting = iter(wanted.items())

    async def some() -> None:
        for to, text in waiting:
            await daemon.post("/v1/messages", {"to": to, "text": text})

    async with asyncio.TaskGroup() as tasks:
        for _ in range(POSTS_AT_ONCE):
            tasks.create_task(some())


async def marks(tap: Tap, mark: Mark, count: int) -> None:
    """Wait until this has passed so many times more."""
    done = asyncio.Event()
    left = count

    def note(passed: Passed) -> None:
        nonlocal left
        left -= passed.mark is mark
        if left <= 0:
            done.set()

    tap.listeners.append(note)
    try:
        await done.wait()
    finally:
        tap.listeners.remove(note)


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """What became of the messages of a run."""

    twice: int
    """Parts that the network took more than once."""
    lost: int
    """Messages that ended without the network's having all of it, and do not say so."""
    unknown: int
    states: Mapping[str, int]


async def settled(bench: Rig, daemon: Daemon, *, reports: bool = True) -> Account:
    """Wait until nothing is on its way any more, and draw up the account.

    ``reports``: what the network has taken will be reported, which settles every doubt about it.
    """
    end = perf_counter() + PATIENCE_SECONDS
    while perf_counter() < end:
        found = await daemon.messages("out")
        taken = _taken(bench)
        if not any(_moves(message, taken, reports=reports) for message in found):
            return _account(found, taken)
        await asyncio.sleep(_LOOK_SECONDS)
    raise RuntimeError(f"nothing ends: {Counter(message['state'] for message in found)}")


def _taken(bench: Rig) -> Counter[tuple[str, int]]:
    """How often the network took each part, by number and place."""
    accepted = bench.network.ledger.of(Happening.ACCEPTED)
    return Counter((entry.peer or "", entry.part or 1) for entry in accepted)


def _whole(message: Mapping[str, Any], taken: Counter[tuple[str, int]]) -> bool:
    return all(taken[message["to"], part] for part in range(1, message["parts"] + 1))


def _moves(message: Mapping[str, Any], taken: Counter[tuple[str, int]], *, reports: bool) -> bool:
    """It may still change by itself."""
    state = message["state"]
    doubted = state in _DOUBTFUL and _whole(message, taken)
    return state in _ON_THEIR_WAY or (reports and (state == "sent" or doubted))


def _account(found: list[dict[str, Any]], taken: Counter[tuple[str, int]]) -> Account:
    lost = [
        message
        for message in found
        if message["state"] not in _DOUBTFUL and not _whole(message, taken)
    ]
    return Account(
        twice=sum(times > 1 for times in taken.values()),
        lost=len(lost),
        unknown=sum(message["state"] in _DOUBTFUL for message in found),
        states=Counter(message["state"] for message in found),
    )


async def doubts(daemon: Daemon) -> list[float]:
    """Seconds from each ``message.unknown`` to the event that settled it."""
    spans: list[float] = []
    since: dict[str, datetime] = {}
    after: str | None = None
    while page := await _events(daemon, after):
        for event in page:
            at = datetime.fromisoformat(event["created_at"])
            message = event["data"].get("id", "")
            if event["type"] == "message.unknown":
                since.setdefault(message, at)
            elif message in since:
                spans.append((at - since.pop(message)).total_seconds())
        after = page[-1]["id"]
    return spans


async def _events(daemon: Daemon, after: str | None) -> list[dict[str, Any]]:
    query = {"limit": "200"} | ({"after": after} if after else {})
    headers = {"Accept": "application/json"}
    async with daemon.http.get("/v1/events", params=query, headers=headers) as answer:
        page = await answer.json()
    return list(page["items"])

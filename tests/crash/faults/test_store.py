"""A store that fails, full or with I/O errors, at statements and at commits, and restarts amid it.

The errors are raised where SQLite raises them: by its connections, under the driver.
"""

import asyncio
import random
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import pytest
from sqlalchemy import text

from storage.errors import StoreUnavailable

EPISODES = 6
MOVES = ("statements", "commits", "now and then", "full")


@dataclass
class Disk:
    """What the disk under all connections does to them now."""

    fails: Callable[[str], bool] = lambda _: False
    reason: str = "disk I/O error"

    def use(self, what: str) -> None:
        if self.fails(what):
            raise sqlite3.OperationalError(self.reason)


@pytest.fixture
def disk(monkeypatch: pytest.MonkeyPatch) -> Iterator[Disk]:
    made = Disk()

    class Connection(sqlite3.Connection):
        def execute(self, *args: Any) -> sqlite3.Cursor:
            made.use("statement")
            return super().execute(*args)

        def commit(self) -> None:
            made.use("commit")
            super().commit()

    connect = sqlite3.connect

    def faulty(*args: Any, **kwargs: Any) -> sqlite3.Connection:
        return connect(*args, **{"factory": Connection, **kwargs})

    monkeypatch.setattr(sqlite3, "connect", faulty)
    yield made
    made.fails = lambda _: False


async def let_fail(campaign: Any, disk: Disk, rng: random.Random, how: str) -> None:
    """Let the store fail in this way for a while."""
    disk.reason = rng.choice(("disk I/O error", "database or disk is full"))
    match how:
        case "statements":
            disk.fails = lambda what: what == "statement"
        case "commits":
            disk.fails = lambda what: what == "commit"
        case "now and then":
            disk.fails = lambda _: rng.random() < 0.2
        case "full":
            await limit_pages(campaign, room=0)
    await asyncio.sleep(rng.choice((1, 10, 70)))
    disk.fails = lambda _: False
    if how == "full":
        await limit_pages(campaign, room=1_000_000)


async def limit_pages(campaign: Any, *, room: int) -> None:
    """A real full disk, as SQLite tells it: the file may grow by so many pages.

    Others in the same COMMIT may find it full; the limit is no part of that, and stays.
    """
    is_limited = False
    while not is_limited:
        with suppress(StoreUnavailable):
            async with campaign.store.write() as tx:
                pages = (await tx.execute(text("PRAGMA page_count"))).scalar_one()
                await tx.execute(text(f"PRAGMA max_page_count = {pages + room}"))
                is_limited = True


@pytest.mark.parametrize("how", MOVES)
def test_a_store_that_fails(run: Callable[..., None], disk: Disk, how: str) -> None:
    run(lambda campaign: failing(campaign, disk, (how,)))


def test_a_store_that_fails_in_all_ways(run: Callable[..., None], disk: Disk) -> None:
    run(lambda campaign: failing(campaign, disk, MOVES))


@pytest.mark.long
@pytest.mark.timeout(900)
@pytest.mark.parametrize("turn", range(30))
def test_many_stores_that_fail(run: Callable[..., None], disk: Disk, turn: int) -> None:
    run(lambda campaign: failing(campaign, disk, MOVES, restarts=turn % 2 == 0))


async def failing(
    campaign: Any, disk: Disk, ways: tuple[str, ...], *, restarts: bool = True
) -> None:
    rng = campaign.rng
    traffic = asyncio.ensure_future(campaign.traffic(on_unknown="hold"))
    for _ in range(EPISODES):
        await let_fail(campaign, disk, rng, rng.choice(ways))
        await asyncio.sleep(rng.choice((0, 5, 60)))
        if restarts and rng.random() < 0.5:
            await campaign.restart()
    await traffic
    # A file that may not grow may still have had room within.
    assert campaign.outages + campaign.store.unavailable_total > 0 or ways == ("full",)

    async def settled() -> bool:
        told = [
            row.state == "delivered"
            or (row.state == "unknown" and campaign.on_air(row) < row.parts)
            for row in await campaign.messages("out")
        ]
        return all(told) and await campaign.all_in()

    await campaign.until(settled)
    await campaign.audit()
    assert max(campaign.accepted().values()) == 1

"""A day of traffic under the virtual clock: nothing grows.

Each hour messages go both ways, a modem is unplugged, restarts or is called. What the virtual
network and the test remember of an hour is forgotten with it, so that what is left is the gateway.
"""

import asyncio
import gc
import logging
import sys
import threading
import tracemalloc
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import structlog
from sqlalchemy import text

HOUR_SECONDS = 3600
WARM_HOURS = 1
"""By then all is loaded and every pool and cache is full."""

MOST_GROWTH_BYTES = 128 * 1024
MOST_GROWTH_OBJECTS = 1_000


@dataclass(frozen=True)
class Size:
    """What the process has."""

    traced_bytes: int
    objects: int
    descriptors: int
    threads: int
    tasks: int

    @classmethod
    def now(cls) -> "Size":
        gc.collect()
        return cls(
            traced_bytes=tracemalloc.get_traced_memory()[0],
            objects=len(gc.get_objects()),
            descriptors=len(list(Path("/proc/self/fd").iterdir())),
            threads=threading.active_count(),
            tasks=len(asyncio.all_tasks()),
        )


@pytest.fixture(autouse=True)
def _traced() -> Iterator[None]:
    """Trace memory, and keep no log: what pytest captures of it grows all day."""
    before = structlog.get_config()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    yield
    structlog.configure(**before)
    tracemalloc.stop()


@pytest.mark.timeout(900)
def test_a_shop_s_day_leaves_nothing_behind(run: Callable[..., None]) -> None:
    """Its traffic, in the hours that it is open."""
    run(lambda campaign: day(campaign, hours=4, messages=8))


@pytest.mark.long
@pytest.mark.timeout(1800)
def test_a_busy_day_leaves_nothing_behind(run: Callable[..., None]) -> None:
    run(lambda campaign: day(campaign, hours=24, messages=200))


async def day(campaign: Any, *, hours: int, messages: int) -> None:
    sizes = []
    for hour in range(hours):
        await one_hour(campaign, hour, messages)
        if hour == WARM_HOURS:
            tracemalloc.start()  # what was there before, and goes, is not counted: only growth is
        sizes.append(Size.now())
    print(*sizes, sep="\n")  # noqa: T201 - where it grew, if it did
    # An hour later: what goes round (a modem's tape, pools) has been replaced once, and counted.
    begin, end = sizes[WARM_HOURS + 1], sizes[-1]
    if sys.gettrace() is None:  # what measures coverage grows itself
        assert end.traced_bytes - begin.traced_bytes < MOST_GROWTH_BYTES
    assert end.objects - begin.objects < MOST_GROWTH_OBJECTS
    assert end.descriptors <= begin.descriptors
    assert end.threads <= begin.threads
    assert end.tasks <= begin.tasks


async def one_hour(campaign: Any, hour: int, messages: int) -> None:
    until = asyncio.get_running_loop().time() + HOUR_SECONDS
    which = hour % 2
    mishaps = (
        lambda: campaign.unplug(which, seconds=10),
        campaign.modems[which].reboot,
        lambda: campaign.modems[which].calls.ring("+15145550111"),
        lambda: campaign.fill_stores(which, seconds=60),
        lambda: campaign.modems[which].hang(60_000),
    )
    campaign.clock.call_later(campaign.rng.uniform(0, 600), mishaps[hour % len(mishaps)])
    for place in range(messages):
        number = f"+1514{hour:02d}{place:05d}"
        long = "Your order is ready. " * (15 if place % 4 == 0 else 1)
        await campaign.send(number, long, inbox=("main", "branch")[place % 2], on_unknown="hold")
        campaign.text_in(f"+1438{hour:02d}{place:05d}", long, campaign.modems[place % 2])
        await asyncio.sleep(campaign.rng.uniform(0, 600 / messages))
    await asyncio.sleep(until - asyncio.get_running_loop().time())
    campaign.check()
    await audit(campaign, (hour + 1) * messages)
    campaign.network.ledger._entries.clear()
    campaign.sent.clear()
    campaign.texted.clear()
    campaign._plugging.clear()


async def audit(campaign: Any, expected: int) -> None:
    """All of the day so far has come in, and has gone out once, or is in doubt and says so."""
    assert max(campaign.accepted().values()) == 1
    async with campaign.store.read() as tx:
        query = text("SELECT direction, state, count(*) FROM messages GROUP BY direction, state")
        rows = (await tx.execute(query)).all()
    counts = {(direction, state): count for direction, state, count in rows}
    assert counts[("in", "received")] == expected
    assert counts[("out", "delivered")] + counts.get(("out", "unknown"), 0) == expected

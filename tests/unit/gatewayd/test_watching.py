"""The service's own figures."""

import asyncio
import time
from contextlib import suppress
from pathlib import Path

from prometheus_client import CollectorRegistry

from gatewayd.disk import DiskSpace, disk_space
from gatewayd.watching import lag_histogram, watch_loop

GIB = 1 << 30


async def test_a_loop_that_is_held_up_is_seen() -> None:
    registry = CollectorRegistry()
    watching = asyncio.create_task(watch_loop(lag_histogram(registry)))
    await asyncio.sleep(0)
    time.sleep(1.3)  # noqa: ASYNC251 - what is measured
    for _ in range(3):
        await asyncio.sleep(0)
    watching.cancel()
    with suppress(asyncio.CancelledError):
        await watching
    late = registry.get_sample_value("gatewayd_event_loop_lag_seconds_sum")
    assert late is not None
    assert late >= 0.2


def test_a_disk_is_low_by_its_size() -> None:
    assert DiskSpace(free_bytes=GIB // 8, total_bytes=100 * GIB).is_low
    assert not DiskSpace(free_bytes=GIB, total_bytes=100 * GIB).is_low
    assert not DiskSpace(free_bytes=50 << 20, total_bytes=256 << 20).is_low  # a small card
    assert DiskSpace(free_bytes=5 << 20, total_bytes=256 << 20).is_low


def test_the_disk_of_a_folder_is_looked_at(tmp_path: Path) -> None:
    found = disk_space(tmp_path)
    assert 0 <= found.free_bytes <= found.total_bytes

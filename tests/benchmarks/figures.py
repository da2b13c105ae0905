"""Figures: how they are summed up, compared with their goals, and printed.

Knows nothing of how they were measured.
"""

import math
import os
import platform
import sqlite3
import statistics
import tempfile
from collections.abc import Sequence
from pathlib import Path
from time import perf_counter, process_time

_WIDTH = 46


def median_ms(seconds: Sequence[float]) -> float:
    """The median of durations in seconds, in milliseconds."""
    return statistics.median(seconds) * 1000


def p95_ms(seconds: Sequence[float]) -> float:
    """The 95th percentile (nearest rank) of durations in seconds, in milliseconds."""
    ranked = sorted(seconds)
    return ranked[math.ceil(0.95 * len(ranked)) - 1] * 1000


def heading(words: str) -> None:
    print(f"\n{words}", flush=True)


def row(what: str, value: str, *, goal: str | None = None, met: bool | None = None) -> None:
    """Print one figure and, where there is one, its goal and whether it was met."""
    verdict = "" if goal is None else f"   goal {goal}: {'met' if met else 'MISSED'}"
    print(f"  {what:<{_WIDTH}} {value:>24}{verdict}", flush=True)


def spread(
    what: str,
    seconds: Sequence[float],
    *,
    most_median_ms: float | None = None,
    most_p95_ms: float | None = None,
) -> None:
    """Print median, 95th percentile and longest of durations."""
    middle, high = median_ms(seconds), p95_ms(seconds)
    goal, met = None, None
    if most_median_ms is not None:
        goal, met = f"≤ {most_median_ms:g}", middle <= most_median_ms
        if most_p95_ms is not None:
            goal, met = f"{goal} / {most_p95_ms:g}", met and high <= most_p95_ms
    value = f"{middle:.2f} / {high:.2f} / {max(seconds) * 1000:.0f} ms"
    row(f"{what}, median / p95 / most", value, goal=goal, met=met)


def machine() -> None:
    """Print what it was measured on: what it is, how busy it is, what a flush to its disk costs."""
    heading("Machine")
    row("processor", f"{_processor()}, {os.cpu_count()} cores")
    row("memory", f"{os.sysconf('SC_PAGE_SIZE') * os.sysconf('SC_PHYS_PAGES') / 2**30:.0f} GiB")
    row("system", f"{platform.system()} {platform.release()}")
    row("Python / SQLite", f"{platform.python_version()} / {sqlite3.sqlite_version}")
    row("load, 1 and 5 minutes", " ".join(f"{load:.2f}" for load in os.getloadavg()[:2]))
    row("a fixed loop: processor / wall time", "{:.0f} / {:.0f} ms".format(*_loop_ms()))
    row("flush of 4 KiB (fdatasync), median", f"{median_ms(_flushes()):.3f} ms")


def _processor() -> str:
    for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.machine()


def _loop_ms() -> tuple[float, float]:
    """How fast this machine is, and how much of it is ours now: undisturbed, the two are equal."""
    processor, wall = process_time(), perf_counter()
    for _ in range(5_000_000):
        pass
    return (process_time() - processor) * 1000, (perf_counter() - wall) * 1000


def _flushes() -> list[float]:
    spans = []
    with tempfile.TemporaryFile() as file:
        for _ in range(200):
            file.write(bytes(4096))
            file.flush()
            start = perf_counter()
            os.fdatasync(file.fileno())
            spans.append(perf_counter() - start)
    return spans

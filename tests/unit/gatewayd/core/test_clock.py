"""Wall time: what is plausible, and how it is written."""

import time

import pytest

from gatewayd.clock import SystemClock, is_plausible, to_rfc3339

NOON_MS = 1_796_126_400_000  # 2026-12-01T12:00:00Z
HOUR_MS = 3_600_000


def test_the_system_clock_counts_milliseconds() -> None:
    before = time.time_ns()
    now_ms = SystemClock().now_ms()
    assert before // 1_000_000 <= now_ms <= time.time_ns() // 1_000_000


@pytest.mark.parametrize(
    ("now_ms", "newest_ms", "plausible"),
    [
        (0, 0, False),
        (NOON_MS, 0, True),
        (NOON_MS, NOON_MS + HOUR_MS, True),
        (NOON_MS, NOON_MS + HOUR_MS + 1, False),
    ],
)
def test_a_clock_before_this_program_or_its_records_is_not_set(
    now_ms: int, newest_ms: int, plausible: bool
) -> None:
    assert is_plausible(now_ms, newest_known_ms=newest_ms) is plausible


def test_rfc_3339() -> None:
    assert to_rfc3339(NOON_MS + 7) == "2026-12-01T12:00:00.007Z"

"""Wall time, injected: nothing else in gatewayd asks the system for it."""

import time
from datetime import UTC, datetime, timedelta
from typing import Protocol

# A small PC without a battery-backed clock starts in 1970 or at its image's build date.
_EARLIEST_PLAUSIBLE_MS = 1_782_864_000_000  # 2026-07-01T00:00:00Z, before this version existed


class Clock(Protocol):
    """Where the daemon takes the time of day from."""

    def now_ms(self) -> int:
        """Milliseconds since 1970-01-01T00:00:00Z."""
        ...


class SystemClock:
    """The machine's clock."""

    def now_ms(self) -> int:
        """Milliseconds since 1970-01-01T00:00:00Z."""
        return time.time_ns() // 1_000_000


def is_plausible(now_ms: int, *, newest_known_ms: int = 0) -> bool:
    """Whether the clock can have been set: not before this program, not before its own records."""
    # An hour of slack: the clock may have been stepped back by NTP after a wrong start.
    return now_ms >= max(_EARLIEST_PLAUSIBLE_MS, newest_known_ms - 3_600_000)


def to_rfc3339(ms: int) -> str:
    """RFC 3339 in UTC with ``Z`` and milliseconds."""
    moment = datetime.fromtimestamp(ms / 1000, tz=UTC)
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def moment_at(ms: int) -> datetime:
    """Read the tables' time, UTC milliseconds since 1970."""
    return datetime.fromtimestamp(0, tz=UTC) + timedelta(milliseconds=ms)

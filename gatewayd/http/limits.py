"""How much a client may ask for: numbers, and the token bucket that counts requests.

Owns no clock: the caller says what time it is.
"""

import math
from collections import OrderedDict
from dataclasses import dataclass

_MAX_BUCKETS = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Bounds on one client."""

    body_bytes: int = 256 * 1024
    requests_per_second: float = 50.0
    """Refill of each token's bucket."""
    burst: int = 200
    """Requests a rested token may make at once."""
    streams: int = 64
    """Event streams open at one time, all clients together."""
    heartbeat_seconds: float = 15.0
    stalled_reader_seconds: float = 30.0
    """How long a stream's reader may leave its connection full."""


class RateLimiter:
    """A token bucket per key."""

    def __init__(self, *, per_second: float, burst: int) -> None:
        self._per_second = per_second
        self._burst = float(burst)
        # Level and time of each bucket, least recently used first.
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def take(self, key: str, *, now_seconds: float, count: int = 1) -> int:
        """Take so many; 0 when allowed, else the whole seconds to wait before the next try.

        More than a rested bucket holds costs all that it holds.
        """
        cost = min(float(count), self._burst)
        level, then = self._buckets.pop(key, (self._burst, now_seconds))
        level = min(self._burst, level + (now_seconds - then) * self._per_second)
        allowed = level >= cost
        self._buckets[key] = (level - cost if allowed else level, now_seconds)
        if len(self._buckets) > _MAX_BUCKETS:
            self._buckets.popitem(last=False)
        return 0 if allowed else max(1, math.ceil((cost - level) / self._per_second))

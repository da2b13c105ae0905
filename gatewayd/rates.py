"""A token bucket for each key: how often something may be asked for.

Owns no clock: the caller says what time it is.
"""

import math
from collections import OrderedDict

_MAX_BUCKETS = 10_000


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

    def give_back(self, key: str) -> None:
        """Return what was taken for something that turned out to be allowed at any rate."""
        if key in self._buckets:
            level, then = self._buckets[key]
            self._buckets[key] = (min(self._burst, level + 1), then)

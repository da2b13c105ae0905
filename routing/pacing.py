"""How fast a SIM may send: the least interval, and the most parts in an hour, a day, a month.

Pure and without a clock: limits, times and the present moment in, a verdict out. Knows neither the
store nor the modem. Times are UTC milliseconds.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from enum import StrEnum

HOUR_MS = 3_600_000
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)


class Limit(StrEnum):
    """Which limit holds a part back; people and programs read these codes."""

    INTERVAL = "limit_interval"
    HOUR = "limit_hour"
    DAY = "limit_day"
    MONTH = "limit_month"


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What a plan allows, in parts; None does not limit."""

    min_interval_ms: int = 0
    per_hour: int | None = None
    per_day: int | None = None
    per_month: int | None = None

    @property
    def any(self) -> bool:
        """Whether there is anything to obey."""
        counted = (self.per_hour, self.per_day, self.per_month)
        return self.min_interval_ms > 0 or any(most is not None for most in counted)


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """From ``begin_ms`` on, up to but not including ``end_ms``."""

    begin_ms: int
    end_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Wait:
    """Nothing may be sent before ``until_ms``; ``limit`` is the one that lasts longest."""

    until_ms: int
    limit: Limit


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """The verdict: what is left of each limit that there is, and the wait, None to send now."""

    hour_left: int | None
    day_left: int | None
    month_left: int | None
    wait: Wait | None


def day_of(now_ms: int, zone: tzinfo) -> Period:
    """Give the calendar day around ``now_ms``: 23 or 25 hours where daylight saving changes."""
    today = _local_date(now_ms, zone)
    return _period(today, today + timedelta(days=1), zone)


def month_of(now_ms: int, zone: tzinfo) -> Period:
    """Give the calendar month around ``now_ms``."""
    first = _local_date(now_ms, zone).replace(day=1)
    # 31 days on from a first is always in the next month.
    return _period(first, (first + timedelta(days=31)).replace(day=1), zone)


def needed_since_ms(limits: Limits, *, now_ms: int, zone: tzinfo) -> int:
    """Tell from when on the times matter that :func:`pace` is given."""
    begins = [now_ms - limits.min_interval_ms]
    if limits.per_hour is not None:
        begins.append(now_ms - HOUR_MS)
    if limits.per_day is not None:
        begins.append(day_of(now_ms, zone).begin_ms)
    if limits.per_month is not None:
        begins.append(month_of(now_ms, zone).begin_ms)
    return min(begins)


def pace(limits: Limits, handed_ms: Sequence[int], *, now_ms: int, zone: tzinfo) -> Pace:
    """Judge by the times, ascending, at which the network got or may have got a part of this SIM.

    An hour is the last 60 minutes; day and month are the calendar's in ``zone``. Times that lie
    ahead, because the clock was put back, count where they lie; for the hour, those within one.
    """
    hour = Period(begin_ms=now_ms - HOUR_MS + 1, end_ms=now_ms + HOUR_MS)
    day, month = day_of(now_ms, zone), month_of(now_ms, zone)
    waits = [
        *_interval(limits.min_interval_ms, handed_ms, now_ms),
        *_hour(limits.per_hour, _within(handed_ms, hour)),
        *_calendar(Limit.DAY, limits.per_day, _within(handed_ms, day), day),
        *_calendar(Limit.MONTH, limits.per_month, _within(handed_ms, month), month),
    ]
    return Pace(
        hour_left=_left(limits.per_hour, _within(handed_ms, hour)),
        day_left=_left(limits.per_day, _within(handed_ms, day)),
        month_left=_left(limits.per_month, _within(handed_ms, month)),
        wait=max(waits, key=lambda wait: wait.until_ms, default=None),
    )


def _interval(least_ms: int, handed_ms: Sequence[int], now_ms: int) -> Iterator[Wait]:
    last = bisect_left(handed_ms, now_ms + max(least_ms, 1)) - 1
    if last >= 0 and handed_ms[last] + least_ms > now_ms:
        yield Wait(until_ms=handed_ms[last] + least_ms, limit=Limit.INTERVAL)


def _hour(most: int | None, handed_ms: Sequence[int]) -> Iterator[Wait]:
    if most is not None and len(handed_ms) >= most:
        # When this one is an hour old, fewer than ``most`` are younger.
        yield Wait(until_ms=handed_ms[-most] + HOUR_MS, limit=Limit.HOUR)


def _calendar(
    limit: Limit, most: int | None, handed_ms: Sequence[int], period: Period
) -> Iterator[Wait]:
    if most is not None and len(handed_ms) >= most:
        yield Wait(until_ms=period.end_ms, limit=limit)


def _left(most: int | None, handed_ms: Sequence[int]) -> int | None:
    return None if most is None else max(0, most - len(handed_ms))


def _within(times: Sequence[int], period: Period) -> Sequence[int]:
    return times[bisect_left(times, period.begin_ms) : bisect_right(times, period.end_ms - 1)]


def _local_date(now_ms: int, zone: tzinfo) -> date:
    return (_EPOCH + now_ms * _MILLISECOND).astimezone(zone).date()


def _period(begin: date, end: date, zone: tzinfo) -> Period:
    return Period(begin_ms=_midnight_ms(begin, zone), end_ms=_midnight_ms(end, zone))


def _midnight_ms(day: date, zone: tzinfo) -> int:
    # Where daylight saving skips midnight, this is the moment of the change: the day's first.
    return (datetime.combine(day, time.min, tzinfo=zone) - _EPOCH) // _MILLISECOND

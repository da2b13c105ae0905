"""Time as a shop counts it: only while it is open.

Owns the arithmetic of opening time, in real seconds also in the two odd nights of a year. What is
open when is :mod:`routing.hours`'. All moments are aware; those given back are in UTC.
"""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from routing.hours import Hours, state_at
from routing.wall import first_shown, latest_shown

HORIZON_DAYS = 400
"""What does not open within so many days is not going to."""

_DAY = timedelta(days=1)
_NOTHING = timedelta(0)

Span = tuple[datetime, datetime]


def open_between(hours: Hours, start: datetime, end: datetime) -> timedelta:
    """Count the opening time from ``start`` to ``end``; nothing where that is no later."""
    total = _NOTHING
    for opens, closes in _spans_from(hours, start, until=end):
        total += max(_NOTHING, min(closes, end) - max(opens, start))
    return total


def after_open(hours: Hours, start: datetime, amount: timedelta) -> datetime | None:
    """Give the first moment at which ``amount`` of opening time has passed since ``start``.

    Of no time at all it is the first open moment. None where it is open too rarely.
    """
    left = amount
    for opens, closes in _spans_from(hours, start, until=start + HORIZON_DAYS * _DAY):
        begins = max(opens, start.astimezone(UTC))
        if begins >= closes:
            continue
        if closes - begins >= left:
            return begins + left
        left -= closes - begins
    return None


def _spans_from(hours: Hours, start: datetime, *, until: datetime) -> Iterator[Span]:
    """List what is open on the days from ``start``'s on; those before ``until``."""
    day = latest_shown(start, ZoneInfo(hours.zone)).date()
    while _begin(day, hours.zone) < until:
        yield from _spans(hours, day)
        day += _DAY


@lru_cache(maxsize=4096)
def _spans(hours: Hours, day: date) -> tuple[Span, ...]:
    """List what is open between a day's two midnights."""
    moment, end = _begin(day, hours.zone), _begin(day + _DAY, hours.zone)
    found = []
    while moment < end:
        state = state_at(hours, moment)
        changes = end if state.until is None else min(end, state.until.astimezone(UTC))
        if state.open:
            found.append((moment, changes))
        moment = changes
    return tuple(found)


@lru_cache(maxsize=4096)
def _begin(day: date, zone: str) -> datetime:
    return first_shown(datetime.combine(day, time()), ZoneInfo(zone)).astimezone(UTC)

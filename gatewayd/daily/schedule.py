"""When somebody's daily digest is due, and of which days. Pure: no clock, no store.

A day is told in the morning of the next one. What was missed meanwhile (the gateway was off, the
person away, the shop closed) is told together, once.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from routing.wall import first_shown, latest_shown

MOST_DAYS = 7
"""More than a week back nobody wants to be told in the morning; supervision has it."""

_DAY = timedelta(days=1)


class DailyWish(StrEnum):
    """On which days a person wants it."""

    OPEN_DAYS = "open_days"
    """Those on which an inbox that they see is open."""
    EVERY_DAY = "every_day"
    NEVER = "never"


@dataclass(frozen=True, slots=True, kw_only=True)
class Days:
    """The days that one digest tells of, both included."""

    first: date
    last: date

    def __str__(self) -> str:
        """As the store has it: ``2026-11-20/2026-11-22``."""
        return f"{self.first.isoformat()}/{self.last.isoformat()}"

    @classmethod
    def parse(cls, text: str) -> "Days":
        """Read what ``str`` wrote."""
        first, _, last = text.partition("/")
        return cls(first=date.fromisoformat(first), last=date.fromisoformat(last))

    def begin(self, zone: ZoneInfo) -> datetime:
        """Give the first one's midnight."""
        return midnight(self.first, zone)

    def end(self, zone: ZoneInfo) -> datetime:
        """Give the midnight after the last one."""
        return midnight(self.last + _DAY, zone)


def yesterday(now: datetime, zone: ZoneInfo) -> Days:
    """Give the day before the one that it is."""
    day = latest_shown(now, zone).date() - _DAY
    return Days(first=day, last=day)


def due(told: date, *, now: datetime, at: time, zone: ZoneInfo) -> Days | None:
    """Tell of which days to tell now somebody who was told up to ``told``; None: not yet."""
    last = last_told_by(now, at=at, zone=zone)
    if told >= last:
        return None
    return Days(first=max(told + _DAY, last - (MOST_DAYS - 1) * _DAY), last=last)


def last_told_by(now: datetime, *, at: time, zone: ZoneInfo) -> date:
    """Tell up to which day everybody ought to have been told: yesterday, from ``at`` on."""
    shown = latest_shown(now, zone)
    passed = shown.time() >= at
    return shown.date() - (_DAY if passed else 2 * _DAY)


def next_at(now: datetime, *, at: time, zone: ZoneInfo) -> datetime:
    """Tell when the wall clock next shows ``at``, in UTC."""
    day = latest_shown(now, zone).date()
    moment = first_shown(datetime.combine(day, at), zone).astimezone(UTC)
    if moment <= now:
        moment = first_shown(datetime.combine(day + _DAY, at), zone).astimezone(UTC)
    return moment


def midnight(day: date, zone: ZoneInfo) -> datetime:
    """Tell when a day begins, in UTC."""
    return first_shown(datetime.combine(day, time()), zone).astimezone(UTC)

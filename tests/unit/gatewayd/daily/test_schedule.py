"""When a daily digest is due, and of which days: pure, also in the two odd nights of a year."""

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

import pytest

from gatewayd.daily.schedule import Days, due, last_told_by, next_at, yesterday

TORONTO = ZoneInfo("America/Toronto")
SEVEN = time(7)


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def day(text: str) -> date:
    return date.fromisoformat(text)


@pytest.mark.parametrize(
    ("now", "told", "days"),
    [
        # 11:59 UTC is 06:59 in Toronto.
        ("2026-12-01T11:59", "2026-11-29", None),
        ("2026-12-01T12:00", "2026-11-29", "2026-11-30/2026-11-30"),
        ("2026-12-01T12:00", "2026-11-30", None),
        ("2026-12-01T23:00", "2026-11-29", "2026-11-30/2026-11-30"),
        # Off for three days: one digest of them all, not three.
        ("2026-12-01T12:00", "2026-11-27", "2026-11-28/2026-11-30"),
        ("2026-12-01T12:00", "2026-10-01", "2026-11-24/2026-11-30"),
        # A clock that was set back tells nothing again.
        ("2026-11-20T12:00", "2026-11-30", None),
    ],
)
def test_each_day_is_told_once_and_missed_ones_together(
    now: str, told: str, days: str | None
) -> None:
    found = due(day(told), now=utc(now), at=SEVEN, zone=TORONTO)
    assert (None if found is None else str(found)) == days


def test_days_are_read_as_they_are_written() -> None:
    days = Days(first=day("2026-11-28"), last=day("2026-11-30"))
    assert Days.parse(str(days)) == days


def test_a_day_is_that_of_the_shops_wall() -> None:
    assert yesterday(utc("2026-12-01T03:00"), TORONTO).last == day("2026-11-29")
    days = Days(first=day("2026-11-01"), last=day("2026-11-01"))  # 25 hours long
    assert (days.begin(TORONTO), days.end(TORONTO)) == (
        utc("2026-11-01T04:00"),
        utc("2026-11-02T05:00"),
    )


def test_before_the_hour_everybody_has_been_told_up_to_the_day_before_yesterday() -> None:
    assert last_told_by(utc("2026-12-01T11:00"), at=SEVEN, zone=TORONTO) == day("2026-11-29")
    assert last_told_by(utc("2026-12-01T12:00"), at=SEVEN, zone=TORONTO) == day("2026-11-30")


@pytest.mark.parametrize(
    ("now", "at", "then"),
    [
        ("2026-12-01T11:00", SEVEN, "2026-12-01T12:00"),
        ("2026-12-01T12:00", SEVEN, "2026-12-02T12:00"),
        # 02:30 is skipped on this night: it happens when the clock jumps, and is past then.
        ("2027-03-14T06:00", time(2, 30), "2027-03-14T07:00"),
        ("2027-03-14T07:00", time(2, 30), "2027-03-15T06:30"),
    ],
)
def test_it_is_next_when_the_wall_clock_shows_it(now: str, at: time, then: str) -> None:
    assert next_at(utc(now), at=at, zone=TORONTO) == utc(then)


def test_an_hour_that_comes_twice_makes_it_due_once() -> None:
    at = time(1, 30)
    told = day("2026-10-30")
    first = due(told, now=utc("2026-11-01T05:30"), at=at, zone=TORONTO)  # 01:30, summer time
    assert first is not None
    again = due(first.last, now=utc("2026-11-01T06:30"), at=at, zone=TORONTO)  # 01:30 once more
    assert again is None

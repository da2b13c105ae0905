"""Limits per SIM: values in, values out."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from routing.pacing import (
    HOUR_MS,
    Limit,
    Limits,
    Wait,
    day_of,
    month_of,
    needed_since_ms,
    pace,
)

TORONTO = ZoneInfo("America/Toronto")
MINUTE_MS = 60_000


def ms(text: str) -> int:
    """The moment that a clock on the wall in Toronto, or one with a zone of its own, shows."""
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=TORONTO)
    return round(moment.timestamp() * 1000)


NOON = ms("2026-12-01T12:00")


def wait(limits: Limits, *handed_ms: int, now_ms: int = NOON) -> Wait | None:
    return pace(limits, sorted(handed_ms), now_ms=now_ms, zone=TORONTO).wait


def test_without_limits_everything_may_go() -> None:
    verdict = pace(Limits(), [NOON - 1, NOON], now_ms=NOON, zone=TORONTO)
    assert verdict.wait is None
    assert (verdict.hour_left, verdict.day_left, verdict.month_left) == (None, None, None)


@pytest.mark.parametrize(
    ("limits", "any_"),
    [
        (Limits(), False),
        (Limits(min_interval_ms=1), True),
        (Limits(per_hour=1), True),
        (Limits(per_day=1), True),
        (Limits(per_month=1), True),
    ],
)
def test_whether_there_is_anything_to_obey(limits: Limits, any_: bool) -> None:
    assert limits.any is any_


def test_the_first_part_never_waits() -> None:
    assert wait(Limits(min_interval_ms=1000, per_hour=1, per_day=1, per_month=1)) is None


@pytest.mark.parametrize(
    ("ago_ms", "left_ms"), [(0, 1000), (1, 999), (999, 1), (1000, None), (5000, None)]
)
def test_two_parts_lie_the_interval_apart(ago_ms: int, left_ms: int | None) -> None:
    until = None if left_ms is None else Wait(until_ms=NOON + left_ms, limit=Limit.INTERVAL)
    assert wait(Limits(min_interval_ms=1000), NOON - 60_000, NOON - ago_ms) == until


def test_an_hour_is_the_last_sixty_minutes() -> None:
    handed = [NOON - HOUR_MS, NOON - 50 * MINUTE_MS, NOON - 40 * MINUTE_MS]
    assert wait(Limits(per_hour=3), *handed) is None
    assert wait(Limits(per_hour=2), *handed) == Wait(
        until_ms=NOON + 10 * MINUTE_MS, limit=Limit.HOUR
    )


def test_a_limit_that_was_lowered_waits_until_enough_have_left_the_hour() -> None:
    handed = [NOON - minutes * MINUTE_MS for minutes in (50, 40, 30, 20)]
    assert wait(Limits(per_hour=2), *handed) == Wait(
        until_ms=NOON + 30 * MINUTE_MS, limit=Limit.HOUR
    )


def test_at_the_moment_that_it_names_the_part_may_go() -> None:
    limits, handed = Limits(min_interval_ms=500, per_hour=2), [NOON - 3, NOON - 2, NOON - 1]
    first = wait(limits, *handed)
    assert first is not None
    assert wait(limits, *handed, now_ms=first.until_ms - 1) is not None
    assert wait(limits, *handed, now_ms=first.until_ms) is None


def test_a_day_ends_at_the_shops_midnight() -> None:
    limits, late = Limits(per_day=2), ms("2026-12-01T23:59:59.999")
    handed = [ms("2026-11-30T23:59"), ms("2026-12-01T00:00"), ms("2026-12-01T08:00")]
    midnight = ms("2026-12-02T00:00")
    assert wait(limits, *handed, now_ms=late) == Wait(until_ms=midnight, limit=Limit.DAY)
    assert wait(limits, *handed, now_ms=midnight) is None
    assert wait(Limits(per_day=3), *handed, now_ms=late) is None


def test_a_month_ends_at_the_shops_midnight_too() -> None:
    handed = [ms("2026-11-30T23:59"), ms("2026-12-01T00:00"), ms("2026-12-24T18:00")]
    now = ms("2026-12-31T23:00")
    assert wait(Limits(per_month=2), *handed, now_ms=now) == Wait(
        until_ms=ms("2027-01-01T00:00"), limit=Limit.MONTH
    )
    assert wait(Limits(per_month=3), *handed, now_ms=now) is None


def test_of_several_limits_the_longest_wait_counts() -> None:
    handed = [NOON - 2, NOON - 1]
    every = Limits(min_interval_ms=5000, per_hour=2, per_day=2, per_month=2)
    assert wait(every, *handed) == Wait(until_ms=ms("2027-01-01T00:00"), limit=Limit.MONTH)
    assert wait(Limits(min_interval_ms=5000, per_hour=2), *handed) == Wait(
        until_ms=NOON - 2 + HOUR_MS, limit=Limit.HOUR
    )


def test_what_is_left_is_told() -> None:
    limits = Limits(per_hour=2, per_day=5, per_month=3)
    handed = [ms("2026-12-01T08:00"), NOON - 3, NOON - 2, NOON - 1]
    verdict = pace(limits, handed, now_ms=NOON, zone=TORONTO)
    assert (verdict.hour_left, verdict.day_left, verdict.month_left) == (0, 1, 0)


@pytest.mark.parametrize(
    ("noon", "hours"),
    [
        ("2026-03-08T12:00", 23),  # clocks go forward
        ("2026-11-01T12:00", 25),  # and back
        ("2026-12-01T12:00", 24),
    ],
)
def test_a_day_is_as_long_as_the_clocks_make_it(noon: str, hours: int) -> None:
    day = day_of(ms(noon), TORONTO)
    assert day.end_ms - day.begin_ms == hours * HOUR_MS
    assert day.begin_ms == ms(noon) - 12 * HOUR_MS + (24 - hours) * HOUR_MS


@pytest.mark.parametrize(
    "name",
    [
        "America/Toronto",
        "America/St_Johns",
        "Asia/Beirut",  # goes forward at midnight: the day begins at one
        "America/Havana",  # has midnight twice in autumn
        "Asia/Kathmandu",
        "UTC",
    ],
)
def test_each_moment_lies_in_its_own_day_and_month(name: str) -> None:
    zone, now = ZoneInfo(name), datetime(2026, 1, 1, tzinfo=UTC)
    while now.year == 2026:
        now_ms = round(now.timestamp() * 1000)
        day, month = day_of(now_ms, zone), month_of(now_ms, zone)
        assert month.begin_ms <= day.begin_ms <= now_ms < day.end_ms <= month.end_ms
        assert day_of(day.end_ms, zone).begin_ms == day.end_ms
        assert day_of(day.begin_ms - 1, zone).end_ms == day.begin_ms
        assert month_of(month.end_ms, zone).begin_ms == month.end_ms
        now += timedelta(hours=5)


def test_december_is_followed_by_january() -> None:
    month = month_of(NOON, TORONTO)
    assert (month.begin_ms, month.end_ms) == (ms("2026-12-01T00:00"), ms("2027-01-01T00:00"))


def test_a_clock_put_back_does_not_make_it_wait_for_years() -> None:
    years_ahead = NOON + 4 * 365 * 24 * HOUR_MS
    every = Limits(min_interval_ms=1000, per_hour=1, per_day=1, per_month=1)
    assert wait(every, years_ahead) is None


def test_a_clock_put_back_a_little_forgets_nothing() -> None:
    assert wait(Limits(per_hour=1), NOON + 5000) == Wait(
        until_ms=NOON + 5000 + HOUR_MS, limit=Limit.HOUR
    )
    assert wait(Limits(per_day=1), NOON + 5000) is not None
    assert wait(Limits(min_interval_ms=9000), NOON + 5000) == Wait(
        until_ms=NOON + 14_000, limit=Limit.INTERVAL
    )


@pytest.mark.parametrize(
    ("limits", "since"),
    [
        (Limits(min_interval_ms=1000), NOON - 1000),
        (Limits(per_hour=1), NOON - HOUR_MS),
        (Limits(per_hour=1, per_day=1), ms("2026-12-01T00:00")),
        (Limits(per_month=1), ms("2026-12-01T00:00")),
    ],
)
def test_only_the_times_that_matter_are_asked_for(limits: Limits, since: int) -> None:
    assert needed_since_ms(limits, now_ms=NOON, zone=TORONTO) == since


def test_shortly_after_midnight_the_last_hour_still_matters() -> None:
    now = ms("2026-12-01T00:10")
    limits = Limits(per_hour=1, per_month=100)
    assert needed_since_ms(limits, now_ms=now, zone=TORONTO) == now - HOUR_MS
    assert wait(limits, now - 20 * MINUTE_MS, now_ms=now) == Wait(
        until_ms=now + 40 * MINUTE_MS, limit=Limit.HOUR
    )

"""Laws of opening time, over weekends, closures, holidays and both odd nights."""

from datetime import UTC, date, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from routing.followup import Targets, plan_of
from routing.hours import Closure, Hours, state_at
from routing.opening_time import after_open, open_between

WEEKS = (
    "24/7",
    "Mo-Fr 09:00-17:00",
    "Mo-Fr 09:00-12:00,13:00-18:00; Sa 10:00-16:00",
    "Sa,Su 00:30-03:30",
    "Fr-Sa 18:00-02:00",
)
HOURS = st.builds(
    Hours,
    weekly=st.sampled_from(WEEKS),
    zone=st.sampled_from(("America/Toronto", "Europe/Paris", "UTC", "Asia/Kolkata")),
    country=st.sampled_from(("", "CA-QC")),
    closures=st.sampled_from(((), (Closure(first=date(2027, 3, 1), last=date(2027, 3, 20)),))),
)
MOMENTS = st.integers(0, 365 * 86_400).map(
    lambda seconds: datetime(2027, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds)
)
AMOUNTS = st.integers(0, 40 * 3600).map(lambda seconds: timedelta(seconds=seconds))


@settings(max_examples=60)
@given(HOURS, MOMENTS, AMOUNTS)
def test_one_undoes_the_other(hours: Hours, since: datetime, amount: timedelta) -> None:
    due = after_open(hours, since, amount)
    assert due is not None
    assert due >= since
    assert open_between(hours, since, due) == amount


@settings(max_examples=60)
@given(HOURS, MOMENTS, AMOUNTS, AMOUNTS)
def test_more_is_never_sooner(
    hours: Hours, since: datetime, some: timedelta, more: timedelta
) -> None:
    first, last = after_open(hours, since, some), after_open(hours, since, some + more)
    assert first is not None
    assert last is not None
    assert first <= last
    assert last - first >= more


@settings(max_examples=60)
@given(HOURS, MOMENTS, AMOUNTS, AMOUNTS)
def test_it_adds_up_and_is_no_longer_than_time(
    hours: Hours, since: datetime, some: timedelta, more: timedelta
) -> None:
    middle, end = since + some, since + some + more
    whole = open_between(hours, since, end)
    assert whole == open_between(hours, since, middle) + open_between(hours, middle, end)
    assert timedelta() <= whole <= some + more


@settings(max_examples=60)
@given(HOURS, MOMENTS, st.integers(1, 600), st.integers(1, 99), st.integers(100, 400))
def test_the_rungs_are_in_order_and_none_falls_into_closed_hours(
    hours: Hours, since: datetime, minutes: int, soon: int, late: int
) -> None:
    targets = Targets(
        answer_within=timedelta(minutes=minutes), due_soon_percent=soon, escalate_percent=late
    )
    plan = plan_of(hours, targets, since)
    assert plan.due_soon_at is not None
    assert plan.due_at is not None
    assert plan.escalate_at is not None
    assert since <= plan.due_soon_at <= plan.due_at <= plan.escalate_at
    for at in (plan.due_soon_at, plan.due_at, plan.escalate_at):
        # A second earlier it was open: a rung lies at the latest where the shop closes.
        assert state_at(hours, at - timedelta(microseconds=1)).open

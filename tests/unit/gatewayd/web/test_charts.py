"""The drawing of columns is right for any numbers; times and orders are what was asked for."""

import itertools
from datetime import date
from zoneinfo import ZoneInfo

import pytest

from gatewayd.services.supervision import Figures, Group
from gatewayd.web.supervision.charts import BOTTOM, HEIGHT, TOP, Column, chart_of
from gatewayd.web.supervision.pages import Asked, in_order
from gatewayd.web.supervision.periods import period_of

TODAY = date(2026, 11, 25)
BASE = HEIGHT - BOTTOM


def columns(*values: float | None) -> list[Column]:
    return [Column(label=f"day {n}", value=value) for n, value in enumerate(values)]


def test_a_column_is_as_high_as_its_value() -> None:
    chart = chart_of(columns(20, 10, 0, None))
    whole, half, nothing, unknown = (place.value for place in chart.places)
    assert whole
    assert half
    assert whole.height == pytest.approx(2 * half.height, abs=0.2)
    assert whole.y + whole.height == pytest.approx(BASE, abs=0.1)
    assert nothing is unknown is None


@pytest.mark.parametrize("highest", [0, 1, 3, 7, 99, 1234, 5_000_000])
def test_lines_stand_at_round_numbers_and_reach_over_the_highest(highest: int) -> None:
    ticks = chart_of(columns(highest)).ticks
    assert ticks[0].value == 0
    assert ticks[0].y == BASE
    assert ticks[-1].value >= highest
    assert ticks[-1].y >= TOP
    assert 2 <= len(ticks) <= 5
    assert all(f"{tick.value:g}".lstrip("1234568")[:1] in ("", "0", "e", "5") for tick in ticks)


@pytest.mark.parametrize(
    ("seconds", "between"),
    [(100, 60), (1000, 300), (3600, 900), (50_000, 14_400), (900_000, 432_000)],
)
def test_times_have_lines_that_people_count_in(seconds: int, between: int) -> None:
    ticks = chart_of(columns(seconds), of_time=True).ticks
    assert ticks[1].value - ticks[0].value == between


def test_many_days_make_it_wider_and_names_do_not_touch() -> None:
    chart = chart_of(columns(*range(90)))
    named = [place.middle for place in chart.places if place.label]
    assert chart.width > 1900
    assert min(b - a for a, b in itertools.pairwise(named)) >= 62
    boxes = [place.value for place in chart.places if place.value]
    assert all(a.x + a.width <= b.x for a, b in itertools.pairwise(boxes))


def test_no_day_at_all_is_an_empty_drawing() -> None:
    assert chart_of([]).places == []


@pytest.mark.parametrize(
    ("key", "first", "last"),
    [
        ("today", "2026-11-25", "2026-11-25"),
        ("yesterday", "2026-11-24", "2026-11-24"),
        ("week", "2026-11-19", "2026-11-25"),
        ("month", "2026-10-27", "2026-11-25"),
        ("this-month", "2026-11-01", "2026-11-25"),
        ("last-month", "2026-10-01", "2026-10-31"),
        ("nonsense", "2026-11-19", "2026-11-25"),
    ],
)
def test_a_time_has_its_days(key: str, first: str, last: str) -> None:
    period = period_of(key, first="", last="", today=TODAY)
    assert (str(period.first), str(period.last)) == (first, last)


def test_days_are_chosen_in_either_order_and_make_sense() -> None:
    period = period_of("days", first="2026-03-10", last="2026-03-01", today=TODAY)
    assert (str(period.first), str(period.last)) == ("2026-03-01", "2026-03-10")
    for first, last in (
        ("", "2026-03-01"),
        ("x", "y"),
        ("2020-01-01", "2026-01-01"),
        ("9999-12-31", "9999-12-31"),
    ):
        assert period_of("days", first=first, last=last, today=TODAY).key == "week"


def test_a_day_with_a_change_of_the_clock_has_its_hours() -> None:
    period = period_of("days", first="2026-11-01", last="2026-11-01", today=TODAY)
    begin, end = period.span(ZoneInfo("America/Toronto"))
    assert end - begin == 25 * 3_600_000


def figures(name: str, **more: float | None) -> Figures:
    values = dict.fromkeys(Figures.__dataclass_fields__, None) | {"key": name, "name": name}
    return Figures(**(values | more))  # type: ignore[arg-type]  # of the test


def asked(sort: str, group: Group = Group.PERSON) -> Asked:
    period = period_of("week", first="", last="", today=TODAY)
    return Asked(
        period=period, group=group, sort=sort.removeprefix("-"), downwards=sort.startswith("-")
    )


def test_what_was_never_measured_comes_last_in_both_directions() -> None:
    slow = figures("Éva", first_answer_median_seconds=900)
    fast = figures("Luc", first_answer_median_seconds=60)
    none = figures("Ann")
    rows = [slow, none, fast]
    assert in_order(rows, asked("answer")) == [fast, slow, none]
    assert in_order(rows, asked("-answer")) == [slow, fast, none]
    assert in_order(rows, asked("name"))[0] == none


def test_a_column_s_link_turns_the_order_round() -> None:
    assert "sort=-answer&" in asked("name").sorted_by("answer") + "&"
    assert "sort=answer&" in asked("-answer").sorted_by("answer") + "&"
    assert "sort=-name" in asked("name").sorted_by("name")

"""A week in a form and as `opening_hours`: there, and back again."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatewayd.web.weekly import ALWAYS_CLOSED, Range, WrongDay, day_of, for_form, read, written
from routing.expression import problem_of

NINE_TO_FIVE = (("09:00", "17:00"),)
WITH_A_BREAK = (("09:00", "12:00"), ("13:00", "18:00"))
DAY = st.sampled_from([(), NINE_TO_FIVE, WITH_A_BREAK, (("16:00", "24:00"),)])


def test_days_that_are_alike_stand_together() -> None:
    week = (NINE_TO_FIVE,) * 3 + (WITH_A_BREAK, NINE_TO_FIVE, (("10:00", "16:00"),), ())
    assert written(week) == (
        "Mo-We 09:00-17:00; Th 09:00-12:00,13:00-18:00; Fr 09:00-17:00; Sa 10:00-16:00"
    )
    assert written(ALWAYS_CLOSED) == "off"


@given(st.tuples(*[DAY] * 7))
def test_what_is_written_is_read_again_and_understood(week: tuple[tuple[Range, ...], ...]) -> None:
    expression = written(week)
    assert read(expression) == week
    assert problem_of(expression) is None


@pytest.mark.parametrize(
    "expression",
    ["24/7", "Mo-Fr 09:00-17:00; Jul-Aug 08:00-16:00", "Mo[1] 09:00-20:00", "Xx 09:00-17:00"],
)
def test_other_hours_do_not_fit_the_form(expression: str) -> None:
    assert read(expression) is None


@pytest.mark.parametrize(
    "ranges",
    [
        [("09:00", "")],
        [("09:00", "09:00")],
        [("25:00", "26:00")],
        [("09:00", "13:00"), ("12:00", "18:00")],
        [("<b>", "17:00")],
    ],
)
def test_a_day_that_makes_no_sense_is_named(ranges: list[Range]) -> None:
    assert day_of(ranges, 3) == WrongDay(day=3)


def test_a_form_writes_the_end_of_a_day_as_midnight() -> None:
    assert day_of([("16:00", "00:00")], 4) == (("16:00", "24:00"),)
    assert [for_form(end) for end in ("24:00", "17:00")] == ["00:00", "17:00"]
    assert day_of([("16:00", "00:00"), ("20:00", "22:00")], 4) == WrongDay(day=4)


def test_a_night_may_go_past_midnight() -> None:
    assert day_of([("16:00", "01:00")], 4) == (("16:00", "01:00"),)

"""Weekly hours: what is refused and why, and ranges that go past midnight."""

from datetime import datetime

import pytest

from routing.expression import problem_of, problem_of_times, week_of


def at(text: str) -> datetime:
    return datetime.fromisoformat(text)


@pytest.mark.parametrize(
    "expression",
    [
        "24/7",
        "off",
        "Mo-Fr 09:00-12:00,13:00-17:00; Sa 10:00-14:00",
        "Jan-Mar Mo[1] 09:00-12:00, Tu 10:00-12:00",
        "Mo-Th 18:00-02:00; Fr,Sa 18:00-04:00; Su off",
    ],
)
def test_what_is_right_has_no_problem(expression: str) -> None:
    assert problem_of(expression) is None


@pytest.mark.parametrize(
    ("expression", "part"),
    [
        ("  ", "it is empty"),
        ("Mo-Fr 09:00-17:00;" * 40, "longer than 500"),
        ("Mo-Fr 9-17", "from '9-17' on"),
        ("Mo-Fr 09:00-17:00; PH off", "'PH': holidays are set beside"),
        ("sunrise-18:00", "the sun's times"),
        ("Mo 10:00-12:00 unknown", "never unknown"),
        ('Mo 10:00-12:00 "ring"', "remarks"),
        ("Mo 10:00-12:00 || Tu 10:00-12:00", '";"'),
        ("Mo 10:00+", "when it closes"),
        ("Mo 22:00-02:00, Tu 09:00-10:00", "put ';' between rules"),
        ("Mo 22:00-02:00; 10:00-12:00/01:00", "plain days and times"),
    ],
)
def test_what_is_wrong_is_said(expression: str, part: str) -> None:
    assert part in (problem_of(expression) or "")


def test_what_cannot_be_placed_is_quoted_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    from opening_hours import ParserError  # noqa: PLC0415 - only this test raises it

    def refuse(_: str) -> None:
        raise ParserError("no place in this one")

    monkeypatch.setattr("routing.expression.OpeningHours", refuse)
    assert "from 'Mo' on" in (problem_of("Mo") or "")


@pytest.mark.parametrize("times", ["10:00-14:00", "09:00-12:00, 13:00-17:00", "22:00-02:00"])
def test_times_of_a_day(times: str) -> None:
    assert problem_of_times(times) is None


@pytest.mark.parametrize("times", ["", "Mo 10:00-12:00", "10-12", "off", "10:00-49:00"])
def test_times_that_are_none(times: str) -> None:
    assert problem_of_times(times)


BAR = "Mo-Th 18:00-02:00; Fr,Sa 18:00-04:00; Su 10:00-12:00 open;"


# The 21st of December 2026 is a Monday.
@pytest.mark.parametrize(
    ("when", "is_open", "change"),
    [
        ("2026-12-22T01:30", True, "2026-12-22T02:00"),
        ("2026-12-25T01:59", True, "2026-12-25T02:00"),  # a rule of its own begins that day
        ("2026-12-25T02:00", False, "2026-12-25T18:00"),
        ("2026-12-26T03:59", True, "2026-12-26T04:00"),
        ("2026-12-27T03:59", True, "2026-12-27T04:00"),
        ("2026-12-27T11:00", True, "2026-12-27T12:00"),
        ("2026-12-28T00:30", False, "2026-12-28T18:00"),
    ],
)
def test_a_night_belongs_to_the_day_before(when: str, is_open: bool, change: str) -> None:
    week = week_of(BAR)
    assert week.is_open(at(when)) is is_open
    assert week.next_change(at(when)) == at(change)


def test_a_closed_day_ends_no_night_and_has_none() -> None:
    week = week_of(BAR, ["2026 Dec 24 off"])
    assert week.is_open(at("2026-12-24T01:30"))
    assert not week.is_open(at("2026-12-24T20:00"))
    assert not week.is_open(at("2026-12-25T01:30"))


@pytest.mark.parametrize(
    "rule", ["24/7", "off", "2020 Mo 10:00-12:00", "22:00-24:00,00:00-22:00", "18:00-18:00"]
)
def test_what_never_changes_has_no_next_change(rule: str) -> None:
    assert week_of(rule).next_change(at("2026-12-24T10:00")) is None


def test_what_changes_in_years_is_as_good_as_never() -> None:
    assert week_of("2036 Jan 01 10:00-12:00").next_change(at("2026-12-24T10:00")) is None


def test_midnight_is_no_change_where_it_goes_on() -> None:
    week = week_of("Fr 22:00-24:00; Sa 00:00-04:00")
    assert week.next_change(at("2026-12-25T23:00")) == at("2026-12-26T04:00")


@pytest.mark.parametrize(
    "weekly", ["10:00-12:00/01:00", "Mo 10:00-12:00, Tu 10:00-12:00", "week 1-53/2 Mo", "24/7"]
)
def test_a_late_opening_goes_with_any_week(weekly: str) -> None:
    assert problem_of(weekly) is None
    week = week_of(weekly, ["2026 Dec 31 22:00-02:00"])
    assert week.is_open(at("2026-12-31T23:00"))
    assert week.is_open(at("2027-01-01T01:59"))
    assert not week.is_open(at("2026-12-31T11:00"))

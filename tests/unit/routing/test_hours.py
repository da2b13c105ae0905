"""A shop in Montréal: its week, its holidays, its exceptions, both odd nights."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest

from routing.hours import (
    Cause,
    Closure,
    Hours,
    Opening,
    problems_of,
    same_closed_period,
    state_at,
)
from routing.model import Texts

TORONTO = ZoneInfo("America/Toronto")
SHOP = Hours(
    weekly="Mo-Fr 09:00-12:00,13:00-18:00; Sa 10:00-16:00",
    zone="America/Toronto",
    country="CA-QC",
    worked_holidays=("Journée nationale des patriotes", "2027-10-11"),
    closures=(
        Closure(first=date(2027, 7, 19), last=date(2027, 8, 1), text=Texts(fr="En vacances")),
    ),
    openings=(
        Opening(
            first=date(2027, 7, 24),
            last=date(2027, 7, 24),
            times="10:00-12:00",
            text=Texts(en="Sale"),
        ),
        Opening(first=date(2027, 12, 24), last=date(2027, 12, 24), times="09:00-14:00"),
    ),
)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=TORONTO)


@pytest.mark.parametrize(
    ("when", "is_open", "cause", "until", "next_opening"),
    [
        ("2027-06-23T10:00", True, Cause.WEEK, "2027-06-23T12:00", "2027-06-23T13:00"),
        ("2027-06-23T12:30", False, Cause.WEEK, "2027-06-23T13:00", "2027-06-23T13:00"),
        ("2027-06-23T20:00", False, Cause.WEEK, "2027-06-25T09:00", "2027-06-25T09:00"),
        ("2027-06-24T20:00", False, Cause.HOLIDAY, "2027-06-25T09:00", "2027-06-25T09:00"),
        ("2027-05-24T10:00", True, Cause.WEEK, "2027-05-24T12:00", "2027-05-24T13:00"),
        ("2027-10-11T10:00", True, Cause.WEEK, "2027-10-11T12:00", "2027-10-11T13:00"),
        ("2027-07-20T10:00", False, Cause.CLOSURE, "2027-07-24T10:00", "2027-07-24T10:00"),
        ("2027-07-24T11:00", True, Cause.OPENING, "2027-07-24T12:00", "2027-08-02T09:00"),
        ("2027-07-24T12:00", False, Cause.OPENING, "2027-08-02T09:00", "2027-08-02T09:00"),
        ("2027-08-02T09:00", True, Cause.WEEK, "2027-08-02T12:00", "2027-08-02T13:00"),
        ("2027-12-24T15:00", False, Cause.OPENING, "2027-12-28T09:00", "2027-12-28T09:00"),
        # The Monday after a Christmas on a Saturday.
        ("2027-12-27T10:00", False, Cause.HOLIDAY, "2027-12-28T09:00", "2027-12-28T09:00"),
    ],
)
def test_a_year_in_montreal(
    when: str, is_open: bool, cause: Cause, until: str, next_opening: str
) -> None:
    state = state_at(SHOP, at(when))
    assert (state.open, state.cause) == (is_open, cause)
    assert (state.until, state.next_opening) == (at(until), at(next_opening))


def test_the_fete_nationale_has_its_names() -> None:
    label = state_at(SHOP, at("2027-06-24T20:00")).label
    assert label == Texts(en="Saint Jean Baptiste Day", fr="Fête nationale du Québec")


def test_the_fete_nationale_is_quebec_s_alone() -> None:
    ontario = Hours(weekly=SHOP.weekly, zone=SHOP.zone, country="CA-ON")
    assert state_at(ontario, at("2027-06-24T10:00")).open


def test_a_dated_text_is_told() -> None:
    assert state_at(SHOP, at("2027-07-20T10:00")).label == Texts(fr="En vacances")
    assert state_at(SHOP, at("2027-07-24T11:00")).label == Texts(en="Sale")


@pytest.mark.parametrize("country", ["", "XX", "CA-ZZ", "AT"])
def test_an_ordinary_day_is_one_wherever_the_shop_is(country: str) -> None:
    hours = Hours(weekly="Mo-Fr 09:00-17:00", country=country)
    state = state_at(hours, datetime(2027, 6, 24, 10, tzinfo=ZoneInfo("UTC")))
    assert state.open


def test_always_and_never() -> None:
    always = state_at(Hours(), at("2027-06-24T20:00"))
    assert (always.open, always.until, always.next_opening) == (True, None, None)
    never = state_at(Hours(weekly="off"), at("2027-06-24T20:00"))
    assert (never.open, never.until, never.next_opening) == (False, None, None)


def test_in_spring_what_would_open_in_the_skipped_hour_opens_when_the_clock_jumps() -> None:
    hours = Hours(weekly="02:30-05:00", zone="America/Toronto")
    before = state_at(hours, at("2027-03-14T01:59"))
    assert before.until == at("2027-03-14T03:00")
    assert state_at(hours, at("2027-03-14T03:00")).open


def test_in_autumn_the_repeated_hour_opens_nothing_again() -> None:
    hours = Hours(weekly="18:00-01:30", zone="America/Toronto")
    first, second = at("2027-11-07T01:15"), at("2027-11-07T01:15").replace(fold=1)
    assert state_at(hours, first).open
    assert not state_at(hours, second).open
    assert state_at(hours, second).next_opening == at("2027-11-07T18:00")


def test_one_closed_period_lasts_until_it_opens_whatever_closed_it() -> None:
    evening, holiday = at("2027-06-23T20:00"), at("2027-06-24T20:00")
    assert same_closed_period(SHOP, evening, holiday)
    assert not same_closed_period(SHOP, evening, at("2027-06-25T18:30"))
    assert not same_closed_period(SHOP, at("2027-06-23T17:59"), evening)
    assert same_closed_period(Hours(weekly="off"), evening, holiday)


def test_what_is_wrong_is_told_with_its_key() -> None:
    wrong = Hours(
        weekly="Mo-Fr 9-17",
        zone="America/Montreal2",
        country="CA-ZZ",
        closures=(
            Closure(first=date(2027, 7, 2), last=date(2027, 7, 1)),
            Closure(first=date(1999, 7, 2), last=date(2027, 7, 1)),
        ),
        openings=(
            Opening(first=date(2027, 7, 1), last=date(2027, 7, 1), times="10-12"),
            Opening(first=date(2027, 7, 1), last=date(2227, 7, 1), times="10:00-12:00"),
        ),
    )
    found = {problem.key: problem.reason for problem in problems_of(wrong, key="main")}
    assert found.keys() == {
        "main.weekly",
        "main.zone",
        "main.country",
        "main.closures.1",
        "main.closures.2",
        "main.openings.1.times",
        "main.openings.2",
    }
    assert "before it begins" in found["main.closures.1"]
    assert "from 2000 to 2199" in found["main.closures.2"]
    assert not list(problems_of(SHOP))
    assert not list(problems_of(Hours()))

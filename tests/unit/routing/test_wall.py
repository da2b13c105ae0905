"""The clock on the wall, also in the nights when it is moved."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from routing.wall import first_shown, latest_shown

TORONTO = ZoneInfo("America/Toronto")


@pytest.mark.parametrize(
    ("utc", "shown"),
    [
        ("2027-06-24T13:30:59", "2027-06-24T09:30"),
        ("2027-03-14T06:59", "2027-03-14T01:59"),
        ("2027-03-14T07:00", "2027-03-14T03:00"),
        ("2027-11-07T05:30", "2027-11-07T01:30"),
        ("2027-11-07T06:00", "2027-11-07T01:59"),
        ("2027-11-07T06:59", "2027-11-07T01:59"),
        ("2027-11-07T07:00", "2027-11-07T02:00"),
    ],
)
def test_what_the_wall_clock_has_shown_never_goes_back(utc: str, shown: str) -> None:
    moment = datetime.fromisoformat(utc).replace(tzinfo=UTC)
    assert latest_shown(moment, TORONTO) == datetime.fromisoformat(shown)


@pytest.mark.parametrize(
    ("wall", "utc"),
    [
        ("2027-06-24T09:30", "2027-06-24T13:30"),
        ("2027-03-14T02:30", "2027-03-14T07:00"),
        ("2027-11-07T01:30", "2027-11-07T05:30"),
        ("2027-11-07T02:00", "2027-11-07T07:00"),
    ],
)
def test_a_time_is_reached_when_it_or_a_later_one_is_first_shown(wall: str, utc: str) -> None:
    moment = first_shown(datetime.fromisoformat(wall), TORONTO)
    assert moment.astimezone(UTC) == datetime.fromisoformat(utc).replace(tzinfo=UTC)

"""Decisions as JSON has them."""

import json
from dataclasses import dataclass
from datetime import UTC, date, datetime
from enum import StrEnum

from routing.record import record


class Colour(StrEnum):
    RED = "red"


@dataclass(frozen=True)
class Thing:
    colour: Colour
    at: datetime
    day: date
    names: tuple[str, ...]
    tags: frozenset[str]
    counts: dict[Colour, int]
    nothing: None = None


def test_values_become_json() -> None:
    thing = Thing(
        colour=Colour.RED,
        at=datetime(2027, 6, 24, 20, tzinfo=UTC),
        day=date(2027, 6, 24),
        names=("a",),
        tags=frozenset({"y", "x"}),
        counts={Colour.RED: 1},
    )
    told = record([thing])
    assert json.loads(json.dumps(told)) == [
        {
            "colour": "red",
            "at": "2027-06-24T20:00:00+00:00",
            "day": "2027-06-24",
            "names": ["a"],
            "tags": ["x", "y"],
            "counts": {"red": 1},
            "nothing": None,
        }
    ]

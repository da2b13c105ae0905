"""A week's opening hours as a form has them, and as `opening_hours` writes them.

Pure. Only what a shop sets day by day fits into the form: some ranges a day. Other hours are
written by hand (docs/rules.md), and the form says that it does not know them.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

DAYS = ("Mo", "Tu", "We", "Th", "Fr", "Sa", "Su")
MIDNIGHT, _LATEST = "00:00", "24:00"
"""The end of a day, as a form writes it (which knows no 24:00), and as the hours do."""

_TIME = r"(?:[01][0-9]|2[0-4]):[0-5][0-9]"
_RANGE = re.compile(rf"({_TIME})-({_TIME})")
_PART = re.compile(
    rf"((?:[A-Z][a-z](?:-[A-Z][a-z])?,?)+) (off|{_TIME}-{_TIME}(?:,{_TIME}-{_TIME})*)"
)

Range = tuple[str, str]
Week = tuple[tuple[Range, ...], ...]
"""The ranges of each day, from Monday on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WrongDay:
    """A day of the form that makes no sense; ``day`` counts from Monday, 0."""

    day: int


ALWAYS_CLOSED: Week = ((),) * len(DAYS)


def written(week: Week) -> str:
    """Write a week: days with the same hours stand together."""
    parts: list[str] = []
    first = 0
    for day in range(1, len(DAYS) + 1):
        if day < len(DAYS) and week[day] == week[first]:
            continue
        if week[first]:
            name = DAYS[first] if day - 1 == first else f"{DAYS[first]}-{DAYS[day - 1]}"
            parts.append(f"{name} {','.join('-'.join(each) for each in week[first])}")
        first = day
    return "; ".join(parts) or "off"


def read(expression: str) -> Week | None:
    """Read hours back into the form; None where they do not fit."""
    week: list[tuple[Range, ...]] = list(ALWAYS_CLOSED)
    if expression == "off":
        return tuple(week)
    for part in expression.split("; "):
        found = _PART.fullmatch(part)
        days = None if found is None else _days(found[1])
        if found is None or days is None:
            return None
        ranges = tuple((each[1], each[2]) for each in _RANGE.finditer(found[2]))
        for day in days:
            week[day] = ranges
    return tuple(week)


def _days(names: str) -> Sequence[int] | None:
    found: list[int] = []
    for name in names.split(","):
        first, _, last = name.partition("-")
        if first not in DAYS or (last and last not in DAYS):
            return None
        begin, end = DAYS.index(first), DAYS.index(last or first)
        if end < begin:
            return None
        found += range(begin, end + 1)
    return found


def for_form(end: str) -> str:
    """Give the end of a range as a form's field for a time can hold it."""
    return MIDNIGHT if end == _LATEST else end


def day_of(ranges: Sequence[Range], day: int) -> tuple[Range, ...] | WrongDay:
    """Check what was written for a day; a range that ends at 00:00 ends with the day."""
    ranges = [(begin, _LATEST if end == MIDNIGHT else end) for begin, end in ranges]
    for begin, end in ranges:
        if not _RANGE.fullmatch(f"{begin}-{end}") or begin == end:
            return WrongDay(day=day)
    if any(second[0] <= first[1] for first, second in pairwise(ranges)):
        return WrongDay(day=day)
    return tuple(ranges)

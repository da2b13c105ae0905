"""Whether a shop is open at a moment, why not, and when it opens next.

Owns the order of precedence: an exceptional opening, then a dated closure, then a public holiday,
then the week. Each becomes a rule of one ``opening_hours`` expression, which one evaluator answers.
Knows neither messages nor people. All moments are aware.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from functools import lru_cache
from typing import TypeVar
from zoneinfo import ZoneInfo

from config.values import UnfitError, timezone
from routing.expression import Week, problem_of, problem_of_times, week_of
from routing.folding import folded
from routing.model import NO_TEXT, Problem, Texts
from routing.public_holidays import holidays_of, knows
from routing.wall import first_shown, latest_shown

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_FIRST_YEAR, _LAST_YEAR = 2000, 2199


class Cause(StrEnum):
    """What decides about a day."""

    WEEK = "week"
    HOLIDAY = "holiday"
    CLOSURE = "closure"
    OPENING = "opening"


@dataclass(frozen=True, slots=True, kw_only=True)
class Closure:
    """Closed on these dates, both included; it ends by itself."""

    first: date
    last: date
    text: Texts = NO_TEXT


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    """Open at other times than usual on these dates, both included; it ends by itself."""

    first: date
    last: date
    times: str
    """As in ``opening_hours``: ``10:00-14:00`` or ``09:00-12:00,13:00-17:00``."""

    text: Texts = NO_TEXT


_Dated = TypeVar("_Dated", Closure, Opening)


@dataclass(frozen=True, slots=True, kw_only=True)
class Hours:
    """When an inbox is open, or a person works."""

    weekly: str = "24/7"
    """In OpenStreetMap's ``opening_hours`` syntax."""

    zone: str = "UTC"
    country: str = ""
    """Whose public holidays close it, ``CA-QC``; empty for none."""

    worked_holidays: tuple[str, ...] = ()
    """Holidays on which it is open as usual: dates (``2027-05-24``) or names in either language."""

    closures: tuple[Closure, ...] = ()
    openings: tuple[Opening, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class HoursState:
    """Open or closed, by what, and until when; times are in the shop's zone."""

    open: bool
    cause: Cause
    label: Texts
    """The holiday's names, or the text of the closure or opening."""

    until: datetime | None
    """When that changes; None where it does not within a year."""

    next_opening: datetime | None
    """The next time that it opens, after now; None where there is none within a year."""

    @property
    def holiday(self) -> bool:
        """Whether a public holiday decides about the day."""
        return self.cause is Cause.HOLIDAY


def state_at(hours: Hours, moment: datetime) -> HoursState:
    """Judge hours that have no problem at a moment."""
    zone = ZoneInfo(hours.zone)
    wall = latest_shown(moment, zone)
    week = _week(hours, wall.year)
    now_open, until = week.is_open(wall), week.next_change(wall)
    opens = week.next_change(until) if now_open and until is not None else until
    cause, label = _cause(hours, wall.date())
    return HoursState(
        open=now_open,
        cause=cause,
        label=label,
        until=None if until is None else first_shown(until, zone),
        next_opening=None if opens is None else first_shown(opens, zone),
    )


def same_closed_period(hours: Hours, earlier: datetime, later: datetime) -> bool:
    """Whether it was closed at ``earlier`` and has not opened since, up to ``later``."""
    then = state_at(hours, earlier)
    return not then.open and (then.next_opening is None or then.next_opening > later)


def problems_of(hours: Hours, *, key: str = "hours") -> Iterator[Problem]:
    """Tell everything that is wrong; :func:`state_at` takes hours without a problem only."""
    if why := problem_of(hours.weekly):
        yield Problem(key=f"{key}.weekly", reason=why)
    try:
        timezone(hours.zone)
    except UnfitError as unfit:
        yield Problem(key=f"{key}.zone", reason=str(unfit))
    if hours.country and not knows(hours.country):
        why = f"no public holidays are known of {hours.country!r}; 'CA' and 'CA-QC' are examples"
        yield Problem(key=f"{key}.country", reason=why)
    for number, closure in enumerate(hours.closures, start=1):
        if why := _problem_of_dates(closure):
            yield Problem(key=f"{key}.closures.{number}", reason=why)
    for number, opening in enumerate(hours.openings, start=1):
        if why := _problem_of_dates(opening):
            yield Problem(key=f"{key}.openings.{number}", reason=why)
        if why := problem_of_times(opening.times):
            yield Problem(key=f"{key}.openings.{number}.times", reason=why)


def _problem_of_dates(dated: Closure | Opening) -> str | None:
    if dated.last < dated.first:
        return f"it ends ({dated.last}) before it begins ({dated.first})"
    if dated.first.year < _FIRST_YEAR or dated.last.year > _LAST_YEAR:
        return f"expected a year from {_FIRST_YEAR} to {_LAST_YEAR}"
    return None


@lru_cache(maxsize=256)
def _week(hours: Hours, year: int) -> Week:
    """Make the one expression that answers for a year, and for what comes next."""
    first, last = date(year - 1, 12, 1), date(year + 2, 1, 1)
    rules: list[str] = []
    for each in (year - 1, year, year + 1):
        closed = _holidays(hours.country, hours.worked_holidays, each)
        rules += [f"{_dates(day, day)} off" for day in closed]
    rules += [f"{_dates(each.first, each.last)} off" for each in _near(hours.closures, first, last)]
    rules += [
        f"{_dates(each.first, each.last)} {each.times}"
        for each in _near(hours.openings, first, last)
    ]
    return week_of(hours.weekly, rules)


def _near(dated: tuple[_Dated, ...], first: date, last: date) -> list[_Dated]:
    return [each for each in dated if each.first <= last and each.last >= first]


def _dates(first: date, last: date) -> str:
    one, other = (f"{day.year} {_MONTHS[day.month - 1]} {day.day:02}" for day in (first, last))
    return one if first == last else f"{one}-{other}"


@lru_cache(maxsize=256)
def _holidays(country: str, worked: tuple[str, ...], year: int) -> Mapping[date, Texts]:
    """Give the holidays of a year on which it is closed."""
    kept = {folded(each) for each in worked}
    return {
        day: names
        for day, names in holidays_of(country, year).items()
        if not kept & {day.isoformat(), folded(names.en), folded(names.fr)}
    }


def _cause(hours: Hours, day: date) -> tuple[Cause, Texts]:
    """Tell what decides about a day: the last rule of the expression that is about it."""
    for opening in reversed(hours.openings):
        if opening.first <= day <= opening.last:
            return Cause.OPENING, opening.text
    for closure in reversed(hours.closures):
        if closure.first <= day <= closure.last:
            return Cause.CLOSURE, closure.text
    names = _holidays(hours.country, hours.worked_holidays, day.year).get(day)
    return (Cause.WEEK, NO_TEXT) if names is None else (Cause.HOLIDAY, names)

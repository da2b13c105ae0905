"""Weekly hours in OpenStreetMap's ``opening_hours`` syntax: are they right, do they say open.

Owns the one evaluator (opening-hours-py) and what has to be done so that nights are right: it ends
a range that goes past midnight wherever the next day has hours of its own, so such ranges are split
at midnight, and their second halves are asked with the day before. Knows no time zone, no holiday.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from opening_hours import (  # type: ignore[attr-defined]  # its stub forgets the error
    OpeningHours,
    ParserError,
    State,
)

MOST_CHARACTERS = 500
_YEAR_DAYS = 366
_DAY = timedelta(days=1)
_DAY_MINUTES = 24 * 60

_SPAN = re.compile(r"(\d{1,2}):(\d{2})\s*-\s*(\d{1,2}):(\d{2})")
_TIMES = re.compile(rf"{_SPAN.pattern}(?:\s*,\s*{_SPAN.pattern})*")
_REFUSED = (
    (re.compile(r"\b(PH|SH)\b"), "holidays are set beside the hours, not inside them"),
    (re.compile(r"\b(sunrise|sunset|dawn|dusk)\b", re.IGNORECASE), "the sun's times are not known"),
    (re.compile(r"\bunknown\b", re.IGNORECASE), "hours are open or closed here, never unknown"),
    (re.compile(r'"'), "remarks in quotes are not used here"),
    (re.compile(r"\|\|"), 'write rules one after the other with ";" in place of "||"'),
    (re.compile(r"\d\s*\+"), "say when it closes in place of +"),
)
_PLACE = re.compile(r"-->\s*1:(\d+)")


@dataclass(frozen=True, slots=True)
class Week:
    """Hours ready to be asked; times are the wall clock's, without a zone."""

    day: OpeningHours
    night: OpeningHours | None
    """What goes on after midnight, at the time and with the date of the day before."""

    def is_open(self, wall: datetime) -> bool:
        """Whether it is open in this minute."""
        if self.day.state(wall)[0] is State.OPEN:
            return True
        return self.night is not None and self.night.state(wall - _DAY)[0] is State.OPEN

    def next_change(self, wall: datetime) -> datetime | None:
        """Give the next minute at which it opens or closes; None where that is over a year away."""
        now, end = self.is_open(wall), wall + _YEAR_DAYS * _DAY
        change = self._step(wall)
        while change is not None and change <= end:
            if self.is_open(change) is not now:
                return change
            change = self._step(change)
        return None

    def _step(self, wall: datetime) -> datetime | None:
        steps = [self.day.next_change(wall)]
        if self.night is not None:
            shifted = self.night.next_change(wall - _DAY)
            steps.append(None if shifted is None else shifted + _DAY)
        return min((step for step in steps if step is not None), default=None)


def problem_of(expression: str) -> str | None:
    """Say why an expression cannot be used, or None."""
    if not expression.strip():
        return 'it is empty; "24/7" is always open, "off" always closed'
    if len(expression) > MOST_CHARACTERS:
        return f"it is longer than {MOST_CHARACTERS} characters"
    for pattern, why in _REFUSED:
        if found := pattern.search(expression):
            return f"{found[0]!r}: {why}"
    try:
        OpeningHours(expression)
    except ParserError as error:
        place = _PLACE.search(str(error))
        rest = expression[int(place[1]) - 1 :] if place else expression
        return f"it cannot be understood from {rest!r} on; an example is 'Mo-Fr 09:00-17:00'"
    return _problem_at_night(expression) if _is_late(expression) else None


def problem_of_times(times: str) -> str | None:
    """Say why the times of one day, such as ``10:00-14:00``, cannot be used, or None."""
    if _TIMES.fullmatch(times.strip()) is None:
        return "expected times such as '10:00-14:00' or '09:00-12:00,13:00-17:00'"
    return problem_of(times)


def week_of(weekly: str, dated: Sequence[str] = ()) -> Week:
    """Make hours of an expression that has no problem, and rules of a date each.

    A later rule replaces the day of an earlier one.
    """
    rules = [rule.strip(" ;") for rule in (weekly, *dated)]
    day = "; ".join(rules)
    if not _is_late(day):
        return Week(_evaluator(day), None)
    # Without a range past midnight the week has no nights, however else it is written.
    nights = [_night_of(weekly) if _is_late(weekly) else "off", *map(_night_of, dated)]
    return Week(_evaluator(_SPAN.sub(_before_midnight, day)), _evaluator("; ".join(nights)))


def _evaluator(expression: str) -> OpeningHours:
    return OpeningHours(expression, max_interval_days=_YEAR_DAYS)


def _is_late(expression: str) -> bool:
    return any(map(_crosses, _SPAN.finditer(expression)))


def _problem_at_night(expression: str) -> str | None:
    """Say what keeps an expression with a range past midnight from being split there."""
    for rule in expression.split(";"):
        if len(list(_TIMES.finditer(rule))) > 1:
            return f"{rule.strip()!r}: beside a range past midnight, put ';' between rules"
    try:
        OpeningHours(_night_of(expression))
    except ParserError:
        return "a range past midnight goes with plain days and times only"
    return None


def _minutes(span: re.Match[str]) -> tuple[int, int]:
    begin, end = int(span[1]) * 60 + int(span[2]), int(span[3]) * 60 + int(span[4])
    return begin, end if end > begin else end + _DAY_MINUTES


def _crosses(span: re.Match[str]) -> bool:
    return _minutes(span)[1] > _DAY_MINUTES


def _before_midnight(span: re.Match[str]) -> str:
    return f"{span[1]}:{span[2]}-24:00" if _crosses(span) else span[0]


def _night_of(expression: str) -> str:
    """Give the hours after midnight, each with the days that they belong to."""
    return "; ".join(_night_rule(rule.strip()) for rule in expression.split(";") if rule.strip())


def _night_rule(rule: str) -> str:
    ends = [_minutes(span)[1] - _DAY_MINUTES for span in _SPAN.finditer(rule) if _crosses(span)]
    if ends:
        return _TIMES.sub(f"00:00-{max(ends) // 60:02}:{max(ends) % 60:02}", rule)
    if re.search(r"\b(off|closed)\b", rule):
        return rule
    days = _TIMES.sub("", rule).removesuffix("open").strip()
    return f"{days} off".strip()

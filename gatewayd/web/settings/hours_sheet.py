"""An inbox's hours as a form has them: the week, the holidays, dated closures and openings.

Pure. What a form cannot show (hours past months, closures that are over) stays as it is.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum

from gatewayd.web import weekly
from gatewayd.web.languages import N_
from gatewayd.web.settings.fields import Written
from routing.expression import problem_of, problem_of_times
from routing.folding import folded
from routing.hours import Closure, Hours, Opening
from routing.model import Texts
from routing.public_holidays import holidays_of

ALWAYS = Hours().weekly
_AHEAD = timedelta(days=366)
_USUAL_COLUMNS, _MOST_COLUMNS = 2, 6
_MOST_DATED = 60
_LONGEST_TEXT = 300
_FIRST_YEAR, _LAST_YEAR = 2000, 2199
_WRONG_DAY = N_("The hours of %(day)s cannot be right.")
_WRONG_DATE = N_("This is no day.")
_BACKWARDS = N_("It ends before it begins.")
_WRONG_TIMES = N_("Write times such as 10:00-14:00, or 09:00-12:00,13:00-17:00.")
_NOT_UNDERSTOOD = N_("These hours cannot be understood: %(detail)s")


class Mode(StrEnum):
    """How the hours of the week are set."""

    ALWAYS = "always"
    WEEK = "week"
    WRITTEN = "written"
    """By hand, where they are more than a week's."""


class HolidayIs(StrEnum):
    """What happens on a holiday."""

    CLOSED = "closed"
    USUAL = "usual"
    OTHER = "other"


@dataclass(frozen=True, slots=True, kw_only=True)
class HolidayRow:
    """A holiday to come."""

    day: date
    names: Texts
    state: HolidayIs
    times: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DatedRow:
    """A closure, or an opening where it has times; as it was written."""

    first: str = ""
    last: str = ""
    times: str = ""
    en: str = ""
    fr: str = ""

    @property
    def empty(self) -> bool:
        """Whether nothing is written in it."""
        return not (self.first or self.last or self.times or self.en or self.fr)


@dataclass(frozen=True, slots=True, kw_only=True)
class HoursSheet:
    """What the form shows, right or wrong."""

    mode: Mode
    week: weekly.Week
    written: str
    holidays: tuple[HolidayRow, ...]
    dated: tuple[DatedRow, ...]

    @property
    def columns(self) -> int:
        """How many ranges of a day there is room for."""
        return max(_USUAL_COLUMNS, *(len(day) for day in self.week))


def sheet_of(hours: Hours, *, country: str, today: date) -> HoursSheet:
    """Show hours that hold."""
    week = None if hours.weekly == ALWAYS else weekly.read(hours.weekly)
    mode = Mode.ALWAYS if hours.weekly == ALWAYS else Mode.WRITTEN if week is None else Mode.WEEK
    holidays = tuple(_holidays(hours, country, today))
    special = {row.day for row in holidays if row.state is HolidayIs.OTHER}
    known: list[Closure | Opening] = [*hours.closures, *hours.openings]
    dated = [
        DatedRow(
            first=each.first.isoformat(),
            last=each.last.isoformat(),
            times=each.times if isinstance(each, Opening) else "",
            en=each.text.en,
            fr=each.text.fr,
        )
        for each in sorted(known, key=lambda each: each.first)
        if each.last >= today and not _is_of_a_day(each, special)
    ]
    return HoursSheet(
        mode=mode,
        week=week or ((("09:00", "17:00"),),) * 5 + ((), ()),
        written=hours.weekly,
        holidays=holidays,
        dated=(*dated, DatedRow()),
    )


def _is_of_a_day(each: Closure | Opening, days: set[date]) -> bool:
    return isinstance(each, Opening) and each.first == each.last and each.first in days


def _holidays(hours: Hours, country: str, today: date) -> list[HolidayRow]:
    worked = {folded(each) for each in hours.worked_holidays}
    special = {each.first: each.times for each in hours.openings if each.first == each.last}
    rows = []
    for year in (today.year, today.year + 1):
        for day, names in holidays_of(country, year).items():
            if not today <= day < today + _AHEAD:
                continue
            usual = worked & {day.isoformat(), folded(names.en), folded(names.fr)}
            state = HolidayIs.USUAL if usual else HolidayIs.CLOSED
            if day in special:
                state = HolidayIs.OTHER
            rows.append(HolidayRow(day=day, names=names, state=state, times=special.get(day, "")))
    return rows


def sheet_from(form: Written, shown: HoursSheet) -> HoursSheet:
    """Take what was written into the form that ``shown`` was."""
    columns = range(1, _MOST_COLUMNS + 1)
    week = tuple(
        tuple(
            each
            for n in columns
            if any(each := (form.text(f"{d}-{n}-from", most=5), form.text(f"{d}-{n}-to", most=5)))
        )
        if form.ticked(f"{d}-open")
        else ()
        for d in weekly.DAYS
    )
    holidays = tuple(
        replace(
            row,
            state=HolidayIs(form.choice(f"holiday-{row.day}", HolidayIs, row.state)),
            times=form.text(f"holiday-{row.day}-times", most=100),
        )
        for row in shown.holidays
    )
    dated = [_dated(form, number) for number in range(_MOST_DATED)]
    return HoursSheet(
        mode=Mode(form.choice("mode", Mode, shown.mode)),
        week=week,
        written=form.text("written", most=500),
        holidays=holidays,
        dated=(*(row for row in dated if not row.empty), DatedRow()),
    )


def _dated(form: Written, number: int) -> DatedRow:
    if form.ticked(f"dated-{number}-gone"):
        return DatedRow()
    texts = {each: form.text(f"dated-{number}-{each}", most=_LONGEST_TEXT) for each in ("en", "fr")}
    first, last = (form.text(f"dated-{number}-{each}", most=10) for each in ("first", "last"))
    return DatedRow(
        first=first, last=last, times=form.text(f"dated-{number}-times", most=100), **texts
    )


def hours_of(
    sheet: HoursSheet, before: Hours, form: Written, *, today: date, weekday: Callable[[int], str]
) -> Hours:
    """Read a sheet; what is wrong is noted in the form."""
    kept_closures = tuple(each for each in before.closures if each.last < today)
    kept_openings = tuple(each for each in before.openings if each.last < today)
    closures, openings = _read_dated(sheet.dated, form)
    return replace(
        before,
        weekly=_weekly(sheet, form, weekday),
        worked_holidays=_worked(sheet.holidays, before.worked_holidays),
        closures=(*kept_closures, *closures),
        openings=(*kept_openings, *openings, *_special(sheet.holidays, form)),
    )


def _weekly(sheet: HoursSheet, form: Written, weekday: Callable[[int], str]) -> str:
    if sheet.mode is Mode.ALWAYS:
        return ALWAYS
    if sheet.mode is Mode.WRITTEN:
        if why := problem_of(sheet.written):
            form.wrong("written", _NOT_UNDERSTOOD, detail=why)
        return sheet.written
    days: list[tuple[weekly.Range, ...]] = []
    for number, ranges in enumerate(sheet.week):
        read = weekly.day_of(ranges, number)
        wrong = isinstance(read, weekly.WrongDay) or (not ranges and form.ticked(_open(number)))
        if wrong:
            form.wrong("week", _WRONG_DAY, day=weekday(number))
        days.append(() if isinstance(read, weekly.WrongDay) else read)
    expression = weekly.written(tuple(days))
    if why := problem_of(expression):
        form.wrong("week", _NOT_UNDERSTOOD, detail=why)
    return expression


def _open(day: int) -> str:
    return f"{weekly.DAYS[day]}-open"


def _worked(rows: Sequence[HolidayRow], before: Sequence[str]) -> tuple[str, ...]:
    """Give the holidays on which it is open as usual; those that no row shows stay."""
    names: Mapping[str, HolidayRow] = {
        key: row
        for row in rows
        for key in (folded(row.names.en), folded(row.names.fr), row.day.isoformat())
    }
    kept = [each for each in before if folded(each) not in names]
    usual = [row.names.en or row.names.fr for row in rows if row.state is HolidayIs.USUAL]
    return tuple(dict.fromkeys((*kept, *usual)))


def _special(rows: Sequence[HolidayRow], form: Written) -> list[Opening]:
    special = []
    for row in rows:
        if row.state is not HolidayIs.OTHER:
            continue
        if problem_of_times(row.times):
            form.wrong(f"holiday-{row.day}-times", _WRONG_TIMES)
        special.append(Opening(first=row.day, last=row.day, times=row.times))
    return special


def _read_dated(rows: Sequence[DatedRow], form: Written) -> tuple[list[Closure], list[Opening]]:
    closures: list[Closure] = []
    openings: list[Opening] = []
    for number, row in enumerate(rows):
        if row.empty:
            continue
        first, last = _day(row.first), _day(row.last or row.first)
        if first is None or last is None:
            form.wrong(f"dated-{number}", _WRONG_DATE)
            continue
        if last < first:
            form.wrong(f"dated-{number}", _BACKWARDS)
        text = Texts(en=row.en, fr=row.fr)
        if not row.times:
            closures.append(Closure(first=first, last=last, text=text))
            continue
        if problem_of_times(row.times):
            form.wrong(f"dated-{number}", _WRONG_TIMES)
        openings.append(Opening(first=first, last=last, times=row.times, text=text))
    return closures, openings


def _day(written: str) -> date | None:
    try:
        read = date.fromisoformat(written)
    except ValueError:
        return None
    return read if _FIRST_YEAR <= read.year <= _LAST_YEAR else None

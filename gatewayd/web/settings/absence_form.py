"""An absence as a form writes it: until tomorrow, until Monday, for a week, until a day."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from gatewayd.web.languages import N_
from gatewayd.web.settings.fields import Written
from storage.people import AbsenceKind, NewAbsence

KINDS = {
    AbsenceKind.AWAY: N_("Away"),
    AbsenceKind.VACATION: N_("Vacation"),
    AbsenceKind.SICK: N_("Sick"),
    AbsenceKind.BREAK: N_("Break"),
}
QUICK = {
    "tomorrow": N_("Until tomorrow"),
    "monday": N_("Until Monday"),
    "week": N_("For a week"),
}
"""The ends that one click chooses."""
_WEEK = 7
_LONGEST_NOTE = 1000
_MS = 1000
_FIRST_YEAR, _LAST_YEAR = 2000, 2199
_NO_DAY = N_("Write the day on which they are back.")
_NO_BEGINNING = N_("This is no day.")


def read_absence(form: Written, *, people: list[str], zone: ZoneInfo) -> NewAbsence | None:
    """Read one; None where something is wrong, which is noted. ``people`` may stand in."""
    now_ms = form.visit.formats.now_ms
    today = form.visit.formats.today
    from_ms = now_ms
    written = form.visit.field("from").strip()
    if written:
        begins = _day(written)
        if begins is None:
            form.wrong("from", _NO_BEGINNING)
        elif begins != today:
            from_ms = _start_ms(begins, zone)
    until_ms = _until_ms(form, today, zone)
    if form.errors:
        return None
    kind = AbsenceKind(form.choice("kind", KINDS, AbsenceKind.AWAY))
    return NewAbsence(
        kind=kind,
        from_ms=from_ms,
        until_ms=until_ms,
        delegate_id=form.choice("delegate", people, "") or None,
        note=form.text("note", most=_LONGEST_NOTE) or None,
    )


def _until_ms(form: Written, today: date, zone: ZoneInfo) -> int | None:
    chosen = form.visit.field("until")
    days = {"tomorrow": 1, "monday": _WEEK - today.weekday(), "week": _WEEK}.get(chosen)
    if days is not None:
        return _start_ms(today + timedelta(days=days), zone)
    written = form.visit.field("back").strip()
    if not written:
        return None
    back = _day(written)
    if back is None:
        form.wrong("back", _NO_DAY)
        return None
    return _start_ms(back, zone)


def _day(written: str) -> date | None:
    try:
        read = date.fromisoformat(written)
    except ValueError:
        return None
    return read if _FIRST_YEAR <= read.year <= _LAST_YEAR else None


def _start_ms(day: date, zone: ZoneInfo) -> int:
    return int(datetime(day.year, day.month, day.day, tzinfo=zone).timestamp() * _MS)

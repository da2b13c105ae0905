"""Whether a person is there, as their colleagues see it at a glance. Pure."""

from dataclasses import dataclass
from datetime import UTC, datetime

from gatewayd.web.formats import Formats
from gatewayd.web.languages import N_
from routing.hours import Hours, state_at
from storage.people import AbsenceKind, AbsenceRow, PersonRow, PersonState

_HERE = N_("Here")
_SUSPENDED = N_("Suspended")
_OFF_SHIFT = N_("Off shift")
_OFF_SHIFT_UNTIL = N_("Off shift until %(when)s")
_ABSENT = {
    AbsenceKind.AWAY: N_("Away"),
    AbsenceKind.BREAK: N_("On a break"),
    AbsenceKind.SICK: N_("Sick"),
    AbsenceKind.VACATION: N_("On vacation"),
    AbsenceKind.LEFT: N_("Has left"),
}
_ABSENT_UNTIL = {
    AbsenceKind.AWAY: N_("Away until %(when)s"),
    AbsenceKind.BREAK: N_("On a break until %(when)s"),
    AbsenceKind.SICK: N_("Sick until %(when)s"),
    AbsenceKind.VACATION: N_("On vacation until %(when)s"),
    AbsenceKind.LEFT: N_("Has left"),
}
_MS = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Whereabouts:
    """In words; ``tone`` is a badge's."""

    words: str
    tone: str
    absence: AbsenceRow | None = None
    """The one that holds now, which can be ended."""


def whereabouts(person: PersonRow, f: Formats) -> Whereabouts:
    """Tell where somebody is now."""
    say = f.tongue.say
    if person.state is PersonState.SUSPENDED:
        return Whereabouts(words=say(_SUSPENDED), tone="bad")
    absence = absence_now(person, f.now_ms)
    if absence is not None:
        return Whereabouts(words=absence_words(absence, f), tone="warn", absence=absence)
    if person.shifts is not None:
        hours = Hours(weekly=person.shifts, zone=f.zone.key)
        state = state_at(hours, datetime.fromtimestamp(f.now_ms / _MS, UTC))
        if not state.open:
            opens = state.next_opening
            if opens is None:
                return Whereabouts(words=say(_OFF_SHIFT), tone="")
            when = f.inside(int(opens.timestamp() * _MS))
            return Whereabouts(words=say(_OFF_SHIFT_UNTIL, when=when), tone="")
    return Whereabouts(words=say(_HERE), tone="good")


def absence_now(person: PersonRow, now_ms: int) -> AbsenceRow | None:
    """Give the absence that holds now, that which ends last."""
    there = [each for each in person.absences if each.from_ms <= now_ms]
    return max(there, key=_end, default=None)


def _end(absence: AbsenceRow) -> float:
    return float("inf") if absence.until_ms is None else float(absence.until_ms)


def absence_words(absence: AbsenceRow, f: Formats) -> str:
    """Say what kind of absence it is, and until when."""
    if absence.until_ms is None:
        return f.tongue.say(_ABSENT[absence.kind])
    return f.tongue.say(_ABSENT_UNTIL[absence.kind], when=until_words(absence.until_ms, f))


def until_words(ms: int, f: Formats) -> str:
    """Write until when: the day alone where it is its beginning."""
    midnight = f.at(ms).time() == datetime.min.time()
    return f.day(ms) if midnight else f.inside(ms)

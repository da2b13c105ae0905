"""When a person may be told something: in their hours, or while they are on call.

Owns "work is over when it is over". Knows no messages and no ways of telling. All moments are
aware; ``hours`` are the inbox's, which are also those of who has no shifts of their own.
"""

from datetime import datetime

from routing.assign import Person, absence_at
from routing.hours import Hours, state_at

_MOST_STEPS = 100
"""Shifts and absences that take turns for longer than this have no end that matters."""


def may_be_told(person: Person, *, hours: Hours, on_call: bool, moment: datetime) -> bool:
    """Whether something may reach a person now; nothing reaches who is absent."""
    if absence_at(person, moment) is not None:
        return False
    return on_call or state_at(person.shifts or hours, moment).open


def told_from(person: Person, *, hours: Hours, on_call: bool, moment: datetime) -> datetime | None:
    """Give the first moment from now on at which a person may be told; None: nobody knows it."""
    own = person.shifts or hours
    for _ in range(_MOST_STEPS):
        absence = absence_at(person, moment)
        if absence is not None and absence.until is None:
            return None
        if absence is not None and absence.until is not None:
            moment = absence.until
            continue
        state = state_at(own, moment)
        if on_call or state.open:
            return moment
        if state.next_opening is None:
            return None
        moment = state.next_opening
    return None


def there_until(person: Person, *, hours: Hours, moment: datetime) -> datetime | None:
    """Tell when somebody who is there next is not: a shift ends, an absence begins."""
    ends = [each.since for each in person.absences if each.since > moment]
    until = state_at(person.shifts or hours, moment).until
    return min(ends if until is None else [*ends, until], default=None)

"""Who takes something: people, their shifts and absences, and the chain of their delegates.

Owns the walk along the chain, which ends whatever it is: at a person who is there, or at the team.
Knows no messages. All moments are aware.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from routing.hours import Hours, state_at
from routing.model import Target, TargetKind


class AbsenceKind(StrEnum):
    """Why a person is not there."""

    AWAY = "away"
    BREAK = "break"
    SICK = "sick"
    VACATION = "vacation"
    LEFT = "left"


@dataclass(frozen=True, slots=True, kw_only=True)
class Absence:
    """From ``since`` on, up to ``until``; None until somebody ends it."""

    kind: AbsenceKind
    since: datetime
    until: datetime | None = None
    delegate: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Somebody who answers customers."""

    id: str
    name: str
    phone: str | None = None
    shifts: Hours | None = None
    """None: whenever the inbox is open."""

    absences: tuple[Absence, ...] = ()
    delegate: str | None = None
    """Who stands in, where an absence names nobody."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Team:
    """People in the order in which they are asked."""

    id: str
    members: tuple[str, ...] = ()
    on_call: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Staff:
    """All people and teams, by id."""

    people: Mapping[str, Person]
    teams: Mapping[str, Team]


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """A person along the chain, and why they do or do not take it."""

    person: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Assignment:
    """Who takes it: a person, or the team; neither where there is none."""

    person: str | None
    team: str | None
    steps: tuple[Step, ...]
    why: str


def absence_at(person: Person, moment: datetime) -> Absence | None:
    """Give the absence of a moment; of several, the one that lasts longest."""
    there = [
        each
        for each in person.absences
        if each.since <= moment and (each.until is None or moment < each.until)
    ]
    forever = [each for each in there if each.until is None]
    ending = [(each.until, number) for number, each in enumerate(there) if each.until is not None]
    if forever:
        return forever[0]
    return there[max(ending)[1]] if ending else None


def is_on_duty(person: Person, moment: datetime) -> bool:
    """Whether somebody is not absent and, where they have shifts, within one."""
    if absence_at(person, moment) is not None:
        return False
    return person.shifts is None or state_at(person.shifts, moment).open


def follow(
    person: str, *, team: str | None, staff: Staff, moment: datetime, by_shift: bool
) -> Assignment:
    """Follow the chain of delegates from a person on to somebody who is there, or the team.

    Without ``by_shift`` only absences count: while the shop is closed nobody is on a shift, and it
    waits for the person whom it is for.
    """
    steps: list[Step] = []
    seen: set[str] = set()
    following: str | None = person
    while following is not None and following not in seen and following in staff.people:
        seen.add(following)
        here = staff.people[following]
        missing, delegate = _missing(here, moment, by_shift=by_shift)
        if missing is None:
            steps.append(Step(person=here.id, why="is there"))
            why = "as told" if here.id == person else f"stands in for {person}"
            return Assignment(person=here.id, team=team, steps=tuple(steps), why=why)
        steps.append(Step(person=here.id, why=missing))
        following = delegate
    if following is None:
        why = "nobody further stands in, so the team takes it"
    elif following in seen:
        why = f"the chain comes back to {following}, so the team takes it"
    else:
        why = f"there is no {following}, so the team takes it"
    return Assignment(person=None, team=team, steps=tuple(steps), why=why)


def assign(
    target: Target, *, team: str | None, staff: Staff, moment: datetime, by_shift: bool
) -> Assignment:
    """Tell who takes what is for ``target``; ``team`` is the inbox's, where the chain ends."""
    if target.kind is TargetKind.PERSON:
        return follow(target.name, team=team, staff=staff, moment=moment, by_shift=by_shift)
    if target.kind is TargetKind.TEAM:
        return Assignment(person=None, team=target.name, steps=(), why="as told")
    asked = on_duty if target.kind is TargetKind.ON_DUTY else on_call
    found = asked(team, staff=staff, moment=moment)
    if not found:
        why = f"nobody is {target.kind.value.replace('_', ' ')}, so the team takes it"
        return Assignment(person=None, team=team, steps=(), why=why)
    first = found[0].id
    why = f"the first who is {target.kind.value.replace('_', ' ')}"
    return Assignment(person=first, team=team, steps=(Step(person=first, why="is there"),), why=why)


def on_duty(team: str | None, *, staff: Staff, moment: datetime) -> list[Person]:
    """Give the members of a team who are there now, in its order."""
    return [person for person in members(team, staff=staff) if is_on_duty(person, moment)]


def on_call(team: str | None, *, staff: Staff, moment: datetime) -> list[Person]:
    """Give who can be reached out of hours, in order; whoever is absent by their delegates."""
    if team is None or team not in staff.teams:
        return []
    found: dict[str, Person] = {}
    for each in staff.teams[team].on_call:
        reached = follow(each, team=None, staff=staff, moment=moment, by_shift=False).person
        if reached is not None and staff.people[reached].phone:
            found[reached] = staff.people[reached]
    return list(found.values())


def members(team: str | None, *, staff: Staff) -> list[Person]:
    """Give a team's people who exist."""
    if team is None or team not in staff.teams:
        return []
    return [staff.people[each] for each in staff.teams[team].members if each in staff.people]


def first_return(people: Sequence[Person], moment: datetime) -> datetime | None:
    """Tell when the first of these is back; None where nobody's return is known."""
    return min(_returns(people, moment), default=None)


def _returns(people: Sequence[Person], moment: datetime) -> Iterator[datetime]:
    for person in people:
        absence = absence_at(person, moment)
        if absence is not None and absence.until is not None:
            yield absence.until


def _missing(person: Person, moment: datetime, *, by_shift: bool) -> tuple[str | None, str | None]:
    """Say why somebody is not there, and who stands in then."""
    absence = absence_at(person, moment)
    if absence is not None:
        until = "" if absence.until is None else f" until {absence.until.isoformat()}"
        return f"{_ABSENT[absence.kind]}{until}", absence.delegate or person.delegate
    if by_shift and not is_on_duty(person, moment):
        return "has no shift now", person.delegate
    return None, None


_ABSENT = {
    AbsenceKind.AWAY: "is away",
    AbsenceKind.BREAK: "has a break",
    AbsenceKind.SICK: "is sick",
    AbsenceKind.VACATION: "is on vacation",
    AbsenceKind.LEFT: "has left",
}

"""What is to be done about a customer who waits for an answer, and when to look again.

Owns the ladder (due soon, overdue, escalated), which counts opening time only, and when a
conversation goes to somebody else because whoever has it is not there or says nothing. Pure and
total: no clock, no store. All moments are aware.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import IntEnum, StrEnum

from routing.assign import AbsenceKind, Person, Staff, absence_at, follow
from routing.duty import there_until
from routing.hours import Hours, state_at
from routing.opening_time import after_open

LOOK_AGAIN = timedelta(minutes=15)
"""Nobody who is there could take it: so long until that is looked at once more."""


class Rung(IntEnum):
    """How far a wait has come."""

    NONE = 0
    DUE_SOON = 1
    """The person in charge is reminded."""
    OVERDUE = 2
    """So is the team."""
    ESCALATED = 3
    """So are the managers."""


class Why(StrEnum):
    """Why a conversation goes to somebody else."""

    AWAY = "away"
    BREAK = "break"
    SICK = "sick"
    VACATION = "vacation"
    LEFT = "left"
    OFF_SHIFT = "off_shift"
    NO_ACCESS = "no_access"
    """The inbox is not theirs to see."""
    SILENT = "silent"
    """They have it for too long without an answer."""
    BACK = "back"
    """The person whose it was is there again, and wants it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Targets:
    """How long a customer of an inbox may wait, in opening time."""

    answer_within: timedelta | None = timedelta(minutes=60)
    """None: nothing is ever due."""

    due_soon_percent: int = 50
    """Of that time: the person in charge is reminded."""

    escalate_percent: int | None = 150
    """Of that time: the managers are told; None: never."""

    reassign_after: timedelta | None = None
    """So long may a person have it without an answer; None: for ever."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """When each rung is reached; None: never."""

    due_soon_at: datetime | None
    due_at: datetime | None
    escalate_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Wait:
    """A customer who waits. ``holder`` is the person in charge, ``team`` the inbox's."""

    since: datetime
    holder: str | None
    held_since: datetime
    team: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """Whose it is from now on: a person's, or else a team's; and why."""

    person: str | None
    team: str | None
    why: Why


@dataclass(frozen=True, slots=True, kw_only=True)
class FollowUp:
    """What is so now. ``look_at`` is when something may change by itself; None: never."""

    plan: Plan
    rung: Rung
    move: Move | None
    look_at: datetime | None


def plan_of(hours: Hours, targets: Targets, since: datetime) -> Plan:
    """Tell when an answer to something of ``since`` is due."""
    within = targets.answer_within
    if within is None:
        return Plan(due_soon_at=None, due_at=None, escalate_at=None)
    late = targets.escalate_percent
    return Plan(
        due_soon_at=after_open(hours, since, within * targets.due_soon_percent / 100),
        due_at=after_open(hours, since, within),
        escalate_at=None if late is None else after_open(hours, since, within * late / 100),
    )


def rung_at(plan: Plan, moment: datetime) -> Rung:
    """Tell how far a wait has come."""
    reached = Rung.NONE
    for rung, at in _rungs(plan):
        if at is not None and at <= moment:
            reached = rung
    return reached


def follow_up(
    wait: Wait, targets: Targets, *, hours: Hours, staff: Staff, moment: datetime
) -> FollowUp:
    """Judge a wait at a moment. While the inbox is closed nothing moves."""
    plan = plan_of(hours, targets, wait.since)
    inbox = state_at(hours, moment)
    move: Move | None = None
    looks = [at for _, at in _rungs(plan) if at is not None and at > moment]
    if wait.holder is not None and not inbox.open:
        looks += [] if inbox.next_opening is None else [inbox.next_opening]
    elif wait.holder is not None:
        move, more = _held(wait, wait.holder, targets, hours=hours, staff=staff, moment=moment)
        looks += more
    return FollowUp(
        plan=plan, rung=rung_at(plan, moment), move=move, look_at=min(looks, default=None)
    )


def _rungs(plan: Plan) -> Iterator[tuple[Rung, datetime | None]]:
    yield Rung.DUE_SOON, plan.due_soon_at
    yield Rung.OVERDUE, plan.due_at
    yield Rung.ESCALATED, plan.escalate_at


def _held(
    wait: Wait, holder: str, targets: Targets, *, hours: Hours, staff: Staff, moment: datetime
) -> tuple[Move | None, list[datetime]]:
    """Tell where what a person has goes, and when to look at that again.

    ``staff`` are those who may see the inbox: what anybody else has is nobody's who could answer.
    """
    if holder not in staff.people:
        why = Why.NO_ACCESS
        return Move(person=None, team=wait.team, why=why), [moment + LOOK_AGAIN]
    found = follow(holder, team=wait.team, staff=staff, moment=moment, by_shift=True)
    if found.person == holder:
        return _silence(wait, targets, staff.people[holder], hours=hours, moment=moment)
    if found.person is None and found.team is None:
        return None, [moment + LOOK_AGAIN]
    team = found.team if found.person is None else None
    why = _why(staff.people[holder], moment)
    return Move(person=found.person, team=team, why=why), [moment + LOOK_AGAIN]


def _silence(
    wait: Wait, targets: Targets, holder: Person, *, hours: Hours, moment: datetime
) -> tuple[Move | None, list[datetime]]:
    ends = there_until(holder, hours=hours, moment=moment)
    looks = [] if ends is None else [ends]
    if targets.reassign_after is None or wait.team is None:
        return None, looks
    silent_at = after_open(hours, max(wait.since, wait.held_since), targets.reassign_after)
    if silent_at is None or silent_at > moment:
        return None, looks if silent_at is None else [*looks, silent_at]
    return Move(person=None, team=wait.team, why=Why.SILENT), [moment + LOOK_AGAIN]


def _why(person: Person, moment: datetime) -> Why:
    """Say why somebody who is not there is not."""
    absence = absence_at(person, moment)
    return Why.OFF_SHIFT if absence is None else _ABSENT[absence.kind]


_ABSENT = {
    AbsenceKind.AWAY: Why.AWAY,
    AbsenceKind.BREAK: Why.BREAK,
    AbsenceKind.SICK: Why.SICK,
    AbsenceKind.VACATION: Why.VACATION,
    AbsenceKind.LEFT: Why.LEFT,
}

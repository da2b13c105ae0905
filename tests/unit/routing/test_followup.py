"""A shop open on weekdays from 9 to 17: what is due when, and where it goes."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from routing.assign import Absence, AbsenceKind, Person, Staff, Team
from routing.duty import may_be_told, there_until, told_from
from routing.followup import (
    LOOK_AGAIN,
    FollowUp,
    Move,
    Rung,
    Targets,
    Wait,
    Why,
    follow_up,
    plan_of,
    rung_at,
)
from routing.hours import Closure, Hours
from routing.opening_time import after_open, open_between

TORONTO = ZoneInfo("America/Toronto")
WEEK = Hours(weekly="Mo-Fr 09:00-17:00", zone="America/Toronto", country="CA-QC")
NEVER = Hours(weekly="off", zone="America/Toronto")
ALWAYS = Hours(zone="America/Toronto")
HOUR = timedelta(hours=1)


def at(text: str, *, fold: int = 0) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=TORONTO, fold=fold)


@pytest.mark.parametrize(
    ("since", "minutes", "due"),
    [
        ("2027-06-07T10:00", 60, "2027-06-07T11:00"),
        ("2027-06-07T16:30", 60, "2027-06-08T09:30"),  # over a night
        ("2027-06-04T16:30", 60, "2027-06-07T09:30"),  # over a weekend
        ("2027-06-05T12:00", 60, "2027-06-07T10:00"),  # on a Saturday
        ("2027-06-23T16:30", 60, "2027-06-25T09:30"),  # over Saint-Jean-Baptiste
        ("2027-06-04T16:00", 60, "2027-06-04T17:00"),  # to the very end
        ("2027-06-05T12:00", 0, "2027-06-07T09:00"),
        ("2027-06-07T10:00:30", 24 * 60, "2027-06-10T10:00:30"),
    ],
)
def test_opening_time_alone_counts(since: str, minutes: int, due: str) -> None:
    found = after_open(WEEK, at(since), timedelta(minutes=minutes))
    assert found == at(due)
    assert open_between(WEEK, at(since), at(due)) == timedelta(minutes=minutes)


def test_a_closure_stands_still() -> None:
    closed = Closure(first=date(2027, 7, 19), last=date(2027, 8, 1))
    hours = replace(WEEK, closures=(closed,))
    assert after_open(hours, at("2027-07-16T16:59"), HOUR) == at("2027-08-02T09:59")


@pytest.mark.parametrize(
    ("begin", "end", "hours"),
    [("2027-03-14T00:00", "2027-03-15T00:00", 23), ("2027-11-07T00:00", "2027-11-08T00:00", 25)],
)
def test_the_odd_nights_have_the_hours_that_they_have(begin: str, end: str, hours: int) -> None:
    assert open_between(ALWAYS, at(begin), at(end)) == hours * HOUR
    assert after_open(ALWAYS, at(begin), hours * HOUR) == at(end)


def test_what_is_open_in_the_repeated_hour_is_open_once() -> None:
    night = Hours(weekly="Su 01:00-01:30", zone="America/Toronto")
    day = (at("2027-11-07T00:00"), at("2027-11-08T00:00"))
    assert open_between(night, *day) == HOUR / 2
    assert after_open(night, at("2027-11-07T01:45", fold=0), timedelta()) == at("2027-11-14T01:00")


def test_what_never_opens_is_never_due() -> None:
    assert after_open(NEVER, at("2027-06-07T10:00"), HOUR) is None
    assert open_between(NEVER, at("2027-06-07T10:00"), at("2027-07-07T10:00")) == timedelta()
    assert open_between(WEEK, at("2027-06-07T12:00"), at("2027-06-07T10:00")) == timedelta()


def test_the_ladder_is_climbed_rung_by_rung() -> None:
    plan = plan_of(WEEK, Targets(), at("2027-06-04T16:30"))
    assert plan.due_soon_at == at("2027-06-04T17:00")
    assert plan.due_at == at("2027-06-07T09:30")
    assert plan.escalate_at == at("2027-06-07T10:00")
    moments = ("2027-06-04T16:59", "2027-06-05T12:00", "2027-06-07T09:30", "2027-06-07T12:00")
    assert [rung_at(plan, at(moment)) for moment in moments] == [*Rung]


def test_a_target_may_be_absent() -> None:
    since = at("2027-06-07T10:00")
    nothing = plan_of(WEEK, Targets(answer_within=None), since)
    assert rung_at(nothing, since + timedelta(days=300)) is Rung.NONE
    calm = plan_of(WEEK, Targets(escalate_percent=None), since)
    assert rung_at(calm, since + timedelta(days=300)) is Rung.OVERDUE


LEA = Person(id="lea", name="Léa", delegate="max")
MAX = Person(id="max", name="Max")
TEAM = Team(id="shop", members=("lea", "max"))
MONDAY = at("2027-06-07T10:00")
QUIET = Targets(answer_within=None)


def judged(
    *people: Person,
    moment: datetime = MONDAY,
    targets: Targets = QUIET,
    holder: str | None = "lea",
    team: str | None = "shop",
    hours: Hours = WEEK,
) -> FollowUp:
    staff = Staff(people={each.id: each for each in people}, teams={"shop": TEAM})
    since = at("2027-06-07T09:00")
    wait = Wait(since=since, holder=holder, held_since=since, team=team)
    return follow_up(wait, targets, hours=hours, staff=staff, moment=moment)


def absent(person: Person, kind: AbsenceKind, until: datetime | None = None) -> Person:
    return replace(person, absences=(Absence(kind=kind, since=MONDAY, until=until),))


def test_it_stays_with_who_is_there_and_is_looked_at_when_they_go() -> None:
    found = judged(LEA, MAX)
    assert (found.move, found.look_at) == (None, at("2027-06-07T17:00"))
    later = absent(LEA, AbsenceKind.SICK)
    assert judged(later, MAX, moment=MONDAY - HOUR / 2).look_at == MONDAY
    assert judged(LEA, MAX, hours=ALWAYS).look_at is None


@pytest.mark.parametrize("kind", AbsenceKind)
def test_it_goes_from_who_is_absent_to_who_stands_in(kind: AbsenceKind) -> None:
    found = judged(absent(LEA, kind), MAX)
    assert found.move == Move(person="max", team=None, why=Why(kind.value))
    assert found.look_at == MONDAY + LOOK_AGAIN


def test_it_goes_from_who_has_no_shift_to_the_team_where_nobody_stands_in() -> None:
    off = replace(LEA, shifts=Hours(weekly="Tu 09:00-17:00", zone="America/Toronto"), delegate=None)
    assert judged(off, MAX).move == Move(person=None, team="shop", why=Why.OFF_SHIFT)


@pytest.mark.parametrize("team", ["shop", None])
def test_what_somebody_has_who_may_not_see_it_is_the_team_s_or_nobody_s(team: str | None) -> None:
    found = judged(MAX, team=team)
    assert found.move == Move(person=None, team=team, why=Why.NO_ACCESS)
    assert found.look_at == MONDAY + LOOK_AGAIN


def test_where_nobody_could_take_it_it_is_looked_at_again() -> None:
    found = judged(absent(LEA, AbsenceKind.SICK), absent(MAX, AbsenceKind.SICK), team=None)
    assert (found.move, found.look_at) == (None, MONDAY + LOOK_AGAIN)


def test_nothing_moves_while_the_shop_is_closed() -> None:
    found = judged(absent(LEA, AbsenceKind.SICK), MAX, moment=at("2027-06-07T18:00"))
    assert (found.move, found.look_at) == (None, at("2027-06-08T09:00"))
    assert judged(LEA, hours=NEVER).look_at is None


def test_what_nobody_has_moves_nowhere() -> None:
    assert judged(LEA, holder=None) == FollowUp(
        plan=plan_of(WEEK, QUIET, MONDAY), rung=Rung.NONE, move=None, look_at=None
    )


def test_who_says_nothing_for_too_long_gives_it_to_the_team() -> None:
    soon = replace(QUIET, reassign_after=timedelta(minutes=90))
    assert judged(LEA, MAX, targets=soon).look_at == at("2027-06-07T10:30")
    found = judged(LEA, MAX, targets=soon, moment=at("2027-06-07T10:30"))
    assert found.move == Move(person=None, team="shop", why=Why.SILENT)
    assert judged(LEA, targets=soon, team=None, moment=at("2027-06-07T16:00")).move is None
    # Only a shop that opens once more can find somebody silent for longer than it is open.
    once = Hours(weekly="2027 Jun 7 09:00-11:00", zone="America/Toronto")
    never = replace(QUIET, reassign_after=timedelta(hours=3))
    assert judged(LEA, targets=never, hours=once).look_at == at("2027-06-07T11:00")


SHIFTS = replace(LEA, shifts=Hours(weekly="Mo-Fr 12:00-20:00", zone="America/Toronto"))


@pytest.mark.parametrize(
    ("person", "on_call", "moment", "told", "begins"),
    [
        (LEA, False, "2027-06-07T10:00", True, "2027-06-07T10:00"),
        (LEA, False, "2027-06-05T10:00", False, "2027-06-07T09:00"),
        (LEA, True, "2027-06-05T10:00", True, "2027-06-05T10:00"),
        (SHIFTS, False, "2027-06-07T10:00", False, "2027-06-07T12:00"),
        (SHIFTS, False, "2027-06-07T19:00", True, "2027-06-07T19:00"),
        (absent(LEA, AbsenceKind.SICK), True, "2027-06-07T10:00", False, None),
        (
            absent(SHIFTS, AbsenceKind.VACATION, at("2027-06-12T10:00")),
            False,
            "2027-06-07T13:00",
            False,
            "2027-06-14T12:00",
        ),
        (replace(LEA, shifts=NEVER), False, "2027-06-07T10:00", False, None),
    ],
)
def test_when_a_person_may_be_told(
    person: Person, on_call: bool, moment: str, told: bool, begins: str | None
) -> None:
    known = {"hours": WEEK, "on_call": on_call, "moment": at(moment)}
    assert may_be_told(person, **known) is told  # type: ignore[arg-type]  # as named
    first = told_from(person, **known)  # type: ignore[arg-type]  # as named
    assert first == (None if begins is None else at(begins))


def test_absences_that_go_on_and_on_have_no_end_that_matters() -> None:
    endless = tuple(
        Absence(
            kind=AbsenceKind.BREAK,
            since=MONDAY + each * HOUR,
            until=MONDAY + (each + 1) * HOUR,
        )
        for each in range(200)
    )
    person = replace(LEA, absences=endless)
    assert told_from(person, hours=ALWAYS, on_call=False, moment=MONDAY) is None


def test_there_until_a_shift_ends_or_an_absence_begins() -> None:
    assert there_until(SHIFTS, hours=WEEK, moment=at("2027-06-07T13:00")) == at("2027-06-07T20:00")
    assert there_until(LEA, hours=ALWAYS, moment=MONDAY) is None


def test_moments_given_back_are_utc() -> None:
    found = after_open(WEEK, MONDAY, HOUR)
    assert found is not None
    assert found.tzinfo is UTC

"""Who takes it: shifts, absences, and chains of delegates."""

from datetime import UTC, datetime, timedelta

import pytest

from routing.assign import (
    Absence,
    AbsenceKind,
    Person,
    Staff,
    Team,
    absence_at,
    assign,
    first_return,
    follow,
    is_on_duty,
    members,
    on_call,
    on_duty,
)
from routing.hours import Hours
from routing.model import Target, TargetKind

NOW = datetime(2027, 6, 23, 15, tzinfo=UTC)  # a Wednesday
DAY = timedelta(days=1)


def away(
    kind: AbsenceKind = AbsenceKind.SICK, *, days: int | None = 1, to: str | None = None
) -> tuple[Absence, ...]:
    until = None if days is None else NOW + days * DAY
    return (Absence(kind=kind, since=NOW - DAY, until=until, delegate=to),)


def person(name: str, **more: object) -> Person:
    return Person(id=name, name=name.title(), **more)  # type: ignore[arg-type]  # a test's shorthand


def staff(*people: Person, on_call: tuple[str, ...] = ()) -> Staff:
    ids = tuple(each.id for each in people)
    return Staff(
        people={each.id: each for each in people},
        teams={"shop": Team(id="shop", members=ids, on_call=on_call)},
    )


def chain(people: Staff, start: str = "ann", *, by_shift: bool = True) -> tuple[str | None, str]:
    found = follow(start, team="shop", staff=people, moment=NOW, by_shift=by_shift)
    assert found.team == "shop"
    return found.person, found.why


def test_who_is_there_takes_it() -> None:
    assert chain(staff(person("ann"))) == ("ann", "as told")


def test_the_chain_is_followed_to_its_end() -> None:
    people = staff(
        person("ann", absences=away(AbsenceKind.VACATION, to="bob")),
        person("bob", absences=away(), delegate="cat"),
        person("cat", shifts=Hours(weekly="Mo,Tu 09:00-17:00"), delegate="dan"),
        person("dan"),
    )
    found = follow("ann", team="shop", staff=people, moment=NOW, by_shift=True)
    assert (found.person, found.why) == ("dan", "stands in for ann")
    assert [(step.person, step.why) for step in found.steps] == [
        ("ann", "is on vacation until 2027-06-24T15:00:00+00:00"),
        ("bob", "is sick until 2027-06-24T15:00:00+00:00"),
        ("cat", "has no shift now"),
        ("dan", "is there"),
    ]


def test_while_closed_a_missing_shift_does_not_move_it() -> None:
    people = staff(person("ann", shifts=Hours(weekly="Mo 09:00-17:00")))
    assert chain(people, by_shift=False) == ("ann", "as told")
    assert chain(people) == (None, "nobody further stands in, so the team takes it")


@pytest.mark.parametrize(
    ("kind", "days", "why"),
    [
        (AbsenceKind.AWAY, None, "is away"),
        (AbsenceKind.BREAK, None, "has a break"),
        (AbsenceKind.LEFT, None, "has left"),
    ],
)
def test_every_absence_has_its_words(kind: AbsenceKind, days: None, why: str) -> None:
    people = staff(person("ann", absences=away(kind, days=days)))
    found = follow("ann", team=None, staff=people, moment=NOW, by_shift=True)
    assert (found.person, found.team, found.steps[0].why) == (None, None, why)


def test_a_cycle_ends_at_the_team() -> None:
    people = staff(person("ann", absences=away(to="bob")), person("bob", absences=away(to="ann")))
    assert chain(people) == (None, "the chain comes back to ann, so the team takes it")
    alone = staff(person("ann", absences=away(to="ann")))
    assert chain(alone) == (None, "the chain comes back to ann, so the team takes it")


def test_a_delegate_who_is_not_there_any_more_ends_it_too() -> None:
    people = staff(person("ann", absences=away(to="eve")))
    assert chain(people) == (None, "there is no eve, so the team takes it")
    assert chain(people, "eve") == (None, "there is no eve, so the team takes it")


def test_absences_begin_and_end_by_themselves() -> None:
    ann = person("ann", absences=away())
    assert absence_at(ann, NOW - DAY) is not None
    assert absence_at(ann, NOW - DAY - timedelta(seconds=1)) is None
    assert absence_at(ann, NOW + DAY) is None


def test_of_several_absences_the_longest_counts() -> None:
    both = person("ann", absences=(*away(days=9, to="bob"), *away(days=1, to="cat")))
    absence = absence_at(both, NOW)
    assert absence is not None
    assert absence.delegate == "bob"
    gone = person("ann", absences=(*away(days=9), *away(AbsenceKind.LEFT, days=None)))
    absence = absence_at(gone, NOW)
    assert absence is not None
    assert absence.kind is AbsenceKind.LEFT


def test_on_duty_is_who_is_not_absent_and_has_a_shift() -> None:
    people = staff(
        person("ann", absences=away()),
        person("bob", shifts=Hours(weekly="We 09:00-17:00")),
        person("cat", shifts=Hours(weekly="Th 09:00-17:00")),
        person("dan"),
    )
    assert [each.id for each in on_duty("shop", staff=people, moment=NOW)] == ["bob", "dan"]
    assert not is_on_duty(people.people["ann"], NOW)
    assert on_duty(None, staff=people, moment=NOW) == []
    assert members("none", staff=people) == []


def test_on_call_is_asked_in_order_and_needs_a_phone() -> None:
    people = staff(
        person("ann", phone="+1", absences=away(to="cat")),
        person("bob"),
        person("cat", phone="+3"),
        person("dan", phone="+4"),
        on_call=("ann", "bob", "eve", "cat", "dan"),
    )
    assert [each.id for each in on_call("shop", staff=people, moment=NOW)] == ["cat", "dan"]
    assert on_call(None, staff=people, moment=NOW) == []
    assert on_call("none", staff=people, moment=NOW) == []


@pytest.mark.parametrize(
    ("target", "found"),
    [
        (Target(kind=TargetKind.PERSON, name="bob"), ("bob", "shop")),
        (Target(kind=TargetKind.TEAM, name="sales"), (None, "sales")),
        (Target(kind=TargetKind.ON_DUTY), ("bob", "shop")),
        (Target(kind=TargetKind.ON_CALL), ("cat", "shop")),
    ],
)
def test_targets(target: Target, found: tuple[str | None, str]) -> None:
    people = staff(
        person("ann", absences=away()),
        person("bob"),
        person("cat", phone="+3"),
        on_call=("cat",),
    )
    done = assign(target, team="shop", staff=people, moment=NOW, by_shift=True)
    assert (done.person, done.team) == found


def test_nobody_on_call_is_said() -> None:
    done = assign(
        Target(kind=TargetKind.ON_CALL), team="shop", staff=staff(), moment=NOW, by_shift=True
    )
    assert (done.person, done.why) == (None, "nobody is on call, so the team takes it")


def test_the_first_to_return() -> None:
    people = [
        person("ann", absences=away(days=3)),
        person("bob", absences=away(days=2)),
        person("cat"),
        person("dan", absences=away(days=None)),
    ]
    assert first_return(people, NOW) == NOW + 2 * DAY
    assert first_return(people[2:], NOW) is None


def test_targets_are_written_as_rules_have_them() -> None:
    assert str(Target(kind=TargetKind.PERSON, name="bob")) == "person:bob"
    assert str(Target(kind=TargetKind.ON_CALL)) == "on_call"

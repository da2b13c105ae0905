"""The guards of automatic answers, one by one."""

from dataclasses import replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from routing.answers import (
    AnswerFacts,
    AnswerKind,
    AnswerPolicy,
    PastAnswer,
    Refusal,
    refusal_of,
    text_kinds,
)
from routing.hours import Cause, Hours, HoursState
from routing.model import NO_TEXT, Kind, SenderType, Texts

TORONTO = ZoneInfo("America/Toronto")
NIGHT = datetime(2027, 6, 23, 22, tzinfo=TORONTO)
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
FACTS = AnswerFacts(
    now=NIGHT,
    kind=Kind.SMS,
    sender_type=SenderType.NUMBER,
    own_number=False,
    blocked=False,
    opted_out=False,
    keyword=False,
    hours=Hours(weekly="Mo-Fr 09:00-18:00", zone="America/Toronto", country="CA-QC"),
    is_open=False,
    past=(),
    person_answered_at=None,
)
POLICY = AnswerPolicy()
CLOSED = AnswerKind.CLOSED


def past(*ago: timedelta, kind: AnswerKind = CLOSED) -> tuple[PastAnswer, ...]:
    return tuple(PastAnswer(at=NIGHT - each, kind=kind) for each in ago)


def test_nothing_forbids_the_first() -> None:
    for kind in AnswerKind:
        assert refusal_of(kind, FACTS, POLICY) is None


@pytest.mark.parametrize(
    ("facts", "refusal"),
    [
        (replace(FACTS, sender_type=SenderType.SHORT_CODE), Refusal.NOT_A_NUMBER),
        (replace(FACTS, sender_type=SenderType.ALPHANUMERIC), Refusal.NOT_A_NUMBER),
        (replace(FACTS, sender_type=SenderType.WITHHELD), Refusal.NOT_A_NUMBER),
        (replace(FACTS, own_number=True), Refusal.OWN_NUMBER),
        (replace(FACTS, kind=Kind.REPORT), Refusal.REPORT),
        (replace(FACTS, blocked=True), Refusal.BLOCKED),
    ],
)
def test_some_are_never_answered_whatever_it_is_about(facts: AnswerFacts, refusal: Refusal) -> None:
    for kind in AnswerKind:
        assert refusal_of(kind, facts, POLICY) is refusal


def test_who_opted_out_hears_of_that_alone() -> None:
    facts = replace(FACTS, opted_out=True)
    heard = {kind for kind in AnswerKind if refusal_of(kind, facts, POLICY) is None}
    assert heard == {AnswerKind.OPTED_OUT, AnswerKind.OPTED_IN}
    assert refusal_of(CLOSED, facts, POLICY) is Refusal.OPTED_OUT


def test_a_word_of_consent_gets_its_own_answer_only() -> None:
    facts = replace(FACTS, keyword=True)
    assert refusal_of(CLOSED, facts, POLICY) is Refusal.KEYWORD
    assert refusal_of(AnswerKind.URGENT, facts, POLICY) is Refusal.KEYWORD
    assert refusal_of(AnswerKind.HELP, facts, POLICY) is None


@pytest.mark.parametrize(
    ("ago", "refusal"),
    [
        (29 * MINUTE, Refusal.PERSON_ANSWERED),
        (30 * MINUTE, None),
        (-MINUTE, Refusal.PERSON_ANSWERED),
    ],
)
def test_never_after_a_person_answered(ago: timedelta, refusal: Refusal | None) -> None:
    facts = replace(FACTS, person_answered_at=NIGHT - ago)
    assert refusal_of(CLOSED, facts, POLICY) is refusal
    assert refusal_of(AnswerKind.URGENT, facts, POLICY) is refusal


@pytest.mark.parametrize(
    ("now", "before", "refusal"),
    [
        ("2027-06-23T22:00", "2027-06-23T18:00", Refusal.WINDOW),
        ("2027-06-24T20:00", "2027-06-23T18:00", Refusal.WINDOW),  # the holiday between
        ("2027-06-25T18:00", "2027-06-23T22:00", None),
        ("2027-06-23T22:00", "2027-06-23T17:59", None),  # it was open then
        ("2027-06-23T22:00", "2027-06-23T23:00", Refusal.WINDOW),  # the clock was put back
    ],
)
def test_once_in_a_closed_period(now: str, before: str, refusal: Refusal | None) -> None:
    def at(text: str) -> datetime:
        return datetime.fromisoformat(text).replace(tzinfo=TORONTO)

    facts = replace(FACTS, now=at(now), past=(PastAnswer(at=at(before), kind=CLOSED),))
    assert refusal_of(CLOSED, facts, POLICY) is refusal


def test_once_in_so_many_hours_where_that_is_set() -> None:
    policy = AnswerPolicy(every=2 * HOUR)
    assert refusal_of(CLOSED, replace(FACTS, past=past(HOUR)), policy) is Refusal.WINDOW
    assert refusal_of(CLOSED, replace(FACTS, past=past(2 * HOUR)), policy) is None


def test_once_in_so_many_hours_while_open() -> None:
    facts = replace(FACTS, is_open=True, past=past(3 * HOUR))
    assert refusal_of(AnswerKind.RULE, facts, POLICY) is Refusal.WINDOW
    assert refusal_of(AnswerKind.RULE, replace(facts, past=past(4 * HOUR)), POLICY) is None


def test_whatever_it_was_about() -> None:
    facts = replace(FACTS, past=past(HOUR, kind=AnswerKind.MISSED_CALL))
    assert refusal_of(CLOSED, facts, POLICY) is Refusal.WINDOW


def test_that_help_is_coming_is_said_beside_that_it_is_closed_but_once() -> None:
    closed = replace(FACTS, past=past(HOUR))
    assert refusal_of(AnswerKind.URGENT, closed, POLICY) is None
    urgent = replace(FACTS, past=past(HOUR, kind=AnswerKind.URGENT))
    assert refusal_of(AnswerKind.URGENT, urgent, POLICY) is Refusal.WINDOW
    assert refusal_of(CLOSED, urgent, POLICY) is None


def test_what_was_asked_for_opens_no_window() -> None:
    facts = replace(FACTS, past=past(HOUR, kind=AnswerKind.HELP))
    assert refusal_of(CLOSED, facts, POLICY) is None
    assert refusal_of(AnswerKind.HELP, facts, POLICY) is None


def test_who_got_two_answers_in_ten_minutes_is_an_automaton() -> None:
    policy = AnswerPolicy(every=timedelta(0))
    facts = replace(FACTS, past=past(9 * MINUTE, MINUTE))
    for kind in (CLOSED, AnswerKind.URGENT, AnswerKind.HELP, AnswerKind.USE_THE_PAGE):
        assert refusal_of(kind, facts, policy) is Refusal.AUTOMATON
    assert refusal_of(AnswerKind.OPTED_OUT, facts, policy) is None
    later = replace(FACTS, past=past(10 * MINUTE, MINUTE))
    assert refusal_of(CLOSED, later, policy) is None


def test_a_day_has_a_cap() -> None:
    policy = AnswerPolicy(every=timedelta(0), daily_cap=3)
    full = replace(FACTS, past=past(HOUR, 2 * HOUR, 23 * HOUR))
    assert refusal_of(CLOSED, full, policy) is Refusal.DAILY_CAP
    assert refusal_of(AnswerKind.OPTED_OUT, full, policy) is None
    assert refusal_of(CLOSED, replace(FACTS, past=past(HOUR, HOUR, 24 * HOUR)), policy) is None


def test_two_machines_that_say_stop_and_start_to_each_other_end_too() -> None:
    policy = AnswerPolicy(daily_cap=2)
    facts = replace(FACTS, past=past(HOUR, 2 * HOUR, kind=AnswerKind.OPTED_OUT))
    assert refusal_of(AnswerKind.OPTED_IN, facts, policy) is Refusal.DAILY_CAP


def state(*, is_open: bool, cause: Cause, label: Texts = NO_TEXT) -> HoursState:
    return HoursState(open=is_open, cause=cause, label=label, until=None, next_opening=None)


@pytest.mark.parametrize(
    ("kind", "hours", "away", "first", "kinds"),
    [
        (
            Kind.SMS,
            state(is_open=True, cause=Cause.WEEK),
            False,
            False,
            "",
        ),
        (
            Kind.SMS,
            state(is_open=True, cause=Cause.WEEK),
            True,
            True,
            "everyone_away first_contact",
        ),
        (Kind.SMS, state(is_open=False, cause=Cause.WEEK), True, False, "closed"),
        (Kind.SMS, state(is_open=False, cause=Cause.HOLIDAY), False, False, "holiday closed"),
        (Kind.SMS, state(is_open=False, cause=Cause.CLOSURE), False, False, "closed"),
        (
            Kind.SMS,
            state(is_open=False, cause=Cause.CLOSURE, label=Texts(fr="x")),
            False,
            True,
            "closure closed first_contact",
        ),
        (
            Kind.SMS,
            state(is_open=False, cause=Cause.OPENING, label=Texts(en="x")),
            False,
            False,
            "closure closed",
        ),
        (
            Kind.MISSED_CALL,
            state(is_open=False, cause=Cause.WEEK),
            False,
            False,
            "missed_call closed",
        ),
        (Kind.PICTURE, state(is_open=True, cause=Cause.WEEK), False, False, "picture"),
    ],
)
def test_what_an_answer_is_about(
    kind: Kind, hours: HoursState, away: bool, first: bool, kinds: str
) -> None:
    found = text_kinds(kind=kind, hours=hours, everyone_away=away, first_message=first)
    assert " ".join(found) == kinds

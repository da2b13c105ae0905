"""Automatic answers: which text, and everything that forbids one.

Owns the guards. Knows no store: what was answered before is handed in, so that it holds over
restarts. All moments are aware.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from routing.hours import Cause, Hours, HoursState, same_closed_period
from routing.model import Kind, SenderType, Texts

BURST = timedelta(minutes=10)
BURST_ANSWERS = 2
_DAY = timedelta(days=1)


class AnswerKind(StrEnum):
    """What an answer is about; people and programs read these codes."""

    CLOSED = "closed"
    HOLIDAY = "holiday"
    CLOSURE = "closure"
    EVERYONE_AWAY = "everyone_away"
    FIRST_CONTACT = "first_contact"
    MISSED_CALL = "missed_call"
    PICTURE = "picture"
    RULE = "rule"
    URGENT = "urgent"
    OPTED_OUT = "opted_out"
    OPTED_IN = "opted_in"
    HELP = "help"
    USE_THE_PAGE = "use_the_page"
    """To a user who writes from their own phone without the code of an alert."""


class Refusal(StrEnum):
    """Why nothing is answered; people and programs read these codes."""

    NOT_A_NUMBER = "sender_cannot_be_answered"
    OWN_NUMBER = "own_number"
    REPORT = "report"
    BLOCKED = "contact_blocked"
    OPTED_OUT = "opted_out"
    KEYWORD = "consent_word"
    PERSON_ANSWERED = "person_answered"
    WINDOW = "answered_already"
    AUTOMATON = "automaton"
    DAILY_CAP = "daily_cap"


@dataclass(frozen=True, slots=True, kw_only=True)
class PastAnswer:
    """An automatic answer that this contact got."""

    at: datetime
    kind: AnswerKind


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerPolicy:
    """What managers set for an inbox; a kind without a text is not answered."""

    texts: Mapping[AnswerKind, Texts] = field(default_factory=dict)
    every: timedelta | None = None
    """At most one in this time; None: one in a closed period, one in ``open_every`` while open."""

    open_every: timedelta = timedelta(hours=4)
    after_person: timedelta = timedelta(minutes=30)
    daily_cap: int = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerFacts:
    """What the guards look at."""

    now: datetime
    kind: Kind
    sender_type: SenderType
    own_number: bool
    blocked: bool
    opted_out: bool
    keyword: bool
    """The text is a word of consent or help."""

    hours: Hours
    is_open: bool
    past: tuple[PastAnswer, ...]
    """What this contact got in the last days; the order does not matter."""

    person_answered_at: datetime | None


_CONFIRMATIONS = frozenset({AnswerKind.OPTED_OUT, AnswerKind.OPTED_IN})
# What somebody asked for themselves, word for word, is not kept to one in a window.
_ASKED_FOR = frozenset({*_CONFIRMATIONS, AnswerKind.HELP, AnswerKind.USE_THE_PAGE})


def refusal_of(kind: AnswerKind, facts: AnswerFacts, policy: AnswerPolicy) -> Refusal | None:
    """Tell the first guard that forbids an answer of this kind, or None."""
    return next(_refusals(kind, facts, policy), None)


def text_kinds(
    *, kind: Kind, hours: HoursState, everyone_away: bool, first_message: bool
) -> tuple[AnswerKind, ...]:
    """Give what an answer could be about, the most fitting first."""
    return tuple(
        answer
        for answer, fits in (
            (AnswerKind.PICTURE, kind is Kind.PICTURE),
            (AnswerKind.MISSED_CALL, kind is Kind.MISSED_CALL),
            (AnswerKind.HOLIDAY, not hours.open and hours.cause is Cause.HOLIDAY),
            (AnswerKind.CLOSURE, not hours.open and _is_dated(hours)),
            (AnswerKind.CLOSED, not hours.open),
            (AnswerKind.EVERYONE_AWAY, hours.open and everyone_away),
            (AnswerKind.FIRST_CONTACT, first_message),
        )
        if fits
    )


def _is_dated(hours: HoursState) -> bool:
    return hours.cause in {Cause.CLOSURE, Cause.OPENING} and bool(hours.label.en or hours.label.fr)


def _refusals(kind: AnswerKind, facts: AnswerFacts, policy: AnswerPolicy) -> Iterator[Refusal]:
    yield from _never(facts)
    if kind not in _CONFIRMATIONS and facts.opted_out:
        yield Refusal.OPTED_OUT
    if kind not in _ASKED_FOR:
        yield from _unasked(kind, facts, policy)
    if kind not in _CONFIRMATIONS and _is_automaton(facts):
        yield Refusal.AUTOMATON
    if _count(kind, facts) >= policy.daily_cap:
        yield Refusal.DAILY_CAP


def _never(facts: AnswerFacts) -> Iterator[Refusal]:
    if facts.sender_type is not SenderType.NUMBER:
        yield Refusal.NOT_A_NUMBER
    if facts.own_number:
        yield Refusal.OWN_NUMBER
    if facts.kind is Kind.REPORT:
        yield Refusal.REPORT
    if facts.blocked:
        yield Refusal.BLOCKED


def _unasked(kind: AnswerKind, facts: AnswerFacts, policy: AnswerPolicy) -> Iterator[Refusal]:
    if facts.keyword:
        yield Refusal.KEYWORD
    answered = facts.person_answered_at
    if answered is not None and facts.now - answered < policy.after_person:
        yield Refusal.PERSON_ANSWERED
    if any(_same_window(past, facts, policy) for past in facts.past if _rival(past.kind, kind)):
        yield Refusal.WINDOW


def _rival(past: AnswerKind, kind: AnswerKind) -> bool:
    """Whether two answers share a window: that help is coming is said beside that it is closed."""
    if AnswerKind.URGENT in {past, kind}:
        return past is kind
    return past not in _ASKED_FOR


def _same_window(past: PastAnswer, facts: AnswerFacts, policy: AnswerPolicy) -> bool:
    # A clock that was put back may have left answers in the future: they count as well.
    earlier, later = sorted((past.at, facts.now))
    if policy.every is not None:
        return later - earlier < policy.every
    if facts.is_open:
        return later - earlier < policy.open_every
    return same_closed_period(facts.hours, earlier, later)


def _is_automaton(facts: AnswerFacts) -> bool:
    recent = [each for each in facts.past if abs(facts.now - each.at) < BURST]
    return len(recent) >= BURST_ANSWERS


def _count(kind: AnswerKind, facts: AnswerFacts) -> int:
    """Count a day's answers; confirmations apart, so that an opt-out finds room for its own."""
    confirms = kind in _CONFIRMATIONS
    return sum(
        abs(facts.now - each.at) < _DAY and (each.kind in _CONFIRMATIONS) is confirms
        for each in facts.past
    )

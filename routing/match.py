"""Which rules fire for something that arrived, and why the others do not.

Owns the conditions. What it says of a text never quotes it, so that the record of a decision may be
kept when the text is erased. Knows no effects.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from config.schema import Language
from routing.folding import folded, words_of
from routing.glob import Glob, glob
from routing.model import ContactIs, HoursAre, Kind, Rule, Then, When


class Result(StrEnum):
    """What became of a rule."""

    FIRED = "fired"
    NOT_MATCHED = "not_matched"
    NOT_TRIED = "not_tried"
    DISABLED = "disabled"


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleOutcome:
    """A rule, what became of it, and why; ``condition`` is the first that did not hold."""

    rule: str
    result: Result
    why: str
    condition: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """What rules look at; :func:`subject` makes one."""

    inbox: str
    modem: str
    kind: Kind
    sender: str
    lists: frozenset[str]
    contact: ContactIs
    tags: frozenset[str]
    first_message: bool
    language: Language | None
    hours: HoursAre
    holiday: bool
    plain: str
    line: str


def subject(
    *,
    inbox: str,
    modem: str,
    kind: Kind,
    sender: str,
    text: str,
    known: bool,
    tags: frozenset[str],
    first_message: bool,
    language: Language | None,
    is_open: bool,
    holiday: bool,
    lists: Mapping[str, tuple[str, ...]],
) -> Subject:
    """Prepare once what all rules look at."""
    return Subject(
        inbox=inbox,
        modem=modem,
        kind=kind,
        sender=sender,
        lists=frozenset(name for name, of in lists.items() if number_matches(of, sender)),
        contact=ContactIs.KNOWN if known else ContactIs.UNKNOWN,
        tags=tags,
        first_message=first_message,
        language=language,
        hours=HoursAre.OPEN if is_open else HoursAre.CLOSED,
        holiday=holiday,
        plain=folded(text),
        line=_line(text),
    )


def judge(rules: Sequence[Rule], of: Subject) -> tuple[RuleOutcome, ...]:
    """Look at rules in their order, until one that fires says stop."""
    outcomes = []
    stopped_by: str | None = None
    for rule in rules:
        outcome = _judge(rule, of, stopped_by)
        if outcome.result is Result.FIRED and rule.then is Then.STOP:
            stopped_by = rule.name
        outcomes.append(outcome)
    return tuple(outcomes)


def number_matches(patterns: Sequence[str], number: str) -> bool:
    """Whether a number is one of these, or begins as one that ends in ``*``."""
    return any(
        number.startswith(each[:-1]) if each.endswith("*") else number == each for each in patterns
    )


def words_match(words: Sequence[str], text: str) -> bool:
    """Whether one of these words or phrases stands in a text, whole."""
    return _stands(words, _line(text))


def _judge(rule: Rule, of: Subject, stopped_by: str | None) -> RuleOutcome:
    if stopped_by is not None:
        why = f"“{stopped_by}” fired before it and stops there"
        return RuleOutcome(rule=rule.name, result=Result.NOT_TRIED, why=why)
    if not rule.enabled:
        return RuleOutcome(rule=rule.name, result=Result.DISABLED, why="it is switched off")
    for condition, check in _CHECKS:
        if (why_not := check(rule.when, of)) is not None:
            return RuleOutcome(
                rule=rule.name, result=Result.NOT_MATCHED, why=why_not, condition=condition
            )
    return RuleOutcome(rule=rule.name, result=Result.FIRED, why=_why(rule.when))


def _why(when: When) -> str:
    held = [name for name, _ in _CHECKS if getattr(when, name) not in {None, ()}]
    return f"these hold: {', '.join(held)}" if held else "it has no conditions"


_Check = Callable[[When, Subject], str | None]


def _one_of(wanted: Sequence[str], found: str, what: str) -> str | None:
    if not wanted or found in wanted:
        return None
    return f"the {what} is {found or 'none'}, not {' or '.join(wanted)}"


def _just(wanted: str | None, found: str | None, what: str) -> str | None:
    if wanted is None or found == wanted:
        return None
    return f"the {what} is {found or 'not known'}, not {wanted}"


def _sender(when: When, of: Subject) -> str | None:
    if not when.sender or number_matches(when.sender, of.sender):
        return None
    return f"the sender is none of {', '.join(when.sender)}"


def _list(when: When, of: Subject) -> str | None:
    if not when.list or not of.lists.isdisjoint(when.list):
        return None
    return f"the sender is in no list of {', '.join(when.list)}"


def _tag(when: When, of: Subject) -> str | None:
    if not when.tag or not of.tags.isdisjoint(when.tag):
        return None
    return f"the contact has no tag of {', '.join(when.tag)}"


def _first_message(when: When, of: Subject) -> str | None:
    if when.first_message is None or when.first_message is of.first_message:
        return None
    return "it is the first message" if of.first_message else "it is not the first message"


def _holiday(when: When, of: Subject) -> str | None:
    if when.holiday is None or when.holiday is of.holiday:
        return None
    return "it is a holiday" if of.holiday else "it is no holiday"


def _words(when: When, of: Subject) -> str | None:
    if not when.words or _stands(when.words, of.line):
        return None
    return f"none of these words stands in the text: {', '.join(when.words)}"


def _pattern(when: When, of: Subject) -> str | None:
    if not when.pattern or any(_glob(each).matches(of.plain) for each in when.pattern):
        return None
    return f"the text does not fit {' or '.join(when.pattern)}"


# The cheap ones first, the text last.
_CHECKS: tuple[tuple[str, _Check], ...] = (
    ("inbox", lambda when, of: _one_of(when.inbox, of.inbox, "inbox")),
    ("modem", lambda when, of: _one_of(when.modem, of.modem, "modem")),
    ("kind", lambda when, of: _one_of(when.kind, of.kind, "kind")),
    ("sender", _sender),
    ("list", _list),
    ("contact", lambda when, of: _just(when.contact, of.contact, "contact")),
    ("tag", _tag),
    ("first_message", _first_message),
    ("language", lambda when, of: _just(when.language, of.language, "language")),
    ("hours", lambda when, of: _just(when.hours, of.hours, "inbox")),
    ("holiday", _holiday),
    ("words", _words),
    ("pattern", _pattern),
)


def _line(text: str) -> str:
    return f" {' '.join(words_of(text))} "


def _stands(words: Sequence[str], line: str) -> bool:
    return any(_phrase(each) in line for each in words)


@lru_cache(maxsize=4096)
def _phrase(words: str) -> str:
    return _line(words)


@lru_cache(maxsize=4096)
def _glob(pattern: str) -> Glob:
    return glob(folded(pattern))

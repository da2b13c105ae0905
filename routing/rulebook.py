"""What the rules file holds, and what must be true of it together.

Owns the checks across keys: names that are used and not there, names that are there twice. Knows
neither files nor notations.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from routing.answers import AnswerPolicy
from routing.consent import ConsentPolicy
from routing.hours import Hours
from routing.hours import problems_of as problems_of_hours
from routing.model import Problem, Rule, Target, TargetKind, Texts
from routing.senders import Sending
from routing.template import problem_of

URGENT_WORDS = ("urgent", "emergency", "urgence")


@dataclass(frozen=True, slots=True, kw_only=True)
class InboxRules:
    """What is set for one inbox; its time zone and country are the inbox's own, and not here."""

    hours: Hours = field(default_factory=Hours)
    both_languages: bool = False
    answers: AnswerPolicy = field(default_factory=AnswerPolicy)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rulebook:
    """The rules in their order, what they use, and what is set beside them."""

    urgent_words: tuple[str, ...] = URGENT_WORDS
    consent: ConsentPolicy = field(default_factory=ConsentPolicy)
    inboxes: Mapping[str, InboxRules] = field(default_factory=dict)

    lists: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Senders by name of a list: numbers, or their beginnings as ``+1514*``."""

    templates: Mapping[str, Texts] = field(default_factory=dict)
    rules: tuple[Rule, ...] = ()
    sending: Sending = field(default_factory=Sending)


@dataclass(frozen=True, slots=True, kw_only=True)
class Names:
    """Who and what there is, by id."""

    people: frozenset[str]
    teams: frozenset[str]
    inboxes: frozenset[str]
    modems: frozenset[str]


def problems_within(book: Rulebook) -> Iterator[Problem]:
    """Tell what is wrong with a rulebook by itself."""
    yield from _twice("rules", (rule.name for rule in book.rules))
    yield from _twice("sending.rules", (rule.name for rule in book.sending.rules))
    yield from _twice("sending.limits", (each.application for each in book.sending.limits))
    for name, inbox in book.inboxes.items():
        yield from problems_of_hours(inbox.hours, key=f"inboxes.{name}.hours")
        for kind, texts in inbox.answers.texts.items():
            yield from _problems_of_texts(f"inboxes.{name}.answers.texts.{kind}", texts)
    for name, texts in book.templates.items():
        yield from _problems_of_texts(f"templates.{name}", texts)
    for number, rule in enumerate(book.rules, start=1):
        key, answer = f"rules.{number}", rule.do.answer
        if answer is not None:
            yield from _missing(f"{key}.do.answer", "template", [answer], book.templates)
        yield from _missing(f"{key}.when.list", "list", rule.when.list, book.lists)


def _problems_of_texts(key: str, texts: Texts) -> Iterator[Problem]:
    for language, text in (("en", texts.en), ("fr", texts.fr)):
        if text and (why := problem_of(text)):
            yield Problem(key=f"{key}.{language}", reason=why)
    if not (texts.en or texts.fr):
        yield Problem(key=key, reason='expected "en", "fr" or both')


def problems_with(book: Rulebook, names: Names) -> Iterator[Problem]:
    """Tell which people, teams, inboxes and modems it names that are not there."""
    yield from _missing("inboxes", "inbox", book.inboxes, names.inboxes)
    for number, rule in enumerate(book.rules, start=1):
        key = f"rules.{number}"
        yield from _missing(f"{key}.when.inbox", "inbox", rule.when.inbox, names.inboxes)
        yield from _missing(f"{key}.when.modem", "modem", rule.when.modem, names.modems)
        if rule.do.assign is not None:
            yield from _unknown_target(f"{key}.do.assign", rule.do.assign, names)
        for target in rule.do.forward:
            yield from _unknown_target(f"{key}.do.forward", target, names)
    for number, sender in enumerate(book.sending.rules, start=1):
        key = f"sending.rules.{number}"
        yield from _missing(f"{key}.modem", "modem", [sender.modem], names.modems)
        yield from _missing(f"{key}.inbox", "inbox", sender.inbox, names.inboxes)


def _unknown_target(key: str, target: Target, names: Names) -> Iterator[Problem]:
    if target.kind is TargetKind.PERSON:
        yield from _missing(key, "person", [target.name], names.people)
    elif target.kind is TargetKind.TEAM:
        yield from _missing(key, "team", [target.name], names.teams)


def _missing(key: str, what: str, wanted: Iterable[str], there: Iterable[str]) -> Iterator[Problem]:
    known = sorted(there)
    for name in wanted:
        if name not in known:
            hint = f"there are {', '.join(known)}" if known else "there is none at all"
            yield Problem(key=key, reason=f"there is no {what} {name!r}; {hint}")


def _twice(key: str, names: Iterable[str]) -> Iterator[Problem]:
    for name, count in Counter(names).items():
        if count > 1:
            yield Problem(key=key, reason=f"{name!r} is there {count} times")

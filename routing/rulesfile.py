"""The rules file: text to a rulebook or to everything that is wrong with it, and back exactly.

Owns the shape of the document, which is the API's as well. Must not open a file.
"""

import dataclasses
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from config.schema import Language
from routing import notation
from routing.answers import AnswerKind, AnswerPolicy
from routing.consent import ConsentPolicy, QuietHours
from routing.hours import Closure, Hours, Opening
from routing.layout import write
from routing.model import (
    ContactIs,
    Do,
    HoursAre,
    Kind,
    Priority,
    Problem,
    Rule,
    Target,
    Texts,
    Then,
    When,
)
from routing.notation import Reader, as_plain, choice, several
from routing.reading import Reading, TableReader
from routing.rulebook import InboxRules, Rulebook, problems_within
from routing.senders import ApplicationLimit, Sending, SendRule

_WHEN: Mapping[str, Reader] = {
    "inbox": several(notation.name),
    "modem": several(notation.name),
    "kind": several(choice(Kind)),
    "sender": several(notation.sender),
    "list": several(notation.name),
    "contact": choice(ContactIs),
    "tag": several(notation.name),
    "first_message": notation.flag,
    "language": choice(Language),
    "hours": choice(HoursAre),
    "holiday": notation.flag,
    "words": several(notation.words),
    "pattern": several(notation.pattern),
}
_DO: Mapping[str, Reader] = {
    "assign": notation.target,
    "tag": several(notation.name),
    "priority": choice(Priority),
    "answer": notation.name,
    "forward": several(notation.target),
    "email": several(notation.email),
    "webhook": several(notation.url),
    "urgent": notation.flag,
    "close": notation.flag,
    "block": notation.flag,
    "hold": notation.flag,
}
_SEND_RULE: Mapping[str, Reader] = {
    "name": notation.name,
    "modem": notation.name,
    "prefix": several(notation.sender),
    "country": several(notation.country),
    "inbox": several(notation.name),
    "begin": notation.time_of_day,
    "end": notation.time_of_day,
}
_LIMIT: Mapping[str, Reader] = {
    "application": notation.name,
    "per_hour": notation.count,
    "per_day": notation.count,
}


_CONSENT: Mapping[str, Reader] = {
    "cancel_window": notation.duration,
    "staff_may_answer_opted_out": notation.flag,
    "quiet_hours": notation.quiet_hours,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadRules:
    """A rulebook, or None and what is wrong, each with the key that it stands at."""

    book: Rulebook | None
    problems: tuple[Problem, ...]


def parse(text: str) -> ReadRules:
    """Read the file's text."""
    try:
        document = tomllib.loads(text)
    except (ValueError, RecursionError) as error:
        # A number of very many digits is a bare ValueError; nesting without end a RecursionError.
        why = str(error) if isinstance(error, ValueError) else "it is nested too deeply"
        return ReadRules(book=None, problems=(Problem(key="the file", reason=f"not TOML: {why}"),))
    return from_document(document)


def from_document(document: Mapping[str, Any]) -> ReadRules:
    """Read a document, as TOML or JSON gives one."""
    reading = Reading()
    read = reading.table("", document, _keys(reading))
    if not reading.problems:
        book = Rulebook(**read)
        reading.problems += problems_within(book)
        if not reading.problems:
            return ReadRules(book=book, problems=())
    return ReadRules(book=None, problems=tuple(reading.problems))


def serialise(book: Rulebook) -> str:
    """Write a rulebook so that :func:`parse` gives it back; what is as by default is left out."""
    return write(to_document(book))


def to_document(book: Rulebook) -> dict[str, Any]:
    """Write a rulebook as a document."""
    return {name: _plain(value) for name, value in _set(book)}


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {str(name): _plain(each) for name, each in value.items()}
    if isinstance(value, tuple):
        return [_plain(each) for each in value]
    if dataclasses.is_dataclass(value) and not isinstance(value, Target | QuietHours):
        tables = ((name, _plain(each)) for name, each in _set(value))
        return {name: table for name, table in tables if table != {}}
    return as_plain(value)


def _set(value: Any) -> Iterator[tuple[str, Any]]:
    """Give the fields of a value that are not as by default."""
    for item in dataclasses.fields(value):
        default = item.default
        if item.default_factory is not dataclasses.MISSING:
            default = item.default_factory()
        if (found := getattr(value, item.name)) != default:
            yield item.name, found


def _keys(reading: Reading) -> Mapping[str, TableReader]:
    """Give what a document may hold, in the order in which it is written."""
    texts = reading.made(Texts, {"en": notation.text, "fr": notation.text})
    dated = {"first": reading.value(notation.day), "last": reading.value(notation.day)}
    return {
        "urgent_words": reading.value(several(notation.words)),
        "consent": reading.made(ConsentPolicy, _CONSENT),
        "inboxes": reading.named(_inbox(reading, texts, dated)),
        "templates": reading.named(texts),
        "lists": reading.named(reading.value(several(notation.sender))),
        "rules": reading.every(
            reading.tables(
                Rule,
                {
                    "name": reading.value(notation.name),
                    "then": reading.value(choice(Then)),
                    "enabled": reading.value(notation.flag),
                    "when": reading.made(When, _WHEN),
                    "do": reading.made(Do, _DO),
                },
            )
        ),
        "sending": reading.tables(
            Sending,
            {
                "sticky": reading.value(notation.flag),
                "deny": reading.value(several(notation.sender)),
                "allow_premium": reading.value(several(notation.sender)),
                "allow_countries": reading.value(several(notation.country_or_all)),
                "rules": reading.every(reading.made(SendRule, _SEND_RULE)),
                "limits": reading.every(reading.made(ApplicationLimit, _LIMIT)),
            },
        ),
    }


def _inbox(reading: Reading, texts: TableReader, dated: Mapping[str, TableReader]) -> TableReader:
    times = {"times": reading.value(notation.text)}
    hours = {
        "weekly": reading.value(notation.text),
        "worked_holidays": reading.value(several(notation.name)),
        "closures": reading.every(reading.tables(Closure, {**dated, "text": texts})),
        "openings": reading.every(reading.tables(Opening, {**dated, **times, "text": texts})),
    }
    answers = {
        "texts": reading.named(texts, name=choice(AnswerKind)),
        "every": reading.value(notation.duration),
        "open_every": reading.value(notation.duration),
        "after_person": reading.value(notation.duration),
        "daily_cap": reading.value(notation.count),
    }
    return reading.tables(
        InboxRules,
        {
            "hours": reading.tables(Hours, hours),
            "both_languages": reading.value(notation.flag),
            "answers": reading.tables(AnswerPolicy, answers),
        },
    )

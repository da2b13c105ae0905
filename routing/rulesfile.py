"""The rules file: text to a rulebook or to everything that is wrong with it, and back exactly.

Owns the shape of the document, which is the API's as well. Must not open a file.
"""

import dataclasses
import difflib
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from config.schema import Language
from config.values import UnfitError
from routing import notation
from routing.layout import write
from routing.model import (
    ContactIs,
    Do,
    HoursAre,
    Kind,
    Priority,
    Problem,
    Rule,
    Texts,
    Then,
    When,
)
from routing.notation import Reader, as_plain, choice, several
from routing.rulebook import Rulebook, problems_within
from routing.senders import ApplicationLimit, Sending, SendRule

MOST_RULES = 500

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
    reading = _Reading()
    book = Rulebook(**reading.table("", document, reading.book_readers()))
    problems = reading.problems or [*problems_within(book)]
    return ReadRules(book=None if problems else book, problems=tuple(problems))


def serialise(book: Rulebook) -> str:
    """Write a rulebook so that :func:`parse` gives it back; what is as by default is left out."""
    return write(to_document(book))


def to_document(book: Rulebook) -> dict[str, Any]:
    """Write a rulebook as a document."""
    sending = {
        **_plain_table(book.sending, leave_out=("rules", "limits")),
        "rules": [_plain_table(rule) for rule in book.sending.rules],
        "limits": [_plain_table(limit) for limit in book.sending.limits],
    }
    document = {
        "lists": {name: list(of) for name, of in book.lists.items()},
        "templates": {name: _plain_table(texts) for name, texts in book.templates.items()},
        "rules": [_plain_rule(rule) for rule in book.rules],
        "sending": {key: value for key, value in sending.items() if value != []},
    }
    return {key: value for key, value in document.items() if value}


def _plain_rule(rule: Rule) -> dict[str, Any]:
    tables = {"when": _plain_table(rule.when), "do": _plain_table(rule.do)}
    return {
        **_plain_table(rule, leave_out=("when", "do")),
        **{name: table for name, table in tables.items() if table},
    }


def _plain_table(value: Any, *, leave_out: tuple[str, ...] = ()) -> dict[str, Any]:
    return {
        item.name: as_plain(found)
        for item in dataclasses.fields(value)
        if item.name not in leave_out and (found := getattr(value, item.name)) != item.default
    }


_TableReader = Callable[[str, object], Any]
"""Takes the key and what stands there, and gives a value, or :data:`_NOTHING` after a problem."""

_NOTHING = object()


@dataclass(slots=True)
class _Reading:
    """One walk over a document, and the problems that it met."""

    problems: list[Problem] = field(default_factory=list)

    def book_readers(self) -> Mapping[str, _TableReader]:
        return {
            "lists": self._named(self._value(several(notation.sender))),
            "templates": self._named(self._made(Texts, dict.fromkeys(("en", "fr"), notation.text))),
            "rules": self._all(self._rule),
            "sending": self._sending,
        }

    def table(self, key: str, found: object, readers: Mapping[str, _TableReader]) -> dict[str, Any]:
        """Read the keys of a table; what is wrong is left out, and noted."""
        if not isinstance(found, Mapping):
            self._problem(key, "expected a table")
            return {}
        read = {}
        for name, value in found.items():
            here = f"{key}.{name}" if key else name
            if name not in readers:
                near = difflib.get_close_matches(name, readers, n=1)
                hint = f"did you mean {near[0]}?" if near else f"there are {', '.join(readers)}"
                self._problem(here, f"there is no such key; {hint}")
                continue
            read[name] = readers[name](here, value)
        return {name: value for name, value in read.items() if value is not _NOTHING}

    def _rule(self, key: str, found: object) -> object:
        readers = {
            "name": self._value(notation.name),
            "then": self._value(choice(Then)),
            "enabled": self._value(notation.flag),
            "when": self._made(When, _WHEN),
            "do": self._made(Do, _DO),
        }
        read = {"when": When(), "do": Do(), **self.table(key, found, readers)}
        return self._make(Rule, key, read)

    def _sending(self, key: str, found: object) -> object:
        readers = {
            "sticky": self._value(notation.flag),
            "deny": self._value(several(notation.sender)),
            "allow_premium": self._value(several(notation.sender)),
            "allow_countries": self._value(several(notation.country_or_all)),
            "rules": self._all(self._made(SendRule, _SEND_RULE)),
            "limits": self._all(self._made(ApplicationLimit, _LIMIT)),
        }
        return self._make(Sending, key, self.table(key, found, readers))

    def _made(self, kind: type, readers: Mapping[str, Reader]) -> _TableReader:
        values = {name: self._value(read) for name, read in readers.items()}
        return lambda key, found: self._make(kind, key, self.table(key, found, values))

    def _make(self, kind: type, key: str, read: dict[str, Any]) -> object:
        for item in dataclasses.fields(kind):
            needed = item.default is dataclasses.MISSING
            if needed and item.name not in read:
                if not any(each.key.startswith(f"{key}.{item.name}") for each in self.problems):
                    self._problem(f"{key}.{item.name}", "it is missing")
                return _NOTHING
        return kind(**read)

    def _value(self, read: Reader) -> _TableReader:
        def value(key: str, found: object) -> object:
            try:
                return read(found)
            except UnfitError as unfit:
                self._problem(key, str(unfit))
                return _NOTHING

        return value

    def _named(self, read: _TableReader) -> _TableReader:
        def tables(key: str, found: object) -> object:
            if not isinstance(found, Mapping):
                self._problem(key, "expected a table")
                return _NOTHING
            for name in found:
                self._value(notation.name)(f"{key}.{name}", name)
            return {name: read(f"{key}.{name}", value) for name, value in found.items()}

        return tables

    def _all(self, read: _TableReader) -> _TableReader:
        def several_tables(key: str, found: object) -> object:
            if not isinstance(found, list) or len(found) > MOST_RULES:
                self._problem(key, f"expected at most {MOST_RULES} [[{key}]] tables")
                return _NOTHING
            return tuple(
                read(f"{key}.{number}", each) for number, each in enumerate(found, start=1)
            )

        return several_tables

    def _problem(self, key: str, reason: str) -> None:
        self.problems.append(Problem(key=key, reason=reason))

"""How single values of the rules file are written, and what was expected where one is not.

Owns the notations. Must not know which key a value stands at.
"""

import re
from collections.abc import Callable
from datetime import date, time, timedelta
from enum import StrEnum
from typing import Any, TypeVar

from config.values import UnfitError, format_duration, parse_duration
from routing.consent import QuietHours
from routing.folding import words_of
from routing.glob import MOST_CHARACTERS as MOST_PATTERN
from routing.model import Target, TargetKind

Reader = Callable[[object], Any]
"""Takes what TOML or JSON held; raises :class:`config.values.UnfitError` for what it cannot be."""

_MOST_VALUES = 1000
_MOST_CHARACTERS = 1000
_MOST_NAME = 60
_SENDER = re.compile(r"[^*\s][^*]{0,31}\*?|\+\*")
_MOST_DURATION = timedelta(days=366)
# What people have: no quotes, no comments, no brackets, so that it is one address in a header.
_ATOM = r"[\w!#$%&'*+/=?^`{|}~-]{1,64}"
_EMAIL = re.compile(
    rf"{_ATOM}(\.{_ATOM}){{0,8}}@([A-Za-z0-9-]{{1,63}}\.){{1,8}}[A-Za-z]{{2,63}}", re.ASCII
)
_URL = re.compile(r"https?://[^\s/]+(/\S*)?")
_COUNTRY = re.compile(r"[A-Z]{2}")
_TIME = re.compile(r"([01][0-9]|2[0-3]):([0-5][0-9])")

Choice = TypeVar("Choice", bound=StrEnum)


def text(value: object) -> str:
    """Read a string of bounded length that UTF-8 can write."""
    if not isinstance(value, str):
        raise UnfitError("expected text in quotes")
    if len(value) > _MOST_CHARACTERS:
        raise UnfitError(f"expected at most {_MOST_CHARACTERS} characters")
    try:
        value.encode()
    except UnicodeEncodeError:
        raise UnfitError("expected text without halves of characters") from None
    return value


def name(value: object) -> str:
    """Read a name in one line."""
    expected = f"expected a name of at most {_MOST_NAME} characters in one line"
    found = text(value)
    if not found.strip() or found != found.strip() or len(found) > _MOST_NAME:
        raise UnfitError(f"{expected}, without spaces around it")
    if not found.isprintable():
        raise UnfitError(expected)
    return found


def flag(value: object) -> bool:
    """Read true or false."""
    if not isinstance(value, bool):
        raise UnfitError("expected true or false, without quotes")
    return value


def count(value: object) -> int:
    """Read how many."""
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= 10**6:
        raise UnfitError("expected a whole number from 0 to 1000000, without quotes")
    return value


def several(read: Reader) -> Reader:
    """Read a list of values; one alone needs no brackets."""

    def values(value: object) -> tuple[Any, ...]:
        found = value if isinstance(value, list) else [value]
        if len(found) > _MOST_VALUES:
            raise UnfitError(f"expected at most {_MOST_VALUES} values")
        return tuple(read(each) for each in found)

    return values


def choice(kind: type[Choice]) -> Reader:
    """Read one of a few words."""
    expected = "expected " + " or ".join(f'"{member.value}"' for member in kind)

    def read(value: object) -> Choice:
        try:
            return kind(text(value))
        except ValueError:
            raise UnfitError(expected) from None

    return read


def sender(value: object) -> str:
    """Read a sender's number or name, or its beginning with a star."""
    found = text(value)
    if not _SENDER.fullmatch(found):
        raise UnfitError('expected a number such as "+15145550123" or its beginning, "+1514*"')
    return found


def words(value: object) -> str:
    """Read a word, or several that stand together."""
    found = text(value)
    if not words_of(found):
        raise UnfitError("expected a word or several, of letters and digits")
    return found


def pattern(value: object) -> str:
    """Read a pattern with ``*`` and ``?``."""
    found = text(value)
    if not 0 < len(found) <= MOST_PATTERN:
        raise UnfitError(f"expected a pattern of 1 to {MOST_PATTERN} characters")
    return found


def target(value: object) -> Target:
    """Read whom something is given to: ``person:lea``, ``team:shop``, ``on_duty``, ``on_call``."""
    kind, colon, whom = text(value).partition(":")
    named = kind in {TargetKind.PERSON, TargetKind.TEAM}
    if kind not in set(TargetKind) or named is not bool(whom) or named is not bool(colon):
        raise UnfitError('expected "person:NAME", "team:NAME", "on_duty" or "on_call"')
    return Target(kind=TargetKind(kind), name=whom)


def email(value: object) -> str:
    """Read an address of e-mail."""
    found = text(value)
    if not _EMAIL.fullmatch(found):
        raise UnfitError('expected an address such as "boss@shop.example"')
    return found


def url(value: object) -> str:
    """Read where a webhook goes."""
    found = text(value)
    if not _URL.fullmatch(found):
        raise UnfitError('expected an address such as "https://shop.example/hook"')
    return found


def country(value: object) -> str:
    """Read a country's two letters."""
    found = text(value)
    if not _COUNTRY.fullmatch(found):
        raise UnfitError('expected a country of ISO 3166 such as "CA"')
    return found


def country_or_all(value: object) -> str:
    """Read a country, or ``*`` for all."""
    return "*" if value == "*" else country(value)


def time_of_day(value: object) -> time:
    """Read hours and minutes."""
    match = _TIME.fullmatch(text(value))
    if match is None:
        raise UnfitError('expected a time of day such as "09:00" or "22:30"')
    return time(int(match[1]), int(match[2]))


def day(value: object) -> date:
    """Read a date; TOML has dates of its own, JSON does not."""
    if type(value) is date:
        return value
    try:
        return date.fromisoformat(text(value))
    except ValueError:
        raise UnfitError('expected a date such as "2027-06-24"') from None


def duration(value: object) -> timedelta:
    """Read a duration, as the configuration file has them, of at most a year."""
    found = parse_duration(text(value))
    if found > _MOST_DURATION:
        raise UnfitError("expected a duration of at most a year")
    return found


def quiet_hours(value: object) -> QuietHours | None:
    """Read from when to when, or ``off``."""
    if value == "off":
        return None
    begin, _, end = text(value).partition("-")
    try:
        return QuietHours(begin=time_of_day(begin), end=time_of_day(end))
    except UnfitError:
        raise UnfitError('expected times such as "21:00-08:00", or "off"') from None


def as_plain(value: object) -> Any:
    """Write a value as TOML and JSON have it, so that its reader reads the same."""
    match value:
        case StrEnum() | Target():
            return str(value)
        case time():
            return f"{value:%H:%M}"
        case date():
            return value.isoformat()
        case timedelta():
            return format_duration(value)
        case QuietHours():
            return f"{value.begin:%H:%M}-{value.end:%H:%M}"
        case None:
            return "off"
        case tuple():
            return [as_plain(each) for each in value]
        case _:
            return value

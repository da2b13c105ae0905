"""Whom a note names by ``@name``: found as people write it, or not at all. Pure.

A name stands for somebody where it is one person's alone: what they log in by, all that they are
called, or the first word of that; and for a team where it is all that the team is called. Nothing
is guessed: what several have, or nobody, is text.
"""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from routing.folding import words_of

# An @ after a letter or a digit is an e-mail address's.
_AT = re.compile(r"(?<!\w)@(?=[^\W_])")
# Letters and digits, each with the accents that may stand after it.
_WORD = re.compile(r"(?:[^\W_][\u0300-\u036f]*)+")
# What may stand between two words of one name. Of two such signs the second is not the name's.
_BETWEEN = re.compile(r"[\s._'’-](?=[^\W_])")
# A word that goes on so is part of a longer name: "@Marie-Claude" is not Marie.
_GOES_ON = re.compile(r"[._-][^\W_]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Nameable:
    """Somebody who can be named: what they are called, and what they log in by.

    Of a team it is what it is called, and its name; the first word of that is not enough, and
    ``more`` are words that stand for it too.
    """

    id: str
    called: str
    login: str
    is_team: bool = False
    more: Sequence[str] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """Who is named, and where: from the @ up to the end of the name, in characters."""

    id: str
    start: int
    stop: int


def named_in(text: str, people: Collection[Nameable]) -> list[Named]:
    """Find who is named in a text, in its order: the longest name that stands there, if any."""
    owners = _owners(people)
    most = max(map(len, owners), default=0)
    found = (_at(text, at.end(), owners, most) for at in _AT.finditer(text))
    return [each for each in found if each is not None]


def _owners(people: Collection[Nameable]) -> Mapping[tuple[str, ...], set[str]]:
    """Give whose each name is, by its words."""
    owners: dict[tuple[str, ...], set[str]] = {}
    for person in people:
        shorter = person.more if person.is_team else [person.called.partition(" ")[0]]
        for name in map(words_of, (person.called, person.login, *shorter)):
            if name:
                owners.setdefault(name, set()).add(person.id)
    return owners


def _at(
    text: str, start: int, owners: Mapping[tuple[str, ...], set[str]], most: int
) -> Named | None:
    for words, stop in reversed(_beginnings(text, start, most)):
        if words in owners and not _GOES_ON.match(text, stop):
            whose = [*owners[words]]
            return Named(id=whose[0], start=start - 1, stop=stop) if len(whose) == 1 else None
    return None


def _beginnings(text: str, start: int, most: int) -> Sequence[tuple[tuple[str, ...], int]]:
    """Give the first word that stands there, the first two, and so on, each with its end."""
    found: list[tuple[tuple[str, ...], int]] = []
    words: tuple[str, ...] = ()
    while len(words) < most and (word := _WORD.match(text, start)):
        words += words_of(word.group())
        found.append((words, word.end()))
        between = _BETWEEN.match(text, word.end())
        if between is None:
            break
        start = between.end()
    return found

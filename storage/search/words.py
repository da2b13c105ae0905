"""Owns the reading of what people type to search: words, phrases, and the word being typed.

Any text is a search; one without a letter or a digit looks for nothing. Knows no index.
"""

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

_QUOTES = frozenset('"\u201c\u201d\u201e\u00ab\u00bb')
_ANY_ENDING = "*"
_SHORTEST_BEGINNING = 2
_LIGATURES = (("oe", "œ"), ("ae", "æ"))


@dataclass(frozen=True, slots=True)
class Phrase:
    """Words in a row. ``begins``: the last of them may be the beginning of a longer one."""

    text: str
    begins: bool = False

    @property
    def spellings(self) -> tuple[str, ...]:
        """Give all ways to write it that no index takes for one: cœur, coeur."""
        found = [self.text]
        for apart, joined in _LIGATURES:
            found += [one.replace(apart, joined) for one in found if apart in one]
            found += [one.replace(joined, apart) for one in found if joined in one]
        return tuple(dict.fromkeys(found))

    @property
    def is_digits(self) -> bool:
        """Whether it may be a part of a number."""
        return self.text.isascii() and self.text.isdecimal()


def parse(q: str) -> tuple[Phrase, ...]:
    """Read what is looked for; all of it must be found. Empty: there is nothing to look for.

    Words between quotation marks stand in this order, side by side. A word that ends in ``*`` is a
    beginning, and so is the last one while it is being typed, from two letters on.
    """
    found: list[Phrase] = []
    chunks = list(_chunks(q))
    for place, (text, quoted) in enumerate(chunks):
        last = place == len(chunks) - 1
        typing = last and not q[-1:].isspace() and q[-1:] not in _QUOTES
        begins = typing or (not quoted and text.endswith(_ANY_ENDING))
        length = _last_word_length(text)
        if last and begins and length < _SHORTEST_BEGINNING and found and not quoted:
            break  # the first letter of a word to come: as good as nothing yet
        found.append(Phrase(text.lower(), begins and length >= _SHORTEST_BEGINNING))
    return tuple(dict.fromkeys(found))


def _chunks(q: str) -> Iterator[tuple[str, bool]]:
    """Cut it at blanks, or where a quotation begins and ends; leave out what has no word in it."""
    quoted, chunk = False, ""
    for character in (*map(_plain, q), None):
        if character is not None and character not in _QUOTES and (quoted or character != " "):
            chunk += character
            continue
        if any(map(_is_of_word, chunk)):
            yield chunk.strip(), quoted
        chunk = ""
        if character in _QUOTES:
            quoted = not quoted


def _plain(character: str) -> str:
    """Make a blank of whatever is no text: controls, marks of direction, halves of pairs."""
    return " " if character.isspace() or unicodedata.category(character)[0] == "C" else character


def _is_of_word(character: str) -> bool:
    return unicodedata.category(character)[0] in "LN"


def _last_word_length(text: str) -> int:
    words = "".join(c if _is_of_word(c) else " " for c in text).split()
    return len(words[-1])

"""Patterns with ``*`` and ``?``, matched in one pass however hostile the text is.

All partial matches are carried along at once as the bits of one number, so each character of the
text costs one step, and nothing is ever tried again.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

MOST_CHARACTERS = 100


@dataclass(frozen=True, slots=True)
class Glob:
    """A compiled pattern. Bit n of a number stands for: the first n characters are matched."""

    letters: Mapping[str, int]
    """For each character, after which bits it leads on by one."""

    any_letter: int
    """The same for ``?``."""

    stays: int
    """The bits at which a ``*`` lets any character pass."""

    goal: int

    def matches(self, text: str) -> bool:
        """Whether the whole text fits."""
        reached = 1
        for letter in text:
            steps = self.letters.get(letter, 0) | self.any_letter
            reached = (reached & steps) << 1 | (reached & self.stays)
            if not reached:
                return False
        return bool(reached & self.goal)


@lru_cache(maxsize=4096)
def glob(pattern: str) -> Glob:
    """Compile a pattern of at most :data:`MOST_CHARACTERS`."""
    letters: dict[str, int] = {}
    any_letter, stays, bit = 0, 0, 1
    for letter in pattern[:MOST_CHARACTERS]:
        if letter == "*":
            stays |= bit
            continue
        if letter == "?":
            any_letter |= bit
        else:
            letters[letter] = letters.get(letter, 0) | bit
        bit <<= 1
    return Glob(letters, any_letter, stays, bit)

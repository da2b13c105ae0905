"""Owns what is shown of a text that was found: a piece of it, and where in it the words stand."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from storage.search.match import CLOSES, OPENS

LENGTH = 160
"""How many characters are shown at most, the ellipses not counted."""

_BEFORE = 40
_ELLIPSIS = "…"


@dataclass(frozen=True, slots=True)
class Snippet:
    """A piece of a text; ``ranges`` count its characters (code points), their ends not included."""

    text: str
    ranges: tuple[tuple[int, int], ...]


def cut(marked: str) -> Snippet:
    """Cut a marked text to the piece around the first thing found."""
    text, ranges = _unmark(marked)
    start = 0
    if len(text) > LENGTH and ranges:
        start = _at_word(text, max(0, min(ranges[0][0] - _BEFORE, len(text) - LENGTH)))
    end = min(len(text), start + LENGTH)
    before = _ELLIPSIS if start else ""
    shift = len(before) - start
    seen = ((max(start, one), min(end, other)) for one, other in ranges)
    return Snippet(
        before + text[start:end] + (_ELLIPSIS if end < len(text) else ""),
        tuple((one + shift, other + shift) for one, other in seen if one < other),
    )


def _unmark(marked: str) -> tuple[str, list[tuple[int, int]]]:
    text: list[str] = []
    ranges: list[tuple[int, int]] = []
    opened = 0
    for character in marked:
        if character == OPENS:
            opened = len(text)
        elif character == CLOSES:
            ranges.append((opened, len(text)))
        else:
            text.append(character)
    return "".join(text), [(one, other) for one, other in ranges if one < other]


def _at_word(text: str, start: int) -> int:
    """Move on to the next beginning of a word, if it is near."""
    blank = text.find(" ", start, start + _BEFORE // 2)
    return start if start == 0 or blank < 0 else blank + 1


def in_numbers(numbers: Sequence[str], wanted: Collection[str]) -> tuple[str, Snippet]:
    """Choose the number that has some of the wanted digits in it, else the first; and show it."""
    for number in numbers:
        for digits in wanted:
            if (start := number.find(digits)) >= 0:
                return number, Snippet(number, ((start, start + len(digits)),))
    first = next(iter(numbers), "")
    return first, Snippet(first, ())

"""Reads an amount of money out of an operator's sentence. Pure, total, linear in the text.

Owns what a number looks like (1,234.56 or 1 234,56) and the pattern that says which one is meant:
`{amount}` stands where it is, `*` for anything, all else for itself. No regular expression of a
user's is ever run.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

PLACE = "{amount}"
ANY = "*"
LONGEST_TEXT = 2000

_NUMBER = re.compile(
    r"(?<![0-9.,])-?(?:"
    r"[1-9][0-9]{0,2}(?:[ '.,][0-9]{3}){1,3}(?:[.,][0-9]{1,2})?(?![.,]?[0-9])"
    r"|[0-9]{1,12}(?:[.,][0-9]{1,6})?(?![.,]?[0-9]))"
)
_GROUPED = re.compile(r"-?[1-9][0-9]{0,2}(?:[ '.,][0-9]{3})+")
_BLANKS = re.compile(r"\s+")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Found:
    start: int
    end: int
    written: str


def find_amount(text: str, pattern: str | None = None) -> Decimal | None:
    """Give the amount where the pattern says; None where there is none.

    Without a pattern it is the first number that has cents, else the only number there is.
    """
    line = _normal(text[:LONGEST_TEXT])
    numbers = list(_numbers(line))
    if pattern is None:
        chosen = next((one for one in numbers if _has_cents(one.written)), None)
        if chosen is None and len(numbers) == 1:
            chosen = numbers[0]
    else:
        before, _, after = _normal(pattern).partition(PLACE)
        chosen = next(
            (
                one
                for one in numbers
                if _ends_so(line[: one.start], before) and _begins_so(line[one.end :], after)
            ),
            None,
        )
    return None if chosen is None else _value(chosen.written)


def _normal(text: str) -> str:
    """Fold case and runs of blanks: operators are not careful about either."""
    return _BLANKS.sub(" ", text).casefold()


def _numbers(line: str) -> Iterator[_Found]:
    for match in _NUMBER.finditer(line):
        yield _Found(start=match.start(), end=match.end(), written=match[0])


def _ends_so(head: str, pattern: str) -> bool:
    """Whether what stands before the number fits; what stands before that does not matter."""
    *earlier, last = pattern.split(ANY)
    last = last.rstrip()
    head = head.rstrip()
    if not head.endswith(last):
        return False
    return _in_order(head[: len(head) - len(last)], earlier)


def _begins_so(tail: str, pattern: str) -> bool:
    first, *later = pattern.split(ANY)
    first = first.lstrip()
    tail = tail.lstrip()
    if not tail.startswith(first.rstrip()):
        return False
    return _in_order(tail[len(first.rstrip()) :], later)


def _in_order(text: str, pieces: list[str]) -> bool:
    """Whether the pieces stand in the text one after another; the leftmost place is the best."""
    position = 0
    for piece in pieces:
        found = text.find(piece.strip(), position)
        if found < 0:
            return False
        position = found + len(piece.strip())
    return True


def _has_cents(written: str) -> bool:
    return not _GROUPED.fullmatch(written) and any(mark in written for mark in ".,")


def _value(written: str) -> Decimal:
    """Read a number; three digits after its only mark are thousands, else they are decimals."""
    whole, decimals = written, ""
    if not _GROUPED.fullmatch(written):
        mark = max(written.rfind("."), written.rfind(","))
        if mark >= 0:
            whole, decimals = written[:mark], written[mark + 1 :]
    digits = re.sub("[ '.,]", "", whole)
    return Decimal(f"{digits}.{decimals or 0}")

"""The numbers that one parameter holds, as programs write them.

A plus that nobody escaped arrives as a blank (the form encoding's meaning of ``+``). So a blank
before the first number is a plus; where there is one, a blank before a further number is one too.
"""

import re

_COMMAS = re.compile(r"[,;]")


def by_commas(written: str) -> list[str]:
    """Read a list whose separator is a comma: ``+15145550123,+15145550124``."""
    pieces = [piece for piece in _COMMAS.split(written) if piece.strip()]
    if not pieces or not pieces[0].startswith(" "):
        return [piece.strip() for piece in pieces]
    return [_with_plus(piece) if piece.startswith(" ") else piece.strip() for piece in pieces]


def by_blanks(written: str) -> list[str]:
    """Read a list whose separator is a blank: ``+15145550123 +15145550124``."""
    numbers = written.split()
    if written.startswith(" ") and numbers:
        # The plus of each further number was lost in the same way: two blanks stand before it.
        lost = {0} | {
            place + 1
            for place, gap in enumerate(re.findall(r"(?<=\S)\s+(?=\S)", written))
            if len(gap) > 1
        }
        return [_with_plus(one) if place in lost else one for place, one in enumerate(numbers)]
    return numbers


def _with_plus(piece: str) -> str:
    number = piece.strip()
    return number if number.startswith("+") else f"+{number}"

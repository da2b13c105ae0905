# ruff: noqa: RUF001 - the table is the characters themselves
"""What may stand for a character that is not in GSM 7-bit, so that a text stays cheap.

Owns the suggestions only; nothing is replaced unasked.
"""

import unicodedata
from collections.abc import Mapping
from functools import lru_cache

from modem.pdu.gsm7 import septets_of

_STAND_FOR: Mapping[str, str] = {
    "'": "‘’‚‛′‵‹›`´ʼʻ",
    '"': "“”„‟″«»",
    "-": "‐‑‒–—―−•‣·",
    "oe": "œ",
    "OE": "Œ",
    "SS": "ẞ",
    "d": "ðđ",
    "D": "ÐĐ",
    "h": "ħ",
    "i": "ı",
    "l": "ł",
    "L": "Ł",
    "th": "þ",
    "TH": "Þ",
    "o": "°",
    "c": "¢",
    "(c)": "©",
    "(r)": "®",
    "u": "µμ",
    "x": "×",
    "/": "÷⁄∕",
    "+-": "±",
    "!=": "≠",
    "<=": "≤",
    ">=": "≥",
    "~": "≈∼",
    "->": "→⇒",
    "<-": "←⇐",
    "|": "¦",
    " ": "\t",
    "\n": "\u0085\u2028\u2029",
    # Greek capitals with the shape of a Latin one, as phones in Greece write them.
    "A": "Α",
    "B": "Β",
    "E": "Ε",
    "Z": "Ζ",
    "H": "ΗĦ",
    "I": "Ι",
    "K": "Κ",
    "M": "Μ",
    "N": "Ν",
    "O": "Ο",
    "P": "Ρ",
    "T": "Τ",
    "Y": "Υ",
    "X": "Χ",
}
_TABLE: Mapping[str, str] = {
    character: stand_in for stand_in, characters in _STAND_FOR.items() for character in characters
}

# Marks that change how the neighbour looks: combining accents, variation selectors.
_MARKS = (range(0x0300, 0x0370), range(0xFE00, 0xFE10))
_INVISIBLE = frozenset({"Cc", "Cf"})


@lru_cache(maxsize=1024)  # a text repeats its characters, and the preview runs while one types
def replacement(character: str) -> str | None:
    """Name GSM 7-bit text that may stand for a character; "" where it may be dropped, or None.

    None is the answer for emoji, other scripts, and all that nothing short can stand for.
    """
    known = _TABLE.get(character)
    if known is not None:
        return known
    if unicodedata.category(character) in _INVISIBLE or _is_mark(character):
        return ""
    composed = unicodedata.normalize("NFKC", character)
    if all(septets_of(piece) is not None for piece in composed):
        return composed
    return _without_accents(character)


def _without_accents(character: str) -> str | None:
    """Take the compatibility decomposition; only a letter may lose a mark ("≠" is no "=")."""
    is_letter = unicodedata.category(character).startswith("L")
    plain: list[str] = []
    for piece in unicodedata.normalize("NFKD", character):
        if _is_mark(piece) and is_letter:
            continue
        known = piece if septets_of(piece) is not None else _TABLE.get(piece)
        if known is None:
            return None
        plain.append(known)
    return "".join(plain)


def _is_mark(character: str) -> bool:
    return any(ord(character) in marks for marks in _MARKS)

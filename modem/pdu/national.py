# ruff: noqa: RUF001 - the tables are the characters themselves
"""National language tables of 23.038 annex A: A.3 locking, A.2 single shift.

All are read. Written are the single shift tables of three languages whose letters are mostly in
the default alphabet: with another's, a text would cost more than as UCS-2.

The tables of the Indian languages share one plan, that of the Unicode blocks they come from: a
code stands for a distance from the block's start. So each is a base, what it leaves out, and the
characters of its own. Where a printed table slips from this plan (Kannada's 0x24, Tamil's and
Telugu's digits in some versions), the plan is followed, as phones do. Owns the tables only; which
one is in force, the header says.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum

from modem.pdu.gsm7 import ALPHABET, ESCAPE, EXTENSION, REPLACEMENT

_TURKISH_LOCKING = (
    "@£$¥€éùıòÇ\nĞğ\rÅå"
    "Δ_ΦΓΛΩΠΨΣΘΞ\x1bŞşßÉ"
    " !\"#¤%&'()*+,-./"
    "0123456789:;<=>?"
    "İABCDEFGHIJKLMNO"
    "PQRSTUVWXYZÄÖÑÜ§"
    "çabcdefghijklmno"
    "pqrstuvwxyzäöñüà"
)
_PORTUGUESE_LOCKING = (
    "@£$¥êéúíóç\nÔô\rÁá"
    "Δ_ªÇÀ∞^\\€Ó|\x1bÂâÊÉ"
    " !\"#º%&'()*+,-./"
    "0123456789:;<=>?"
    "ÍABCDEFGHIJKLMNO"
    "PQRSTUVWXYZÃÕÚÜ§"
    "~abcdefghijklmno"
    "pqrstuvwxyzãõ`üà"
)

_TURKISH_SINGLE = {0x47: "Ğ", 0x49: "İ", 0x53: "Ş", 0x63: "ç", 0x67: "ğ", 0x69: "ı", 0x73: "ş"}
_SPANISH_SINGLE = {0x09: "ç"} | dict(
    zip((0x41, 0x49, 0x4F, 0x55, 0x61, 0x69, 0x6F, 0x75), "ÁÍÓÚáíóú", strict=True)
)
_PORTUGUESE_SINGLE = (
    {0x05: "ê", 0x09: "ç", 0x0B: "Ô", 0x0C: "ô", 0x0E: "Á", 0x0F: "á", 0x1F: "Ê"}
    | dict(zip((0x12, 0x13, 0x15, 0x16, 0x17, 0x18, 0x19), "ΦΓΩΠΨΣΘ", strict=True))
    | dict(zip((0x41, 0x49, 0x4F, 0x55, 0x5B, 0x5C), "ÀÍÓÚÃÕ", strict=True))
    | dict(zip((0x61, 0x69, 0x6F, 0x75, 0x7B, 0x7C, 0x7F), "Âíóúãõâ", strict=True))
)

# Codes 0x00 to 0x5F of an Indian locking table: numbers are distances from the block's start.
_PLAN: tuple[int | str, ...] = (
    *(0x01, 0x02, 0x03, *range(0x05, 0x0C), "\n", 0x0C, 0x0D, "\r", 0x0E, 0x0F),
    *(*range(0x10, 0x1B), "\x1b", *range(0x1B, 0x1F)),
    *(" ", "!", *range(0x1F, 0x25), ")", "(", 0x25, 0x26, ",", 0x27, ".", 0x28),
    *(*"0123456789:;", 0x29, 0x2A, 0x2B, "?"),
    *(*range(0x2C, 0x3A), 0x3C, 0x3D),
    *range(0x3E, 0x4E),
)
_LETTERS = "abcdefghijklmnopqrstuvwxyz"

# Single shift: what all Indian tables have, and the codes that each fills with its own signs.
_COMMON_SINGLE: Mapping[int, str] = (
    dict(enumerate("@£$¥¿\"¤%&'\f*+"))
    | dict(enumerate("-/<=>¡^¡_#*", start=0x0E))
    | dict(enumerate("|" + _LETTERS.upper(), start=0x40))
    | {0x28: "{", 0x29: "}", 0x2F: "\\", 0x3C: "[", 0x3D: "~", 0x3E: "]", 0x65: "€"}
)
_SIGN_CODES = (0x19, 0x1A, *range(0x1C, 0x28), *range(0x2A, 0x2F), *range(0x30, 0x3C), 0x3F)
_DANDAS = "\u0964\u0965"
_DIGITS = bytes(range(0x66, 0x70))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Indian:
    """One language: all numbers are distances from `base`."""

    base: int
    absent: bytes  # letters of the plan that the script has not
    own: bytes  # codes 0x60 and 0x7B to 0x7F of the locking table
    punctuation: str = _DANDAS
    signs: bytes

    def locking(self) -> str:
        plan = "".join(entry if isinstance(entry, str) else self._letter(entry) for entry in _PLAN)
        first, *last = (chr(self.base + distance) for distance in self.own)
        return plan + first + _LETTERS + "".join(last)

    def single(self) -> Mapping[int, str]:
        signs = self.punctuation + "".join(chr(self.base + distance) for distance in self.signs)
        own = dict(zip(_SIGN_CODES, signs, strict=False))
        return dict(_COMMON_SINGLE) | {c: sign for c, sign in own.items() if sign != REPLACEMENT}

    def _letter(self, distance: int) -> str:
        return REPLACEMENT if distance in self.absent else chr(self.base + distance)


_INDIAN: Mapping[int, _Indian] = {
    4: _Indian(  # Bengali and Assamese
        base=0x0980,
        absent=bytes.fromhex("0D0E 1112 29 31333435 4546494A"),
        own=bytes.fromhex("4E 575C5D7071"),
        punctuation="",
        signs=_DIGITS + bytes.fromhex("5F60616263 72737475767778797A"),
    ),
    5: _Indian(  # Gujarati
        base=0x0A80,
        absent=bytes.fromhex("0E 12 29 3134 464A"),
        own=bytes.fromhex("50 6061626371"),
        signs=_DIGITS,
    ),
    6: _Indian(  # Hindi
        base=0x0900,
        absent=b"",
        own=bytes.fromhex("50 727B7C7E7F"),
        signs=_DIGITS + bytes.fromhex("51525354 58595A5B5C5D5E5F60616263 7071"),
    ),
    7: _Indian(  # Kannada
        base=0x0C80,
        absent=bytes.fromhex("010D 11 29 34 4549"),
        own=bytes.fromhex("55 5660616263"),
        signs=_DIGITS + bytes.fromhex("5E7172"),
    ),
    8: _Indian(  # Malayalam
        base=0x0D00,
        absent=bytes.fromhex("010D 11 29 3C 4549"),
        own=bytes.fromhex("57 6061626379"),
        signs=_DIGITS + bytes.fromhex("707172737475 7A7B7C7D7E7F"),
    ),
    9: _Indian(  # Oriya
        base=0x0B00,
        absent=bytes.fromhex("0D0E 1112 29 3134 4546494A"),
        own=bytes.fromhex("56 5760616263"),
        signs=_DIGITS + bytes.fromhex("5C5D5F7071"),
    ),
    10: _Indian(  # Punjabi
        base=0x0A00,
        absent=bytes.fromhex("0B0C0D0E 1112 29 3134373D 43444546494A"),
        own=bytes.fromhex("51 7071727374"),
        signs=_DIGITS + bytes.fromhex("595A5B5C5E75"),
    ),
    11: _Indian(  # Tamil
        base=0x0B80,
        absent=bytes.fromhex("010B0C0D 111617181B1D 202122252627 2B2C2D3C3D 43444549"),
        own=bytes.fromhex("50 5770717279"),
        signs=_DIGITS + bytes.fromhex("737475767778 7A"),
    ),
    12: _Indian(  # Telugu
        base=0x0C00,
        absent=bytes.fromhex("0D 11 29 343C 4549"),
        own=bytes.fromhex("55 5660616263"),
        punctuation=REPLACEMENT * 2,
        signs=_DIGITS + bytes.fromhex("5859 78797A7B7C7D7E7F"),
    ),
}

# Urdu fills the same plan in an order of its own; numbers are distances from U+0600.
_URDU_BASE = 0x0600
_URDU_LETTERS = bytes.fromhex(
    "2722287B807EA62AC27F 797D 7A7C"
    "2B2C8184838586872D2E2F 8C88898A"
    "8F8D30319193 9932 96 98"
    "9A3334"
    "353637383941 42A9AAABAFB3B1444546"
    "BABBBC48C4D5C1BE21CCD0D24D504F57"
)
_URDU_OWN = bytes.fromhex("54 5551535670")
_URDU_SIGNS = bytes.fromhex(
    "0001 F0F1F2F3F4F5F6F7F8F9 0C0D0E0F1011121314 1B1F 405258 6B6C 7273 CD D4"
)


def _urdu_locking() -> str:
    letters = (chr(_URDU_BASE + distance) for distance in _URDU_LETTERS)
    plan = "".join(entry if isinstance(entry, str) else next(letters) for entry in _PLAN)
    first, *last = (chr(_URDU_BASE + distance) for distance in _URDU_OWN)
    return plan + first + _LETTERS + "".join(last)


def _urdu_single() -> Mapping[int, str]:
    signs = (chr(_URDU_BASE + distance) for distance in _URDU_SIGNS)
    return dict(_COMMON_SINGLE) | dict(zip(_SIGN_CODES, signs, strict=True))


_LOCKING: Mapping[int, str] = {
    1: _TURKISH_LOCKING,
    3: _PORTUGUESE_LOCKING,
    **{language: table.locking() for language, table in _INDIAN.items()},
    13: _urdu_locking(),
}
_SINGLE: Mapping[int, Mapping[int, str]] = {
    1: dict(EXTENSION) | _TURKISH_SINGLE,
    2: dict(EXTENSION) | _SPANISH_SINGLE,
    3: dict(EXTENSION) | _PORTUGUESE_SINGLE,
    **{language: table.single() for language, table in _INDIAN.items()},
    13: _urdu_single(),
}


def locking_table(language: int | None) -> str:
    """128 characters by code; the default alphabet for no or an unknown language (§6.2.1.2.3)."""
    return ALPHABET if language is None else _LOCKING.get(language, ALPHABET)


def single_shift_table(language: int | None) -> Mapping[int, str]:
    """Characters by code after an escape; the default extension for an unknown language."""
    return EXTENSION if language is None else _SINGLE.get(language, EXTENSION)


class Shift(IntEnum):
    """A single shift table that texts are written with; its value stands in the header (A.1).

    Each holds the default extension table too, so a character costs the same in all that have it.
    """

    TURKISH = 1
    SPANISH = 2
    PORTUGUESE = 3

    def septets_of(self, character: str) -> bytes | None:
        """Look up the escape and the code of a character of this table, or None."""
        return _WRITTEN[self].get(character)


_WRITTEN: Mapping[Shift, Mapping[str, bytes]] = {
    shift: {character: bytes([ESCAPE, code]) for code, character in _SINGLE[shift].items()}
    for shift in Shift
}

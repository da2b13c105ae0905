"""Text into parts: which encoding, how many parts, and what forces the dearer one.

Owns the cutting: an escape is never split from its character, nor a surrogate pair. The preview
and the encoder share it, so they agree. Knows no addresses.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

from modem.pdu import gsm7
from modem.pdu.dcs import Alphabet, DataCoding
from modem.pdu.errors import PduError
from modem.pdu.replacement import replacement
from modem.pdu.udh import Concatenation, UserDataHeader
from modem.pdu.userdata import (
    MAX_OCTETS,
    MAX_SEPTETS,
    UserData,
    header_octets,
    header_septets,
    of_octets,
    of_septets,
)

MAX_PARTS = 255
_UNIT_OCTETS = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Forced:
    """A character that is not in GSM 7-bit, and what may stand for it: "" drops it, None is none.

    `index` counts code points.
    """

    index: int
    character: str
    replacement: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What sending a text costs. Units are septets for gsm7, UTF-16 code units for ucs2."""

    encoding: Literal["gsm7", "ucs2"]
    parts: int
    units_used: int
    units_left: int
    forced: tuple[Forced, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Cut:
    """Bodies of the parts (septets one an octet, or UTF-16 octets) and what each may hold."""

    alphabet: Alphabet
    bodies: tuple[bytes, ...]
    capacity: int


def plan(text: str) -> Plan:
    """Count what `split` makes with an 8-bit reference, also beyond the 255 parts it refuses.

    `units_left` is what still fits in the last part. Raises PduError("lone_surrogate").
    """
    cut = _cut(text, wide=False)
    gsm7_fits = cut.alphabet is Alphabet.GSM7
    size = 1 if gsm7_fits else _UNIT_OCTETS
    return Plan(
        encoding="gsm7" if gsm7_fits else "ucs2",
        parts=len(cut.bodies),
        units_used=sum(map(len, cut.bodies)) // size,
        units_left=(cut.capacity - len(cut.bodies[-1])) // size,
        forced=() if gsm7_fits else tuple(_forced(text)),
    )


def split(
    text: str, *, reference: int, wide: bool = False, message_class: int | None = None
) -> tuple[UserData, ...]:
    """Cut a text into parts, at least one; a concatenation header only where there are several.

    `reference` has 8 bits, or 16 if `wide`. Raises PduError for lone surrogates, and for more than
    255 parts.
    """
    cut = _cut(text, wide=wide)
    total = len(cut.bodies)
    if total > MAX_PARTS:
        raise PduError("too_many_parts", f"a text has at most {MAX_PARTS} parts, not {total}")
    coding = DataCoding.of(cut.alphabet, message_class)
    write = of_septets if cut.alphabet is Alphabet.GSM7 else of_octets
    if total == 1:
        return (write(cut.bodies[0], coding=coding, header=None),)
    return tuple(
        write(body, coding=coding, header=_numbered(reference, total, number, wide=wide))
        for number, body in enumerate(cut.bodies, start=1)
    )


def _cut(text: str, *, wide: bool) -> _Cut:
    septets = [gsm7.septets_of(character) for character in text]
    pieces = [piece for piece in septets if piece is not None]
    alphabet = Alphabet.GSM7
    if len(pieces) < len(septets):
        alphabet = Alphabet.UCS2
        pieces = [_utf16(character, index) for index, character in enumerate(text)]
    whole = b"".join(pieces)
    sole = _capacity(alphabet, None)
    if len(whole) <= sole:
        return _Cut(alphabet=alphabet, bodies=(whole,), capacity=sole)
    each = _capacity(alphabet, _numbered(0, MAX_PARTS, 1, wide=wide))
    return _Cut(alphabet=alphabet, bodies=tuple(_fill(pieces, each)), capacity=each)


def _fill(pieces: Iterable[bytes], capacity: int) -> Iterator[bytes]:
    body = bytearray()
    for piece in pieces:
        if len(body) + len(piece) > capacity:
            yield bytes(body)
            body.clear()
        body += piece
    yield bytes(body)


def _capacity(alphabet: Alphabet, header: UserDataHeader | None) -> int:
    if alphabet is Alphabet.GSM7:
        return MAX_SEPTETS - header_septets(header)
    return (MAX_OCTETS - header_octets(header)) // _UNIT_OCTETS * _UNIT_OCTETS


def _numbered(reference: int, total: int, number: int, *, wide: bool) -> UserDataHeader:
    part = Concatenation(reference=reference, wide=wide, total=total, number=number)
    return UserDataHeader(elements=(part.element(),))


def _utf16(character: str, index: int) -> bytes:
    try:
        return character.encode("utf-16-be")
    except UnicodeEncodeError as error:
        raise PduError(
            "lone_surrogate", "half of a surrogate pair is no character", offset=index
        ) from error


def _forced(text: str) -> Iterator[Forced]:
    for index, character in enumerate(text):
        if gsm7.septets_of(character) is None:
            yield Forced(index=index, character=character, replacement=replacement(character))

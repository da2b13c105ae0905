"""Text into parts: which encoding, how many parts, and what forces the dearer one.

Owns the cutting: an escape is never split from its character, nor a surrogate pair. The preview
and the encoder share it, so they agree. Knows no addresses, nor which national tables are wanted:
its caller names them, since a phone that does not know them shows other letters.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Literal

from modem.pdu import gsm7
from modem.pdu.dcs import Alphabet, DataCoding
from modem.pdu.errors import PduError
from modem.pdu.national import Shift
from modem.pdu.replacement import replacement
from modem.pdu.udh import Concatenation, Element, Identifier, UserDataHeader
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
    """A character that plain GSM 7-bit lacks, and what may stand for it: "" drops it, None is none.

    `index` counts code points.
    """

    index: int
    character: str
    replacement: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What sending a text costs. Units are septets for gsm7, UTF-16 code units for ucs2.

    `shift` is the national table that a text in gsm7 needs for the characters in `forced`.
    """

    encoding: Literal["gsm7", "ucs2"]
    shift: Shift | None = None
    parts: int
    units_used: int
    units_left: int
    forced: tuple[Forced, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Cut:
    """Bodies of the parts (septets one an octet, or UTF-16 octets) and what each may hold."""

    writing: "_Writing"
    bodies: tuple[bytes, ...]
    capacity: int


@dataclass(frozen=True, slots=True, kw_only=True)
class _Writing:
    """How a text is written: the alphabet, and for GSM 7-bit perhaps a national table beside it."""

    alphabet: Alphabet
    shift: Shift | None = None

    @property
    def elements(self) -> tuple[Element, ...]:
        """What the header of every part says of it (23.040 §9.2.3.24.15)."""
        if self.shift is None:
            return ()
        return (Element(identifier=Identifier.SINGLE_SHIFT, data=bytes([self.shift])),)

    def header(self, part: Concatenation | None) -> UserDataHeader | None:
        """Make the header of one part; the only part of a text has none unless there is a shift."""
        elements = self.elements if part is None else (part.element(), *self.elements)
        return UserDataHeader(elements=elements) if elements else None

    def capacity(self, part: Concatenation | None) -> int:
        """Tell how much a part holds beside its header: septets, or octets of whole units."""
        header = self.header(part)
        if self.alphabet is Alphabet.GSM7:
            return MAX_SEPTETS - header_septets(header)
        return (MAX_OCTETS - header_octets(header)) // _UNIT_OCTETS * _UNIT_OCTETS

    def cut(self, pieces: Sequence[bytes], *, wide: bool) -> _Cut:
        """Fill parts with pieces, none of which may be broken."""
        whole = b"".join(pieces)
        sole = self.capacity(None)
        if len(whole) <= sole:
            return _Cut(writing=self, bodies=(whole,), capacity=sole)
        each = self.capacity(_numbered(0, MAX_PARTS, 1, wide=wide))
        return _Cut(writing=self, bodies=tuple(_fill(pieces, each)), capacity=each)


def plan(text: str, *, shifts: Sequence[Shift] = ()) -> Plan:
    """Count what `split` makes with an 8-bit reference, also beyond the 255 parts it refuses.

    `units_left` is what still fits in the last part in this encoding. Raises
    PduError("lone_surrogate").
    """
    cut = _cut(text, wide=False, shifts=shifts)
    in_septets = cut.writing.alphabet is Alphabet.GSM7
    size = 1 if in_septets else _UNIT_OCTETS
    return Plan(
        encoding="gsm7" if in_septets else "ucs2",
        shift=cut.writing.shift,
        parts=len(cut.bodies),
        units_used=sum(map(len, cut.bodies)) // size,
        units_left=(cut.capacity - len(cut.bodies[-1])) // size,
        forced=tuple(_forced(text)),
    )


def split(
    text: str,
    *,
    reference: int,
    wide: bool = False,
    message_class: int | None = None,
    shifts: Sequence[Shift] = (),
) -> tuple[UserData, ...]:
    """Cut a text into parts, at least one; a concatenation header only where there are several.

    `reference` has 8 bits, or 16 if `wide`. `shifts` are the national tables that may be used, in
    the order of preference. Raises PduError for lone surrogates, and for more than 255 parts.
    """
    cut = _cut(text, wide=wide, shifts=shifts)
    writing, total = cut.writing, len(cut.bodies)
    if total > MAX_PARTS:
        raise PduError("too_many_parts", f"a text has at most {MAX_PARTS} parts, not {total}")
    coding = DataCoding.of(writing.alphabet, message_class)
    write = of_septets if writing.alphabet is Alphabet.GSM7 else of_octets
    if total == 1:
        return (write(cut.bodies[0], coding=coding, header=writing.header(None)),)
    return tuple(
        write(
            body,
            coding=coding,
            header=writing.header(_numbered(reference, total, number, wide=wide)),
        )
        for number, body in enumerate(cut.bodies, start=1)
    )


def _cut(text: str, *, wide: bool, shifts: Sequence[Shift]) -> _Cut:
    """Write it plainly where that is possible; else as UCS-2, unless a shift saves parts."""
    plain = _pieces(text, gsm7.septets_of)
    if plain is not None:
        return _Writing(alphabet=Alphabet.GSM7).cut(plain, wide=wide)
    units = [_utf16(character, index) for index, character in enumerate(text)]
    as_ucs2 = _Writing(alphabet=Alphabet.UCS2).cut(units, wide=wide)
    for shift in shifts:
        shifted = _pieces(text, partial(_with, shift))
        if shifted is not None:
            # No other could be shorter: what a table adds costs the same in all that have it.
            short = _Writing(alphabet=Alphabet.GSM7, shift=shift).cut(shifted, wide=wide)
            return short if len(short.bodies) < len(as_ucs2.bodies) else as_ucs2
    return as_ucs2


def _with(shift: Shift, character: str) -> bytes | None:
    return gsm7.septets_of(character) or shift.septets_of(character)


def _pieces(text: str, septets_of: Callable[[str], bytes | None]) -> list[bytes] | None:
    """Give each character's septets; None where one has none."""
    pieces: list[bytes] = []
    for character in text:
        piece = septets_of(character)
        if piece is None:
            return None
        pieces.append(piece)
    return pieces


def _fill(pieces: Iterable[bytes], capacity: int) -> Iterator[bytes]:
    body = bytearray()
    for piece in pieces:
        if len(body) + len(piece) > capacity:
            yield bytes(body)
            body.clear()
        body += piece
    yield bytes(body)


def _numbered(reference: int, total: int, number: int, *, wide: bool) -> Concatenation:
    return Concatenation(reference=reference, wide=wide, total=total, number=number)


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

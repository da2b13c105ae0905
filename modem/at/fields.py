"""The fields of an answer or an unsolicited line: ``+CPMS: "SM",3,30`` → ``"SM"``, ``3``, ``30``.

Total: any bytes give fields; one read as a number gives ``None`` where it is none. Knows no verb.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

_RANGE: Final = re.compile(r"(\d{1,4})\s*-\s*(\d{1,4})")
_NUMBER: Final = re.compile(r"\d{1,9}", re.ASCII)
# Text in UCS-2 as hex, as AT+CSCS="UCS2" makes modems print names: all below U+0100 in practice.
_UCS2_HEX: Final = re.compile(r"(?:00[0-9A-Fa-f]{2}){2,}")
_HEX: Final = re.compile(rb"(?:[0-9A-Fa-f]{2})+")
_WIDEST_RANGE: Final = 256


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One field between commas, as written, without its quotes."""

    text: str
    quoted: bool = False

    @property
    def number(self) -> int | None:
        """The field as a non-negative number; also when the modem quotes its numbers."""
        return int(self.text) if _NUMBER.fullmatch(self.text) else None

    @property
    def name(self) -> str:
        """The field as text for people: UCS-2 in hex is decoded."""
        if self.quoted and _UCS2_HEX.fullmatch(self.text):
            return bytes.fromhex(self.text).decode("utf-16-be")
        return self.text


def decode_text(raw: bytes) -> str:
    """Read bytes of an unknown character set: UTF-8 where it fits, else Latin-1."""
    try:
        return raw.decode()
    except UnicodeDecodeError:
        return raw.decode("latin-1")


def decode_hex(line: bytes) -> bytes | None:
    """Read a line of an even number of hex digits, else ``None``."""
    return bytes.fromhex(line.decode("ascii")) if _HEX.fullmatch(line) else None


def after_prefix(line: bytes) -> bytes:
    """Give what follows the first colon, or the whole line where there is none."""
    head, colon, rest = line.partition(b":")
    return (rest if colon else head).strip()


def split_fields(value: bytes) -> tuple[Field, ...]:
    """Split at the commas that stand neither in quotes nor in parentheses."""
    fields: list[Field] = []
    current: list[str] = []
    depth, in_quotes = 0, False
    for character in decode_text(value):
        if character == '"':
            in_quotes = not in_quotes
        elif not in_quotes and character in "()":
            depth = max(0, depth + (1 if character == "(" else -1))
        if character == "," and depth == 0 and not in_quotes:
            fields.append(_field("".join(current)))
            current.clear()
        else:
            current.append(character)
    fields.append(_field("".join(current)))
    return tuple(fields)


def fields_of(line: bytes) -> tuple[Field, ...]:
    """Split the fields of a prefixed line."""
    return split_fields(after_prefix(line))


def number_at(fields: Sequence[Field], index: int) -> int | None:
    """Give the field's number, ``None`` when it is missing or none."""
    return fields[index].number if index < len(fields) else None


def text_at(fields: Sequence[Field], index: int) -> str | None:
    """Give the field's text, ``None`` when it is missing or empty."""
    return (fields[index].name or None) if index < len(fields) else None


def inner(field: Field) -> tuple[Field, ...]:
    """Split what stands in a field's parentheses; a bare value counts as a list of one."""
    text = field.text.strip()
    if text.startswith("(") and text.endswith(")"):
        text = text[1:-1]
    elif field.quoted:
        return (field,)
    return tuple(item for item in split_fields(text.encode()) if item.text)


def numbers_in(field: Field) -> frozenset[int]:
    """Read a list such as ``(0,2-3)``; what is no number is left out, ranges are bounded."""
    numbers: set[int] = set()
    for item in inner(field):
        if item.number is not None:
            numbers.add(item.number)
        elif found := _RANGE.fullmatch(item.text):
            first, last = int(found[1]), int(found[2])
            numbers.update(range(first, min(last, first + _WIDEST_RANGE) + 1))
    return frozenset(numbers)


def _field(text: str) -> Field:
    text = text.strip()
    if len(text) > 1 and text.startswith('"') and text.endswith('"'):
        return Field(text=text[1:-1], quoted=True)
    return Field(text=text)

"""Addresses: who sent, who receives, and the service centre (23.040 §9.1.2.5, 24.011 §8.2.5.1).

Owns the octets of an address and what of a text can be one. Knows no numbering plan's rules:
whether a number exists is for others to say.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import IntEnum
from itertools import takewhile

from modem.pdu import gsm7
from modem.pdu.errors import PduError
from modem.pdu.octets import Reader, nibbles

MAX_DIGITS = 20
MAX_ALPHANUMERIC_SEPTETS = 11
_DIGITS = "0123456789*#abc"
_FILLER = 0x0F
_EXTENSION_BIT = 0x80
_DIALLED = re.compile(r"\+[0-9]+|[0-9*#][0-9*#abc]*", re.ASCII)
_INTERNATIONAL_TEXT = re.compile(r"\+[0-9*#abc]*", re.ASCII)
_NUMERIC_TEXT = re.compile(r"[0-9*#abc]*", re.ASCII)


class TypeOfNumber(IntEnum):
    """23.040 §9.1.2.5, bits 6 to 4 of the type of address."""

    UNKNOWN = 0
    INTERNATIONAL = 1
    NATIONAL = 2
    NETWORK_SPECIFIC = 3
    SUBSCRIBER = 4
    ALPHANUMERIC = 5
    ABBREVIATED = 6
    RESERVED = 7


class NumberingPlan(IntEnum):
    """23.040 §9.1.2.5, bits 3 to 0; reserved values are kept, not judged."""

    UNKNOWN = 0
    ISDN = 1
    RESERVED_2 = 2
    DATA = 3
    TELEX = 4
    SERVICE_CENTRE_5 = 5
    SERVICE_CENTRE_6 = 6
    RESERVED_7 = 7
    NATIONAL = 8
    PRIVATE = 9
    ERMES = 10
    RESERVED_11 = 11
    RESERVED_12 = 12
    RESERVED_13 = 13
    RESERVED_14 = 14
    RESERVED_15 = 15


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """One address. `text` is "+15145550123" (international), "12345", "*100#", or "VIDEOTRON"."""

    text: str
    ton: TypeOfNumber = TypeOfNumber.UNKNOWN
    npi: NumberingPlan = NumberingPlan.ISDN

    @classmethod
    def parse(cls, text: str) -> "Address":
        """Read the address meant by this text; raises PduError for what no address can be.

        "+" and digits is an international number, digits (also * # a b c) a number as dialled,
        anything else a name in the GSM alphabet of at most 11 septets.
        """
        if text.startswith("+") or _DIALLED.fullmatch(text):
            if not _DIALLED.fullmatch(text):
                raise PduError("bad_digit", "an international number is + and decimal digits")
            ton = TypeOfNumber.INTERNATIONAL if text[0] == "+" else TypeOfNumber.UNKNOWN
            address = cls(text=text, ton=ton)
        elif text:
            address = cls(text=text, ton=TypeOfNumber.ALPHANUMERIC, npi=NumberingPlan.UNKNOWN)
        else:
            raise PduError("empty_address", "an address cannot be empty")
        address.to_bytes()
        return address

    def to_bytes(self) -> bytes:
        """Write the TPDU address field: length in semi-octets, type of address, value."""
        if self.ton is TypeOfNumber.ALPHANUMERIC:
            septets = gsm7.encode(self.text)
            if len(septets) > MAX_ALPHANUMERIC_SEPTETS:
                raise PduError(
                    "address_too_long",
                    f"a name has at most {MAX_ALPHANUMERIC_SEPTETS} septets, not {len(septets)}",
                )
            return bytes([(7 * len(septets) + 3) // 4, self._type]) + gsm7.pack(septets)
        digits = self._digits()
        return bytes([len(digits), self._type]) + _write_digits(digits)

    def to_service_centre_bytes(self) -> bytes:
        """Write the SMSC field before a TPDU: length in octets of what follows, type, digits."""
        if self.ton is TypeOfNumber.ALPHANUMERIC:
            raise PduError("bad_digit", "a service centre is a number, not a name")
        field = bytes([self._type]) + _write_digits(self._digits())
        return bytes([len(field)]) + field

    @property
    def _type(self) -> int:
        return _EXTENSION_BIT | self.ton << 4 | self.npi

    def _digits(self) -> str:
        international = self.ton is TypeOfNumber.INTERNATIONAL
        shape = _INTERNATIONAL_TEXT if international and self.text else _NUMERIC_TEXT
        if not shape.fullmatch(self.text):
            raise PduError("bad_digit", f"no {self.ton.name.lower()} number is written like this")
        digits = self.text.removeprefix("+")
        if len(digits) > MAX_DIGITS:
            raise PduError(
                "address_too_long", f"a number has at most {MAX_DIGITS} digits, not {len(digits)}"
            )
        return digits


def read_address(reader: Reader, field: str) -> Address:
    """Take a TPDU address field. Raises PduError."""
    start = reader.offset
    semi_octets = reader.octet(field)
    if semi_octets > MAX_DIGITS:
        raise PduError(
            "address_too_long", f"{field} claims {semi_octets} semi-octets", offset=start
        )
    ton, npi = _split_type(reader.octet(field))
    value = reader.take((semi_octets + 1) // 2, field)
    if ton is TypeOfNumber.ALPHANUMERIC:
        text = gsm7.decode(gsm7.unpack(value, semi_octets * 4 // 7))
    else:
        text = _read_digits(value, semi_octets, ton=ton, offset=start)
    return Address(text=text, ton=ton, npi=npi)


def read_service_centre(reader: Reader) -> Address | None:
    """Take the SMSC field that a modem puts before a TPDU; None where it is empty."""
    length = reader.octet("the service centre")
    field = Reader(reader.take(length, "the service centre"))
    if not length:
        return None
    ton, npi = _split_type(field.octet("the service centre"))
    # Which service centre it was matters little: an odd number here must not cost the message.
    codes = takewhile(lambda code: code != _FILLER, nibbles(field.rest()))
    return Address(text=_number(codes, ton), ton=ton, npi=npi)


def _split_type(octet: int) -> tuple[TypeOfNumber, NumberingPlan]:
    return TypeOfNumber(octet >> 4 & 0x07), NumberingPlan(octet & 0x0F)


def _write_digits(digits: str) -> bytes:
    codes = [_DIGITS.index(digit) for digit in digits]
    if len(codes) % 2:
        codes.append(_FILLER)
    return bytes(high << 4 | low for low, high in zip(codes[::2], codes[1::2], strict=True))


def _read_digits(value: bytes, count: int, *, ton: TypeOfNumber, offset: int) -> str:
    """Digits up to `count`; fillers at the end are dropped, since some networks count them."""
    codes = nibbles(value)[:count]
    while codes and codes[-1] == _FILLER:
        codes.pop()
    if _FILLER in codes:
        raise PduError("bad_digit", "a filler stands inside a number", offset=offset)
    return _number(codes, ton)


def _number(codes: Iterable[int], ton: TypeOfNumber) -> str:
    digits = "".join(_DIGITS[code] for code in codes)
    return f"+{digits}" if digits and ton is TypeOfNumber.INTERNATIONAL else digits

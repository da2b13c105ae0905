"""Text of USSD in the forms that modems want and give (27.007 §7.15, 23.038 §5).

Owns characters to the quoted text of +CUSD and back. Total: any bytes read as some text. By the
book the text is in the TE's character set; makes also give hex of packed septets, of UCS-2 and of
octets.
"""

import re
from enum import StrEnum

from modem.at.fields import decode_text
from modem.pdu import Alphabet, pack_ussd, unpack_ussd
from modem.pdu.gsm7 import decode

GSM7_ANY_LANGUAGE = 15
"""The data coding scheme of what we ask (23.038 §5)."""

_LANGUAGE_BEFORE_GSM7, _LANGUAGE_BEFORE_UCS2 = 0x10, 0x11
_LANGUAGE_SEPTETS = 3  # two letters and CR
_GENERAL, _WITH_HEADER, _WITH_CLASS = range(0x4, 0x8), 0x9, 0xF
_ALPHABETS = (Alphabet.GSM7, Alphabet.DATA8, Alphabet.UCS2, Alphabet.GSM7)

_HEX = re.compile(rb"(?:[0-9A-Fa-f]{2})+")
_PLAIN_UCS2 = re.compile(rb"(?:00[0-9A-Fa-f]{2}){2,}")
_SHORTEST_HEX = 6
"""Fewer digits are a short word or an amount, not three packed characters."""

_USUAL = frozenset(" \n\r.,:;!?#*+-/()$%&'\"=") | frozenset("àâäçéèêëîïôöùûüñáíóúÀÂÇÉÈÊÎÔÖÙÛÜÑ€£")
_LEAST_USUAL = 0.9


class UssdForm(StrEnum):
    """How a request is written between the quotes of AT+CUSD."""

    PLAIN = "plain"
    """As it is: 27.007, with the character sets IRA and GSM."""

    HEX = "hex"
    """UCS-2 in hex: the character set UCS2, in which some modems are left."""

    PACKED = "packed"
    """Hex of packed septets: Huawei and kin, whatever the character set."""


FORMS = (UssdForm.PLAIN, UssdForm.HEX, UssdForm.PACKED)
"""In the order in which they are tried."""


def write_ussd(text: str, form: UssdForm) -> str:
    """Write a request of printable ASCII characters."""
    match form:
        case UssdForm.PLAIN:
            return text
        case UssdForm.HEX:
            return text.encode("utf-16-be").hex().upper()
        case UssdForm.PACKED:
            return pack_ussd(text).hex().upper()


def read_ussd(raw: bytes, dcs: int | None) -> str:
    """Read the text of an answer; ``dcs`` is its data coding scheme, None where none was given."""
    scheme = GSM7_ANY_LANGUAGE if dcs is None else dcs
    octets = bytes.fromhex(raw.decode("ascii")) if _HEX.fullmatch(raw) else None
    if octets is None:
        return _plain(raw)
    match _alphabet(scheme):
        case Alphabet.UCS2:
            skipped = 2 if scheme == _LANGUAGE_BEFORE_UCS2 else 0
            return _ucs2(octets[skipped:])
        case Alphabet.DATA8:
            return decode_text(octets)
        case Alphabet.GSM7:
            text = _gsm7(raw, octets)
            skipped = _LANGUAGE_SEPTETS if scheme == _LANGUAGE_BEFORE_GSM7 else 0
            return text[skipped:]


def _alphabet(scheme: int) -> Alphabet:
    """Tell the alphabet of a cell broadcast data coding scheme; what is reserved is GSM 7-bit."""
    group = scheme >> 4
    if scheme == _LANGUAGE_BEFORE_UCS2:
        return Alphabet.UCS2
    if group in _GENERAL or group == _WITH_HEADER:
        return _ALPHABETS[scheme >> 2 & 0x03]
    return Alphabet.DATA8 if group == _WITH_CLASS and scheme & 0x04 else Alphabet.GSM7


def _gsm7(raw: bytes, octets: bytes) -> str:
    """Read hex digits that may be text as they are, or hex of any of three codings."""
    if _PLAIN_UCS2.fullmatch(raw):
        return _ucs2(octets)
    if len(raw) < _SHORTEST_HEX or raw.isdigit():
        return _plain(raw)
    texts = [read(octets) for read in (unpack_ussd, decode_text, _ucs2)]
    best = max(texts, key=_usual)  # the first of equals
    return best if _usual(best) >= _LEAST_USUAL else _plain(raw)


def _usual(text: str) -> float:
    """How much of a text is what people read: letters of Latin, digits, common marks."""
    usual = sum(
        (character.isascii() and character.isalnum()) or character in _USUAL for character in text
    )
    return usual / len(text)


def _ucs2(octets: bytes) -> str:
    return octets[: len(octets) & ~1].decode("utf-16-be", "replace")


def _plain(raw: bytes) -> str:
    """Read text of the TE's character set, which nobody has told us.

    Control characters are letters of the GSM alphabet; from 0x80 on it is UTF-8 or Latin-1.
    """
    if raw.isascii() and any(byte < ord(" ") and byte not in b"\r\n\t" for byte in raw):
        return decode(raw)
    return decode_text(raw)

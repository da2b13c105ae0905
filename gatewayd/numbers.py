"""Telephone numbers as people write them: what a modem can dial, or the reason why not.

Owns the one reading of numbers that services, reports and filters share. Knows neither HTTP nor
the store.
"""

import re
import unicodedata
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumber, PhoneNumberFormat, ValidationResult
from phonenumbers.timezone import UNKNOWN_TIMEZONE, time_zones_for_number

_MAX_WRITTEN_LENGTH = 64
_SEPARATORS = frozenset(" -./()\t")
# Operators' service numbers: 3 digits (611) to 6 (Canadian Common Short Codes).
_SHORT_CODE = re.compile(r"[0-9]{3,6}")


class NumberKind(StrEnum):
    """What sort of address a text is."""

    E164 = "e164"
    SHORT_CODE = "short_code"
    ALPHANUMERIC = "alphanumeric"


@dataclass(frozen=True, slots=True, kw_only=True)
class Number:
    """An address in its one canonical spelling: ``+15145550123``, ``12345`` or ``VIDEOTRON``."""

    text: str
    kind: NumberKind


@dataclass(frozen=True, slots=True, kw_only=True)
class BadNumber:
    """Why a text can't be a number to send to: a fixed code, and a reason in plain words."""

    code: str
    reason: str


_IMPOSSIBLE: dict[int, BadNumber] = {
    ValidationResult.TOO_SHORT: BadNumber(
        code="number_too_short", reason="it has too few digits to be a telephone number"
    ),
    ValidationResult.TOO_LONG: BadNumber(
        code="number_too_long", reason="it has too many digits to be a telephone number"
    ),
    ValidationResult.IS_POSSIBLE_LOCAL_ONLY: BadNumber(
        code="number_without_area_code", reason="its area code is missing"
    ),
    ValidationResult.INVALID_COUNTRY_CODE: BadNumber(
        code="unknown_country_code", reason="no country has its country code"
    ),
    ValidationResult.INVALID_LENGTH: BadNumber(
        code="number_wrong_length", reason="no telephone number there has this many digits"
    ),
}
_NEEDS_COUNTRY = BadNumber(
    code="number_needs_country",
    reason="it needs a + and its country code, since no country is configured",
)
_UNREADABLE: dict[int, BadNumber] = {
    NumberParseException.INVALID_COUNTRY_CODE: _IMPOSSIBLE[ValidationResult.INVALID_COUNTRY_CODE],
    NumberParseException.TOO_SHORT_AFTER_IDD: _IMPOSSIBLE[ValidationResult.TOO_SHORT],
    NumberParseException.TOO_SHORT_NSN: _IMPOSSIBLE[ValidationResult.TOO_SHORT],
    NumberParseException.TOO_LONG: _IMPOSSIBLE[ValidationResult.TOO_LONG],
}


def normalise(written: str, *, country: str | None) -> Number | BadNumber:
    """Read a number to send to, written internationally, nationally or as a short code.

    `country` is ISO 3166 (``CA`` or ``CA-QC``) and says how a national number is read; without it
    only international numbers and short codes can be read.
    """
    text = _plain(written)
    refusal = _refuse_spelling(text)
    if refusal is not None:
        return refusal
    digits = "".join(character for character in text if character not in _SEPARATORS)
    return _read(digits, country)


@lru_cache(maxsize=1024)  # libphonenumber takes 40 µs, and most numbers are written to again
def _read(digits: str, country: str | None) -> Number | BadNumber:
    """Read what is short and spelt like a number: what is kept here has a bound."""
    try:
        parsed = phonenumbers.parse(digits, _region(country))
    except NumberParseException as error:
        if _SHORT_CODE.fullmatch(digits):
            return Number(text=digits, kind=NumberKind.SHORT_CODE)
        if country is None and not digits.startswith("+"):
            return _NEEDS_COUNTRY
        return _UNREADABLE.get(error.error_type, _IMPOSSIBLE[ValidationResult.TOO_SHORT])
    return _judge(digits, parsed)


def canonical(address: str, *, country: str | None) -> Number:
    """Give any address, also a sender's name or an odd number, its one spelling; never refuses."""
    number = normalise(address, country=country)
    if isinstance(number, Number):
        return number
    digits = address.removeprefix("+")
    kind = NumberKind.SHORT_CODE if digits.isdecimal() else NumberKind.ALPHANUMERIC
    return Number(text=address, kind=kind)


def zone_of(number: str) -> str | None:
    """Name the time zone that a number in its one spelling belongs to; None: it tells none.

    A mobile number of a large country, or one that is free to call, tells several.
    """
    try:
        parsed = phonenumbers.parse(number, None)
    except NumberParseException:
        return None
    zones = time_zones_for_number(parsed)
    return zones[0] if len(zones) == 1 and zones[0] != UNKNOWN_TIMEZONE else None


def digits_of(text: str | None) -> str | None:
    """Give the digits of a text that is (a part of) a written number; None: it is something else.

    For looking up what people remember of a number.
    """
    if text is None:
        return None
    plain = _plain(text)
    digits = "".join(character for character in plain if character.isdecimal())
    is_number = all(character in _SEPARATORS or character in "+0123456789" for character in plain)
    return digits if digits and is_number else None


def _region(country: str | None) -> str | None:
    return country.partition("-")[0].upper() if country else None


def _plain(written: str) -> str:
    """Undo what copying from a page or an address book adds: direction marks, odd blanks."""
    characters: list[str] = []
    for character in written[: _MAX_WRITTEN_LENGTH + 1]:
        category = unicodedata.category(character)
        if category == "Cf":
            continue
        if category == "Zs":
            characters.append(" ")
        elif category == "Pd":
            characters.append("-")
        elif category == "Nd":
            characters.append(str(unicodedata.decimal(character)))
        else:
            characters.append("+" if character == "\N{FULLWIDTH PLUS SIGN}" else character)
    return "".join(characters).strip()


def _refuse_spelling(text: str) -> BadNumber | None:
    if not text:
        return BadNumber(code="number_empty", reason="it is empty")
    if len(text) > _MAX_WRITTEN_LENGTH:
        return _IMPOSSIBLE[ValidationResult.TOO_LONG]
    if any(character.isalpha() for character in text):
        return BadNumber(code="number_has_letters", reason="it has letters in it")
    if "+" in text.removeprefix("+"):
        return BadNumber(
            code="number_misplaced_plus", reason="a plus sign can only stand at the beginning"
        )
    odd = next((c for c in text if not (c in "+0123456789" or c in _SEPARATORS)), None)
    if odd is not None:
        return BadNumber(code="number_bad_character", reason=f"it has the character {odd!a} in it")
    if not any(character.isdecimal() for character in text):
        return BadNumber(code="number_no_digits", reason="it has no digits")
    return None


def _judge(digits: str, parsed: PhoneNumber) -> Number | BadNumber:
    e164 = Number(
        text=phonenumbers.format_number(parsed, PhoneNumberFormat.E164), kind=NumberKind.E164
    )
    # Some islands' ordinary numbers are as short as other countries' service numbers.
    if phonenumbers.is_valid_number(parsed):
        return e164
    if _SHORT_CODE.fullmatch(digits):
        return Number(text=digits, kind=NumberKind.SHORT_CODE)
    # Possible, not valid: new ranges open faster than any table is updated.
    reason = phonenumbers.is_possible_number_with_reason(parsed)
    if reason == ValidationResult.IS_POSSIBLE:
        return e164
    return _IMPOSSIBLE.get(reason, _IMPOSSIBLE[ValidationResult.INVALID_LENGTH])

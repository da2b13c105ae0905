"""What a destination is as far as its cost is concerned: ordinary, premium or short, and where.

Asks libphonenumber's tables. Owns what is taken for home, and knows no rule.
"""

from dataclasses import dataclass
from functools import lru_cache

import phonenumbers
from phonenumbers import PhoneNumber, PhoneNumberType, shortnumberinfo
from phonenumbers.shortnumberinfo import ShortNumberCost

from gatewayd.numbers import NumberKind, canonical
from routing.senders import NumberType


@dataclass(frozen=True, slots=True, kw_only=True)
class Destination:
    """``country`` is ISO 3166, ``001`` for satellites and the like, None for a short code."""

    type: NumberType
    country: str | None


@lru_cache(maxsize=1024)  # the tables take 0.2 ms, and most numbers are written to again
def destination_of(number: str, *, home: str) -> Destination:
    """Look at a number in its one spelling from the country that the gateway is in."""
    if canonical(number, country=home).kind is not NumberKind.E164:
        return Destination(type=_short_type(number, home), country=None)
    parsed = phonenumbers.parse(number, None)
    premium = phonenumbers.number_type(parsed) == PhoneNumberType.PREMIUM_RATE
    return Destination(
        type=NumberType.PREMIUM if premium else NumberType.ORDINARY,
        country=_country(parsed, home),
    )


def _short_type(number: str, home: str) -> NumberType:
    code = phonenumbers.country_code_for_region(home)
    parsed = PhoneNumber(country_code=code, national_number=int(number))
    cost = shortnumberinfo.expected_cost_for_region(parsed, home)
    premium = cost == ShortNumberCost.PREMIUM_RATE
    return NumberType.PREMIUM if premium else NumberType.SHORT_CODE


def _country(parsed: PhoneNumber, home: str) -> str:
    # First, for numbers that several countries share, such as +1 800.
    if phonenumbers.is_valid_number_for_region(parsed, home):
        return home
    found: str | None = phonenumbers.region_code_for_number(parsed)
    if found is not None:
        return found
    # Possible, not valid: new ranges open faster than any table is updated.
    code = parsed.country_code or 0
    if code == phonenumbers.country_code_for_region(home):
        return home
    return str(phonenumbers.region_code_for_country_code(code))

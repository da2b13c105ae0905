"""What a destination is, seen from the country that the gateway is in."""

import pytest

from gatewayd.destinations import destination_of
from routing.senders import NumberType

ORDINARY, PREMIUM, SHORT = NumberType.ORDINARY, NumberType.PREMIUM, NumberType.SHORT_CODE


@pytest.mark.parametrize(
    ("number", "home", "type_", "country"),
    [
        ("+15145550123", "CA", ORDINARY, "CA"),
        ("+12125550100", "CA", ORDINARY, "US"),
        ("+12125550100", "US", ORDINARY, "US"),
        ("+18765550123", "CA", ORDINARY, "JM"),
        ("+33612345678", "CA", ORDINARY, "FR"),
        ("+18005551234", "CA", ORDINARY, "CA"),  # shared by all of North America
        ("+19005551234", "CA", PREMIUM, "CA"),
        ("+33899123456", "CA", PREMIUM, "FR"),
        ("+881612345678", "CA", ORDINARY, "001"),
        ("+15555550100", "CA", ORDINARY, "CA"),  # of no table yet: home's country code is home
        ("+447700900123", "CA", ORDINARY, "GB"),  # of no table either, and clearly elsewhere
        ("611", "CA", SHORT, None),
        ("12345", "CA", SHORT, None),
        ("81085", "FR", PREMIUM, None),
    ],
)
def test_what_a_destination_is(
    number: str, home: str, type_: NumberType, country: str | None
) -> None:
    found = destination_of(number, home=home)
    assert (found.type, found.country) == (type_, country)

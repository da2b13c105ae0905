from decimal import Decimal

import pytest

from config.values import Price
from gatewayd.money import Money, price_of


@pytest.mark.parametrize(
    ("price", "parts", "amount"),
    [
        ("0.02", 2, "0.04"),
        ("0.1", 3, "0.30"),  # as floats 0.30000000000000004
        ("0.0075", 2, "0.015"),
        ("0.000001", 1, "0.000001"),
        ("1", 100, "100.00"),
        ("0", 7, "0.00"),
        ("999999.999999", 1_000_000, "999999999999.00"),
    ],
)
def test_amounts_are_exact(price: str, parts: int, amount: str) -> None:
    cost = price_of(Price(amount=Decimal(price), currency="CAD"), parts=parts)
    assert (cost.amount, cost.currency) == (amount, "CAD")


def test_nothing_is_written_as_a_power_of_ten() -> None:
    assert Money(micros=10**18, currency="CAD").amount == "1000000000000.00"

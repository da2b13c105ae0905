"""Amounts of money: millionths in the store, decimal text on the wire, never a float."""

from dataclasses import dataclass
from decimal import Decimal

from config.values import Price

_DECIMALS = 6  # as many as the configuration's notation takes
_LEAST_DECIMALS = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Money:
    """An amount in an ISO 4217 currency."""

    micros: int
    currency: str

    @property
    def amount(self) -> str:
        """As a decimal number with at least two places, and no more than it needs."""
        value = Decimal(self.micros).scaleb(-_DECIMALS)
        exponent = value.normalize().as_tuple().exponent
        places = -exponent if isinstance(exponent, int) else _LEAST_DECIMALS
        return f"{value:.{max(places, _LEAST_DECIMALS)}f}"


def micros_of(amount: Decimal) -> int:
    """Give an amount in millionths; what is finer than that is cut off."""
    return int(amount.scaleb(_DECIMALS))


def price_of(price: Price, *, parts: int = 1) -> Money:
    """Give what so many parts cost."""
    return Money(micros=micros_of(price.amount) * parts, currency=price.currency)

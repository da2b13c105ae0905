"""Money on the wire: decimal text, so that no reader makes a float of it unasked."""

from typing import Annotated

from pydantic import Field

from gatewayd.http.models.base import Output
from gatewayd.money import Money


class Cost(Output):
    """What something costs, or has cost."""

    amount: Annotated[str, Field(description="an exact decimal number")]
    currency: Annotated[str, Field(description="ISO 4217")]


def cost_json(money: Money | None) -> Cost | None:
    """Translate an amount."""
    return None if money is None else Cost(amount=money.amount, currency=money.currency)

"""A text measured as it would be sent: what previews of messages and of answers share."""

from config.schema import Settings
from gatewayd.http.models.messages import Forced, Preview
from gatewayd.http.models.money import cost_json
from gatewayd.http.sending import refuse
from gatewayd.services.drafts import (
    Policy,
    Refusal,
    choose_inbox,
    measure,
    national_of,
    price_in,
)

_ANY_LENGTH = 1_000_000  # a preview tells also how long too long is


def preview_of(
    text: str, settings: Settings, *, inbox: str | None, must_be_served: bool
) -> Preview:
    """Measure a text; raises Problem for what is none, or for an inbox that no modem serves."""
    policy = Policy.of(settings)
    planned = measure(text, max_parts=_ANY_LENGTH, shifts=policy.shifts)
    if isinstance(planned, Refusal):
        raise refuse([planned])
    served, price = choose_inbox(inbox, policy), None
    if not isinstance(served, Refusal):
        price = price_in(served, settings, parts=planned.parts)
    elif must_be_served:
        raise refuse([served])
    return Preview(
        encoding=planned.encoding,
        national=national_of(planned),
        parts=planned.parts,
        max_parts=settings.sending.max_parts,
        characters=len(text),
        units_used=planned.units_used,
        units_left=planned.units_left,
        forced=[
            Forced(index=one.index, character=one.character, replacement=one.replacement)
            for one in planned.forced
        ],
        cost=cost_json(price),
    )

"""How a text would be sent, while it is written: parts, what is left, price, and why so much."""

from collections.abc import Mapping

from aiohttp import web

from gatewayd.services.drafts import Policy, Refusal, choose_inbox, measure, price_in
from gatewayd.web.refusals import refusal_words
from gatewayd.web.render import page
from gatewayd.web.route import Visit
from modem.pdu.segment import Plan

_ANY_LENGTH = 1_000_000  # the measure also tells how long too long is


def measure_part(visit: Visit, signed: str, *, inbox: str) -> web.Response:
    """Write the part of a composer that tells it, of a text with its signature."""
    settings = visit.context.settings
    policy = Policy.of(settings)
    planned = measure(signed, max_parts=_ANY_LENGTH, shifts=policy.shifts)
    if isinstance(planned, Refusal):
        message, values = refusal_words(planned.code, planned.detail)
        why = visit.tongue.say(message, **values)
        return page(visit, "inbox/measure.html", planned=None, why=why)
    served = choose_inbox(inbox, policy)
    price = None if isinstance(served, Refusal) else price_in(served, settings, parts=planned.parts)
    return page(
        visit,
        "inbox/measure.html",
        planned=planned,
        max_parts=settings.sending.max_parts,
        price=price,
        forced=_costly(signed, planned, policy),
        why="",
    )


def _costly(text: str, planned: Plan, policy: Policy) -> Mapping[str, str | None]:
    """Give the characters that cost a part, each with what costs none; where there are any."""
    forced = {one.character: one.replacement for one in planned.forced}
    plain = text
    for character, replacement in forced.items():
        plain = plain.replace(character, replacement or "")
    cheaper = measure(plain, max_parts=_ANY_LENGTH, shifts=policy.shifts)
    saves = isinstance(cheaper, Plan) and cheaper.parts < planned.parts
    return forced if saves else {}

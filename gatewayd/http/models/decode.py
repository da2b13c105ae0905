"""What trying unread PDUs again has brought, on the wire."""

from typing import Annotated

from pydantic import Field

from gatewayd.http.models.base import Moment, Output, moment_at
from gatewayd.redecode import Outcome, Unreadable

_LISTED = 200


class StillUnreadable(Output):
    """Something that came in and that nobody can read yet; its bytes are kept."""

    id: Annotated[str, Field(description="the PDU's")]
    message_id: Annotated[
        str | None, Field(description="the message that shows it; null while none does")
    ]
    modem: str
    received_at: Moment
    code: str
    detail: Annotated[str, Field(description="why, in plain words")]


class Decoded(Output):
    """What trying again has brought."""

    tried: int
    read: int
    unreadable: Annotated[int, Field(description="how many stay as they are")]
    items: Annotated[list[StillUnreadable], Field(description="the oldest 200 of those")]


def decoded_json(outcome: Outcome) -> Decoded:
    """Translate what one round did."""
    return Decoded(
        tried=outcome.tried,
        read=outcome.read,
        unreadable=len(outcome.unreadable),
        items=[_still_unreadable(one) for one in outcome.unreadable[:_LISTED]],
    )


def _still_unreadable(one: Unreadable) -> StillUnreadable:
    code, _, detail = one.why.partition(": ")
    return StillUnreadable(
        id=one.pdu.id,
        message_id=one.message_id,
        modem=one.pdu.modem,
        received_at=moment_at(one.pdu.received_at_ms),
        code=code,
        detail=detail,
    )

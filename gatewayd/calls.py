"""A voice call that nobody could take: it belongs to a conversation, and is journalled."""

from sqlalchemy.ext.asyncio import AsyncConnection

from config.schema import ModemSettings
from gatewayd.line import Line
from gatewayd.numbers import canonical
from gatewayd.replies import Replies
from storage import changes


async def record_missed_call(
    tx: AsyncConnection,
    *,
    number: str | None,
    modem: ModemSettings,
    line: Line,
    country: str | None,
    replies: Replies,
    now_ms: int,
) -> None:
    """Commit a call; without a number nobody knows whose it was, so it is in no conversation."""
    # The journal holds no numbers (DESIGN.md); that one was given is all it says.
    data: dict[str, changes.Json] = {"modem": modem.name, "caller_known": number is not None}
    if number is not None:
        caller = canonical(number, country=country).text
        place = await replies.ring(tx, caller, inbox=modem.inbox, line=line, now_ms=now_ms)
        if place is not None:
            data |= {"conversation_id": place.conversation_id}
            data |= {"blocked": True} if place.apart else {}
    await changes.record(tx, "call.missed", now_ms=now_ms, subject=modem.name, data=data)

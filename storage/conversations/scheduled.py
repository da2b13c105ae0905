"""Owns reading what was written in a conversation to be sent later, and is not due yet."""

from sqlalchemy import bindparam, select
from sqlalchemy.ext.asyncio import AsyncConnection

from storage import queries
from storage.queries import MessageRow
from storage.schema import IS_SCHEDULED, messages

MOST = 100

_IDS = (
    select(messages.c.id)
    .where(
        IS_SCHEDULED,
        messages.c.conversation_id == bindparam("of_conversation"),
        messages.c.send_at_ms > bindparam("now"),
    )
    .order_by(messages.c.send_at_ms, messages.c.seq)
    .limit(MOST)
)


async def of_conversation(
    tx: AsyncConnection, conversation_id: str, *, now_ms: int
) -> list[MessageRow]:
    """List what waits for its time, the next first."""
    key = {"of_conversation": conversation_id, "now": now_ms}
    ids = list((await tx.execute(_IDS, key)).scalars())
    found = await queries.messages_by_id(tx, ids)
    return [found[each] for each in ids]

"""Owns finding the conversation with somebody by their number and an inbox. Writes nothing."""

from sqlalchemy import bindparam, select
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.schema import contact_numbers, conversations

_WITH = (
    select(conversations.c.id)
    .join(contact_numbers, contact_numbers.c.contact_id == conversations.c.contact_id)
    .where(
        contact_numbers.c.number == bindparam("with_number"),
        conversations.c.inbox == bindparam("in_inbox"),
    )
)


async def conversation_with(tx: AsyncConnection, *, number: str, inbox: str) -> str | None:
    """Give the conversation that a message to this number from this inbox belongs to.

    None: there is none yet. The number is in its one spelling.
    """
    values = {"with_number": number, "in_inbox": inbox}
    found: str | None = (await tx.execute(_WITH, values)).scalar_one_or_none()
    return found

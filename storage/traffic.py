"""Owns looking back at what was sent, as the rules for sending ask: who sent how much, by whom."""

from collections.abc import Sequence

from sqlalchemy import bindparam, literal_column, select
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.schema import IS_TOKENS, messages
from storage.states import MessageState

_SENT = (
    select(messages.c.created_at_ms, messages.c.parts)
    .where(
        IS_TOKENS,
        messages.c.author_name == bindparam("by_name"),
        messages.c.created_at_ms > bindparam("since"),
        messages.c.state.not_in([MessageState.CANCELED.value, MessageState.EXPIRED.value]),
    )
    .order_by(messages.c.created_at_ms)
)
# Not the bare column: an inbox has many messages, a contact few, and only so is that index taken.
_OF_INBOX = messages.c.inbox.concat(literal_column("''")) == bindparam("of_inbox")
_LAST_MODEM = (
    select(messages.c.modem)
    .where(messages.c.contact == bindparam("of_contact"), _OF_INBOX, messages.c.modem.is_not(None))
    .order_by(messages.c.seq.desc())
    .limit(1)
)


async def parts_sent_by(
    tx: AsyncConnection, application: str, *, since_ms: int
) -> Sequence[tuple[int, int]]:
    """List what tokens of this name sent: when (UTC ms), and in how many parts."""
    found = await tx.execute(_SENT, {"by_name": application, "since": since_ms})
    return [(row.created_at_ms, row.parts) for row in found]


async def last_modem(tx: AsyncConnection, *, contact: str, inbox: str) -> str | None:
    """Name the modem that a contact last spoke with in an inbox, in either direction."""
    found: str | None = (
        await tx.execute(_LAST_MODEM, {"of_contact": contact, "of_inbox": inbox})
    ).scalar_one_or_none()
    return found

"""Owns the way from another system's id of a contact to our ids."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.schema import contacts, conversations


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A conversation, and the inbox that it lies in."""

    conversation_id: str
    inbox: str


async def contact_of(
    tx: AsyncConnection, external_id: str, *, may_see: Collection[str] | None
) -> str | None:
    """Tell which contact has this external id; None: none that is seen.

    Only one who has a conversation in ``may_see``; None: any.
    """
    query = select(contacts.c.id).where(contacts.c.external_id == external_id)
    if may_see is not None:
        there = select(conversations.c.id).where(
            conversations.c.contact_id == contacts.c.id, conversations.c.inbox.in_(may_see)
        )
        query = query.where(there.exists())
    found: str | None = (await tx.execute(query)).scalar_one_or_none()
    return found


async def conversations_of(
    tx: AsyncConnection, external_id: str, *, may_see: Collection[str] | None
) -> Sequence[Place]:
    """List the conversations of the contact with this external id, by the names of their inboxes.

    Only those in ``may_see``; None: in all.
    """
    query = (
        select(conversations.c.id, conversations.c.inbox)
        .join(contacts, contacts.c.id == conversations.c.contact_id)
        .where(contacts.c.external_id == external_id)
        .order_by(conversations.c.inbox)
    )
    if may_see is not None:
        query = query.where(conversations.c.inbox.in_(may_see))
    rows = await tx.execute(query)
    return [Place(conversation_id=row.id, inbox=row.inbox) for row in rows]

"""Owns what somebody sees who sees certain inboxes only: which ids there are for them."""

from collections.abc import Collection

from sqlalchemy import ColumnElement, Select, func, select, union
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.ids import Prefix
from storage.schema import contact_numbers, conversations, former_contacts, messages


def _conversations(ids: Collection[str], inboxes: Collection[str]) -> Select[tuple[str]]:
    return select(conversations.c.id).where(
        conversations.c.id.in_(ids), conversations.c.inbox.in_(inboxes)
    )


def _messages(ids: Collection[str], inboxes: Collection[str]) -> Select[tuple[str]]:
    return select(messages.c.id).where(messages.c.id.in_(ids), messages.c.inbox.in_(inboxes))


def _contacts(ids: Collection[str], inboxes: Collection[str]) -> Select[tuple[str]]:
    """Whoever has a conversation in one of them, whatever they have elsewhere; or became such."""
    theirs = select(conversations.c.contact_id).where(
        conversations.c.contact_id.in_(ids), conversations.c.inbox.in_(inboxes)
    )
    merged = select(former_contacts.c.contact_id).where(
        former_contacts.c.contact_id.in_(ids), became_seen(inboxes)
    )
    return select(union(theirs, merged).subquery().c.contact_id)


def became_seen(inboxes: Collection[str]) -> ColumnElement[bool]:
    """Whether a former contact is a part of one who is seen in these, or was erased there."""
    there = select(conversations.c.id).where(
        conversations.c.contact_id
        == func.coalesce(former_contacts.c.into_id, former_contacts.c.contact_id),
        conversations.c.inbox.in_(inboxes),
    )
    return there.exists()


async def is_number_seen(tx: AsyncConnection, number: str, inboxes: Collection[str]) -> bool:
    """Whether who has a number has a conversation in one of these inboxes."""
    query = (
        select(conversations.c.id)
        .join(contact_numbers, contact_numbers.c.contact_id == conversations.c.contact_id)
        .where(contact_numbers.c.number == number, conversations.c.inbox.in_(inboxes))
    )
    return (await tx.execute(query.limit(1))).first() is not None


async def lies_elsewhere(tx: AsyncConnection, contact_id: str, inboxes: Collection[str]) -> bool:
    """Whether a contact has a conversation in another inbox than these."""
    query = select(conversations.c.id).where(
        conversations.c.contact_id == contact_id, conversations.c.inbox.not_in(inboxes)
    )
    return (await tx.execute(query.limit(1))).first() is not None


_QUERIES = {
    f"{Prefix.CONVERSATION}_": _conversations,
    f"{Prefix.MESSAGE}_": _messages,
    f"{Prefix.CONTACT}_": _contacts,
}


async def unseen_of(
    tx: AsyncConnection, ids: Collection[str], inboxes: Collection[str]
) -> frozenset[str]:
    """Give those of these ids of conversations, messages and contacts that lie elsewhere.

    Ids of other things are nobody's secret and never among them; ids that nothing has are.
    """
    unseen: set[str] = set()
    for prefix, query in _QUERIES.items():
        asked = {one for one in ids if one.startswith(prefix)}
        if asked:
            unseen |= asked - set((await tx.execute(query(asked, inboxes))).scalars())
    return frozenset(unseen)

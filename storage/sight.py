"""Owns what somebody sees who sees certain inboxes only: which ids there are for them."""

from collections.abc import Collection

from sqlalchemy import Select, select
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.ids import Prefix
from storage.schema import conversations, messages


def _conversations(ids: Collection[str], inboxes: Collection[str]) -> Select[tuple[str]]:
    return select(conversations.c.id).where(
        conversations.c.id.in_(ids), conversations.c.inbox.in_(inboxes)
    )


def _messages(ids: Collection[str], inboxes: Collection[str]) -> Select[tuple[str]]:
    return select(messages.c.id).where(messages.c.id.in_(ids), messages.c.inbox.in_(inboxes))


def _contacts(ids: Collection[str], inboxes: Collection[str]) -> Select[tuple[str]]:
    """Whoever has a conversation in one of them, whatever they have elsewhere."""
    return (
        select(conversations.c.contact_id)
        .where(conversations.c.contact_id.in_(ids), conversations.c.inbox.in_(inboxes))
        .distinct()
    )


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

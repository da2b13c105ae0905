"""Owns what happened in a conversation since somebody last looked, as far as it concerns a writer.

Works inside the transaction of what they write, so that nothing can come in between.
"""

from dataclasses import dataclass

from sqlalchemy import and_, bindparam, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.conversations.reading import ENTRIES, EntryRow, entry_row
from storage.conversations.timeline import Author, EntryKind
from storage.schema import contacts, conversations, messages, timeline

MOST = 20
"""So many are told, the newest first; who looks again sees all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """A conversation that nobody else can change until the commit."""

    id: str
    inbox: str
    person_id: str | None
    version: int


_NOT_PEOPLES = ("automatic", "notice")
_ACTS = (EntryKind.NOTE, EntryKind.ASSIGNED, EntryKind.CLOSED)

_LOCK_CONTACT = (
    select(contacts.c.id)
    .join_from(conversations, contacts, contacts.c.id == conversations.c.contact_id)
    .where(conversations.c.id == bindparam("of_conversation"))
    .with_for_update(of=contacts)
)
_LOCK = (
    select(
        conversations.c.id,
        conversations.c.inbox,
        conversations.c.person_id,
        conversations.c.version,
    )
    .where(conversations.c.id == bindparam("of_conversation"))
    .with_for_update()
)
_SEQ_OF = select(timeline.c.seq).where(
    timeline.c.id == bindparam("of_entry"), timeline.c.conversation_id == bindparam("in_it")
)


async def hold(tx: AsyncConnection, conversation_id: str) -> Held | None:
    """Lock it, its contact first: in the order in which filing does."""
    values = {"of_conversation": conversation_id}
    await tx.execute(_LOCK_CONTACT, values)
    row = (await tx.execute(_LOCK, values)).mappings().one_or_none()
    return None if row is None else Held(**row)


async def place_of(tx: AsyncConnection, conversation_id: str, entry_id: str) -> int | None:
    """Give the place of a row of this timeline; None: it has no such row."""
    values = {"of_entry": entry_id, "in_it": conversation_id}
    place: int | None = (await tx.execute(_SEQ_OF, values)).scalar_one_or_none()
    return place


async def concerning(
    tx: AsyncConnection, conversation_id: str, *, after: int, me: Author
) -> list[EntryRow]:
    """List what came after a place and concerns one who writes, the newest first.

    That is what the customer wrote or rang, what others wrote to them or noted, and who was given
    it or closed it; no automatic answer, and nothing of the writer's own.
    """
    by_others = or_(
        timeline.c.author_type.is_(None),
        timeline.c.author_type != me.type,
        timeline.c.author_id != me.id,
    )
    sent_by_others = and_(
        messages.c.author_type.not_in(_NOT_PEOPLES),
        or_(messages.c.author_type != me.type, messages.c.author_id != me.id),
    )
    query = (
        ENTRIES.outerjoin(messages, messages.c.id == timeline.c.message_id)
        .where(timeline.c.conversation_id == conversation_id, timeline.c.seq > after)
        .where(
            or_(
                timeline.c.kind == EntryKind.MISSED_CALL,
                messages.c.direction == "in",
                sent_by_others,
                and_(timeline.c.kind.in_(_ACTS), by_others),
            )
        )
        .order_by(timeline.c.seq.desc())
        .limit(MOST)
    )
    return [entry_row(row) for row in (await tx.execute(query)).mappings()]

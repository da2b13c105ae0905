"""Owns reading the last thing that was said in conversations, as their lists show it."""

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.conversations.timeline import EntryKind
from storage.schema import conversations, messages, timeline

_SAID = (EntryKind.MESSAGE, EntryKind.NOTE, EntryKind.MISSED_CALL)


@dataclass(frozen=True, slots=True, kw_only=True)
class PreviewRow:
    """The newest message, note or call of a conversation; ``direction`` and ``state`` a message's.

    ``text`` is None for data, for what was erased, and for a call.
    """

    conversation_id: str
    kind: EntryKind
    at_ms: int
    text: str | None
    direction: str | None
    state: str | None
    author_type: str | None
    author_name: str | None


_INNER = timeline.alias()
_LAST_SAID = (
    select(_INNER.c.seq)
    .where(_INNER.c.conversation_id == conversations.c.id, _INNER.c.kind.in_(_SAID))
    .order_by(_INNER.c.seq.desc())
    .limit(1)
    .correlate(conversations)
    .scalar_subquery()
)
_NEWEST = (
    select(
        conversations.c.id,
        timeline.c.kind,
        timeline.c.at_ms,
        timeline.c.text.label("note"),
        timeline.c.author_name.label("noted_by"),
        messages.c.text,
        messages.c.direction,
        messages.c.state,
        messages.c.author_type,
        messages.c.author_name,
    )
    .select_from(conversations)
    .join(timeline, timeline.c.seq == _LAST_SAID)
    .outerjoin(messages, messages.c.id == timeline.c.message_id)
)


async def of_conversations(
    tx: AsyncConnection, conversation_ids: Collection[str]
) -> dict[str, PreviewRow]:
    """Read that of each, by its id."""
    if not conversation_ids:
        return {}
    chosen = conversations.c.id.in_(list(conversation_ids))
    rows = await tx.execute(_NEWEST.where(chosen))
    return {
        row.id: PreviewRow(
            conversation_id=row.id,
            kind=EntryKind(row.kind),
            at_ms=row.at_ms,
            text=row.text if row.kind == EntryKind.MESSAGE else row.note,
            direction=row.direction,
            state=row.state,
            author_type=row.author_type,
            author_name=row.author_name or row.noted_by,
        )
        for row in rows
    }

"""Owns how long what was written is kept, by inbox, and taking it away after that.

Never what a customer still waits for an answer to, nor what is not sent yet or may be sent again.
"""

from dataclasses import dataclass

from sqlalchemy import null, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from storage import changes
from storage.conversations import mentions
from storage.editing import Edit, edit
from storage.schema import HAS_CONTENT, conversations, inboxes, messages, timeline
from storage.scrubbing import scrub
from storage.states import MessageState

BATCH = 200
_GOES_ON = (MessageState.QUEUED, MessageState.SENDING, MessageState.UNKNOWN)
_WAITS = conversations.c.unanswered_since_ms.is_not(None) & (
    messages.c.created_at_ms >= conversations.c.unanswered_since_ms
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Forgotten:
    """How much of an inbox had been kept for long enough."""

    messages: int = 0
    notes: int = 0


async def set_keep_days(
    tx: AsyncConnection, inbox: str, days: int | None, *, by: str, now_ms: int
) -> Edit:
    """Set how long an inbox keeps what was written; 0: for good; None: as is configured."""
    row = inboxes.c.name == inbox
    done = await edit(tx, inboxes, row, {"keep_days": days}, version=None, now_ms=now_ms)
    if done is Edit.DONE:
        data: dict[str, changes.Json] = {
            "name": inbox,
            "fields": ["keep_days"],
            "keep_days": days,
            "by": by,
        }
        await changes.record(tx, "inbox.updated", now_ms=now_ms, subject=inbox, data=data)
    return done


async def kept_days(tx: AsyncConnection) -> dict[str, int | None]:
    """Tell what was set for each inbox."""
    rows = await tx.execute(select(inboxes.c.name, inboxes.c.keep_days))
    return {row.name: row.keep_days for row in rows}


async def due_messages(tx: AsyncConnection, inbox: str, *, before_ms: int) -> list[str]:
    """List some messages of an inbox that are older and still have their content."""
    query = (
        select(messages.c.id)
        .outerjoin(conversations, conversations.c.id == messages.c.conversation_id)
        .where(
            HAS_CONTENT,
            messages.c.inbox == inbox,
            messages.c.created_at_ms < before_ms,
            messages.c.state.not_in(_GOES_ON),
            or_(conversations.c.id.is_(None), ~_WAITS),
        )
        .order_by(messages.c.created_at_ms)
        .limit(BATCH)
    )
    return list((await tx.execute(query)).scalars())


async def due_notes(tx: AsyncConnection, inbox: str, *, before_ms: int) -> list[int]:
    """List some notes and reasons of an inbox that are older, by their place."""
    of_it = select(conversations.c.id).where(conversations.c.inbox == inbox)
    query = (
        select(timeline.c.seq)
        .where(
            timeline.c.text.is_not(None),
            timeline.c.at_ms < before_ms,
            timeline.c.conversation_id.in_(of_it),
        )
        .order_by(timeline.c.seq)
        .limit(BATCH)
    )
    return list((await tx.execute(query)).scalars())


async def forget_messages(tx: AsyncConnection, ids: list[str], *, now_ms: int) -> None:
    """Take the content out of these; that they were there stays."""
    await scrub(tx, ids, stand_ins=None, now_ms=now_ms)


async def forget_notes(tx: AsyncConnection, seqs: list[int]) -> None:
    """Take the text out of these."""
    await mentions.forget(tx, seqs)
    await tx.execute(update(timeline).where(timeline.c.seq.in_(seqs)).values(text=null()))


async def tell(tx: AsyncConnection, inbox: str, forgotten: Forgotten, *, now_ms: int) -> None:
    """Journal how much was taken away."""
    data: dict[str, changes.Json] = {
        "name": inbox,
        "messages": forgotten.messages,
        "notes": forgotten.notes,
    }
    await changes.record(tx, "inbox.forgotten", now_ms=now_ms, subject=inbox, data=data)

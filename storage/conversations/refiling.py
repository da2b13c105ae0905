"""Owns moving a message whose sender could be read only later, and what it leaves behind."""

from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.conversations import filing, journal, news, waits
from storage.conversations.states import ConversationState, Turn
from storage.schema import conversations, messages, timeline


async def refile(tx: AsyncConnection, message_id: str, *, number: str, now_ms: int) -> None:
    """Put an incoming message into the conversation of its sender, where it is not there yet."""
    query = select(messages.c.conversation_id, messages.c.inbox).where(messages.c.id == message_id)
    row = (await tx.execute(query)).one()
    place = await filing.find_place(
        tx, number=number, inbox=row.inbox, turn=Turn.CUSTOMER, now_ms=now_ms
    )
    if place.conversation_id == row.conversation_id:
        return
    to = {"conversation_id": place.conversation_id}
    await tx.execute(update(messages).where(messages.c.id == message_id).values(to))
    moved = await tx.execute(
        update(timeline)
        .where(timeline.c.message_id == message_id)
        .values(to)
        .returning(timeline.c.seq)
    )
    seq = moved.scalar_one()
    # Whoever is still to be told of it as of something unreadable is told of what it is.
    await news.settle(tx, [seq])
    await filing.take_turn(tx, place, seq=seq, now_ms=now_ms)
    await settle(tx, row.conversation_id, now_ms=now_ms)


async def settle(tx: AsyncConnection, conversation_id: str, *, now_ms: int) -> None:
    """Let a conversation be what is left of it; one that holds nothing any more is closed."""
    of_it = timeline.c.conversation_id == conversation_id
    last_seq = (await tx.execute(select(func.max(timeline.c.seq)).where(of_it))).scalar_one()
    values: dict[str, object] = {
        "last_seq": last_seq or 0,
        "last_in_ms": await _last_ms(tx, conversation_id, "in"),
        "last_out_ms": await _last_ms(tx, conversation_id, "out"),
        "version": conversations.c.version + 1,
    }
    if last_seq is None:
        values |= {
            "state": ConversationState.CLOSED,
            "unanswered_since_ms": None,
            "snoozed_until_ms": None,
        }
    changed = await tx.execute(
        update(conversations)
        .where(conversations.c.id == conversation_id)
        .values(values)
        .returning(conversations.c.contact_id, conversations.c.inbox, conversations.c.state)
    )
    row = changed.one()
    if last_seq is None:
        await waits.forget(tx, conversation_id)
    await journal.record(
        tx,
        "closed" if last_seq is None else "updated",
        conversation_id=conversation_id,
        contact_id=row.contact_id,
        inbox=row.inbox,
        state=ConversationState(row.state),
        now_ms=now_ms,
    )


async def _last_ms(tx: AsyncConnection, conversation_id: str, direction: str) -> int | None:
    query = select(func.max(messages.c.created_at_ms)).where(
        messages.c.conversation_id == conversation_id, messages.c.direction == direction
    )
    last_ms: int | None = (await tx.execute(query)).scalar_one()
    return last_ms

"""Owns taking out of conversations what passed with numbers that are another contact's now."""

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import func, insert, or_, select, update
from sqlalchemy.engine import RowMapping
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.conversations import journal
from storage.conversations.joining import wait_anew
from storage.conversations.states import ConversationState
from storage.conversations.timeline import EntryKind
from storage.ids import Prefix, new_id
from storage.schema import alerts, conversation_tags, conversations, messages, timeline, waits


async def divide_all(
    tx: AsyncConnection, *, from_id: str, to_id: str, numbers: Collection[str], now_ms: int
) -> None:
    """Give what passed with these numbers to conversations of another contact.

    Notes, hand-overs and changes of state are about a conversation, not a number: they stay.
    """
    query = select(conversations).where(conversations.c.contact_id == from_id)
    for row in (await tx.execute(query.with_for_update())).mappings().all():
        theirs = await _rows_of(tx, row["id"], numbers)
        if theirs:
            await _divide(tx, row, theirs, to_id=to_id, now_ms=now_ms)


async def _rows_of(
    tx: AsyncConnection, conversation_id: str, numbers: Collection[str]
) -> list[int]:
    of_numbers = or_(messages.c.contact.in_(numbers), timeline.c.number.in_(numbers))
    query = (
        select(timeline.c.seq)
        .outerjoin(messages, messages.c.id == timeline.c.message_id)
        .where(timeline.c.conversation_id == conversation_id, of_numbers)
        .order_by(timeline.c.seq)
    )
    return list((await tx.execute(query)).scalars())


async def _divide(
    tx: AsyncConnection, row: RowMapping, theirs: list[int], *, to_id: str, now_ms: int
) -> None:
    made_id = new_id(Prefix.CONVERSATION, now_ms=now_ms)
    made = {**row, "id": made_id, "contact_id": to_id, "version": 1, "created_at_ms": now_ms}
    await tx.execute(insert(conversations), made)
    for first in range(0, len(theirs), _BATCH):
        await _move(tx, made_id, theirs[first : first + _BATCH])
    of_it = conversation_tags.c.conversation_id == row["id"]
    for tag in list((await tx.execute(select(conversation_tags.c.tag).where(of_it))).scalars()):
        await tx.execute(insert(conversation_tags), {"conversation_id": made_id, "tag": tag})
    # A reply by code would go to whoever wrote last, which is no longer sure to be the same person.
    codes = (alerts.c.conversation_id == row["id"], alerts.c.expires_at_ms > now_ms)
    await tx.execute(update(alerts).where(*codes).values(expires_at_ms=now_ms))
    for conversation_id in (row["id"], made_id):
        await _settle(tx, conversation_id, row, now_ms=now_ms)


_BATCH = 500


async def _move(tx: AsyncConnection, made_id: str, seqs: list[int]) -> None:
    moved = timeline.c.seq.in_(seqs)
    await tx.execute(update(timeline).where(moved).values(conversation_id=made_id))
    ids = select(timeline.c.message_id).where(moved, timeline.c.message_id.is_not(None))
    await tx.execute(update(messages).where(messages.c.id.in_(ids)).values(conversation_id=made_id))


async def _settle(
    tx: AsyncConnection, conversation_id: str, before: RowMapping, *, now_ms: int
) -> None:
    """Let one half be what its own history makes of it."""
    settled_ms = await _settled_ms(tx, conversation_id)
    values = _half(before, await _history(tx, conversation_id), settled_ms=settled_ms)
    values["last_seq"] = await _last_seq(tx, conversation_id)
    of_it = conversations.c.id == conversation_id
    changed = await tx.execute(
        update(conversations).where(of_it).values(values).returning(conversations.c.contact_id)
    )
    await wait_anew(
        tx,
        conversation_id,
        inbox=before["inbox"],
        state=values["state"],
        since_ms=values["unanswered_since_ms"],
    )
    await journal.record(
        tx,
        "updated" if conversation_id == before["id"] else "created",
        conversation_id=conversation_id,
        contact_id=changed.scalar_one(),
        inbox=before["inbox"],
        state=values["state"],
        now_ms=now_ms,
    )


def _half(before: RowMapping, rows: Sequence[Any], *, settled_ms: int) -> dict[str, Any]:
    """``settled_ms``: what came up to then was answered, whatever the other half waits for."""
    incoming = [row.at_ms for row in rows if row.direction != "out"]
    outgoing = [row.at_ms for row in rows if row.direction == "out"]
    since_ms = before["unanswered_since_ms"]
    unsettled = [at_ms for at_ms in incoming if at_ms > settled_ms]
    waiting = [] if since_ms is None else [at_ms for at_ms in unsettled if at_ms >= since_ms]
    state = ConversationState(before["state"])
    if not rows:
        state = ConversationState.CLOSED
    elif state is ConversationState.OPEN and since_ms is not None and not waiting:
        state = ConversationState.WAITING
    sleeps = state is ConversationState.SNOOZED
    values: dict[str, Any] = {
        "state": state,
        "snoozed_until_ms": before["snoozed_until_ms"] if sleeps else None,
        "unanswered_since_ms": min(waiting, default=None),
        "last_in_ms": max(incoming, default=None),
        "last_out_ms": max(outgoing, default=None),
        "version": conversations.c.version + 1,
    }
    if numbers := [row.number for row in rows if row.number is not None]:
        values["number"] = numbers[-1]
    return values


async def _history(tx: AsyncConnection, conversation_id: str) -> list[Any]:
    """What passed there, in order: when, which way (a call has none), and with which number."""
    number = func.coalesce(messages.c.contact, timeline.c.number).label("number")
    query = (
        select(timeline.c.at_ms, messages.c.direction, number)
        .outerjoin(messages, messages.c.id == timeline.c.message_id)
        .where(
            timeline.c.conversation_id == conversation_id,
            or_(timeline.c.message_id.is_not(None), timeline.c.kind == "missed_call"),
        )
        .order_by(timeline.c.seq)
    )
    return list(await tx.execute(query))


async def _settled_ms(tx: AsyncConnection, conversation_id: str) -> int:
    """Tell when somebody last answered or closed what had come there; 0: never."""
    here = timeline.c.conversation_id == conversation_id
    answered = (
        select(func.max(waits.c.ended_ms))
        .join(timeline, timeline.c.message_id == waits.c.answer_id)
        .where(here)
    )
    closed = select(func.max(timeline.c.at_ms)).where(here, timeline.c.kind == EntryKind.CLOSED)
    times = [(await tx.execute(query)).scalar_one() for query in (answered, closed)]
    return max(at_ms or 0 for at_ms in times)


async def _last_seq(tx: AsyncConnection, conversation_id: str) -> int:
    newest = select(func.max(timeline.c.seq)).where(timeline.c.conversation_id == conversation_id)
    return (await tx.execute(newest)).scalar_one() or 0

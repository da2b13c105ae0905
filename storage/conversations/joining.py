"""Owns making one conversation of two of the same inbox, when their contacts turn out to be one."""

from typing import Any

from sqlalchemy import delete, select, update
from sqlalchemy.engine import RowMapping
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.conversations import journal, reads, timeline, waits
from storage.conversations.states import ConversationState
from storage.conversations.timeline import Author, EntryKind, NewEntry
from storage.repointing import repoint
from storage.schema import conversations, messages

_FIRST_OF = (
    ConversationState.OPEN,
    ConversationState.SNOOZED,
    ConversationState.WAITING,
    ConversationState.CLOSED,
)
"""What two conversations are together: that of theirs which asks most of us."""

_URGENCIES = ("urgent", "high", "normal", "low")


async def join_all(tx: AsyncConnection, *, into_id: str, from_id: str, now_ms: int) -> None:
    """Give the conversations of one contact to another; two of one inbox become one."""
    there = {row["inbox"]: row for row in await _of(tx, into_id)}
    for row in await _of(tx, from_id):
        if row["inbox"] in there:
            await _join(tx, there[row["inbox"]], row, now_ms=now_ms)
        else:
            moved = update(conversations).where(conversations.c.id == row["id"])
            await tx.execute(moved.values(contact_id=into_id))


async def tell_all(
    tx: AsyncConnection, contact_id: str, kind: EntryKind, *, by: Author, now_ms: int
) -> None:
    """Say in each conversation of a contact what was done to it, and by whom."""
    for row in await _of(tx, contact_id):
        entry = NewEntry(kind=kind, author=by)
        seq = await timeline.append(tx, row["id"], entry, now_ms=now_ms)
        values = {"last_seq": seq, "version": row["version"] + 1}
        await tx.execute(
            update(conversations).where(conversations.c.id == row["id"]).values(values)
        )
        await journal.record(
            tx,
            "updated",
            conversation_id=row["id"],
            contact_id=contact_id,
            inbox=row["inbox"],
            state=ConversationState(row["state"]),
            now_ms=now_ms,
            more={"by": by.id},
        )


async def _of(tx: AsyncConnection, contact_id: str) -> list[RowMapping]:
    query = select(conversations).where(conversations.c.contact_id == contact_id)
    return list((await tx.execute(query.with_for_update())).mappings())


async def _join(tx: AsyncConnection, into: RowMapping, other: RowMapping, *, now_ms: int) -> None:
    to = {"conversation_id": into["id"]}
    for row in (into, other):
        await waits.forget(tx, row["id"])
    await reads.join(tx, into_id=into["id"], other_id=other["id"])
    await tx.execute(update(messages).where(messages.c.conversation_id == other["id"]).values(to))
    await repoint(tx, conversations.c.id, old=other["id"], new=into["id"])
    await tx.execute(delete(conversations).where(conversations.c.id == other["id"]))
    values = _joined(into, other)
    await tx.execute(update(conversations).where(conversations.c.id == into["id"]).values(values))
    await wait_anew(
        tx,
        into["id"],
        inbox=into["inbox"],
        state=values["state"],
        since_ms=values["unanswered_since_ms"],
    )
    await journal.record(
        tx,
        "joined",
        conversation_id=other["id"],
        contact_id=into["contact_id"],
        inbox=into["inbox"],
        state=values["state"],
        now_ms=now_ms,
        more={"into": into["id"]},
    )


async def wait_anew(
    tx: AsyncConnection,
    conversation_id: str,
    *,
    inbox: str,
    state: ConversationState,
    since_ms: int | None,
) -> None:
    """Let the customer wait there since then, or not at all; whatever was told of it before."""
    await waits.forget(tx, conversation_id)
    if since_ms is not None:
        await waits.begin(tx, conversation_id, inbox=inbox, now_ms=since_ms)
        if state is ConversationState.SNOOZED:
            await waits.pause(tx, conversation_id)


def _joined(into: RowMapping, other: RowMapping) -> dict[str, Any]:
    pair = (into, other)
    state = min((ConversationState(row["state"]) for row in pair), key=_FIRST_OF.index)
    newest = max(pair, key=lambda row: row["last_seq"])
    has = into if into["person_id"] or into["team_id"] else other
    sleeps = state is ConversationState.SNOOZED
    return {
        "state": state,
        "number": newest["number"],
        "last_seq": newest["last_seq"],
        "person_id": has["person_id"],
        "team_id": has["team_id"],
        "priority": min((row["priority"] for row in pair), key=_URGENCIES.index),
        "snoozed_until_ms": _one(pair, "snoozed_until_ms", min) if sleeps else None,
        "unanswered_since_ms": _one(pair, "unanswered_since_ms", min),
        "held_since_ms": _one(pair, "held_since_ms", min),
        "last_in_ms": _one(pair, "last_in_ms", max),
        "last_out_ms": _one(pair, "last_out_ms", max),
        "answered_ms": _one(pair, "answered_ms", max),
        "created_at_ms": _one(pair, "created_at_ms", min),
        "version": into["version"] + other["version"] + 1,
    }


def _one(pair: tuple[RowMapping, RowMapping], name: str, choose: Any) -> int | None:
    values = [row[name] for row in pair if row[name] is not None]
    return choose(values) if values else None

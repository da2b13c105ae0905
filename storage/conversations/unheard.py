"""Owns what becomes of a wait whose answer never arrived: the customer waits again, since then.

Works in the transaction in which the answer's fate is written.
"""

from sqlalchemy import exists, select, update
from sqlalchemy.engine import RowMapping
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.conversations import journal, timeline, waits
from storage.conversations.states import ConversationState
from storage.conversations.timeline import EntryKind, NewEntry
from storage.schema import IS_BLOCKED, contacts, conversations, messages
from storage.schema import waits as waits_table
from storage.states import MessageState

NEVER_ARRIVED = frozenset(
    {
        MessageState.FAILED,
        MessageState.UNDELIVERED,
        MessageState.EXPIRED,
        MessageState.CANCELED,
    }
)
# We do not hear them, or nothing of theirs is left: nobody is to wait. Who opted out waits, and
# nothing is due to them until they write or opt in again.
_NOBODYS = frozenset({"contact_blocked", "contact_erased"})


async def answer_lost(
    tx: AsyncConnection, message_id: str, state: MessageState, *, code: str | None, now_ms: int
) -> None:
    """Let the customer wait again whom this message answered; ``code`` is why it did not arrive."""
    if code in _NOBODYS:
        return
    wait = await _answered_by(tx, message_id)
    if wait is None:
        return
    later = await _later(tx, wait["conversation_id"], message_id, since_ms=wait["ended_ms"])
    if later is not None:
        await waits.answered_by(tx, wait["seq"], later)
        return
    row = await _heard(tx, wait["conversation_id"])
    if row is None or (row["state"] == ConversationState.CLOSED and _is_taken_back(state, code)):
        return
    if row["unanswered_since_ms"] is None:
        await waits.reopen(tx, wait["seq"])
        becomes = ConversationState.OPEN
    else:
        await waits.join(tx, wait["seq"])
        becomes = ConversationState(row["state"])
    await _wait_again(tx, row, becomes, since_ms=wait["since_ms"], now_ms=now_ms)


def _is_taken_back(state: MessageState, code: str | None) -> bool:
    """Whether one of us wanted it not to go; an opt-out takes along what was to go."""
    return state is MessageState.CANCELED and code != "opted_out"


async def _answered_by(tx: AsyncConnection, message_id: str) -> RowMapping | None:
    columns = (
        waits_table.c.seq,
        waits_table.c.conversation_id,
        waits_table.c.since_ms,
        waits_table.c.ended_ms,
    )
    # A store that an earlier version wrote may hold two: they have waited since the first.
    query = (
        select(*columns).where(waits_table.c.answer_id == message_id).order_by(waits_table.c.seq)
    )
    return (await tx.execute(query.limit(1))).mappings().one_or_none()


async def _later(
    tx: AsyncConnection, conversation_id: str, message_id: str, *, since_ms: int
) -> str | None:
    """Find what a person has written to them since, and which has not failed too."""
    query = (
        select(messages.c.id)
        .where(
            messages.c.conversation_id == conversation_id,
            messages.c.id != message_id,
            messages.c.direction == "out",
            messages.c.author_type == "person",
            messages.c.created_at_ms >= since_ms,
            messages.c.state.not_in(NEVER_ARRIVED),
        )
        .order_by(messages.c.seq)
        .limit(1)
    )
    found: str | None = (await tx.execute(query)).scalar_one_or_none()
    return found


async def _heard(tx: AsyncConnection, conversation_id: str) -> RowMapping | None:
    """Read and lock the conversation, unless its customer is blocked."""
    blocked = exists().where(contacts.c.id == conversations.c.contact_id, IS_BLOCKED)
    query = (
        select(conversations)
        .where(conversations.c.id == conversation_id, ~blocked)
        .with_for_update()
    )
    return (await tx.execute(query)).mappings().one_or_none()


async def _wait_again(
    tx: AsyncConnection, row: RowMapping, state: ConversationState, *, since_ms: int, now_ms: int
) -> None:
    entry = NewEntry(kind=EntryKind.ANSWER_LOST)
    seq = await timeline.append(tx, row["id"], entry, now_ms=now_ms)
    done = await tx.execute(
        update(conversations)
        .where(conversations.c.id == row["id"], conversations.c.version == row["version"])
        .values(
            state=state,
            unanswered_since_ms=since_ms,
            snoozed_until_ms=row["snoozed_until_ms"] if state == row["state"] else None,
            last_seq=seq,
            version=row["version"] + 1,
        )
    )
    if done.rowcount != 1:
        raise LookupError(row["id"])
    await journal.record(
        tx,
        "updated" if state == row["state"] else "reopened",
        conversation_id=row["id"],
        contact_id=row["contact_id"],
        inbox=row["inbox"],
        state=state,
        now_ms=now_ms,
    )

"""Owns what each person has read of each conversation, and so what is unread to them.

A conversation is unread to a person where the customer wrote or rang after what they read and
nobody has answered since, or where they marked it so. What a colleague has answered is done.
"""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    ColumnElement,
    and_,
    bindparam,
    delete,
    exists,
    func,
    insert,
    or_,
    select,
    union,
    update,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.conversations.states import ConversationState
from storage.conversations.timeline import EntryKind
from storage.schema import (
    IS_BLOCKED,
    IS_MARKED,
    IS_UNANSWERED,
    contacts,
    conversations,
    messages,
    reads,
    timeline,
)

_MINE = and_(
    reads.c.person_id == bindparam("of_person"),
    reads.c.conversation_id == bindparam("of_conversation"),
)
_POSITION = select(reads.c.seq, reads.c.marked).where(_MINE)
_MOVE = (
    update(reads)
    .where(_MINE)
    .values(seq=bindparam("to_seq"), marked=bindparam("as_marked"), read_ms=bindparam("now"))
)
_CUSTOMERS = or_(timeline.c.kind == EntryKind.MISSED_CALL, messages.c.direction == "in")


async def move(
    tx: AsyncConnection,
    *,
    person_id: str,
    conversation_id: str,
    seq: int,
    now_ms: int,
) -> bool:
    """Let a person have read up to a row of the timeline; never back. False: nothing changed."""
    key = {"of_person": person_id, "of_conversation": conversation_id}
    row = (await tx.execute(_POSITION, key)).one_or_none()
    if row is not None and row.seq >= seq and not row.marked:
        return False
    to_seq = seq if row is None else max(seq, row.seq)
    await _put(tx, key, is_new=row is None, to_seq=to_seq, marked=False, now_ms=now_ms)
    return True


async def mark_unread(
    tx: AsyncConnection, *, person_id: str, conversation_id: str, now_ms: int
) -> bool:
    """Let it be unread to a person until they read it again. False: it was marked already."""
    key = {"of_person": person_id, "of_conversation": conversation_id}
    row = (await tx.execute(_POSITION, key)).one_or_none()
    if row is not None and row.marked:
        return False
    to_seq = 0 if row is None else row.seq
    await _put(tx, key, is_new=row is None, to_seq=to_seq, marked=True, now_ms=now_ms)
    return True


async def join(tx: AsyncConnection, *, into_id: str, other_id: str) -> None:
    """Before one conversation becomes a part of another: nothing is read that was not in either."""
    both = (into_id, other_id)
    newest = dict.fromkeys(both, 0)
    newest_of = (
        select(timeline.c.conversation_id, func.max(timeline.c.seq))
        .select_from(timeline.outerjoin(messages, messages.c.id == timeline.c.message_id))
        .where(timeline.c.conversation_id.in_(both), _CUSTOMERS)
        .group_by(timeline.c.conversation_id)
    )
    newest.update((row[0], row[1]) for row in (await tx.execute(newest_of)).all())
    of_both = reads.c.conversation_id.in_(both)
    had: dict[str, list[Any]] = {}
    for row in (await tx.execute(select(reads).where(of_both))).all():
        had.setdefault(row.person_id, []).append(row)
    await tx.execute(delete(reads).where(of_both))
    for person_id, rows in had.items():
        seqs = dict.fromkeys(both, 0) | {row.conversation_id: row.seq for row in rows}
        unread = [seq for each, seq in seqs.items() if seq < newest[each]]
        united = {
            "person_id": person_id,
            "conversation_id": into_id,
            "seq": min(unread, default=max(seqs.values())),
            "marked": any(row.marked for row in rows),
            "read_ms": max(row.read_ms for row in rows),
        }
        await tx.execute(insert(reads), united)


async def _put(
    tx: AsyncConnection,
    key: dict[str, str],
    *,
    is_new: bool,
    to_seq: int,
    marked: bool,
    now_ms: int,
) -> None:
    if not is_new:
        await tx.execute(_MOVE, {**key, "to_seq": to_seq, "as_marked": marked, "now": now_ms})
        return
    row = {"person_id": key["of_person"], "conversation_id": key["of_conversation"]}
    await tx.execute(insert(reads), {**row, "seq": to_seq, "marked": marked, "read_ms": now_ms})


def _position(person_id: str) -> ColumnElement[int]:
    """What a person has read of the conversation at hand."""
    mine = (
        select(reads.c.seq)
        .where(reads.c.person_id == person_id, reads.c.conversation_id == conversations.c.id)
        .correlate(conversations)
        .scalar_subquery()
    )
    return func.coalesce(mine, 0)


def is_unread(person_id: str) -> ColumnElement[bool]:
    """Give the condition on conversations that are unread to a person."""
    position = _position(person_id)
    wrote = exists(
        select(timeline.c.seq)
        .select_from(timeline.outerjoin(messages, messages.c.id == timeline.c.message_id))
        .where(
            timeline.c.conversation_id == conversations.c.id,
            timeline.c.seq > position,
            _CUSTOMERS,
        )
        .correlate(conversations)
    )
    # Two selects, each of few rows by an index of its own; an OR would look at every conversation.
    marked = select(reads.c.conversation_id).where(IS_MARKED, reads.c.person_id == person_id)
    # Where they have read nothing, what nobody has answered need not be looked for.
    unanswered = select(conversations.c.id).where(
        IS_UNANSWERED, conversations.c.last_seq > position, or_(position == 0, wrote)
    )
    return conversations.c.id.in_(union(marked, unanswered))


async def unread_of(
    tx: AsyncConnection, person_id: str, conversation_ids: Collection[str]
) -> dict[str, int]:
    """Count what customers wrote or rang that a person has not read; 1 where it is but marked.

    Conversations in which nothing is unread are left out.
    """
    if not conversation_ids:
        return {}
    # By the key of each; is_unread would first gather all that nobody has answered.
    marked = select(reads.c.conversation_id).where(
        IS_MARKED, reads.c.person_id == person_id, reads.c.conversation_id.in_(conversation_ids)
    )
    counts: dict[str, int] = dict.fromkeys((await tx.execute(marked)).scalars(), 1)
    position = _position(person_id)
    counted = (
        select(timeline.c.conversation_id, func.count())
        .join(conversations, conversations.c.id == timeline.c.conversation_id)
        .outerjoin(messages, messages.c.id == timeline.c.message_id)
        .where(conversations.c.id.in_(conversation_ids), IS_UNANSWERED)
        .where(conversations.c.last_seq > position, timeline.c.seq > position, _CUSTOMERS)
        .group_by(timeline.c.conversation_id)
    )
    found: Any = (await tx.execute(counted)).all()
    counts.update((row[0], row[1]) for row in found)
    return counts


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """So many conversations are of this person or team; None: of nobody."""

    person_id: str | None
    team_id: str | None
    many: int


async def tally(
    tx: AsyncConnection,
    *,
    inboxes: Collection[str] | None,
    unread_by: str | None = None,
) -> list[Tally]:
    """Count open conversations, or those that are unread to a person, by whose they are.

    ``inboxes`` None: of all. Those of blocked contacts are left out.
    """
    blocked = select(contacts.c.id).where(IS_BLOCKED)
    query = (
        select(conversations.c.person_id, conversations.c.team_id, func.count().label("many"))
        .where(conversations.c.contact_id.not_in(blocked))
        .group_by(conversations.c.person_id, conversations.c.team_id)
    )
    if unread_by is None:
        query = query.where(conversations.c.state == ConversationState.OPEN)
    else:
        query = query.where(is_unread(unread_by))
    if inboxes is not None:
        query = query.where(conversations.c.inbox.in_(inboxes))
    return [Tally(**row) for row in (await tx.execute(query)).mappings()]

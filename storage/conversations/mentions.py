"""Owns whom notes mention, and which of that a person has not seen.

A mention is seen by whoever has read the conversation up to its note (:mod:`reads`). It goes when
the note's words go.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, delete, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.conversations.timeline import Mention
from storage.schema import conversations, mentions, people, reads, timeline


@dataclass(frozen=True, slots=True, kw_only=True)
class MentionRow(Mention):
    """As stored, with what the person is called now."""

    name: str


_OF_ENTRIES = (
    select(
        mentions.c.seq,
        mentions.c.start,
        mentions.c.stop,
        mentions.c.person_id,
        people.c.display_name,
    )
    .join(people, people.c.id == mentions.c.person_id)
    .order_by(mentions.c.seq, mentions.c.start, people.c.display_name, people.c.id)
)


async def of_entries(tx: AsyncConnection, seqs: Collection[int]) -> dict[int, Sequence[MentionRow]]:
    """Give whom these rows of timelines mention, in the order of their texts; of a team, each."""
    found: dict[int, list[MentionRow]] = {}
    if not seqs:
        return {}
    for row in await tx.execute(_OF_ENTRIES.where(mentions.c.seq.in_(seqs))):
        found.setdefault(row.seq, []).append(
            MentionRow(
                person_id=row.person_id, start=row.start, stop=row.stop, name=row.display_name
            )
        )
    return {**found}


def is_mentioned(person_id: str | None) -> ColumnElement[bool]:
    """Give the condition on conversations in which a note mentions a person."""
    return conversations.c.id.in_(_of(person_id))


def is_unseen(person_id: str | None) -> ColumnElement[bool]:
    """Give the condition on conversations with a mention that the person has not seen."""
    return conversations.c.id.in_(_of(person_id).where(_beyond(person_id)))


async def unseen_of(
    tx: AsyncConnection, person_id: str, conversation_ids: Collection[str]
) -> dict[str, int]:
    """Count the notes that mention a person who has not seen them; none: left out."""
    if not conversation_ids:
        return {}
    query = (
        select(timeline.c.conversation_id, func.count(mentions.c.seq.distinct()))
        .join_from(mentions, timeline, timeline.c.seq == mentions.c.seq)
        .where(
            mentions.c.person_id == person_id,
            timeline.c.conversation_id.in_(conversation_ids),
            _beyond(person_id),
        )
        .group_by(timeline.c.conversation_id)
    )
    found: Any = (await tx.execute(query)).all()
    return {row[0]: row[1] for row in found}


async def forget(tx: AsyncConnection, seqs: Collection[int] | Select[tuple[int]]) -> None:
    """Let these rows of timelines mention nobody: their words go."""
    await tx.execute(delete(mentions).where(mentions.c.seq.in_(seqs)))


def _of(person_id: str | None) -> Select[tuple[str]]:
    return (
        select(timeline.c.conversation_id)
        .join_from(mentions, timeline, timeline.c.seq == mentions.c.seq)
        .where(mentions.c.person_id == person_id)
    )


def _beyond(person_id: str | None) -> ColumnElement[bool]:
    """Say that a mention is after what the person has read of its conversation."""
    read = (
        select(reads.c.seq)
        .where(
            reads.c.person_id == person_id, reads.c.conversation_id == timeline.c.conversation_id
        )
        .correlate(timeline)
        .scalar_subquery()
    )
    return mentions.c.seq > func.coalesce(read, 0)

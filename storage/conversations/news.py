"""Owns what people are still to be told of by itself, and what they were told and have not seen.

What is new is noted with what it is: a customer's text or call, a note that mentions somebody, a
hand-over to a person.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy import bindparam, delete, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.conversations.timeline import EntryKind
from storage.prepared import Prepared
from storage.schema import news, reads, timeline, told_news


@dataclass(frozen=True, slots=True, kw_only=True)
class NewsRow:
    """One thing to tell of."""

    seq: int
    conversation_id: str
    kind: EntryKind
    at_ms: int
    person_id: str | None
    """To whom it was handed."""
    author_id: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ToldRow:
    """Up to where, and when, somebody was told of a conversation last."""

    seq: int
    at_ms: int


_ADD = Prepared(insert(news))
_NEXT = select(func.min(news.c.at_ms))
_DUE = (
    select(
        news.c.seq,
        timeline.c.conversation_id,
        timeline.c.kind,
        news.c.at_ms,
        timeline.c.person_id,
        timeline.c.author_id,
    )
    .join(timeline, timeline.c.seq == news.c.seq)
    .where(news.c.at_ms <= bindparam("before"))
    .order_by(news.c.seq)
    .limit(bindparam("row_limit"))
)
_READ = select(reads.c.person_id, reads.c.seq).where(
    reads.c.conversation_id == bindparam("of_conversation")
)
_TOLD = select(told_news.c.person_id, told_news.c.seq, told_news.c.at_ms).where(
    told_news.c.conversation_id == bindparam("of_conversation")
)


async def add(tx: AsyncConnection, seq: int, *, now_ms: int) -> None:
    """Let people be told of a row of a timeline."""
    await _ADD.execute(tx, {"seq": seq, "at_ms": now_ms})


async def next_ms(tx: AsyncConnection) -> int | None:
    """Tell since when the oldest waits; None: there is nothing to tell."""
    oldest: int | None = (await tx.execute(_NEXT)).scalar_one()
    return oldest


async def due(tx: AsyncConnection, *, before_ms: int, limit: int) -> list[NewsRow]:
    """List what has waited since then or longer, in the order in which it happened."""
    rows = (await tx.execute(_DUE, {"before": before_ms, "row_limit": limit})).mappings()
    return [NewsRow(**{**row, "kind": EntryKind(row["kind"])}) for row in rows]


async def settle(tx: AsyncConnection, seqs: Sequence[int]) -> None:
    """Let these be told: it is done, or need not be."""
    await tx.execute(delete(news).where(news.c.seq.in_(seqs)))


async def put_off(tx: AsyncConnection, seqs: Sequence[int], *, at_ms: int) -> None:
    """Let these wait as if they were of that time."""
    await tx.execute(update(news).where(news.c.seq.in_(seqs)).values(at_ms=at_ms))


async def read_up_to(tx: AsyncConnection, conversation_id: str) -> dict[str, int]:
    """Tell up to where people have read a conversation, by their ids."""
    rows = await tx.execute(_READ, {"of_conversation": conversation_id})
    return {row.person_id: row.seq for row in rows}


async def told_of(tx: AsyncConnection, conversation_id: str) -> dict[str, ToldRow]:
    """Tell who was told of a conversation, by their ids."""
    rows = await tx.execute(_TOLD, {"of_conversation": conversation_id})
    return {row.person_id: ToldRow(seq=row.seq, at_ms=row.at_ms) for row in rows}


async def called_since(
    tx: AsyncConnection, person_ids: Collection[str], *, since_ms: int
) -> dict[str, int]:
    """Tell which of these people were told by more than the page since then, and when last."""
    last = func.max(told_news.c.called_ms)
    query = (
        select(told_news.c.person_id, last)
        .where(told_news.c.person_id.in_(person_ids), told_news.c.called_ms >= since_ms)
        .group_by(told_news.c.person_id)
    )
    return {row[0]: row[1] for row in (await tx.execute(query)).all()}


async def mark_told(
    tx: AsyncConnection,
    *,
    person_id: str,
    conversation_id: str,
    seq: int,
    called: bool,
    now_ms: int,
) -> None:
    """Note that somebody was told of a row, ``called`` by more than the page."""
    values = {"seq": seq, "at_ms": now_ms, **({"called_ms": now_ms} if called else {})}
    key = {"person_id": person_id, "conversation_id": conversation_id}
    mine = (
        told_news.c.person_id == person_id,
        told_news.c.conversation_id == conversation_id,
    )
    changed = await tx.execute(update(told_news).where(*mine).values(values))
    if changed.rowcount == 0:
        await tx.execute(insert(told_news), {"called_ms": None, **key, **values})


async def mark_called(
    tx: AsyncConnection, *, person_id: str, conversation_ids: Collection[str], now_ms: int
) -> None:
    """Note that somebody was called of conversations, of whose news they were told or are now."""
    theirs = (
        told_news.c.person_id == person_id,
        told_news.c.conversation_id.in_(conversation_ids),
    )
    await tx.execute(update(told_news).where(*theirs).values(called_ms=now_ms))

"""Owns the record of what routing decided about a message or a missed call, and why.

A record holds no text of the message, so that it may stay when the text is erased.
"""

from collections.abc import Collection, Mapping
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.ids import Prefix, new_id
from storage.prepared import Prepared
from storage.schema import decisions

_INSERT = Prepared(insert(decisions))


async def add(
    tx: AsyncConnection,
    record: Mapping[str, Any],
    *,
    message_id: str | None = None,
    timeline_seq: int | None = None,
    now_ms: int,
) -> None:
    """Keep a decision with the message, or the missed call, that it is about."""
    row = {"id": new_id(Prefix.DECISION, now_ms=now_ms), "at_ms": now_ms, "record": dict(record)}
    await _INSERT.execute(tx, {**row, "message_id": message_id, "timeline_seq": timeline_seq})


async def of_message(tx: AsyncConnection, message_id: str) -> Mapping[str, Any] | None:
    """Read what was decided about a message; None: nothing was."""
    query = select(decisions.c.record).where(decisions.c.message_id == message_id)
    record: Mapping[str, Any] | None = (await tx.execute(query)).scalar_one_or_none()
    return record


async def of_calls(tx: AsyncConnection, seqs: Collection[int]) -> dict[int, Mapping[str, Any]]:
    """Read what was decided about the missed calls of these rows of a timeline."""
    if not seqs:
        return {}
    query = select(decisions.c.timeline_seq, decisions.c.record).where(
        decisions.c.timeline_seq.in_(set(seqs))
    )
    return {row.timeline_seq: row.record for row in await tx.execute(query)}

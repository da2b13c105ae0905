"""Owns the changes journal: what happened, written with what it tells, read by cursor.

Holds ids, states and salted digests, never text or numbers; readers join the bodies. A cursor is
an event's id; the order is ``seq``, which on SQLite is commit order because there is one writer.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from sqlalchemy import bindparam, delete, func, insert, select
from sqlalchemy.engine import RowMapping
from sqlalchemy.ext.asyncio import AsyncConnection

from storage import audit
from storage.errors import CursorExpired
from storage.ids import Prefix, new_id
from storage.prepared import Prepared
from storage.schema import changes

Json: TypeAlias = "str | int | float | bool | Mapping[str, Json] | list[Json] | None"


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One happening. ``subject`` is the id or name of what it happened to."""

    id: str
    seq: int
    type: str
    subject: str
    data: Mapping[str, Json]
    created_at_ms: int


AHEAD_MS = 3_600_000
"""So far ahead of the clock an event is not of the future yet, where old ones go."""

_INSERT = Prepared(insert(changes))
_SEQ_OF = select(changes.c.seq).where(changes.c.id == bindparam("cursor"))
_AFTER = (
    select(changes)
    .where(changes.c.seq > bindparam("after_seq"))
    .order_by(changes.c.seq)
    .limit(bindparam("row_limit"))
)
_NEWEST = select(changes.c.id).order_by(changes.c.seq.desc()).limit(1)
_OLDEST = select(changes.c.id).order_by(changes.c.seq).limit(1)


async def record(
    tx: AsyncConnection, type_: str, *, now_ms: int, subject: str, data: Mapping[str, Json]
) -> str:
    """Add an event in the transaction of what it tells; give its id. The audit follows it."""
    event_id = new_id(Prefix.EVENT, now_ms=now_ms)
    await _INSERT.execute(
        tx,
        {
            "id": event_id,
            "type": type_,
            "subject": subject,
            "data": dict(data),
            "created_at_ms": now_ms,
        },
    )
    await audit.follow_change(tx, type_, subject=subject, data=data, now_ms=now_ms)
    return event_id


async def record_message(
    tx: AsyncConnection,
    what: str,
    message_id: str,
    state: str,
    *,
    now_ms: int,
    data: Mapping[str, Json] | None = None,
) -> str:
    """Add ``message.<what>`` with the message's id and state; give the event's id."""
    facts: dict[str, Json] = {"id": message_id, "state": state}
    return await record(
        tx, f"message.{what}", now_ms=now_ms, subject=message_id, data=facts | dict(data or {})
    )


async def after(
    tx: AsyncConnection, cursor: str | None, limit: int, types: Collection[str] | None = None
) -> list[Change]:
    """List up to ``limit`` events after the one that ``cursor`` names, oldest first.

    None starts at the oldest kept. Raises CursorExpired for a cursor that is not kept.
    """
    after_seq = 0
    if cursor is not None:
        found = (await tx.execute(_SEQ_OF, {"cursor": cursor})).scalar_one_or_none()
        if found is None:
            raise CursorExpired(cursor=cursor)
        after_seq = found
    statement = _AFTER if types is None else _AFTER.where(changes.c.type.in_(types))
    rows = await tx.execute(statement, {"after_seq": after_seq, "row_limit": limit})
    return [_change(row) for row in rows.mappings()]


async def by_ids(tx: AsyncConnection, event_ids: Collection[str]) -> list[Change]:
    """Read these events, oldest first; those that are no longer kept are not in the answer."""
    if not event_ids:
        return []
    query = select(changes).where(changes.c.id.in_(set(event_ids))).order_by(changes.c.seq)
    return [_change(row) for row in (await tx.execute(query)).mappings()]


def _change(row: RowMapping) -> Change:
    return Change(
        id=row["id"],
        seq=row["seq"],
        type=row["type"],
        subject=row["subject"],
        data=row["data"],
        created_at_ms=row["created_at_ms"],
    )


async def latest(tx: AsyncConnection) -> str | None:
    """Give the newest event's id, None while nothing has happened."""
    newest: str | None = (await tx.execute(_NEWEST)).scalar_one_or_none()
    return newest


async def oldest(tx: AsyncConnection) -> str | None:
    """Give the oldest kept event's id."""
    first: str | None = (await tx.execute(_OLDEST)).scalar_one_or_none()
    return first


async def prune(tx: AsyncConnection, before_ms: int, *, now_ms: int) -> int:
    """Forget events older than ``before_ms``; give how many.

    The newest always stays: a reader that is up to date keeps its cursor, and SQLite never gives
    its ``seq`` again. Events from the future (a clock that ran ahead) do not keep older ones; those
    of the next hour do, for ``now_ms`` was read a while ago, or by a clock that was set back.
    """
    first_kept = (
        select(changes.c.seq)
        .where(changes.c.created_at_ms.between(before_ms, now_ms + AHEAD_MS))
        .order_by(changes.c.seq)
        .limit(1)
        .scalar_subquery()
    )
    newest = select(func.max(changes.c.seq)).scalar_subquery()
    result = await tx.execute(
        delete(changes).where(changes.c.seq < func.coalesce(first_kept, newest))
    )
    return result.rowcount

"""Owns mending what a clock that ran ahead of time left in the outbox, once the clock is right.

Parts would otherwise wait for years until they are due, or until their doubt is old enough.
"""

from sqlalchemy import bindparam, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.schema import IS_QUEUED, messages, parts
from storage.states import PartState

_send_at = (
    select(messages.c.send_at_ms)
    .where(messages.c.id == parts.c.message_id)
    .correlate(parts)
    .scalar_subquery()
)
_DUE = (
    update(parts)
    .where(
        IS_QUEUED,
        parts.c.due_at_ms > bindparam("latest"),
        or_(_send_at.is_(None), _send_at <= bindparam("now")),
    )
    .values(due_at_ms=bindparam("now"))
)
_DOUBTED = (
    update(parts)
    .where(
        parts.c.state == PartState.UNKNOWN.value,
        parts.c.unknown_at_ms > bindparam("now"),
    )
    .values(unknown_at_ms=bindparam("now"))
)


async def pull_back(tx: AsyncConnection, *, now_ms: int, longest_wait_ms: int) -> int:
    """Make due now what is due later than any back-off, unless somebody asked for it later.

    What has been unknown since the future is unknown since now. Gives how many were made due.
    """
    due = await tx.execute(_DUE, {"now": now_ms, "latest": now_ms + longest_wait_ms})
    await tx.execute(_DOUBTED, {"now": now_ms})
    return due.rowcount

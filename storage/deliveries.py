"""Owns the deliveries: one event on its way to one webhook, with what became of its last try.

Holds no body: the event is joined with its message when it is posted, so what was erased is not
sent, and lies nowhere here.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from enum import StrEnum

from sqlalchemy import bindparam, delete, exists, func, insert, select, update
from sqlalchemy.engine import RowMapping
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.changes import Change
from storage.errors import CursorExpired
from storage.ids import Prefix, new_id
from storage.schema import IS_PENDING, changes, deliveries, webhooks


class DeliveryState(StrEnum):
    """How far a delivery is."""

    PENDING = "pending"
    DELIVERED = "delivered"
    FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryRow:
    """A delivery as stored. Times are UTC milliseconds.

    ``status``, ``answer`` (its beginning) and ``error`` are the last try's.
    """

    id: str
    seq: int
    webhook_id: str
    event_id: str
    event_type: str
    state: DeliveryState
    tries: int
    due_at_ms: int
    created_at_ms: int
    tried_at_ms: int | None
    duration_ms: int | None
    status: int | None
    answer: str | None
    error: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried:
    """What one try came to."""

    tried_at_ms: int
    duration_ms: int
    status: int | None
    answer: str | None
    error: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryPage:
    """Newest first; ``next`` is the cursor of the page after, None on the last."""

    items: tuple[DeliveryRow, ...]
    next: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Backlog:
    """What waits for one webhook."""

    pending: int
    oldest_ms: int | None


_COLUMNS = tuple(deliveries.c[field.name] for field in fields(DeliveryRow))
_ONE = select(*_COLUMNS).where(
    deliveries.c.id == bindparam("delivery_id"), deliveries.c.webhook_id == bindparam("of_webhook")
)
_DUE = (
    select(*_COLUMNS)
    .where(
        deliveries.c.webhook_id == bindparam("of_webhook"),
        IS_PENDING,
        deliveries.c.due_at_ms <= bindparam("now"),
    )
    .order_by(deliveries.c.due_at_ms, deliveries.c.seq)
    .limit(bindparam("row_limit"))
)
_HEAD = (
    select(*_COLUMNS)
    .where(deliveries.c.webhook_id == bindparam("of_webhook"), IS_PENDING)
    .order_by(deliveries.c.seq)
    .limit(1)
)
_NEXT_DUE = select(func.min(deliveries.c.due_at_ms)).where(
    deliveries.c.webhook_id == bindparam("of_webhook"), IS_PENDING
)
_BACKLOG = (
    select(deliveries.c.webhook_id, func.count(), func.min(deliveries.c.created_at_ms))
    .where(IS_PENDING)
    .group_by(deliveries.c.webhook_id)
)
_SEQ_OF = select(deliveries.c.seq).where(
    deliveries.c.id == bindparam("cursor"), deliveries.c.webhook_id == bindparam("of_webhook")
)
_SETTLE = (
    update(deliveries)
    .where(
        deliveries.c.id == bindparam("delivery_id"),
        IS_PENDING,
        # Not one that was asked for anew while this try ran.
        deliveries.c.tries == bindparam("tries_before"),
    )
    .values(
        state=bindparam("new_state"),
        tries=deliveries.c.tries + 1,
        due_at_ms=bindparam("due"),
        tried_at_ms=bindparam("tried_at"),
        duration_ms=bindparam("took"),
        status=bindparam("answered"),
        answer=bindparam("answer_text"),
        error=bindparam("error_text"),
    )
)


async def add(
    tx: AsyncConnection, webhook_id: str, events: Iterable[Change], *, now_ms: int
) -> int:
    """Put events on their way to a webhook; give how many."""
    rows = [
        {
            "id": new_id(Prefix.DELIVERY, now_ms=now_ms),
            "webhook_id": webhook_id,
            "event_id": event.id,
            "event_type": event.type,
            "state": DeliveryState.PENDING.value,
            "tries": 0,
            "due_at_ms": now_ms,
            "created_at_ms": now_ms,
        }
        for event in events
    ]
    if rows:
        await tx.execute(insert(deliveries), rows)
    return len(rows)


async def due(
    tx: AsyncConnection, webhook_id: str, *, ordered: bool, now_ms: int, limit: int
) -> list[DeliveryRow]:
    """List what to try now. ``ordered``: the first of all that wait, or nothing before its time."""
    values = {"of_webhook": webhook_id, "now": now_ms, "row_limit": limit}
    if not ordered:
        return [_delivery(row) for row in (await tx.execute(_DUE, values)).mappings()]
    head = (await tx.execute(_HEAD, {"of_webhook": webhook_id})).mappings().one_or_none()
    return [] if head is None or head["due_at_ms"] > now_ms else [_delivery(head)]


async def next_due_ms(tx: AsyncConnection, webhook_id: str, *, ordered: bool) -> int | None:
    """Tell when something is due next, None when nothing waits."""
    values = {"of_webhook": webhook_id}
    if ordered:
        head = (await tx.execute(_HEAD, values)).mappings().one_or_none()
        return None if head is None else head["due_at_ms"]
    soonest: int | None = (await tx.execute(_NEXT_DUE, values)).scalar_one_or_none()
    return soonest


async def settle(
    tx: AsyncConnection,
    delivery: DeliveryRow,
    tried: Tried,
    state: DeliveryState,
    *,
    due_at_ms: int,
) -> bool:
    """Record a try and what it leads to; false when it is no longer pending as it was."""
    values = {
        "delivery_id": delivery.id,
        "tries_before": delivery.tries,
        "new_state": state.value,
        "due": due_at_ms,
        "tried_at": tried.tried_at_ms,
        "took": tried.duration_ms,
        "answered": tried.status,
        "answer_text": tried.answer,
        "error_text": tried.error,
    }
    return (await tx.execute(_SETTLE, values)).rowcount == 1


async def get(tx: AsyncConnection, webhook_id: str, delivery_id: str) -> DeliveryRow | None:
    """Read one of a webhook's."""
    values = {"delivery_id": delivery_id, "of_webhook": webhook_id}
    row = (await tx.execute(_ONE, values)).mappings().one_or_none()
    return None if row is None else _delivery(row)


async def list_of(
    tx: AsyncConnection,
    webhook_id: str,
    *,
    state: str | None,
    limit: int,
    cursor: str | None = None,
) -> DeliveryPage:
    """Read a page, newest first. Raises CursorExpired for a cursor that names no delivery."""
    query = select(*_COLUMNS).where(deliveries.c.webhook_id == webhook_id)
    if state is not None:
        query = query.where(deliveries.c.state == state)
    if cursor is not None:
        values = {"cursor": cursor, "of_webhook": webhook_id}
        seq = (await tx.execute(_SEQ_OF, values)).scalar_one_or_none()
        if seq is None:
            raise CursorExpired(cursor=cursor)
        query = query.where(deliveries.c.seq < seq)
    rows = await tx.execute(query.order_by(deliveries.c.seq.desc()).limit(limit + 1))
    found = [_delivery(row) for row in rows.mappings()]
    items = tuple(found[:limit])
    return DeliveryPage(items=items, next=items[-1].id if len(found) > limit else None)


async def again(
    tx: AsyncConnection,
    webhook_id: str,
    *,
    now_ms: int,
    states: Sequence[DeliveryState],
    delivery_id: str | None = None,
    since_ms: int = 0,
    until_ms: int | None = None,
) -> int:
    """Put deliveries of these states back on their way, of the events of a time; give how many."""
    of_events = select(changes.c.id).where(
        changes.c.id == deliveries.c.event_id, changes.c.created_at_ms >= since_ms
    )
    if until_ms is not None:
        of_events = of_events.where(changes.c.created_at_ms < until_ms)
    wanted = update(deliveries).where(
        deliveries.c.webhook_id == webhook_id,
        deliveries.c.state.in_([state.value for state in states]),
        exists(of_events),
    )
    if delivery_id is not None:
        wanted = wanted.where(deliveries.c.id == delivery_id)
    done = await tx.execute(
        wanted.values(state=DeliveryState.PENDING.value, tries=0, due_at_ms=now_ms)
    )
    return done.rowcount


async def missing(
    tx: AsyncConnection,
    webhook_id: str,
    *,
    since_ms: int,
    until_ms: int,
    after_seq: int,
    limit: int,
) -> list[str]:
    """List events of a time that it was not told of and will not be, oldest first, by id.

    What lies after its cursor is still to be looked at, and so never among them.
    """
    known = select(deliveries.c.id).where(
        deliveries.c.webhook_id == webhook_id, deliveries.c.event_id == changes.c.id
    )
    looked_at = changes.alias("looked_at")
    cursor_seq = (
        select(looked_at.c.seq)
        .join_from(looked_at, webhooks, webhooks.c.cursor == looked_at.c.id)
        .where(webhooks.c.id == webhook_id)
        .scalar_subquery()
    )
    query = (
        select(changes.c.id)
        .where(
            changes.c.seq > after_seq,
            changes.c.seq <= cursor_seq,
            changes.c.created_at_ms >= since_ms,
            changes.c.created_at_ms < until_ms,
            ~exists(known),
        )
        .order_by(changes.c.seq)
        .limit(limit)
    )
    return list((await tx.execute(query)).scalars())


async def backlogs(tx: AsyncConnection) -> dict[str, Backlog]:
    """Count what waits, by webhook."""
    return {
        webhook_id: Backlog(pending=pending, oldest_ms=oldest_ms)
        for webhook_id, pending, oldest_ms in await tx.execute(_BACKLOG)
    }


async def prune(tx: AsyncConnection, before_ms: int) -> int:
    """Forget deliveries older than ``before_ms`` that are over; give how many."""
    done = await tx.execute(
        delete(deliveries).where(deliveries.c.created_at_ms < before_ms, ~IS_PENDING)
    )
    return done.rowcount


def _delivery(row: RowMapping) -> DeliveryRow:
    return DeliveryRow(**{**row, "state": DeliveryState(row["state"])})

"""Owns the addresses to call when something becomes of a message, and the calls themselves.

A code is a bit, and a message tells each at most once; which codes there are is the caller's.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import and_, bindparam, delete, exists, func, insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from storage import changes
from storage.glance import Glance
from storage.prepared import Prepared
from storage.schema import (
    CALL_IS_PENDING,
    CALLBACK_IS_OPEN,
    callback_calls,
    callback_hosts,
    callbacks,
    messages,
)
from storage.states import MessageState


class CallState(StrEnum):
    """How far a call is."""

    PENDING = "pending"
    CALLED = "called"
    FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Callback:
    """An address that a client gave with its message. ``mask``: the codes it wants, added up."""

    url: str
    mask: int


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenCallback:
    """One that may have to be told something, with its message's state now."""

    message_id: str
    url: str
    mask: int
    told: int
    state: MessageState


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One call that is due."""

    seq: int
    message_id: str
    host: str
    url: str
    code: int
    tries: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CallFigures:
    """What waits, since when the oldest report does, and how many kept ones were given up."""

    pending: int
    oldest_ms: int | None
    failed: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Called:
    """What one try came to."""

    state: CallState
    due_at_ms: int
    tried_at_ms: int
    status: int | None
    error: str | None


_OPEN = (
    select(
        callbacks.c.message_id,
        callbacks.c.url,
        callbacks.c.mask,
        callbacks.c.told,
        messages.c.state,
    )
    .join(messages, messages.c.id == callbacks.c.message_id)
    .where(
        CALLBACK_IS_OPEN,
        or_(
            messages.c.state.in_(bindparam("final", expanding=True)),
            and_(messages.c.state.in_(bindparam("passing", expanding=True)), callbacks.c.told == 0),
        ),
    )
    .order_by(callbacks.c.message_id)
    .limit(bindparam("row_limit"))
)
_TELL = (
    update(callbacks)
    .where(
        callbacks.c.message_id == bindparam("of_message"),
        callbacks.c.told == bindparam("told_before"),
        CALLBACK_IS_OPEN,
    )
    .values(told=bindparam("told_now"), state=bindparam("new_state"))
)
_DUE = (
    select(
        callback_calls.c.seq,
        callback_calls.c.message_id,
        callback_calls.c.host,
        callbacks.c.url,
        callback_calls.c.code,
        callback_calls.c.tries,
    )
    .join(callbacks, callbacks.c.message_id == callback_calls.c.message_id)
    .where(
        CALL_IS_PENDING,
        callback_calls.c.host == bindparam("of_host"),
        callback_calls.c.due_at_ms <= bindparam("now"),
    )
    .order_by(callback_calls.c.due_at_ms, callback_calls.c.seq)
    .limit(bindparam("row_limit"))
)
_NEXT_DUE = (
    select(callback_calls.c.host, func.min(callback_calls.c.due_at_ms).label("due_at_ms"))
    .where(CALL_IS_PENDING)
    .group_by(callback_calls.c.host)
)
_ANY = Prepared(
    select(
        or_(
            exists().where(CALLBACK_IS_OPEN),
            exists().where(CALL_IS_PENDING),
        ).label("found")
    )
)
_SETTLE = (
    update(callback_calls)
    .where(callback_calls.c.seq == bindparam("of_seq"), CALL_IS_PENDING)
    .values(
        state=bindparam("new_state"),
        tries=callback_calls.c.tries + 1,
        due_at_ms=bindparam("due"),
        tried_at_ms=bindparam("tried_at"),
        status=bindparam("answered"),
        error=bindparam("error_text"),
    )
)


async def register(
    tx: AsyncConnection, message_id: str, callback: Callback, *, now_ms: int
) -> None:
    """Remember whom to call about a message, in the transaction that makes it durable."""
    await tx.execute(
        insert(callbacks),
        {
            "message_id": message_id,
            "url": callback.url,
            "mask": callback.mask,
            "told": 0,
            "state": "open",
            "created_at_ms": now_ms,
        },
    )


async def untold(
    tx: AsyncConnection,
    *,
    passing: Collection[MessageState],
    final: Collection[MessageState],
    limit: int,
) -> Sequence[OpenCallback]:
    """List those whose message is in a ``final`` state, or ``passing`` one of which none was told.

    What has been told of a final state is closed, and not in the list.
    """
    query = {
        "passing": [state.value for state in passing],
        "final": [state.value for state in final],
        "row_limit": limit,
    }
    rows = (await tx.execute(_OPEN, query)).all()
    return [
        OpenCallback(
            message_id=row.message_id,
            url=row.url,
            mask=row.mask,
            told=row.told,
            state=MessageState(row.state),
        )
        for row in rows
    ]


async def tell(
    tx: AsyncConnection,
    callback: OpenCallback,
    *,
    codes: Sequence[int],
    calls: Sequence[int],
    host: str,
    final: bool,
    now_ms: int,
) -> bool:
    """Note that these codes have happened and put the wanted ``calls`` on their way.

    False where somebody else has noted it meanwhile; then nothing is done.
    """
    changed = await tx.execute(
        _TELL,
        {
            "of_message": callback.message_id,
            "told_before": callback.told,
            "told_now": callback.told | sum(codes),
            "new_state": "closed" if final else "open",
        },
    )
    if changed.rowcount != 1:
        return False
    rows = [
        {
            "message_id": callback.message_id,
            "code": code,
            "host": host,
            "state": CallState.PENDING.value,
            "tries": 0,
            "due_at_ms": now_ms,
        }
        for code in calls
    ]
    if rows:
        await tx.execute(insert(callback_calls), rows)
    return True


async def due(tx: AsyncConnection, host: str, *, now_ms: int, limit: int) -> Sequence[Call]:
    """List what is due to a host, the longest due first."""
    query = {"of_host": host, "now": now_ms, "row_limit": limit}
    return [Call(**row) for row in (await tx.execute(_DUE, query)).mappings()]


async def next_due_ms(tx: AsyncConnection) -> dict[str, int]:
    """Tell for each host that is waited for when its next call is due."""
    rows = (await tx.execute(_NEXT_DUE)).all()
    return {row.host: row.due_at_ms for row in rows}


async def are_any(tx: AsyncConnection | Glance) -> bool:
    """Whether anybody is to be called, now or about what may still become of a message."""
    return bool((await _ANY.execute(tx, {})).one_or_none().found)


async def settle(tx: AsyncConnection, call: Call, called: Called) -> bool:
    """Record a try; false where it was settled before."""
    values = {
        "of_seq": call.seq,
        "new_state": called.state.value,
        "due": called.due_at_ms,
        "tried_at": called.tried_at_ms,
        "answered": called.status,
        "error_text": called.error,
    }
    return (await tx.execute(_SETTLE, values)).rowcount == 1


async def note_failing(tx: AsyncConnection, host: str, *, reason: str, now_ms: int) -> bool:
    """Record and journal that a host keeps failing, once; false when that was known."""
    known = select(callback_hosts.c.host).where(callback_hosts.c.host == host)
    if (await tx.execute(known)).first() is not None:
        return False
    await tx.execute(insert(callback_hosts), {"host": host, "failing_since_ms": now_ms})
    await _journal(tx, host, "failing", reason=reason, message_id=None, now_ms=now_ms)
    return True


async def note_well(tx: AsyncConnection, host: str, *, now_ms: int) -> bool:
    """Record and journal that a host takes calls again; false when nothing else was known."""
    done = await tx.execute(delete(callback_hosts).where(callback_hosts.c.host == host))
    if done.rowcount == 1:
        await _journal(tx, host, "active", reason=None, message_id=None, now_ms=now_ms)
    return done.rowcount == 1


async def note_given_up(tx: AsyncConnection, call: Call, *, reason: str, now_ms: int) -> None:
    """Journal that nobody will be told this of a message any more."""
    await _journal(
        tx, call.host, "failed", reason=reason, message_id=call.message_id, now_ms=now_ms
    )


async def _journal(
    tx: AsyncConnection,
    host: str,
    state: str,
    *,
    reason: str | None,
    message_id: str | None,
    now_ms: int,
) -> None:
    """Tell the host and not the address, which may hold a password."""
    data: dict[str, changes.Json] = {"host": host, "state": state, "reason": reason}
    if message_id is not None:
        data["id"] = message_id
    await changes.record(tx, "callback.state", now_ms=now_ms, subject=message_id or host, data=data)


async def figures(tx: AsyncConnection) -> CallFigures:
    """Count what waits and what was given up."""
    since = select(func.count(), func.min(callbacks.c.created_at_ms)).select_from(
        callback_calls.join(callbacks, callbacks.c.message_id == callback_calls.c.message_id)
    )
    pending, oldest_ms = (await tx.execute(since.where(CALL_IS_PENDING))).one()
    failed = select(func.count()).where(callback_calls.c.state == CallState.FAILED.value)
    count: int = (await tx.execute(failed)).scalar_one()
    return CallFigures(pending=pending, oldest_ms=oldest_ms, failed=count)


async def prune(tx: AsyncConnection, before_ms: int) -> int:
    """Forget what was asked for before ``before_ms``; give how many."""
    old = select(callbacks.c.message_id).where(callbacks.c.created_at_ms < before_ms)
    await tx.execute(delete(callback_calls).where(callback_calls.c.message_id.in_(old)))
    return (
        await tx.execute(delete(callbacks).where(callbacks.c.created_at_ms < before_ms))
    ).rowcount

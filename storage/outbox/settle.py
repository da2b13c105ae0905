"""Owns the transitions that no modem's answer causes: start-up, expiry, policy, people."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

from sqlalchemy import bindparam, null, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.outbox.consent import objection
from storage.outbox.outcomes import fail_siblings, mark_unknown
from storage.outbox.rollup import Fault, roll_up
from storage.schema import HAS_CONTENT, IN_FLIGHT, IS_QUEUED, messages, parts
from storage.states import MessageState, PartState

_BATCH = 500


class CancelOutcome(StrEnum):
    """What a cancel could do."""

    CANCELED = "canceled"
    TOO_LATE = "too_late"
    """A part is on the air, or may be, or the message has ended: nothing was stopped."""
    NOT_FOUND = "not_found"


class ResolveOutcome(StrEnum):
    """What a person's word on an ``unknown`` message could do."""

    ERASED = "erased"
    """There is nothing left of it to send."""
    RESOLVED = "resolved"
    NOT_UNKNOWN = "not_unknown"
    NOT_FOUND = "not_found"


@dataclass(frozen=True, slots=True, kw_only=True)
class Recovered:
    """How many parts a start found in the middle of something."""

    requeued: int
    unknown: int


_LEFT_IN_FLIGHT = select(parts.c.id, parts.c.message_id, parts.c.state).where(
    IN_FLIGHT, parts.c.state != PartState.UNKNOWN.value
)
_UNCLAIM = (
    update(parts)
    .where(parts.c.id == bindparam("of_part"), parts.c.state == PartState.CLAIMED.value)
    .values(state=PartState.QUEUED.value)
)


async def recover(tx: AsyncConnection, *, now_ms: int) -> Recovered:
    """Take up where the last run ended: claimed → queued, submitting → unknown."""
    requeued = unknown = 0
    for row in (await tx.execute(_LEFT_IN_FLIGHT)).all():
        if row.state == PartState.CLAIMED:
            await tx.execute(_UNCLAIM, {"of_part": row.id})
            await roll_up(tx, message_id=row.message_id, sole=None, now_ms=now_ms)
            requeued += 1
        else:
            await mark_unknown(
                tx,
                part_id=row.id,
                code="interrupted",
                detail="the gateway stopped before the modem answered",
                now_ms=now_ms,
            )
            unknown += 1
    return Recovered(requeued=requeued, unknown=unknown)


_OVERDUE = (
    select(parts.c.message_id)
    .distinct()
    .where(IS_QUEUED, parts.c.expires_at_ms.is_not(None), parts.c.expires_at_ms <= bindparam("now"))
    .limit(_BATCH)
)
_UNTOUCHED = {PartState.QUEUED}
_STOPPABLE = {PartState.QUEUED, PartState.CLAIMED}
_STATES = (
    select(parts.c.state).where(parts.c.message_id == bindparam("of_message")).with_for_update()
)
_EXPIRE = (
    update(parts)
    .where(parts.c.message_id == bindparam("of_message"), parts.c.state == PartState.QUEUED.value)
    .values(state=PartState.EXPIRED.value)
)
_CANCEL = (
    update(parts)
    .where(
        parts.c.message_id == bindparam("of_message"),
        parts.c.state.in_([PartState.QUEUED.value, PartState.CLAIMED.value]),
    )
    .values(state=PartState.CANCELED.value)
)


async def _states(tx: AsyncConnection, message_id: str) -> set[PartState]:
    found = await tx.execute(_STATES, {"of_message": message_id})
    return {PartState(state) for state in found.scalars()}


async def overdue(tx: AsyncConnection, *, now_ms: int) -> list[str]:
    """List messages of which a waiting part's time has passed, at most 500."""
    return list((await tx.execute(_OVERDUE, {"now": now_ms})).scalars())


async def expire_message(tx: AsyncConnection, message_id: str, *, now_ms: int) -> bool:
    """End an overdue message; false where a modem has a part of it, whose outcome decides."""
    if await _states(tx, message_id) != _UNTOUCHED:
        return False
    await tx.execute(_EXPIRE, {"of_message": message_id})
    fault = Fault(code="expired", detail="not sent before its expiry")
    await roll_up(tx, message_id=message_id, sole=None, now_ms=now_ms, fault=fault)
    return True


async def expire(tx: AsyncConnection, *, now_ms: int) -> int:
    """End messages whose time has passed with every part still waiting; give how many.

    At most 500 a call, so that a burst does not hold the writer; call again while it gives 500.
    """
    expired = 0
    for message_id in await overdue(tx, now_ms=now_ms):
        expired += await expire_message(tx, message_id, now_ms=now_ms)
    return expired


async def cancel(
    tx: AsyncConnection, *, message_id: str, now_ms: int, fault: Fault | None = None
) -> CancelOutcome:
    """Cancel a message of which nothing is, or may be, on the air. Again is no error.

    ``fault`` tells why, where nobody asked for it.
    """
    query = select(messages.c.state, messages.c.on_air_at_ms).where(
        messages.c.id == message_id, messages.c.direction == "out"
    )
    row = (await tx.execute(query)).one_or_none()
    if row is None:
        return CancelOutcome.NOT_FOUND
    if row.state == MessageState.CANCELED:
        return CancelOutcome.CANCELED
    if row.on_air_at_ms is not None or not await _states(tx, message_id) <= _STOPPABLE:
        return CancelOutcome.TOO_LATE
    await tx.execute(_CANCEL, {"of_message": message_id})
    await roll_up(tx, message_id=message_id, sole=None, now_ms=now_ms, fault=fault)
    return CancelOutcome.CANCELED


_RESEND_DUE = (
    select(parts.c.id)
    .join_from(parts, messages, messages.c.id == parts.c.message_id)
    .where(
        IN_FLIGHT,
        parts.c.state == PartState.UNKNOWN.value,
        parts.c.unknown_at_ms <= bindparam("before"),
        messages.c.on_unknown == "resend",
        HAS_CONTENT,
        # Late is worse than unknown: what has expired is held for a person.
        messages.c.expires_at_ms.is_(None) | (messages.c.expires_at_ms > bindparam("now")),
        # So is what its contact does not want any more.
        objection(of=parts, modem=parts.c.modem).is_(None),
    )
    .limit(_BATCH)
)
_RESEND = (
    update(parts)
    .where(parts.c.id == bindparam("of_part"), parts.c.state == PartState.UNKNOWN.value)
    .values(state=PartState.QUEUED.value, due_at_ms=bindparam("due"), unknown_at_ms=null())
    .returning(parts.c.message_id)
)


async def resend_due(tx: AsyncConnection, *, now_ms: int, resend_after_ms: int) -> list[str]:
    """List parts that have been unknown for ``resend_after_ms``, where ``on_unknown`` re-sends."""
    values = {"before": now_ms - resend_after_ms, "now": now_ms}
    return [row.id for row in (await tx.execute(_RESEND_DUE, values)).all()]


async def resend_part(tx: AsyncConnection, part_id: str, *, now_ms: int) -> bool:
    """Queue an unknown part again: it may reach the customer twice, the policy's price."""
    row = (await tx.execute(_RESEND, {"of_part": part_id, "due": now_ms})).one_or_none()
    if row is None:
        return False
    data = {"by": "on_unknown"}
    await roll_up(tx, message_id=row.message_id, sole=None, now_ms=now_ms, data=data)
    return True


async def resend_unknown(tx: AsyncConnection, *, now_ms: int, resend_after_ms: int) -> int:
    """Queue again all that ``resend_due`` lists; give how many."""
    resent = 0
    for part_id in await resend_due(tx, now_ms=now_ms, resend_after_ms=resend_after_ms):
        resent += await resend_part(tx, part_id, now_ms=now_ms)
    return resent


_SETTLE_SENT = (
    update(parts)
    .where(parts.c.message_id == bindparam("of_message"), parts.c.state == PartState.UNKNOWN.value)
    .values(
        state=PartState.ACCEPTED.value,
        accepted_at_ms=bindparam("now"),
        error_code=null(),
        error_detail=null(),
    )
)
_SETTLE_FAILED = (
    update(parts)
    .where(parts.c.message_id == bindparam("of_message"), parts.c.state == PartState.UNKNOWN.value)
    .values(
        state=PartState.FAILED.value,
        error_code="resolved",
        error_detail="a person found that it was not sent",
    )
)
_SETTLE_RESEND = (
    update(parts)
    .where(parts.c.message_id == bindparam("of_message"), parts.c.state == PartState.UNKNOWN.value)
    .values(state=PartState.QUEUED.value, due_at_ms=bindparam("now"), unknown_at_ms=null())
)


async def resolve(
    tx: AsyncConnection,
    *,
    message_id: str,
    as_: Literal["sent", "failed", "resend"],
    now_ms: int,
    by: str,
) -> ResolveOutcome:
    """Settle all unknown parts of a message by a person's word; ``by`` is the person's id."""
    query = select(messages.c.state, messages.c.erased_at_ms).where(
        messages.c.id == message_id, messages.c.direction == "out"
    )
    row = (await tx.execute(query)).one_or_none()
    if row is None:
        return ResolveOutcome.NOT_FOUND
    if as_ == "resend" and row.erased_at_ms is not None:
        return ResolveOutcome.ERASED
    statement = {"sent": _SETTLE_SENT, "failed": _SETTLE_FAILED, "resend": _SETTLE_RESEND}[as_]
    values: dict[str, object] = {"of_message": message_id}
    if as_ != "failed":
        values["now"] = now_ms
    if (await tx.execute(statement, values)).rowcount == 0:
        return ResolveOutcome.NOT_UNKNOWN
    if as_ == "failed":
        await fail_siblings(tx, message_id=message_id)
    fault = Fault(code="resolved", detail="a person found that it was not sent")
    data = {"by": by, "resolved_as": as_}
    await roll_up(tx, message_id=message_id, sole=None, now_ms=now_ms, fault=fault, data=data)
    return ResolveOutcome.RESOLVED

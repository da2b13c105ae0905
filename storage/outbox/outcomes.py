"""Owns what became of a part that a modem had: the outcome, its attempt, and its message.

Decides nothing: the caller says which outcome the modem's answer, or the evidence, proves.
"""

from typing import Any

from sqlalchemy import bindparam, case, update
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.outbox.moves import (
    FAULT,
    NO_FAULT,
    ON_AIR,
    Outcome,
    carrier_of,
    close_attempt,
    fault_of,
    move,
    sole,
)
from storage.outbox.rollup import roll_up
from storage.prepared import Prepared
from storage.schema import parts
from storage.states import PartState

SIBLING_FAILED = "sibling_failed"

_TAKEN: dict[str, Any] = {
    "reference": bindparam("with_reference"),
    "accepted_at_ms": bindparam("now"),
    "awaiting_report": parts.c.delivery_report,
    **NO_FAULT,
    **ON_AIR,
}
_ACCEPT = move(PartState.ACCEPTED, PartState.SUBMITTING, PartState.UNKNOWN, **_TAKEN)
_PROVE = move(PartState.ACCEPTED, attempt_id=bindparam("proved_attempt"), **_TAKEN)
_DOUBT = move(
    PartState.UNKNOWN,
    PartState.SUBMITTING,
    unknown_at_ms=bindparam("now"),
    **FAULT,
    **ON_AIR,
)
_REFUSE = move(PartState.FAILED, PartState.CLAIMED, PartState.SUBMITTING, **FAULT)
_REQUEUE = move(
    PartState.QUEUED,
    PartState.CLAIMED,
    PartState.SUBMITTING,
    due_at_ms=bindparam("due"),
    # A claimed part has not counted its try yet, a submitting one has: attempt_id tells which.
    tries=parts.c.tries
    + case((parts.c.attempt_id.is_(None), bindparam("counts")), else_=bindparam("counts") - 1),
    **FAULT,
)


async def accept(tx: AsyncConnection, *, part_id: str, reference: int | None, now_ms: int) -> bool:
    """Note that the network took the part; from ``submitting`` or ``unknown``.

    ``reference`` is the TP-MR, None where the evidence does not tell it.
    """
    values = {"of_part": part_id, "with_reference": reference, "now": now_ms}
    return await _taken(tx, _ACCEPT, values, reference)


async def prove(
    tx: AsyncConnection, *, part_id: str, attempt_id: str, reference: int, now_ms: int
) -> bool:
    """Note that evidence proves this attempt accepted, also where the part waits to be sent again.

    The caller has found the attempt, in this transaction, to be one that the network may have.
    """
    values = {
        "of_part": part_id,
        "proved_attempt": attempt_id,
        "with_reference": reference,
        "now": now_ms,
    }
    return await _taken(tx, _PROVE, values, reference)


async def _taken(
    tx: AsyncConnection, statement: Prepared, values: dict[str, Any], reference: int | None
) -> bool:
    row = (await statement.execute(tx, values)).one_or_none()
    if row is None:
        return False
    part_id, now_ms = values["of_part"], values["now"]
    await close_attempt(tx, row, part_id, Outcome(name="accepted", reference=reference), now_ms)
    await roll_up(
        tx,
        message_id=row.message_id,
        sole=sole(row, PartState.ACCEPTED),
        now_ms=now_ms,
        carrier=carrier_of(row),
    )
    return True


async def mark_unknown(
    tx: AsyncConnection, *, part_id: str, code: str, detail: str | None, now_ms: int
) -> bool:
    """Note that the network may or may not have the part; from ``submitting`` only."""
    values = {"of_part": part_id, "code": code, "detail": detail, "now": now_ms}
    row = (await _DOUBT.execute(tx, values)).one_or_none()
    if row is None:
        return False
    outcome = Outcome(name="unknown", code=code, detail=detail)
    await close_attempt(tx, row, part_id, outcome, now_ms)
    await roll_up(
        tx,
        message_id=row.message_id,
        sole=sole(row, PartState.UNKNOWN),
        now_ms=now_ms,
        fault=fault_of(row, code, detail),
        carrier=carrier_of(row),
    )
    return True


async def refuse(
    tx: AsyncConnection, *, part_id: str, code: str, detail: str | None, now_ms: int
) -> bool:
    """Note that the part will never be accepted; its waiting siblings fail with it."""
    values = {"of_part": part_id, "code": code, "detail": detail}
    row = (await _REFUSE.execute(tx, values)).one_or_none()
    if row is None:
        return False
    outcome = Outcome(name="refused", code=code, detail=detail)
    await close_attempt(tx, row, part_id, outcome, now_ms)
    if row.total > 1:
        await fail_siblings(tx, message_id=row.message_id)
    await roll_up(
        tx,
        message_id=row.message_id,
        sole=sole(row, PartState.FAILED),
        now_ms=now_ms,
        fault=fault_of(row, code, detail),
    )
    return True


async def requeue(
    tx: AsyncConnection,
    *,
    part_id: str,
    now_ms: int,
    due_at_ms: int,
    code: str,
    detail: str | None,
    counts: bool,
) -> bool:
    """Put a part back that was certainly not accepted, due again at ``due_at_ms``.

    ``counts``: whether this was one of its ``max_attempts``.
    """
    values = {
        "of_part": part_id,
        "due": due_at_ms,
        "counts": int(counts),
        "code": code,
        "detail": detail,
    }
    row = (await _REQUEUE.execute(tx, values)).one_or_none()
    if row is None:
        return False
    if counts or row.attempt_id is not None:
        outcome = Outcome(name="requeued", code=code, detail=detail)
        await close_attempt(tx, row, part_id, outcome, now_ms)
    await roll_up(tx, message_id=row.message_id, sole=sole(row, PartState.QUEUED), now_ms=now_ms)
    return True


_FAIL_SIBLINGS = (
    update(parts)
    .where(parts.c.message_id == bindparam("of_message"), parts.c.state == PartState.QUEUED.value)
    .values(
        state=PartState.FAILED.value,
        error_code=SIBLING_FAILED,
        error_detail="not sent, because another part of the message failed",
    )
)


async def fail_siblings(tx: AsyncConnection, *, message_id: str) -> None:
    """Fail the parts that still wait: without the failed one nobody could read them."""
    await tx.execute(_FAIL_SIBLINGS, {"of_message": message_id})

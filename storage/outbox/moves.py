"""Owns the guarded move of one part, and what goes with each: its attempt, carrier and fault."""

from dataclasses import dataclass
from typing import Any, TypeAlias

from sqlalchemy import bindparam, func, insert, literal, literal_column, null, update
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.ids import Prefix, new_id
from storage.outbox.rollup import Carrier, Fault, pin_of
from storage.prepared import Prepared
from storage.schema import attempts, parts
from storage.states import PartState, sources_of

_COLUMNS = (
    parts.c.message_id,
    parts.c.number,
    parts.c.total,
    parts.c.attempt_id,
    parts.c.modem,
    parts.c.iccid,
    parts.c.imei,
    parts.c.unknown_at_ms,
)
Moved: TypeAlias = Any  # a row of these columns


def move(target: PartState, *sources: PartState, **values: object) -> Prepared:
    """Build the guarded update of one part to ``target``."""
    allowed = sources or sources_of(target)
    return Prepared(
        update(parts)
        .where(
            parts.c.id == bindparam("of_part"),
            # Literals: an expanding parameter would be rendered anew at each execution.
            parts.c.state.in_([literal_column(f"'{state}'") for state in allowed]),
        )
        .values(state=target.value, **values)
        .returning(*_COLUMNS)
    )


FAULT: dict[str, Any] = {"error_code": bindparam("code"), "error_detail": bindparam("detail")}
NO_FAULT: dict[str, Any] = {"error_code": null(), "error_detail": null()}
# Nothing that is on the air expires, and it stays on its SIM.
ON_AIR: dict[str, Any] = {
    "expires_at_ms": null(),
    "pinned_to": func.coalesce(parts.c.iccid, literal("modem:").concat(parts.c.modem)),
}

_CLOSE_ATTEMPT = Prepared(
    update(attempts)
    .where(attempts.c.id == bindparam("of_attempt"))
    .values(
        ended_at_ms=func.coalesce(attempts.c.ended_at_ms, bindparam("now")),
        outcome=bindparam("with_outcome"),
        reference=bindparam("with_reference"),
        code=bindparam("with_code"),
        detail=bindparam("with_detail"),
    )
)
_INSERT_ATTEMPT = Prepared(insert(attempts))


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What the attempt's row says in the end."""

    name: str
    reference: int | None = None
    code: str | None = None
    detail: str | None = None


def carrier_of(row: Moved) -> Carrier:
    """Tell who put this part on the air."""
    return Carrier(modem=row.modem, iccid=row.iccid, pin=pin_of(modem=row.modem, iccid=row.iccid))


def sole(row: Moved, state: PartState) -> PartState | None:
    """Give the state if this is its message's only part: what roll_up wants to know."""
    return state if row.total == 1 else None


def fault_of(row: Moved, code: str, detail: str | None) -> Fault:
    """Say for the message what befell this part, and which part it is."""
    if row.total == 1:
        return Fault(code=code, detail=detail)
    which = f"part {row.number} of {row.total}"
    return Fault(code=code, detail=which if detail is None else f"{which}: {detail}")


async def close_attempt(
    tx: AsyncConnection, row: Moved, part_id: str, outcome: Outcome, now_ms: int
) -> None:
    """Complete the attempt's row; one that ended before it was marked is told of all the same."""
    if row.attempt_id is None:
        await _INSERT_ATTEMPT.execute(
            tx,
            {
                "id": new_id(Prefix.ATTEMPT, now_ms=now_ms),
                "part_id": part_id,
                "modem": row.modem,
                "started_at_ms": now_ms,
                "ended_at_ms": now_ms,
                "outcome": outcome.name,
                "code": outcome.code,
                "detail": outcome.detail,
            },
        )
        return
    await _CLOSE_ATTEMPT.execute(
        tx,
        {
            "of_attempt": row.attempt_id,
            "now": now_ms,
            "with_outcome": outcome.name,
            "with_reference": outcome.reference,
            "with_code": outcome.code,
            "with_detail": outcome.detail,
        },
    )

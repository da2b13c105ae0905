"""Owns what a status report does to an accepted part. Which part it is about: matching."""

from typing import Literal

from sqlalchemy import bindparam
from sqlalchemy.ext.asyncio import AsyncConnection

from storage import changes
from storage.outbox.moves import FAULT, fault_of, move, sole
from storage.outbox.rollup import roll_up
from storage.prepared import Prepared
from storage.states import MessageState, PartState

ReportedDelivery = Literal["delivered", "undelivered", "trying", "forwarded", "replaced"]

_REPORTED: dict[ReportedDelivery, Prepared] = {
    "delivered": move(
        PartState.DELIVERED, report_status=bindparam("status"), awaiting_report=False
    ),
    "undelivered": move(
        PartState.UNDELIVERED, report_status=bindparam("status"), awaiting_report=False, **FAULT
    ),
    "trying": move(PartState.ACCEPTED, PartState.ACCEPTED, report_status=bindparam("status")),
    "forwarded": move(
        PartState.ACCEPTED,
        PartState.ACCEPTED,
        report_status=bindparam("status"),
        awaiting_report=False,
    ),
    "replaced": move(
        PartState.ACCEPTED,
        PartState.ACCEPTED,
        report_status=bindparam("status"),
        awaiting_report=False,
    ),
}


async def report_part(
    tx: AsyncConnection,
    *,
    part_id: str,
    delivery: ReportedDelivery,
    status: int,
    detail: str | None,
    now_ms: int,
) -> bool:
    """Apply a status report (``status`` is its TP-ST) to an accepted part.

    ``forwarded`` and ``replaced`` end the wait without a proof of delivery; ``trying`` does not.
    """
    values = {"of_part": part_id, "status": status}
    if delivery == "undelivered":
        values |= {"code": "undelivered", "detail": detail}
    row = (await _REPORTED[delivery].execute(tx, values)).one_or_none()
    if row is None:
        return False
    if delivery in {"delivered", "undelivered"}:
        await roll_up(
            tx,
            message_id=row.message_id,
            sole=sole(row, PartState(delivery)),
            now_ms=now_ms,
            fault=fault_of(row, "undelivered", detail) if delivery == "undelivered" else None,
        )
    elif delivery != "trying":
        state = MessageState.SENT
        await changes.record_message(
            tx, "updated", row.message_id, state, now_ms=now_ms, data={"report": delivery}
        )
    return True

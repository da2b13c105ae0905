"""Owns finding the parts that a late answer or a status report may be about. Decides nothing."""

from dataclasses import dataclass

from sqlalchemy import bindparam, or_, select, union_all
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.schema import IN_FLIGHT, IS_ACCEPTED, IS_QUEUED, attempts, parts
from storage.sims import same_sim
from storage.states import PartState


@dataclass(frozen=True, slots=True, kw_only=True)
class PartRow:
    """A part that the network took. Times are UTC milliseconds.

    ``ctrl_z_at_ms`` is when the mark before Ctrl-Z was committed.
    """

    part_id: str
    message_id: str
    number: int
    total: int
    state: PartState
    to: str
    modem: str | None
    iccid: str | None
    imei: str | None
    reference: int | None
    ctrl_z_at_ms: int | None
    deadline_ms: int | None
    accepted_at_ms: int | None
    awaiting_report: bool
    delivery_report: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class DoubtRow:
    """An attempt that the network took, or may have taken, under a TP-MR that nobody told us.

    Times are UTC milliseconds; ``ctrl_z_at_ms`` is when the mark before Ctrl-Z was committed.
    """

    attempt_id: str
    part_id: str
    state: PartState
    delivery_report: bool
    ctrl_z_at_ms: int
    deadline_ms: int


_COLUMNS = (
    parts.c.id.label("part_id"),
    parts.c.message_id,
    parts.c.number,
    parts.c.total,
    parts.c.state,
    parts.c.destination.label("to"),
    parts.c.modem,
    parts.c.iccid,
    parts.c.imei,
    parts.c.reference,
    parts.c.submitting_at_ms.label("ctrl_z_at_ms"),
    parts.c.deadline_ms,
    parts.c.accepted_at_ms,
    parts.c.awaiting_report,
    parts.c.delivery_report,
)
_SAME_SIM = same_sim(parts.c.iccid, parts.c.modem)
_TO = parts.c.destination == bindparam("to_number")
_ACCEPTED = (
    select(*_COLUMNS)
    .where(IS_ACCEPTED, _TO, parts.c.reference == bindparam("with_reference"), _SAME_SIM)
    .order_by(parts.c.accepted_at_ms.desc())
)
_NO_REFERENCE = parts.c.reference.is_(None)
# One index each: in flight, queued again by policy, accepted without a reference.
_DOUBTFUL = union_all(
    *(
        select(parts.c.id).where(_TO, which)
        for which in (
            IN_FLIGHT,
            IS_QUEUED & (parts.c.tries > 0),
            IS_ACCEPTED & _NO_REFERENCE,
        )
    )
)
_DOUBTS = (
    select(
        attempts.c.id.label("attempt_id"),
        attempts.c.part_id,
        parts.c.state,
        parts.c.delivery_report,
        attempts.c.started_at_ms.label("ctrl_z_at_ms"),
        attempts.c.deadline_ms,
    )
    .join_from(attempts, parts, parts.c.id == attempts.c.part_id)
    .where(
        attempts.c.part_id.in_(_DOUBTFUL),
        same_sim(attempts.c.iccid, attempts.c.modem),
        attempts.c.deadline_ms.is_not(None),
        or_(
            attempts.c.outcome.is_(None),
            attempts.c.outcome == "unknown",
            (attempts.c.outcome == "accepted") & attempts.c.reference.is_(None),
        ),
    )
    .order_by(attempts.c.started_at_ms, attempts.c.id)
)


async def accepted_parts(
    tx: AsyncConnection, *, iccid: str | None, modem: str, number: str, reference: int
) -> list[PartRow]:
    """List accepted, not yet delivered parts to this number with this TP-MR, newest first."""
    values = {
        "of_iccid": iccid,
        "by_modem": modem,
        "to_number": number,
        "with_reference": reference,
    }
    rows = (await tx.execute(_ACCEPTED, values)).mappings()
    return [PartRow(**{**row, "state": PartState(row["state"])}) for row in rows]


async def doubtful_attempts(
    tx: AsyncConnection, *, iccid: str | None, modem: str, number: str
) -> list[DoubtRow]:
    """List the attempts to send to this number that a status report may yet be about, oldest first.

    Those that wait for the modem's answer, those that are unknown, also where the part has been
    queued again since, and those accepted by a modem or a person who told no reference.
    """
    values = {"of_iccid": iccid, "by_modem": modem, "to_number": number}
    rows = (await tx.execute(_DOUBTS, values)).mappings()
    return [DoubtRow(**{**row, "state": PartState(row["state"])}) for row in rows]

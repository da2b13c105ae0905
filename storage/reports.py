"""Owns the status reports' rows: raw, matched or not. What they prove is gatewayd's to decide."""

from dataclasses import asdict, dataclass

from sqlalchemy import bindparam, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.ids import Prefix, new_id
from storage.prepared import Prepared
from storage.schema import reports
from storage.sims import same_sim


@dataclass(frozen=True, slots=True, kw_only=True)
class NewReport:
    """A status report: ``number`` is its TP-RA normalised, ``status`` its TP-ST.

    ``sc_time_ms`` is TP-SCTS and ``discharge_ms`` TP-DT, UTC, None where impossible.
    """

    raw: bytes
    modem: str
    iccid: str | None
    number: str
    reference: int
    status: int
    sc_time_ms: int | None
    discharge_ms: int | None
    received_at_ms: int
    part_id: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportRow(NewReport):
    """As stored."""

    id: str


_INSERT = Prepared(insert(reports))
_UNMATCHED = (
    select(reports)
    .where(
        reports.c.number == bindparam("from_number"),
        reports.c.received_at_ms >= bindparam("since"),
        reports.c.part_id.is_(None),
        same_sim(reports.c.iccid, reports.c.modem),
    )
    .order_by(reports.c.received_at_ms)
)
_PART_OF = (
    select(reports.c.part_id)
    .where(
        reports.c.number == bindparam("from_number"),
        reports.c.reference == bindparam("with_reference"),
        reports.c.sc_time_ms == bindparam("at"),
        reports.c.part_id.is_not(None),
        same_sim(reports.c.iccid, reports.c.modem),
    )
    .order_by(reports.c.received_at_ms.desc())
    .limit(1)
)
_ATTACH = (
    update(reports)
    .where(reports.c.id == bindparam("of_report"), reports.c.part_id.is_(None))
    .values(part_id=bindparam("to_part"))
)


async def insert_report(tx: AsyncConnection, report: NewReport) -> str:
    """Keep a report, matched or not; give its id."""
    report_id = new_id(Prefix.REPORT, now_ms=report.received_at_ms)
    await _INSERT.execute(tx, {**asdict(report), "id": report_id})
    return report_id


async def unmatched_reports(
    tx: AsyncConnection, *, iccid: str | None, modem: str, number: str, since_ms: int
) -> list[ReportRow]:
    """List reports about this number that fitted no part when they came, oldest first.

    A report can overtake the modem's own answer to the submit.
    """
    values = {"of_iccid": iccid, "by_modem": modem, "from_number": number, "since": since_ms}
    return [ReportRow(**row) for row in (await tx.execute(_UNMATCHED, values)).mappings()]


async def part_of(
    tx: AsyncConnection,
    *,
    iccid: str | None,
    modem: str,
    number: str,
    reference: int,
    sc_time_ms: int,
) -> str | None:
    """Find the part that an earlier report of the same submit was about.

    ``sc_time_ms`` is TP-SCTS: number, TP-MR and it are one submit's, whatever else differs.
    """
    values = {
        "of_iccid": iccid,
        "by_modem": modem,
        "from_number": number,
        "with_reference": reference,
        "at": sc_time_ms,
    }
    found: str | None = (await tx.execute(_PART_OF, values)).scalar_one_or_none()
    return found


async def part_id(tx: AsyncConnection, report_id: str) -> str | None:
    """Tell which part a report has been matched to."""
    query = select(reports.c.part_id).where(reports.c.id == report_id)
    found: str | None = (await tx.execute(query)).scalar_one_or_none()
    return found


async def attach(tx: AsyncConnection, *, report_id: str, part_id: str) -> bool:
    """Match a report that was not matched yet."""
    values = {"of_report": report_id, "to_part": part_id}
    return (await tx.execute(_ATTACH, values)).rowcount == 1

"""Status reports: whose part is it, and what does it prove.

A report matches the part that an earlier report of the same submit was about, or the accepted part
of its number, reference and age; else it may be evidence for an attempt whose fate, or reference,
is unknown. What fits nothing, or too much, waits: the next outcome for its number may decide it.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import structlog
from sqlalchemy.ext.asyncio import AsyncConnection

from gatewayd.evidence import CLOCK_SKEW_MS, Heard, deduce, fits
from gatewayd.numbers import canonical
from modem.pdu import Delivery, ServiceCentreTime, StatusReport, classify, explain
from storage import erased_numbers, outbox
from storage import reports as store_reports
from storage.outbox import DoubtRow, PartRow
from storage.reports import NewReport, ReportRow
from storage.states import PartState

SAME_SUBMIT_MS = 86_400_000
"""A report dates the acceptance, zones written wrongly included, within a day of our own record."""

WAITING_MS = 86_400_000
"""How long a report that met no part, or too many, may wait for what decides it."""

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Matched:
    """The part that a report is about.

    ``proved``: the parts that only reports prove to be accepted; their submits need not be waited
    for.
    """

    part_id: str
    proved: tuple[str, ...] = ()

    @property
    def by_evidence(self) -> bool:
        """Nothing but this report proves the part's acceptance."""
        return self.part_id in self.proved


class Reports:
    """The reports of one modem."""

    def __init__(self, *, country: str | None, modem: str) -> None:
        self._country = country
        self._modem = modem
        # Spares a look at each outcome. After a restart only a report can decide, and looks anyway.
        self._waiting: set[str] = set()

    async def apply(
        self,
        tx: AsyncConnection,
        report: StatusReport,
        *,
        raw: bytes,
        iccid: str | None,
        now_ms: int,
        stand_in: str | None = None,
        read_late: bool = False,
    ) -> Matched | None:
        """Keep the report and settle its part, in the caller's transaction; None: it waits.

        ``read_late``: it came at ``now_ms``, which is long ago. ``stand_in`` is written in place of
        the number of somebody who was erased, and nothing that tells it.
        """
        new = NewReport(
            raw=raw if stand_in is None else b"",
            modem=self._modem,
            iccid=iccid,
            number=stand_in or self._number(report),
            reference=report.reference,
            status=report.status,
            sc_time_ms=_ms(report.time),
            discharge_ms=_ms(report.discharge),
            received_at_ms=now_ms,
            part_id=None,
        )
        report_id = await store_reports.insert_report(tx, new)
        accepted = await self._accepted(tx, new)
        if read_late:
            accepted = _sent_before(accepted, now_ms)
        part_id = await self._named(tx, new, accepted)
        if part_id is not None:
            await _give(tx, report_id, part_id, report.status, now_ms)
            return Matched(part_id=part_id)
        self._waiting.add(new.number)
        proved = await self.reconsider(tx, number=new.number, iccid=iccid, now_ms=now_ms)
        part_id = await store_reports.part_id(tx, report_id)
        return None if part_id is None else Matched(part_id=part_id, proved=proved)

    async def stand_in(self, tx: AsyncConnection, report: StatusReport) -> str | None:
        """Give what stands for the number of an erased contact; None: it is about nobody such."""
        return await erased_numbers.stand_in_of(tx, self._number(report))

    def _number(self, report: StatusReport) -> str:
        return canonical(report.recipient.text, country=self._country).text

    async def reconsider(
        self, tx: AsyncConnection, *, number: str, iccid: str | None, now_ms: int
    ) -> tuple[str, ...]:
        """Look again at the reports about this number that wait; gives what they prove.

        After each outcome: a report may have been faster than the modem's answer, and whose it is
        may have been in doubt only until now.
        """
        if number not in self._waiting:
            return ()
        rows = await store_reports.unmatched_reports(
            tx,
            iccid=iccid,
            modem=self._modem,
            number=number,
            since_ms=now_ms - WAITING_MS,
        )
        if not rows:
            self._waiting.discard(number)
            return ()
        unnamed: dict[tuple[int, int], list[ReportRow]] = {}
        for row in rows:
            accepted = _sent_before(await self._accepted(tx, row), row.received_at_ms)
            part_id = await self._named(tx, row, accepted)
            if part_id is not None:
                await _give(tx, row.id, part_id, row.status, now_ms)
            elif row.sc_time_ms is not None and not any(
                _distance_ms(part, row.sc_time_ms) <= SAME_SUBMIT_MS for part in accepted
            ):
                unnamed.setdefault((row.reference, row.sc_time_ms), []).append(row)
        doubts = await outbox.doubtful_attempts(tx, iccid=iccid, modem=self._modem, number=number)
        return await self._prove(tx, list(unnamed.values()), doubts, now_ms)

    async def _prove(
        self,
        tx: AsyncConnection,
        unnamed: Sequence[Sequence[ReportRow]],
        doubts: Sequence[DoubtRow],
        now_ms: int,
    ) -> tuple[str, ...]:
        told = {_heard(rows[0]): rows for rows in unnamed}
        proved: list[str] = []
        for heard, attempt in deduce(list(told), doubts).items():
            if attempt.state is not PartState.ACCEPTED:
                await outbox.prove(
                    tx,
                    part_id=attempt.part_id,
                    attempt_id=attempt.attempt_id,
                    reference=heard.reference,
                    now_ms=now_ms,
                )
                proved.append(attempt.part_id)
                _log.info("unknown_settled", by="report", part=attempt.part_id)
            for row in told[heard]:
                await _give(tx, row.id, attempt.part_id, row.status, now_ms)
        return tuple(proved)

    @staticmethod
    async def _accepted(tx: AsyncConnection, report: NewReport) -> list[PartRow]:
        return await outbox.accepted_parts(
            tx,
            iccid=report.iccid,
            modem=report.modem,
            number=report.number,
            reference=report.reference,
        )

    async def _named(
        self, tx: AsyncConnection, report: NewReport, accepted: Sequence[PartRow]
    ) -> str | None:
        """The part that number, reference and time name."""
        at_ms = report.sc_time_ms
        if at_ms is not None:
            known = await store_reports.part_of(
                tx,
                iccid=report.iccid,
                modem=report.modem,
                number=report.number,
                reference=report.reference,
                sc_time_ms=at_ms,
            )
            if known is not None:
                return known
        if not accepted:
            return None
        # References wrap at 255. Newest first, so without a time it is the newest.
        nearest = min(accepted, key=lambda part: _distance_ms(part, at_ms))
        if at_ms is None or _distance_ms(nearest, at_ms) <= CLOCK_SKEW_MS:
            return nearest.part_id
        # A zone may be written wrongly, or our own clock not have been set; but where another
        # attempt fits the time, the reference may be its, come round again.
        doubts = await outbox.doubtful_attempts(
            tx, iccid=report.iccid, modem=report.modem, number=report.number
        )
        heard = Heard(reference=report.reference, at_ms=at_ms, arrived_ms=report.received_at_ms)
        return None if any(fits(heard, attempt) for attempt in doubts) else nearest.part_id


def _heard(first: ReportRow) -> Heard:
    return Heard(
        reference=first.reference,
        at_ms=first.sc_time_ms or 0,
        arrived_ms=first.received_at_ms,
    )


def _sent_before(parts: Sequence[PartRow], came_ms: int) -> list[PartRow]:
    """A report is not about what was sent after it came."""
    return [
        part for part in parts if part.ctrl_z_at_ms is not None and part.ctrl_z_at_ms <= came_ms
    ]


def _distance_ms(accepted: PartRow, at_ms: int | None) -> int:
    """How far the report's time lies outside the time from Ctrl-Z to acceptance."""
    if at_ms is None:
        return 0
    until_ms = accepted.accepted_at_ms or 0
    since_ms = accepted.ctrl_z_at_ms or until_ms
    return max(since_ms - at_ms, at_ms - until_ms, 0)


async def _give(
    tx: AsyncConnection, report_id: str, part_id: str, status: int, now_ms: int
) -> None:
    await store_reports.attach(tx, report_id=report_id, part_id=part_id)
    await _settle(tx, part_id, status, now_ms)


async def _settle(tx: AsyncConnection, part_id: str, status: int, now_ms: int) -> None:
    applied = await outbox.report_part(
        tx,
        part_id=part_id,
        delivery=_DELIVERIES[classify(status)],
        status=status,
        detail=explain(status),
        now_ms=now_ms,
    )
    _log.info("report_applied", part=part_id, status=status, applied=applied)


_DELIVERIES: dict[Delivery, outbox.ReportedDelivery] = {
    Delivery.DELIVERED: "delivered",
    Delivery.FORWARDED: "forwarded",
    Delivery.REPLACED: "replaced",
    Delivery.TRYING: "trying",
    Delivery.UNDELIVERED: "undelivered",
}


def _ms(time: ServiceCentreTime) -> int | None:
    return None if time.utc is None else round(time.utc.timestamp() * 1000)

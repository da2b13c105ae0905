"""Unread PDUs, tried again: after an upgrade the codec may read what it could not read before.

Each PDU is a unit with a barrier, as on arrival, and is handled as on arrival; but what people saw
of it, a message that said "unreadable", becomes the message or goes. Owns no rule of its own about
copies, parts or reports.
"""

import asyncio
from dataclasses import dataclass, field
from functools import partial

import structlog
from sqlalchemy.ext.asyncio import AsyncConnection

from config.schema import Settings
from gatewayd.barrier import trace
from gatewayd.bus import Bus, Topic
from gatewayd.clock import Clock
from gatewayd.ingest import NOT_INCOMING, REDELIVERY_AFTER_MS, identity_of, unreadable_because
from gatewayd.line import Line
from gatewayd.reassembly import Part, Reassembly, Shown
from gatewayd.reports import Reports
from gatewayd.services.drafts import DEFAULT_INBOX
from modem.pdu import Deliver, PduError, StatusReport, Submit, decode_incoming
from storage import groups, inbound, modems, queries, unread
from storage.engine import Store
from storage.errors import StoreUnavailable
from storage.ids import Prefix, new_id
from storage.inbound import PduKind, PduRow
from storage.scrubbing import blank_pdus
from storage.unread import Reading

PAGE = 100

UNFORESEEN = "unforeseen_error: it could not be handled; the log tells where"

QUARANTINE = "pdu_quarantined"
"""The incident that ingest opens."""

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Unreadable:
    """A PDU that nobody can read today either; ``why`` is ``code: plain words``."""

    pdu: PduRow
    message_id: str | None
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What one round did."""

    read: int
    unreadable: tuple[Unreadable, ...]

    @property
    def tried(self) -> int:
        """How many PDUs were looked at."""
        return self.read + len(self.unreadable)


@dataclass(slots=True)
class _Tally:
    read: int = 0
    unreadable: list[Unreadable] = field(default_factory=list)


class _TakenError(Exception):
    """Somebody else has settled this PDU meanwhile: roll back."""


class Redecode:
    """Tries again all that is kept unread."""

    def __init__(self, *, settings: Settings, store: Store, bus: Bus, clock: Clock) -> None:
        self._settings = settings
        self._store = store
        self._bus = bus
        self._clock = clock
        self._running = asyncio.Lock()

    async def run(self) -> Outcome:
        """Try every unread PDU once, oldest first.

        Raises StoreUnavailable; what was committed by then stays, and the next round goes on.
        """
        tally = _Tally()
        modems_seen: set[str] = set()
        async with self._running:
            last: PduRow | None = None
            while True:
                async with self._store.read() as tx:
                    found = await unread.page(tx, after=last, limit=PAGE)
                for pdu in found:
                    await self._unit(pdu, tally)
                modems_seen |= {pdu.modem for pdu in found}
                if len(found) < PAGE:
                    break
                last = found[-1]
            for modem in modems_seen:
                await self._store.shielded(partial(self._end_incidents, modem))
        self._bus.publish(Topic.JOURNAL)
        _log.info("pdus_decoded_again", read=tally.read, unreadable=len(tally.unreadable))
        return Outcome(read=tally.read, unreadable=tuple(tally.unreadable))

    async def _unit(self, pdu: PduRow, tally: _Tally) -> None:
        why: str | None
        message_id = pdu.message_id
        try:
            tpdu = _decode(pdu.raw)
            if isinstance(tpdu, Deliver | StatusReport):
                await self._store.shielded(partial(self._take, pdu, tpdu))
                why = None
            else:
                why = tpdu
                if pdu.kind is PduKind.QUARANTINED:
                    message_id = await self._store.shielded(partial(self._show, pdu, why))
        except _TakenError:
            return
        except StoreUnavailable:
            raise
        except Exception as error:  # noqa: BLE001 - the unit's barrier: one PDU, not the rest
            _log.error(
                "pdu_not_redecoded", id=pdu.id, error=type(error).__name__, trace=trace(error)
            )
            why = UNFORESEEN
        if why is None:
            tally.read += 1
        else:
            tally.unreadable.append(Unreadable(pdu=pdu, message_id=message_id, why=why))

    async def _take(self, pdu: PduRow, tpdu: Deliver | StatusReport, tx: AsyncConnection) -> None:
        identity = identity_of(pdu.raw, sim=pdu.holder or pdu.modem)
        first = await inbound.find_pdu(tx, digest=identity)
        if first is not None and first.id == pdu.id:
            first = None
        if isinstance(tpdu, StatusReport):
            await self._take_report(tx, pdu, tpdu, first, identity)
        else:
            await self._take_message(tx, pdu, tpdu, first, identity)

    async def _take_report(
        self,
        tx: AsyncConnection,
        pdu: PduRow,
        report: StatusReport,
        first: PduRow | None,
        identity: bytes,
    ) -> None:
        copy_of = None if first is None else first.id
        reading = Reading(kind=PduKind.REPORT, digest=identity, copy_of=copy_of)
        await _settle(tx, pdu, reading)
        reports = Reports(country=self._settings.gateway.country, modem=pdu.modem)
        stand_in = await reports.stand_in(tx, report)
        # As of when it came: what was sent since has had its reference again, perhaps.
        await reports.apply(
            tx,
            report,
            raw=pdu.raw,
            iccid=pdu.holder,
            now_ms=pdu.received_at_ms,
            stand_in=stand_in,
            read_late=True,
        )
        if stand_in is not None:
            await blank_pdus(tx, [pdu.id])
        await _take_back(tx, pdu, merged_into=None, now_ms=self._clock.now_ms())

    async def _take_message(
        self,
        tx: AsyncConnection,
        pdu: PduRow,
        deliver: Deliver,
        first: PduRow | None,
        identity: bytes,
    ) -> None:
        now_ms = self._clock.now_ms()
        concatenation = deliver.header.concatenation if deliver.header else None
        in_parts = concatenation is not None and concatenation.total > 1
        if first is not None and (in_parts or _far_apart(first, pdu)):
            reading = Reading(kind=first.kind, digest=identity, copy_of=first.id)
            await _settle(tx, pdu, reading)
            await _take_back(tx, pdu, merged_into=first.message_id, now_ms=now_ms)
            return
        if concatenation is not None and in_parts:
            number = concatenation.number
            reading = Reading(kind=PduKind.DELIVER, digest=identity, part_number=number)
            await _settle(tx, pdu, reading)
            part = Part(pdu_id=pdu.id, deliver=deliver, concatenation=concatenation)
            await self._join(tx, pdu, part, now_ms)
            return
        message_id = pdu.message_id or new_id(Prefix.MESSAGE, now_ms=now_ms)
        reading = Reading(kind=PduKind.DELIVER, digest=identity, message_id=message_id)
        await _settle(tx, pdu, reading)
        line = await self._line(tx, pdu)
        message = self._reassembly(line).readable(
            message_id, deliver, Shown.of_single(deliver), line=line
        )
        if pdu.message_id is None:
            await inbound.insert_incoming(tx, message, now_ms=now_ms)
        else:
            await unread.replace_message(tx, message, now_ms=now_ms)

    async def _join(self, tx: AsyncConnection, pdu: PduRow, part: Part, now_ms: int) -> None:
        """Add a part to its long message; what was shown of the part becomes that, or goes."""
        line = await self._line(tx, pdu)
        reassembly = self._reassembly(line)
        if pdu.message_id is None:
            await reassembly.add(tx, part, line=line, now_ms=now_ms)
            return
        group = await reassembly.join(tx, part, line=line, now_ms=now_ms)
        message_id = group.message_id or pdu.message_id
        parts = await reassembly.parts_of(tx, group)
        shown = Shown.of_parts(parts, group.key.total)
        message = reassembly.readable(message_id, parts[min(parts)], shown, line=line)
        await unread.replace_message(tx, message, now_ms=now_ms)
        await groups.finish_group(
            tx, group_id=group.id, message_id=message_id, complete=shown.complete
        )
        if message_id != pdu.message_id:
            await _take_back(tx, pdu, merged_into=message_id, now_ms=now_ms)

    async def _show(self, pdu: PduRow, why: str, tx: AsyncConnection) -> str:
        """Let a quarantined PDU that nobody can read be seen, as if it had just come in."""
        now_ms = self._clock.now_ms()
        message_id = new_id(Prefix.MESSAGE, now_ms=now_ms)
        identity = identity_of(pdu.raw, sim=pdu.holder or pdu.modem)
        reading = Reading(kind=PduKind.UNDECODED, digest=identity, message_id=message_id, error=why)
        await _settle(tx, pdu, reading)
        line = await self._line(tx, pdu)
        message = self._reassembly(line).unreadable(message_id, unreadable_because(why), line=line)
        await inbound.insert_incoming(tx, message, now_ms=now_ms)
        return message_id

    async def _end_incidents(self, modem: str, tx: AsyncConnection) -> None:
        if await unread.any_quarantined(tx, modem):
            return
        for incident in await modems.incidents_of(tx, modem):
            if incident.code == QUARANTINE and incident.closed_at_ms is None:
                await modems.close_incident(
                    tx,
                    incident_id=incident.id,
                    cure="what was kept aside has been handled",
                    now_ms=self._clock.now_ms(),
                )

    def _reassembly(self, line: Line) -> Reassembly:
        return Reassembly(country=self._settings.gateway.country, inbox=line.inboxes[0])

    async def _line(self, tx: AsyncConnection, pdu: PduRow) -> Line:
        """Who was on the line when the PDU came, as far as it is remembered."""
        settings = next((one for one in self._settings.modems if one.name == pdu.modem), None)
        inbox = settings.inbox if settings else DEFAULT_INBOX
        number = None
        shown = await queries.get_message(tx, pdu.message_id) if pdu.message_id else None
        if shown is not None:
            inbox, number = shown.inbox, shown.to_number
        else:
            known = await modems.get(tx, pdu.modem)
            if known is not None and known.iccid == pdu.holder:
                number = known.number
        return Line(modem=pdu.modem, iccid=pdu.holder, imei=None, number=number, inboxes=(inbox,))


def _decode(raw: bytes) -> Deliver | StatusReport | str:
    """What a PDU is, or why nobody can tell."""
    try:
        tpdu = decode_incoming(raw).tpdu
    except PduError as error:
        return f"{error.code}: {error.detail}"
    return NOT_INCOMING if isinstance(tpdu, Submit) else tpdu


def _far_apart(one: PduRow, other: PduRow) -> bool:
    return abs(one.received_at_ms - other.received_at_ms) >= REDELIVERY_AFTER_MS


async def _settle(tx: AsyncConnection, pdu: PduRow, reading: Reading) -> None:
    if not await unread.settle(tx, pdu, reading):
        raise _TakenError


async def _take_back(
    tx: AsyncConnection, pdu: PduRow, *, merged_into: str | None, now_ms: int
) -> None:
    """Take back the message that said "unreadable": what it stood for is elsewhere now."""
    if pdu.message_id is not None:
        await unread.remove_placeholder(tx, pdu.message_id, merged_into=merged_into, now_ms=now_ms)

"""Incoming, from a PDU to a row: one transaction, then the modem's copy may go.

One of the few places where a message could be lost, so it is short. Each PDU is a unit with a
barrier: an unforeseen error in it is rolled back, its raw bytes are committed alone, and the next
one goes on.
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import TypeGuard

import structlog
from sqlalchemy.ext.asyncio import AsyncConnection

from gatewayd.barrier import contained, trace
from gatewayd.bus import Bus, Topic
from gatewayd.canary_arrivals import Arrivals
from gatewayd.clock import Clock
from gatewayd.line import Line
from gatewayd.metrics import ModemMetrics, PduResult, ReportMatch
from gatewayd.reassembly import Part, Reassembly, Receiver, Shown
from gatewayd.reports import Matched, Reports
from modem.events import ArrivedPdu, Disposition, Slot
from modem.pdu import Deliver, PduError, StatusReport, Submit, decode_incoming
from storage import inbound, modems
from storage.engine import Store
from storage.errors import StoreUnavailable
from storage.ids import Prefix, new_id
from storage.inbound import NewPdu, PduKind, PduRow

REDELIVERY_AFTER_MS = 30_000
"""The same SMSC and TPDU so much later is the network's re-delivery; sooner, a second message."""

NOT_INCOMING = "not_incoming: a message written on this device"

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Raw:
    """One PDU on its way into the store."""

    id: str
    pdu: bytes
    digest: bytes
    """Of the bytes: what a slot holds."""
    identity: bytes
    """Of the bytes and the SIM that they came to, since a DELIVER does not name its recipient."""
    now_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class _Kept:
    """What became of one PDU."""

    result: PduResult
    matched: Matched | None = None
    to_send: bool = False
    """Something was queued because of it."""


class Ingest:
    """The incoming side of one modem."""

    def __init__(
        self,
        *,
        store: Store,
        bus: Bus,
        clock: Clock,
        country: str | None,
        inbox: str,
        line: Callable[[], Line],
        reports: Reports,
        proved: Callable[[str], None],
        counts: ModemMetrics,
        receiver: Receiver,
    ) -> None:
        self._store = store
        self._bus = bus
        self._clock = clock
        self._line = line
        self._reports = reports
        self._proved = proved
        self._counts = counts
        self._reassembly = Reassembly(country=country, inbox=inbox, receiver=receiver)
        self._canaries = Arrivals(country=country)

    async def arrived(self, arrived: ArrivedPdu) -> Disposition:
        """Commit one PDU, whatever it holds."""
        raw = self._raw(arrived.pdu)
        try:
            kept = await self._store.shielded(partial(self._take, raw, arrived.slot))
        except StoreUnavailable as error:
            _log.error("store_unavailable", reason=error.reason)
            return Disposition.KEEP
        except Exception as error:  # noqa: BLE001 - the unit's barrier: see the module's docstring
            _log.error("pdu_quarantined", id=raw.id, error=type(error).__name__, trace=trace(error))
            return await self._quarantine(raw, arrived.slot)
        self._bus.publish(Topic.JOURNAL)
        if kept is not None and kept.to_send:
            self._bus.publish(Topic.OUTBOX)
        if kept is not None:
            self._count(kept)
            for part_id in kept.matched.proved if kept.matched else ():
                self._proved(part_id)
        return Disposition.DELETE

    def _count(self, kept: _Kept) -> None:
        self._counts.arrived(kept.result)
        if kept.result is not PduResult.REPORT:
            return
        if kept.matched is None:
            self._counts.reported(ReportMatch.UNMATCHED)
        else:
            proof = kept.matched.by_evidence
            self._counts.reported(ReportMatch.EVIDENCE if proof else ReportMatch.MATCHED)

    def _raw(self, pdu: bytes) -> _Raw:
        now_ms, line = self._clock.now_ms(), self._line()
        return _Raw(
            id=new_id(Prefix.PDU, now_ms=now_ms),
            pdu=pdu,
            digest=hashlib.sha256(pdu).digest(),
            identity=identity_of(pdu, sim=line.iccid or line.modem),
            now_ms=now_ms,
        )

    async def _take(self, raw: _Raw, slot: Slot | None, tx: AsyncConnection) -> _Kept | None:
        if slot is not None and await self._committed_before(tx, slot, raw):
            return None
        kept = await self._keep(tx, raw)
        if slot is not None:
            await inbound.set_slot(
                tx,
                holder=slot.holder,
                store=slot.store,
                index=slot.index,
                digest=raw.digest,
                pdu_id=raw.id,
                now_ms=raw.now_ms,
            )
        return kept

    async def _committed_before(self, tx: AsyncConnection, slot: Slot, raw: _Raw) -> bool:
        """The same slot with the same bytes: committed, and killed before it was deleted."""
        known = await inbound.slot(tx, holder=slot.holder, store=slot.store, index=slot.index)
        return known is not None and known.digest == raw.digest

    async def _keep(self, tx: AsyncConnection, raw: _Raw) -> _Kept:
        first = await inbound.find_pdu(tx, digest=raw.identity)
        try:
            tpdu = decode_incoming(raw.pdu).tpdu
        except PduError as error:
            if _delivered_again(first, raw):
                return await self._keep_copy(tx, raw, first)
            return await self._keep_undecoded(tx, raw, f"{error.code}: {error.detail}")
        match tpdu:
            case StatusReport():
                copy_of = None if first is None else first.id
                stand_in = await self._reports.stand_in(tx, tpdu)
                kept = raw if stand_in is None else replace(raw, pdu=b"", identity=b"")
                await self._insert_pdu(tx, kept, PduKind.REPORT, copy_of=copy_of)
                matched = await self._reports.apply(
                    tx,
                    tpdu,
                    raw=raw.pdu,
                    iccid=self._line().iccid,
                    now_ms=raw.now_ms,
                    stand_in=stand_in,
                )
                return _Kept(result=PduResult.REPORT, matched=matched)
            case Deliver():
                return await self._keep_message(tx, raw, tpdu, first)
            case Submit():
                return await self._keep_undecoded(tx, raw, NOT_INCOMING)

    async def _keep_message(
        self, tx: AsyncConnection, raw: _Raw, deliver: Deliver, first: PduRow | None
    ) -> _Kept:
        concatenation = deliver.header.concatenation if deliver.header else None
        in_parts = concatenation is not None and concatenation.total > 1
        if (in_parts and first is not None) or _delivered_again(first, raw):
            return await self._keep_copy(tx, raw, first)
        if concatenation is not None and in_parts:
            await self._insert_pdu(tx, raw, PduKind.DELIVER, part_number=concatenation.number)
            part = Part(pdu_id=raw.id, deliver=deliver, concatenation=concatenation)
            to_send = await self._reassembly.add(tx, part, line=self._line(), now_ms=raw.now_ms)
            return _Kept(result=PduResult.PART, to_send=to_send)
        if await self._canaries.takes(tx, deliver, pdu_id=raw.id, now_ms=raw.now_ms):
            await self._insert_pdu(tx, raw, PduKind.DELIVER)
            return _Kept(result=PduResult.CANARY)
        message_id = new_id(Prefix.MESSAGE, now_ms=raw.now_ms)
        await self._insert_pdu(tx, raw, PduKind.DELIVER, message_id=message_id)
        shown = Shown.of_single(deliver)
        to_send = await self._reassembly.show(
            tx, message_id, deliver, shown, line=self._line(), now_ms=raw.now_ms
        )
        return _Kept(result=PduResult.MESSAGE, to_send=to_send)

    async def _keep_copy(self, tx: AsyncConnection, raw: _Raw, first: PduRow) -> _Kept:
        await self._insert_pdu(tx, raw, first.kind, copy_of=first.id)
        _log.info("pdu_is_a_copy", id=raw.id, copy_of=first.id)
        return _Kept(result=PduResult.COPY)

    async def _keep_undecoded(self, tx: AsyncConnection, raw: _Raw, why: str) -> _Kept:
        """Nobody can read it today: kept raw, shown as such, tried again when the codec grows."""
        message_id = new_id(Prefix.MESSAGE, now_ms=raw.now_ms)
        await self._insert_pdu(tx, raw, PduKind.UNDECODED, message_id=message_id, error=why)
        detail = unreadable_because(why)
        message = self._reassembly.unreadable(message_id, detail, line=self._line())
        await inbound.insert_incoming(tx, message, now_ms=raw.now_ms)
        return _Kept(result=PduResult.UNDECODED)

    async def _insert_pdu(
        self,
        tx: AsyncConnection,
        raw: _Raw,
        kind: PduKind,
        *,
        copy_of: str | None = None,
        message_id: str | None = None,
        part_number: int | None = None,
        error: str | None = None,
        digest: bytes | None = None,
    ) -> None:
        line = self._line()
        await inbound.insert_pdu(
            tx,
            NewPdu(
                id=raw.id,
                raw=raw.pdu,
                digest=digest or raw.identity,
                modem=line.modem,
                holder=line.iccid,
                kind=kind,
                received_at_ms=raw.now_ms,
                copy_of=copy_of,
                message_id=message_id,
                part_number=part_number,
                error=error,
            ),
        )

    async def _quarantine(self, raw: _Raw, slot: Slot | None) -> Disposition:
        """Commit the raw bytes alone, with an incident; if even that fails, the modem keeps it."""

        async def keep_raw(tx: AsyncConnection) -> None:
            await self._insert_pdu(
                tx,
                raw,
                PduKind.QUARANTINED,
                error="an unforeseen error; see the log",
                digest=raw.digest,  # not its identity: delivered again, it is tried again
            )
            if slot is not None:
                await inbound.set_slot(
                    tx,
                    holder=slot.holder,
                    store=slot.store,
                    index=slot.index,
                    digest=raw.digest,
                    pdu_id=raw.id,
                    now_ms=raw.now_ms,
                )
            await modems.open_incident(
                tx,
                modem=self._line().modem,
                code="pdu_quarantined",
                detail=f"an incoming message could not be handled; its bytes are kept as {raw.id}",
                now_ms=raw.now_ms,
            )

        try:
            await self._store.shielded(keep_raw)
        except StoreUnavailable as error:
            _log.error("store_unavailable", reason=error.reason)
            return Disposition.KEEP
        except Exception as error:  # noqa: BLE001 - as above: what cannot even be kept stays in the modem
            _log.error("pdu_not_kept", error=type(error).__name__, trace=trace(error))
            return Disposition.KEEP
        self._counts.arrived(PduResult.QUARANTINED)
        self._bus.publish(Topic.JOURNAL)
        return Disposition.DELETE

    async def deleted(self, slots: dict[Slot, bytes]) -> None:
        """Forget the slots that the modem has emptied, unless something new lies in them."""

        async def forget(tx: AsyncConnection) -> None:
            for slot, pdu in slots.items():
                holder, store, index = slot.holder, slot.store, slot.index
                known = await inbound.slot(tx, holder=holder, store=store, index=index)
                if known is not None and known.digest == hashlib.sha256(pdu).digest():
                    await inbound.forget_slot(tx, holder=holder, store=store, index=index)

        # A slot remembered too long does no harm: other bytes in it are a new message.
        await contained(lambda: self._store.shielded(forget), "slots_not_forgotten")


def identity_of(pdu: bytes, *, sim: str) -> bytes:
    """Digest of the bytes and of the SIM that they came to (its modem's name if unknown)."""
    return hashlib.sha256(sim.encode() + b"\0" + pdu).digest()


def unreadable_because(why: str) -> str:
    """Say to people that a message cannot be read."""
    return f"this message cannot be read ({why}); its bytes are kept"


def _delivered_again(first: PduRow | None, raw: _Raw) -> TypeGuard[PduRow]:
    """The network missed our acknowledgement: the same bytes, well after they first came."""
    return first is not None and raw.now_ms - first.received_at_ms >= REDELIVERY_AFTER_MS

"""Owns what came in: raw PDUs, the slots they still lie in, and the messages made of them.

The caller decodes and decides; a PDU is kept raw whatever became of it. Groups of parts: groups;
what is read only later: unread.
"""

from dataclasses import asdict, dataclass
from enum import StrEnum

from sqlalchemy import bindparam, delete, insert, select, update
from sqlalchemy.engine import RowMapping
from sqlalchemy.ext.asyncio import AsyncConnection

from storage import changes
from storage.conversations import filing
from storage.conversations.filing import Place
from storage.conversations.states import Turn
from storage.prepared import Prepared
from storage.schema import messages, pdus, slots
from storage.states import MessageState


class PduKind(StrEnum):
    """What a raw PDU turned out to be."""

    DELIVER = "deliver"
    REPORT = "report"
    UNDECODED = "undecoded"
    QUARANTINED = "quarantined"
    """Its unit hit an unforeseen error; only the raw bytes were committed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SlotRow:
    """A slot whose content has been committed, and not yet deleted from the modem.

    ``holder`` is the ICCID for ``SM``, the IMEI for ``ME``.
    """

    holder: str
    store: str
    index: int
    digest: bytes
    pdu_id: str
    committed_at_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class NewPdu:
    """A raw SMSC address and TPDU, its digest, and what was made of it."""

    id: str
    raw: bytes
    digest: bytes
    modem: str
    holder: str | None
    kind: PduKind
    received_at_ms: int
    copy_of: str | None = None
    error: str | None = None
    message_id: str | None = None
    part_number: int | None = None


PduRow = NewPdu
"""As stored: the same fields."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewIncoming:
    """A message as received; ``text`` is None where there is none to show.

    ``kind`` says what it is: text, data, unsupported … ``sc_time_ms`` is the service centre's
    time in UTC milliseconds, None where it is impossible.
    """

    id: str
    from_: str
    to_number: str | None
    text: str | None
    encoding: str
    inbox: str
    modem: str
    iccid: str | None
    kind: str
    sc_time_ms: int | None
    parts_total: int
    parts_present: int
    complete: bool
    error_code: str | None = None
    error_detail: str | None = None


_THIS_SLOT = (
    slots.c.holder == bindparam("in_holder"),
    slots.c.store == bindparam("in_store"),
    slots.c.slot == bindparam("at_index"),
)
_SLOT = select(slots).where(*_THIS_SLOT)
_SLOTS_OF = (
    select(slots)
    .where(slots.c.holder == bindparam("in_holder"))
    .order_by(slots.c.store, slots.c.slot)
)
_FORGET = delete(slots).where(*_THIS_SLOT)
_INSERT_SLOT = Prepared(insert(slots))
_INSERT_PDU = Prepared(insert(pdus))
_FIND = (
    select(pdus)
    .where(
        pdus.c.digest == bindparam("with_digest"),
        pdus.c.received_at_ms >= bindparam("since"),
        pdus.c.copy_of.is_(None),
    )
    .order_by(pdus.c.received_at_ms)
    .limit(1)
)
_INSERT_MESSAGE = Prepared(insert(messages))


async def slot(tx: AsyncConnection, *, holder: str, store: str, index: int) -> SlotRow | None:
    """Tell what was committed from this slot and may still lie in it."""
    query = {"in_holder": holder, "in_store": store, "at_index": index}
    row = (await tx.execute(_SLOT, query)).mappings().one_or_none()
    return None if row is None else _slot(row)


async def slots_of(tx: AsyncConnection, holder: str) -> list[SlotRow]:
    """List all slots of a SIM or a modem that were committed and not yet seen deleted."""
    return [_slot(row) for row in (await tx.execute(_SLOTS_OF, {"in_holder": holder})).mappings()]


async def set_slot(
    tx: AsyncConnection,
    *,
    holder: str,
    store: str,
    index: int,
    digest: bytes,
    pdu_id: str,
    now_ms: int,
) -> None:
    """Note, in the transaction that commits the PDU, which slot it lies in."""
    await forget_slot(tx, holder=holder, store=store, index=index)
    row = {"holder": holder, "store": store, "slot": index, "digest": digest}
    await _INSERT_SLOT.execute(tx, {**row, "pdu_id": pdu_id, "committed_at_ms": now_ms})


async def forget_slot(tx: AsyncConnection, *, holder: str, store: str, index: int) -> bool:
    """Forget a slot once the modem has deleted it; false when it was not known."""
    query = {"in_holder": holder, "in_store": store, "at_index": index}
    return (await tx.execute(_FORGET, query)).rowcount == 1


async def find_pdu(tx: AsyncConnection, *, digest: bytes, since_ms: int = 0) -> PduRow | None:
    """Find the first PDU with these bytes since ``since_ms`` that is not itself a copy."""
    query = {"with_digest": digest, "since": since_ms}
    row = (await tx.execute(_FIND, query)).mappings().one_or_none()
    return None if row is None else pdu_row(row)


async def insert_pdu(tx: AsyncConnection, pdu: NewPdu) -> None:
    """Keep the raw bytes. The message that it names may be inserted after it."""
    await _INSERT_PDU.execute(tx, asdict(pdu))


async def insert_incoming(
    tx: AsyncConnection,
    message: NewIncoming,
    *,
    now_ms: int,
    turn: Turn | None = Turn.CUSTOMER,
) -> Place | None:
    """Insert a received message, in its conversation, and journal it; give where it was put.

    ``turn`` None: it belongs to no conversation, as what comes from a user's own phone.
    """
    place = None
    if turn is not None:
        place = await filing.find_place(
            tx, number=message.from_, inbox=message.inbox, turn=turn, now_ms=now_ms
        )
    await _INSERT_MESSAGE.execute(tx, _message_row(message, place, now_ms))
    received = MessageState.RECEIVED
    # Whoever tells people of new messages leaves out those of contacts that they have blocked.
    facts: dict[str, changes.Json] = {"blocked": True} if place and place.apart else {}
    await changes.record_message(tx, received, message.id, received, now_ms=now_ms, data=facts)
    if place is not None:
        await filing.add_message(tx, place, message.id, now_ms=now_ms)
    return place


def _message_row(message: NewIncoming, place: Place | None, now_ms: int) -> dict[str, object]:
    return {
        "id": message.id,
        "direction": "in",
        "state": MessageState.RECEIVED,
        "from_number": message.from_,
        "to_number": message.to_number,
        "contact": message.from_,
        "text": message.text,
        "encoding": message.encoding,
        "parts": message.parts_total,
        "inbox": message.inbox,
        "modem": message.modem,
        "iccid": message.iccid,
        "conversation_id": None if place is None else place.conversation_id,
        "error_code": message.error_code,
        "error_detail": message.error_detail,
        "created_at_ms": now_ms,
        "kind": message.kind,
        "sc_time_ms": message.sc_time_ms,
        "parts_present": message.parts_present,
        "complete": message.complete,
    }


async def update_incoming_text(
    tx: AsyncConnection,
    *,
    message_id: str,
    text: str | None,
    encoding: str,
    parts_present: int,
    complete: bool,
    now_ms: int,
) -> bool:
    """Fill gaps of a message shown before; journals ``message.updated``."""
    changed = await tx.execute(
        update(messages)
        .where(
            messages.c.id == message_id,
            messages.c.direction == "in",
            messages.c.parts_present < parts_present,
        )
        .values(text=text, encoding=encoding, parts_present=parts_present, complete=complete)
    )
    if changed.rowcount != 1:
        return False
    await changes.record_message(tx, "updated", message_id, MessageState.RECEIVED, now_ms=now_ms)
    return True


def _slot(row: RowMapping) -> SlotRow:
    return SlotRow(
        holder=row["holder"],
        store=row["store"],
        index=row["slot"],
        digest=row["digest"],
        pdu_id=row["pdu_id"],
        committed_at_ms=row["committed_at_ms"],
    )


def pdu_row(row: RowMapping) -> PduRow:
    """Read a whole row of the table."""
    return PduRow(**{**row, "kind": PduKind(row["kind"])})

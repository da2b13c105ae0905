"""Owns the second look at raw PDUs: which could not be read, and what a later reading made of them.

The caller decodes and decides; the raw bytes stay whatever becomes of them.
"""

from dataclasses import asdict, dataclass

from sqlalchemy import bindparam, delete, exists, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from storage import changes
from storage.conversations import refiling
from storage.inbound import NewIncoming, PduKind, PduRow, pdu_row
from storage.schema import messages, pdus
from storage.states import MessageState

PLACEHOLDER = "undecoded"
"""The ``kind`` of a message that only says that something unreadable came in."""

_UNREAD = pdus.c.kind.in_([PduKind.UNDECODED, PduKind.QUARANTINED])
_LATER = or_(
    pdus.c.received_at_ms > bindparam("after_ms"),
    (pdus.c.received_at_ms == bindparam("after_ms")) & (pdus.c.id > bindparam("after_id")),
)
_PAGE = (
    select(pdus)
    .where(_UNREAD, pdus.c.copy_of.is_(None), _LATER)
    .order_by(pdus.c.received_at_ms, pdus.c.id)
    .limit(bindparam("row_limit"))
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What a PDU is now; as in NewPdu."""

    kind: PduKind
    digest: bytes
    copy_of: str | None = None
    message_id: str | None = None
    part_number: int | None = None
    error: str | None = None


async def page(tx: AsyncConnection, *, after: PduRow | None, limit: int) -> list[PduRow]:
    """List what is undecoded or quarantined and no copy, oldest first, from beyond ``after``."""
    beyond = (-1, "") if after is None else (after.received_at_ms, after.id)
    values = {"after_ms": beyond[0], "after_id": beyond[1], "row_limit": limit}
    rows = (await tx.execute(_PAGE, values)).mappings()
    return [pdu_row(row) for row in rows]


async def settle(tx: AsyncConnection, pdu: PduRow, reading: Reading) -> bool:
    """Note what a PDU and its copies turned out to be; false when somebody was faster."""
    changed = await tx.execute(
        update(pdus).where(pdus.c.id == pdu.id, pdus.c.kind == pdu.kind).values(asdict(reading))
    )
    if changed.rowcount != 1:
        return False
    await tx.execute(
        update(pdus)
        .where(pdus.c.copy_of == pdu.id, pdus.c.kind == pdu.kind)
        .values(kind=reading.kind)
    )
    return True


async def any_quarantined(tx: AsyncConnection, modem: str) -> bool:
    """Tell whether a PDU of this modem still waits for a remedy of what it ran into."""
    found = exists().where(pdus.c.kind == PduKind.QUARANTINED, pdus.c.modem == modem)
    return bool((await tx.execute(select(found))).scalar_one())


async def replace_message(tx: AsyncConnection, message: NewIncoming, *, now_ms: int) -> bool:
    """Say what a message, shown before as unreadable or with gaps, holds; journals ``updated``.

    Where and when it came in stays as it was; it moves to the conversation of its sender.
    """
    changed = await tx.execute(
        update(messages)
        .where(messages.c.id == message.id, messages.c.direction == "in")
        .values(
            from_number=message.from_,
            contact=message.from_,
            text=message.text,
            encoding=message.encoding,
            kind=message.kind,
            sc_time_ms=message.sc_time_ms,
            parts=message.parts_total,
            parts_present=message.parts_present,
            complete=message.complete,
            error_code=message.error_code,
            error_detail=message.error_detail,
        )
    )
    if changed.rowcount != 1:
        return False
    await refiling.refile(tx, message.id, number=message.from_, now_ms=now_ms)
    await changes.record_message(tx, "updated", message.id, MessageState.RECEIVED, now_ms=now_ms)
    return True


async def remove_placeholder(
    tx: AsyncConnection, message_id: str, *, merged_into: str | None, now_ms: int
) -> bool:
    """Take back a message that was none of its own; no PDU may name it any more.

    Journals ``message.updated`` with ``removed``, and the message that has its content if one has.
    """
    named = exists().where(pdus.c.message_id == message_id)
    gone = await tx.execute(
        delete(messages)
        .where(messages.c.id == message_id, messages.c.kind == PLACEHOLDER, ~named)
        .returning(messages.c.conversation_id)
    )
    conversation_id: str | None = gone.scalar_one_or_none()
    if conversation_id is None:
        return False
    await refiling.settle(tx, conversation_id, now_ms=now_ms)
    facts: dict[str, changes.Json] = {"removed": True, "merged_into": merged_into}
    received = MessageState.RECEIVED
    await changes.record_message(tx, "updated", message_id, received, now_ms=now_ms, data=facts)
    return True

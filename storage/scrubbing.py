"""Owns taking the content out of messages, wherever it lies, and leaving what is counted.

What a message was (when, which way, its state, parts, attempts and price) stays; its words, the raw
PDUs that hold them, and what was written of it for others go. Bodies that are joined when they are
read (events, webhooks, e-mail) go with it. An index for searching follows by its own triggers.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, case, null, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.schema import (
    IN_FLIGHT,
    IS_ACCEPTED,
    alerts,
    changes,
    deliveries,
    group_parts,
    groups,
    idempotency_keys,
    messages,
    parts,
    pdus,
    reports,
)

ERASED = "erased"
"""Stands where a number was, in columns that must have one; and for what a raw PDU is then."""

_NOTHING = b""
_BATCH = 500


def in_batches(message_ids: Sequence[str]) -> Iterator[Sequence[str]]:
    """Divide ids so that a statement takes each portion."""
    for first in range(0, len(message_ids), _BATCH):
        yield message_ids[first : first + _BATCH]


async def scrub(
    tx: AsyncConnection,
    message_ids: Sequence[str],
    *,
    stand_ins: Mapping[str, str] | None,
    now_ms: int,
) -> None:
    """Take the content out of up to some hundred messages, and with ``stand_ins`` the numbers.

    Those of the other side, whose stand-ins stay where a report may still come. None of the
    messages may be about to be sent: its PDUs go as well.
    """
    await _raw(tx, message_ids, stand_ins)
    replies = idempotency_keys.c.message_id.in_(message_ids)
    await tx.execute(update(idempotency_keys).where(replies).values(body=null()))
    told = select(changes.c.id).where(changes.c.subject.in_(message_ids))
    answered = deliveries.c.event_id.in_(told)
    await tx.execute(update(deliveries).where(answered).values(answer=null()))
    gone = {"text": null(), "client_reference": null(), "error_detail": null()}
    values = {**gone, "erased_at_ms": now_ms}
    if stand_ins is not None:
        incoming = messages.c.direction == "in"
        values |= {
            "contact": ERASED,
            "from_number": case((incoming, null()), else_=messages.c.from_number),
            "to_number": case((incoming, messages.c.to_number), else_=null()),
        }
    await tx.execute(update(messages).where(messages.c.id.in_(message_ids)).values(values))


async def _raw(
    tx: AsyncConnection, message_ids: Sequence[str], stand_ins: Mapping[str, str] | None
) -> None:
    of_them = parts.c.message_id.in_(message_ids)
    part_ids = select(parts.c.id).where(of_them)
    await blank_reports(tx, reports.c.part_id.in_(part_ids), stand_ins)
    part: dict[str, Any] = {"tpdu": _NOTHING}
    if stand_ins is not None:
        awaited = or_(IS_ACCEPTED, IN_FLIGHT)
        known = case(dict(stand_ins), value=parts.c.destination, else_=ERASED)
        part["destination"] = case((awaited, known), else_=ERASED)
    await tx.execute(update(parts).where(of_them).values(part))
    group_ids = select(groups.c.id).where(groups.c.message_id.in_(message_ids))
    joined = select(group_parts.c.pdu_id).where(group_parts.c.group_id.in_(group_ids))
    raw = or_(pdus.c.message_id.in_(message_ids), pdus.c.id.in_(joined))
    ids = list((await tx.execute(select(pdus.c.id).where(raw))).scalars())
    await blank_pdus(tx, ids)
    if stand_ins is not None:
        sent = groups.c.message_id.in_(message_ids)
        await tx.execute(update(groups).where(sent).values(sender=ERASED))


async def blank_pdus(tx: AsyncConnection, pdu_ids: Sequence[str]) -> None:
    """Empty raw PDUs and their copies: nothing can be read from them again."""
    which = or_(pdus.c.id.in_(pdu_ids), pdus.c.copy_of.in_(pdu_ids))
    values = {"raw": _NOTHING, "digest": _NOTHING, "kind": ERASED, "error": null()}
    await tx.execute(update(pdus).where(which).values(values))


async def blank_reports(
    tx: AsyncConnection, which: ColumnElement[bool], stand_ins: Mapping[str, str] | None
) -> None:
    """Empty status reports, and the PDUs that they came as; ``stand_ins`` None keeps numbers."""
    found = (await tx.execute(select(reports.c.received_at_ms, reports.c.raw).where(which))).all()
    if not found:
        return
    came_as = select(pdus.c.id).where(
        pdus.c.kind == "report",
        pdus.c.received_at_ms.in_({row.received_at_ms for row in found}),
        pdus.c.raw.in_({row.raw for row in found}),
    )
    await blank_pdus(tx, list((await tx.execute(came_as)).scalars()))
    values: dict[str, Any] = {"raw": _NOTHING}
    if stand_ins is not None:
        values["number"] = case(dict(stand_ins), value=reports.c.number, else_=ERASED)
    await tx.execute(update(reports).where(which).values(values))


async def told_of(tx: AsyncConnection, conversation_ids: Sequence[str]) -> list[str]:
    """List the SMS that told people of these conversations, quoting them."""
    quoting = select(alerts.c.message_id).where(alerts.c.conversation_id.in_(conversation_ids))
    notices = (messages.c.author_type == "notice") & messages.c.author_id.in_(conversation_ids)
    query = select(messages.c.id).where(or_(messages.c.id.in_(quoting), notices))
    return list((await tx.execute(query)).scalars())

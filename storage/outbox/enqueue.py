"""Owns making an outgoing message and its parts durable. Knows no modem."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from sqlalchemy import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from storage import callbacks, changes
from storage.callbacks import Callback
from storage.conversations import filing
from storage.conversations.states import Turn
from storage.ids import Prefix, new_id
from storage.outbox.lanes import Choice, choose
from storage.prepared import Prepared
from storage.queries import MessageRow, row_as_inserted
from storage.schema import messages, parts
from storage.states import MessageState, PartState


@dataclass(frozen=True, slots=True, kw_only=True)
class NewPart:
    """One SUBMIT TPDU, without the SMSC address and with TP-MR 0; ``number`` counts from 1."""

    number: int
    tpdu: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class NewMessage:
    """An outgoing message as accepted from a client. ``priority`` 0 urgent, 1 normal, 2 bulk.

    ``answers``: written in its conversation, by one who has read what the customer wrote.
    """

    id: str
    to: str
    text: str
    encoding: str
    inbox: str
    priority: int
    send_at_ms: int | None
    expires_at_ms: int | None
    delivery_report: bool
    on_unknown: Literal["hold", "resend"]
    client_reference: str | None
    author_type: str
    author_id: str
    author_name: str
    parts: Sequence[NewPart]
    from_number: str | None = None
    answers: bool = False
    filed: bool = True
    """Whether it belongs to a conversation; a canary does not."""
    national: str | None = None
    pinned_to: str | None = None
    """The only SIM that may send it, as lanes.pin_of names it; None: any of the inbox."""
    sharing: Sequence[str] = ()
    """The modems of its inbox, where there are several: the contact keeps the SIM it knows."""
    consent_basis: str | None = None
    """Why it may go to somebody who opted out; None: it may not."""
    callback: Callback | None = None
    """Whom to call when something becomes of it."""


_INSERT_MESSAGE = Prepared(insert(messages).returning(messages.c.seq))
_INSERT_PART = Prepared(insert(parts))


async def enqueue(tx: AsyncConnection, message: NewMessage, *, now_ms: int) -> MessageRow:
    """Insert the message with all its parts, due at ``send_at_ms`` or now; file and journal it.

    Gives its row, as ``queries.get_message`` would.
    """
    choice = await choose(tx, inbox=message.inbox, contact=message.to, sharing=message.sharing)
    place = await _place(tx, message, now_ms) if message.filed else None
    row = _message_row(message, choice, place, now_ms)
    seq = (await _INSERT_MESSAGE.execute(tx, row)).one_or_none().seq
    for part in message.parts:
        waiting = _part_row(message, part, now_ms) | {"lane": choice.lane}
        await _INSERT_PART.execute(tx, waiting)
    await changes.record(
        tx,
        "message.queued",
        now_ms=now_ms,
        subject=message.id,
        data={"id": message.id, "state": MessageState.QUEUED},
    )
    if place is not None:
        await filing.add_message(tx, place, message.id, now_ms=now_ms)
    if message.callback is not None:
        await callbacks.register(tx, message.id, message.callback, now_ms=now_ms)
    return row_as_inserted(row, seq=seq)


async def _place(tx: AsyncConnection, message: NewMessage, now_ms: int) -> filing.Place:
    return await filing.find_place(
        tx,
        number=message.to,
        inbox=message.inbox,
        turn=Turn.ANSWER if message.answers else Turn.PROGRAM,
        now_ms=now_ms,
    )


def _message_row(
    message: NewMessage, choice: Choice, place: filing.Place | None, now_ms: int
) -> dict[str, object]:
    return {
        "id": message.id,
        "direction": "out",
        "state": MessageState.QUEUED,
        "from_number": message.from_number or choice.from_number,
        "to_number": message.to,
        "contact": message.to,
        "text": message.text,
        "encoding": message.encoding,
        "national": message.national,
        "parts": len(message.parts),
        "inbox": message.inbox,
        "conversation_id": None if place is None else place.conversation_id,
        "created_at_ms": now_ms,
        "priority": message.priority,
        "send_at_ms": message.send_at_ms,
        "expires_at_ms": message.expires_at_ms,
        "delivery_report": message.delivery_report,
        "on_unknown": message.on_unknown,
        "client_reference": message.client_reference,
        "sim": choice.sim,
        "failover": False,
        "author_type": message.author_type,
        "author_id": message.author_id,
        "author_name": message.author_name,
        "consent_basis": message.consent_basis,
    }


def _part_row(message: NewMessage, part: NewPart, now_ms: int) -> dict[str, object]:
    return {
        "id": new_id(Prefix.PART, now_ms=now_ms),
        "message_id": message.id,
        "number": part.number,
        "total": len(message.parts),
        "state": PartState.QUEUED,
        "tpdu": part.tpdu,
        "destination": message.to,
        "inbox": message.inbox,
        "priority": message.priority,
        "due_at_ms": now_ms if message.send_at_ms is None else message.send_at_ms,
        "expires_at_ms": message.expires_at_ms,
        "pinned_to": message.pinned_to,
        "delivery_report": message.delivery_report,
        "tries": 0,
        "awaiting_report": False,
    }

"""Owns carrying the parts' states up to their message, and telling the journal.

The only place that writes ``messages.state`` of an outgoing message after the insert.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import bindparam, func, null, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from storage import changes
from storage.changes import Json
from storage.conversations.unheard import NEVER_ARRIVED, answer_lost
from storage.prepared import Prepared
from storage.schema import messages, modems, parts
from storage.states import MessageState, PartState, derive_message_state


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """Why, in a code and in plain words."""

    code: str
    detail: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Carrier:
    """Who put a part on the air: from then on the message stays on that SIM."""

    modem: str | None
    iccid: str | None
    pin: str | None


_MESSAGE = (
    select(messages.c.state, messages.c.on_air_at_ms)
    .where(messages.c.id == bindparam("message_id"))
    .with_for_update()
)
_PART_STATES = select(parts.c.state).where(parts.c.message_id == bindparam("message_id"))
_PIN_SIBLINGS = (
    update(parts)
    .where(parts.c.message_id == bindparam("of_message"), parts.c.state == PartState.QUEUED)
    .values(pinned_to=bindparam("pin"), expires_at_ms=null())
)
_FAULTY = NEVER_ARRIVED | {MessageState.UNKNOWN}


async def roll_up(
    tx: AsyncConnection,
    *,
    message_id: str,
    sole: PartState | None,
    now_ms: int,
    fault: Fault | None = None,
    carrier: Carrier | None = None,
    data: Mapping[str, Json] | None = None,
) -> None:
    """Derive the message's state from its parts and journal a change; nobody is forgotten by it.

    ``sole`` is the new state of a message's only part, which spares two reads; None reads all
    parts. ``carrier`` is given when a part has just been put on the air.
    """
    if sole is not None:
        derived = derive_message_state((sole,))
    else:
        # The lock orders two modems' outcomes for one message; SQLite has one writer anyway.
        row = (await tx.execute(_MESSAGE, {"message_id": message_id})).one()
        states = (await tx.execute(_PART_STATES, {"message_id": message_id})).scalars()
        derived = derive_message_state([PartState(state) for state in states])
        if carrier is not None and row.on_air_at_ms is None:
            await tx.execute(_PIN_SIBLINGS, {"of_message": message_id, "pin": carrier.pin})
        else:
            carrier = None
        if row.state == derived:
            if carrier is not None:
                await _carry(tx, message_id, carrier, now_ms)
                await changes.record_message(
                    tx, "updated", message_id, row.state, now_ms=now_ms, data=data
                )
            return
    if await set_state(
        tx, message_id=message_id, state=derived, now_ms=now_ms, fault=fault, carrier=carrier
    ):
        await changes.record_message(tx, derived, message_id, derived, now_ms=now_ms, data=data)
        if derived in NEVER_ARRIVED:
            code = None if fault is None else fault.code
            await answer_lost(tx, message_id, derived, code=code, now_ms=now_ms)


_BEGIN = Prepared(
    update(messages)
    .where(messages.c.id == bindparam("of_message"), messages.c.state == MessageState.QUEUED.value)
    .values(
        state=MessageState.SENDING.value,
        error_code=null(),
        error_detail=null(),
        failover=bindparam("from_elsewhere"),
    )
)


async def begin_sending(
    tx: AsyncConnection, message_id: str, *, modem: str, failover: bool, now_ms: int
) -> None:
    """A modem has its first part; ``failover``: it will come from another number than it should."""
    values = {"of_message": message_id, "from_elsewhere": failover}
    if (await _BEGIN.execute(tx, values)).rowcount == 1:
        state = MessageState.SENDING
        data: dict[str, Json] | None = {"failover": True, "modem": modem} if failover else None
        await changes.record_message(tx, state, message_id, state, now_ms=now_ms, data=data)


async def set_state(
    tx: AsyncConnection,
    *,
    message_id: str,
    state: MessageState,
    now_ms: int,
    fault: Fault | None = None,
    carrier: Carrier | None = None,
) -> bool:
    """Guarded update to a state that its parts add up to; false when it was there already."""
    values: dict[str, Any] = {"of_message": message_id, "now": now_ms}
    if state in _FAULTY:
        values |= {"code": fault and fault.code, "detail": fault and fault.detail}
    if carrier is not None:
        values |= {"modem": carrier.modem, "iccid": carrier.iccid}
    statement = _state_update(state, carried=carrier is not None)
    return (await statement.execute(tx, values)).rowcount == 1


async def _carry(tx: AsyncConnection, message_id: str, carrier: Carrier, now_ms: int) -> None:
    values = {
        "of_message": message_id,
        "now": now_ms,
        "modem": carrier.modem,
        "iccid": carrier.iccid,
    }
    await tx.execute(_CARRY, values)


def _carried() -> dict[str, Any]:
    number = select(modems.c.number).where(modems.c.name == bindparam("modem")).scalar_subquery()
    return {
        "modem": bindparam("modem"),
        "iccid": func.coalesce(messages.c.iccid, bindparam("iccid")),
        "from_number": func.coalesce(number, messages.c.from_number),
        "on_air_at_ms": func.coalesce(messages.c.on_air_at_ms, bindparam("now")),
    }


_CARRY = update(messages).where(messages.c.id == bindparam("of_message")).values(**_carried())


@cache
def _state_update(state: MessageState, *, carried: bool) -> Prepared:
    values: dict[str, Any] = {"state": state.value}
    if state in _FAULTY:
        values |= {"error_code": bindparam("code"), "error_detail": bindparam("detail")}
    else:
        values |= {"error_code": null(), "error_detail": null()}
    if state in (MessageState.SENT, MessageState.DELIVERED):
        values["sent_at_ms"] = func.coalesce(messages.c.sent_at_ms, bindparam("now"))
    if state is MessageState.DELIVERED:
        values["delivered_at_ms"] = bindparam("now")
    if carried:
        values |= _carried()
    return Prepared(
        update(messages)
        .where(messages.c.id == bindparam("of_message"), messages.c.state != state.value)
        .values(**values)
    )

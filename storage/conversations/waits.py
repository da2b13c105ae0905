"""Owns the waits of customers: from the first thing that they wrote up to our answer.

Begun and ended in the transaction that changes whose turn it is. When an answer is due is told
here by others, who know when the shop is open.
"""

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Update,
    bindparam,
    case,
    delete,
    func,
    insert,
    null,
    select,
    update,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.opting_out import OPTED_OUT_MS, wants_nothing
from storage.prepared import Prepared
from storage.schema import IS_BLOCKED, WAIT_IS_OPEN, contacts, conversations, timeline, waits

LOOK_NOW_MS = 0


class Ended(StrEnum):
    """How a wait ended."""

    ANSWERED = "answered"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenWait:
    """A wait that goes on, with what is said of its conversation. Times in ms."""

    seq: int
    conversation_id: str
    inbox: str
    clock_ms: int
    rung: int
    person_id: str | None
    team_id: str | None
    since_ms: int
    last_in_ms: int | None
    opted_out_ms: int | None

    @property
    def wants_nothing(self) -> bool:
        """Whether the last that the customer said is that they want no messages."""
        return wants_nothing(self.opted_out_ms, last_in_ms=self.last_in_ms)


@dataclass(frozen=True, slots=True, kw_only=True)
class EndedWait:
    """A wait that is over and has not been counted in opening time."""

    seq: int
    inbox: str
    since_ms: int
    ended_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """When each rung is reached, and when to look again; None: never."""

    due_soon_at_ms: int | None
    due_at_ms: int | None
    escalate_at_ms: int | None
    look_at_ms: int | None


_UNPLANNED = {"due_soon_at_ms": null(), "due_at_ms": null(), "escalate_at_ms": null()}
_BEGUN = ("conversation_id", "inbox", "since_ms", "clock_ms", "rung", "look_at_ms")
# One that was blocked while they waited, and is heard again, has waited since then.
_GOES_ON = (
    select(waits.c.seq)
    .where(waits.c.conversation_id == bindparam("conversation_id"), WAIT_IS_OPEN)
    .exists()
)
_BEGIN = Prepared(
    insert(waits).from_select(
        _BEGUN,
        select(*(bindparam(name, type_=waits.c[name].type) for name in _BEGUN)).where(~_GOES_ON),
    )
)
_END = Prepared(
    update(waits)
    .where(waits.c.conversation_id == bindparam("of_conversation"), WAIT_IS_OPEN)
    .values(
        ended_ms=bindparam("now"),
        outcome=bindparam("with_outcome"),
        answer_id=bindparam("with_answer"),
        look_at_ms=null(),
    )
)
_HEARD = Prepared(
    update(waits)
    .where(
        waits.c.conversation_id == bindparam("of_conversation"),
        WAIT_IS_OPEN,
        waits.c.look_at_ms == bindparam("never"),
    )
    .values(look_at_ms=bindparam("now"))
)
_SEEN = ~(
    select(contacts.c.id)
    .join(conversations, conversations.c.contact_id == contacts.c.id)
    .where(conversations.c.id == waits.c.conversation_id, IS_BLOCKED)
    .exists()
)
_DUE = (
    select(waits.c.seq)
    .where(WAIT_IS_OPEN, waits.c.look_at_ms <= bindparam("now"), _SEEN)
    .order_by(waits.c.look_at_ms, waits.c.seq)
    .limit(bindparam("row_limit"))
)
_NEXT = select(func.min(waits.c.look_at_ms)).where(
    WAIT_IS_OPEN, waits.c.look_at_ms > bindparam("now")
)
_ONE = (
    select(
        waits.c.seq,
        waits.c.conversation_id,
        waits.c.inbox,
        waits.c.clock_ms,
        waits.c.since_ms,
        waits.c.rung,
        conversations.c.person_id,
        conversations.c.team_id,
        conversations.c.last_in_ms,
        OPTED_OUT_MS.label("opted_out_ms"),
    )
    .join(conversations, conversations.c.id == waits.c.conversation_id)
    .where(waits.c.seq == bindparam("of_wait"), WAIT_IS_OPEN, waits.c.look_at_ms.is_not(None))
)
_HANDED = select(func.max(timeline.c.at_ms)).where(
    timeline.c.conversation_id == bindparam("of_conversation"), timeline.c.kind == "assigned"
)


async def begin(tx: AsyncConnection, conversation_id: str, *, inbox: str, now_ms: int) -> None:
    """Let a customer wait from now on, unless they do already."""
    values = {"conversation_id": conversation_id, "inbox": inbox, "since_ms": now_ms}
    more = {"clock_ms": now_ms, "rung": 0, "look_at_ms": LOOK_NOW_MS}
    await _BEGIN.execute(tx, values | more)


async def end(
    tx: AsyncConnection,
    conversation_id: str,
    how: Ended,
    *,
    now_ms: int,
    answer_id: str | None = None,
) -> None:
    """Let nobody wait there any more; ``answer_id`` is the message that answered."""
    values = {"of_conversation": conversation_id, "now": now_ms, "with_outcome": how.value}
    await _END.execute(tx, values | {"with_answer": answer_id})


async def answered_by(tx: AsyncConnection, seq: int, message_id: str) -> None:
    """Note that another message is the answer after all; what that ended is one with it."""
    ended = (waits.c.answer_id == message_id, waits.c.seq != seq)
    same = select(waits.c.seq).where(*ended).order_by(waits.c.seq).limit(1)
    other = (await tx.execute(same)).scalar_one_or_none()
    if other is None:
        await tx.execute(update(waits).where(waits.c.seq == seq).values(answer_id=message_id))
    else:
        await _swallow(tx, seq, update(waits).where(waits.c.seq == other), open_seconds=null())


async def reopen(tx: AsyncConnection, seq: int) -> None:
    """Let one go on as if nobody had answered, where none goes on in its conversation.

    Whoever was told of it before believes it answered, and is told again.
    """
    names = ("ended_ms", "outcome", "answer_id", "open_seconds")
    over = update(waits).where(waits.c.seq == seq, waits.c.ended_ms.is_not(None))
    await tx.execute(over.values(look_at_ms=LOOK_NOW_MS, rung=0, **dict.fromkeys(names)))


async def join(tx: AsyncConnection, seq: int) -> None:
    """Let the one that goes on in this one's conversation be all of it: nobody had answered.

    Whom it was told of stays.
    """
    here = select(waits.c.conversation_id).where(waits.c.seq == seq)
    conversation_id = (await tx.execute(here)).scalar_one()
    asleep = waits.c.look_at_ms.is_(None)
    look_at_ms = case((asleep, null()), else_=LOOK_NOW_MS)
    await _swallow(tx, seq, _of(conversation_id), look_at_ms=look_at_ms)


async def _swallow(
    tx: AsyncConnection, seq: int, later: Update, **more: ColumnElement[Any]
) -> None:
    """Let a later wait have begun with this one, which has ended, and forget this one.

    A clock that a sleep began anew stays as it is.
    """
    ended = (waits.c.seq == seq, waits.c.ended_ms.is_not(None))
    earlier = (await tx.execute(select(waits).where(*ended))).one()
    awoke = waits.c.clock_ms != waits.c.since_ms
    clock_ms = case((awoke, waits.c.clock_ms), else_=earlier.clock_ms)
    await tx.execute(later.values(since_ms=earlier.since_ms, clock_ms=clock_ms, **more))
    await tx.execute(delete(waits).where(*ended))


async def pause(tx: AsyncConnection, conversation_id: str) -> None:
    """Let nothing be due while a conversation sleeps."""
    await tx.execute(_of(conversation_id).values(look_at_ms=null(), **_UNPLANNED))


async def resume(tx: AsyncConnection, conversation_id: str, *, now_ms: int) -> None:
    """Let the clock of a conversation that slept begin anew."""
    slept = _of(conversation_id).where(waits.c.look_at_ms.is_(None), waits.c.due_at_ms.is_(None))
    await tx.execute(slept.values(clock_ms=now_ms, rung=0, look_at_ms=LOOK_NOW_MS))


async def forget(tx: AsyncConnection, conversation_id: str) -> None:
    """Let it be as if nobody had waited: what was written there belongs elsewhere."""
    await tx.execute(delete(waits).where(waits.c.conversation_id == conversation_id, WAIT_IS_OPEN))


async def look_at(tx: AsyncConnection, conversation_id: str) -> None:
    """Let a wait be looked at now: something of its conversation is otherwise."""
    awake = _of(conversation_id).where(waits.c.look_at_ms.is_not(None))
    await tx.execute(awake.values(look_at_ms=LOOK_NOW_MS))


async def heard(tx: AsyncConnection, conversation_id: str) -> None:
    """Let one of which nothing was due be looked at: its customer has written again."""
    values = {"of_conversation": conversation_id, "never": _NEVER_MS, "now": LOOK_NOW_MS}
    await _HEARD.execute(tx, values)


async def look_at_those_of(tx: AsyncConnection, contact_id: str) -> None:
    """Let the waits of a contact be looked at now: what they want is otherwise."""
    theirs = select(conversations.c.id).where(conversations.c.contact_id == contact_id)
    awake = (waits.c.conversation_id.in_(theirs), WAIT_IS_OPEN, waits.c.look_at_ms.is_not(None))
    await tx.execute(update(waits).where(*awake).values(look_at_ms=LOOK_NOW_MS))


async def look_at_all(tx: AsyncConnection) -> None:
    """Let all be looked at now: hours, targets or people are otherwise."""
    awake = update(waits).where(WAIT_IS_OPEN, waits.c.look_at_ms.is_not(None))
    await tx.execute(awake.values(look_at_ms=LOOK_NOW_MS))


async def due(tx: AsyncConnection, *, now_ms: int, limit: int) -> list[int]:
    """List those to be looked at now, the longest due first; not those of blocked contacts."""
    rows = await tx.execute(_DUE, {"now": now_ms, "row_limit": limit})
    return list(rows.scalars())


async def next_look_ms(tx: AsyncConnection, *, now_ms: int) -> int | None:
    """Tell when one is to be looked at next, after now."""
    next_ms: int | None = (await tx.execute(_NEXT, {"now": now_ms})).scalar_one()
    return next_ms


async def get_open(tx: AsyncConnection, seq: int) -> OpenWait | None:
    """Read one that goes on and is awake."""
    row = (await tx.execute(_ONE, {"of_wait": seq})).mappings().one_or_none()
    return None if row is None else OpenWait(**row)


async def plan(tx: AsyncConnection, seq: int, planned: Planned) -> None:
    """Note when something is due."""
    values = {
        "due_soon_at_ms": planned.due_soon_at_ms,
        "due_at_ms": planned.due_at_ms,
        "escalate_at_ms": planned.escalate_at_ms,
        # Null would be a sleep's: what is never due is looked at when something changes.
        "look_at_ms": _NEVER_MS if planned.look_at_ms is None else planned.look_at_ms,
    }
    await tx.execute(update(waits).where(waits.c.seq == seq, WAIT_IS_OPEN).values(values))


async def put_off(tx: AsyncConnection, seq: int, *, until_ms: int) -> None:
    """Look at one again only then."""
    one = update(waits).where(waits.c.seq == seq, waits.c.look_at_ms.is_not(None))
    await tx.execute(one.values(look_at_ms=until_ms))


async def climb(tx: AsyncConnection, seq: int, *, from_: int, to: int) -> bool:
    """Note how far people have been told; false when somebody else has, or it is over."""
    step = update(waits).where(waits.c.seq == seq, waits.c.rung == from_, WAIT_IS_OPEN)
    return (await tx.execute(step.values(rung=to))).rowcount == 1


async def handed_ms(tx: AsyncConnection, conversation_id: str) -> int | None:
    """Tell when a conversation was handed to somebody last."""
    at_ms: int | None = (
        await tx.execute(_HANDED, {"of_conversation": conversation_id})
    ).scalar_one()
    return at_ms


async def uncounted(tx: AsyncConnection, *, limit: int) -> list[EndedWait]:
    """List waits that are over and not counted yet."""
    columns = (waits.c.seq, waits.c.inbox, waits.c.since_ms, waits.c.ended_ms)
    query = (
        select(*columns)
        .where(waits.c.ended_ms.is_not(None), waits.c.open_seconds.is_(None))
        .order_by(waits.c.seq)
        .limit(limit)
    )
    return [EndedWait(**row) for row in (await tx.execute(query)).mappings()]


async def count(tx: AsyncConnection, counted: Collection[tuple[int, int]]) -> None:
    """Note how many seconds of opening time each of these waits (by ``seq``) was long."""
    for seq, seconds in counted:
        await tx.execute(update(waits).where(waits.c.seq == seq).values(open_seconds=seconds))


_NEVER_MS = 2**53


def _of(conversation_id: str) -> Update:
    return update(waits).where(waits.c.conversation_id == conversation_id, WAIT_IS_OPEN)

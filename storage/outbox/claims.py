"""Owns the way of a part to a modem: which is next, who has it, and the mark before Ctrl-Z."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Literal

from sqlalchemy import (
    Column,
    ColumnElement,
    FromClause,
    Label,
    Select,
    bindparam,
    func,
    insert,
    literal_column,
    null,
    or_,
    select,
    union_all,
    update,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.ids import Prefix, new_id
from storage.outbox import consent
from storage.outbox.lanes import pin_of, sim_lane, standby_lane
from storage.outbox.rollup import begin_sending
from storage.outbox.settle import cancel
from storage.prepared import Prepared
from storage.schema import IN_FLIGHT_STATES, IS_QUEUED, attempts, messages, parts
from storage.states import MessageState, PartState

_PRIORITIES = (0, 1, 2)


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimedPart:
    """A part that one modem's worker has; nothing of it has been written to a modem yet.

    ``attempt`` counts from 1 and is the one about to be made.
    """

    part_id: str
    message_id: str
    number: int
    total: int
    tpdu: bytes
    to: str
    attempt: int
    expires_at_ms: int | None
    delivery_report: bool
    on_unknown: Literal["hold", "resend"]
    priority: int
    inbox: str
    exempt: bool
    """It goes to one of us: consent and quiet hours do not matter."""
    free: bool
    """Any modem of its inbox could have taken it: its customer knows none of their SIMs yet."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sharing:
    """How a modem shares its work with others; by default not at all."""

    by_sim: bool = False
    """Others serve its inbox too, so that a customer keeps one of several SIMs."""

    stands_in_for: tuple[str, ...] = ()
    """Inboxes of which it takes what nobody else has been able to send for long."""


ALONE = Sharing()


async def claim(
    tx: AsyncConnection,
    *,
    modem: str,
    iccid: str | None,
    inboxes: Sequence[str],
    now_ms: int,
    sharing: Sharing = ALONE,
) -> ClaimedPart | None:
    """Claim the next due part of these inboxes that this modem may send, None when there is none.

    Order: priority, due time, message, part. A message's parts go one after the other, and on one
    SIM once the first is on the air. The first claim of a message makes it ``sending``. What its
    contact does not want by now is canceled instead.
    """
    if not inboxes:
        return None
    # The second: a message that this modem began, or got, when it could not tell its SIM.
    pins = (pin_of(modem=modem, iccid=iccid), pin_of(modem=modem, iccid=None))
    lanes = _lanes(inboxes, pins, sharing)
    values = {f"lane_{place}": lane for place, lane in enumerate(lanes)} | {
        "now": now_ms,
        "pin": pins[0],
        "unnamed_pin": pins[1],
        "by_modem": modem,
    }
    take = _take_next(len(lanes), shared=sharing != ALONE)
    while (row := (await take.execute(tx, values)).one_or_none()) is not None:
        why_not = consent.why_not(row.objection, row.consent_basis)
        # What is on the air nobody can stop: half a message is worse than the whole one.
        if why_not is None or row.on_air_at_ms is not None:
            break
        await cancel(tx, message_id=row.message_id, now_ms=now_ms, fault=why_not)
    if row is None:
        return None
    if row.message_state == MessageState.QUEUED:
        foreign = row.inbox not in inboxes or (row.sim is not None and row.sim not in pins)
        await begin_sending(tx, row.message_id, modem=modem, failover=foreign, now_ms=now_ms)
    return _claimed(row)


def _lanes(inboxes: Sequence[str], pins: Sequence[str], sharing: Sharing) -> list[str]:
    lanes = list(inboxes)
    if sharing.by_sim:
        lanes += [sim_lane(inbox, pin) for inbox in inboxes for pin in dict.fromkeys(pins)]
    return lanes + [standby_lane(inbox) for inbox in sharing.stands_in_for]


def _claimed(row: Any) -> ClaimedPart:
    return ClaimedPart(
        part_id=row.id,
        message_id=row.message_id,
        number=row.number,
        total=row.total,
        tpdu=row.tpdu,
        to=row.destination,
        attempt=row.tries + 1,
        expires_at_ms=row.expires_at_ms,
        delivery_report=bool(row.delivery_report),
        on_unknown=row.on_unknown,
        priority=row.priority,
        inbox=row.inbox,
        free=row.lane == row.inbox,
        exempt=row.consent_basis == consent.EXEMPT,
    )


@cache
def _take_next(lanes: int, *, shared: bool = False) -> Prepared:
    """One index seek per lane and priority, so that a long queue of later ones costs nothing."""
    heads = [
        _head(f"lane_{place}", priority, shared=shared)
        for place in range(lanes)
        for priority in _PRIORITIES
    ]
    candidates = union_all(*heads).subquery()
    first = (
        select(candidates.c.id)
        .order_by(
            candidates.c.priority,
            candidates.c.due_at_ms,
            candidates.c.message_id,
            candidates.c.number,
        )
        .limit(literal_column("1"))
        .scalar_subquery()
    )
    return Prepared(
        update(parts)
        .where(parts.c.id == first, parts.c.state == PartState.QUEUED.value)
        .values(state=PartState.CLAIMED.value, modem=bindparam("by_modem"), attempt_id=null())
        .returning(*_claimed_columns())
    )


def _claimed_columns() -> tuple[ColumnElement[Any], ...]:
    return (
        parts.c.id,
        parts.c.message_id,
        parts.c.number,
        parts.c.total,
        parts.c.tpdu,
        parts.c.destination,
        parts.c.tries,
        parts.c.delivery_report,
        parts.c.priority,
        parts.c.inbox,
        parts.c.lane,
        _of_message(messages.c.sim),
        _of_message(messages.c.expires_at_ms),
        _of_message(messages.c.on_unknown),
        _of_message(messages.c.state).label("message_state"),
        _of_message(messages.c.consent_basis),
        _of_message(messages.c.on_air_at_ms),
        consent.objection(of=parts, modem=bindparam("by_modem")).label("objection"),
    )


def _of_message(column: Column[Any]) -> Label[Any]:
    query = select(column).where(messages.c.id == parts.c.message_id)
    return query.correlate(parts).scalar_subquery().label(column.name)


def _head(lane: str, priority: int, *, shared: bool) -> Select[tuple[str, int, int, str, int]]:
    waiting = parts.alias("waiting")  # not the table that the update is about
    head = (
        select(
            waiting.c.id,
            waiting.c.priority,
            waiting.c.due_at_ms,
            waiting.c.message_id,
            waiting.c.number,
        )
        .where(
            waiting.c.state == literal_column("'queued'"),
            waiting.c.lane == bindparam(lane),
            waiting.c.priority == literal_column(str(priority)),
            waiting.c.due_at_ms <= bindparam("now"),
            or_(waiting.c.expires_at_ms.is_(None), waiting.c.expires_at_ms > bindparam("now")),
            or_(
                waiting.c.pinned_to.is_(None),
                waiting.c.pinned_to.in_([bindparam("pin"), bindparam("unnamed_pin")]),
            ),
            ~_an_earlier_part_is_unfinished(waiting),
            *((~_another_modem_writes_to_them(waiting),) if shared else ()),
        )
        .order_by(waiting.c.due_at_ms, waiting.c.message_id, waiting.c.number)
        .limit(literal_column("1"))
        .with_for_update(skip_locked=True, of=waiting)  # PostgreSQL's rivals take the next one
        .subquery()
    )
    return select(head.c.id, head.c.priority, head.c.due_at_ms, head.c.message_id, head.c.number)


def _an_earlier_part_is_unfinished(waiting: FromClause) -> ColumnElement[bool]:
    earlier = parts.alias("earlier")
    return (
        select(literal_column("1"))
        .where(
            earlier.c.message_id == waiting.c.message_id,
            earlier.c.number < waiting.c.number,
            earlier.c.state.in_(
                [literal_column(f"'{state}'") for state in ("queued", "claimed", "submitting")]
            ),
        )
        .exists()
    )


def _another_modem_writes_to_them(waiting: FromClause) -> ColumnElement[bool]:
    """Its outcome decides which SIM the customer knows; few parts are with a modem at a time."""
    rival = parts.alias("rival")
    return (
        select(literal_column("1"))
        .where(
            # As the index of parts in flight has it, so that SQLite sees that it covers this.
            rival.c.state.in_([literal_column(f"'{state}'") for state in IN_FLIGHT_STATES]),
            rival.c.state != literal_column("'unknown'"),
            rival.c.destination == waiting.c.destination,
            rival.c.inbox == waiting.c.inbox,
            rival.c.modem != bindparam("by_modem"),
        )
        .exists()
    )


_SUBMIT = Prepared(
    update(parts)
    .where(parts.c.id == bindparam("of_part"), parts.c.state == PartState.CLAIMED.value)
    .values(
        state=PartState.SUBMITTING.value,
        attempt_id=bindparam("attempt"),
        tries=parts.c.tries + 1,
        modem=bindparam("by_modem"),
        iccid=bindparam("with_iccid"),
        imei=bindparam("with_imei"),
        submitting_at_ms=bindparam("now"),
        deadline_ms=bindparam("until"),
    )
)
_INSERT_ATTEMPT = Prepared(insert(attempts))


async def mark_submitting(
    tx: AsyncConnection,
    *,
    part_id: str,
    modem: str,
    iccid: str | None,
    imei: str | None,
    now_ms: int,
    deadline_ms: int,
) -> str | None:
    """Mark, before Ctrl-Z is written, that the network may take the part; give the attempt's id.

    ``deadline_ms`` (UTC) is when the answer is given up. None: the part is no longer this
    worker's (canceled meanwhile), so the body must be abandoned.
    """
    attempt_id = new_id(Prefix.ATTEMPT, now_ms=now_ms)
    marked = await _SUBMIT.execute(
        tx,
        {
            "of_part": part_id,
            "attempt": attempt_id,
            "by_modem": modem,
            "with_iccid": iccid,
            "with_imei": imei,
            "now": now_ms,
            "until": deadline_ms,
        },
    )
    if marked.rowcount != 1:
        return None
    await _INSERT_ATTEMPT.execute(
        tx,
        {
            "id": attempt_id,
            "part_id": part_id,
            "modem": modem,
            "iccid": iccid,
            "imei": imei,
            "started_at_ms": now_ms,
            "deadline_ms": deadline_ms,
        },
    )
    return attempt_id


_NEXT_DUE = select(func.min(parts.c.due_at_ms)).where(
    IS_QUEUED, parts.c.due_at_ms > bindparam("now")
)
_NEXT_EXPIRY = select(func.min(parts.c.expires_at_ms)).where(
    IS_QUEUED, parts.c.expires_at_ms.is_not(None), parts.c.expires_at_ms > bindparam("now")
)


async def next_due_ms(tx: AsyncConnection, *, now_ms: int) -> int | None:
    """Tell when the queue next needs a look: a later due time or an expiry, UTC milliseconds."""
    due = (await tx.execute(_NEXT_DUE, {"now": now_ms})).scalar_one_or_none()
    expiry = (await tx.execute(_NEXT_EXPIRY, {"now": now_ms})).scalar_one_or_none()
    return min((moment for moment in (due, expiry) if moment is not None), default=None)

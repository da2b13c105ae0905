"""Owns the daily digest's memory, and the facts that only it asks for: failures and incidents.

Up to which day each person has been told is kept here, so that no day is told twice. Holds no text.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, and_, delete, func, insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.modems import IncidentRow
from storage.schema import contacts, conversations, daily_digests, incidents, messages
from storage.states import MessageState

_FAILED = (MessageState.FAILED, MessageState.UNDELIVERED, MessageState.EXPIRED)


@dataclass(frozen=True, slots=True, kw_only=True)
class FailedMessage:
    """A message that reached nobody, or may not have; ``name`` is its contact's."""

    id: str
    conversation_id: str
    inbox: str
    name: str | None
    number: str
    state: str
    created_at_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Failures:
    """How many there are, and the newest of them."""

    count: int
    newest: Sequence[FailedMessage]


async def last_days(tx: AsyncConnection) -> dict[str, date]:
    """Give up to which day each person has been told, by their id."""
    rows = await tx.execute(select(daily_digests.c.person_id, daily_digests.c.last_day))
    return {row.person_id: date.fromisoformat(row.last_day) for row in rows}


async def begin(tx: AsyncConnection, person_id: str, last_day: date, *, now_ms: int) -> None:
    """Begin to tell somebody of the days after ``last_day``."""
    values = {"person_id": person_id, "last_day": last_day.isoformat(), "at_ms": now_ms}
    await tx.execute(insert(daily_digests), values)


async def advance(
    tx: AsyncConnection, person_id: str, *, before: date, last_day: date, now_ms: int
) -> bool:
    """Note that somebody has been told up to a day; false when somebody else was quicker."""
    one = update(daily_digests).where(
        daily_digests.c.person_id == person_id, daily_digests.c.last_day == before.isoformat()
    )
    changed = await tx.execute(one.values(last_day=last_day.isoformat(), at_ms=now_ms))
    return changed.rowcount == 1


async def end(tx: AsyncConnection, person_ids: Collection[str]) -> None:
    """Forget it of these: they are told of no day until they begin anew."""
    theirs = daily_digests.c.person_id.in_(person_ids)
    await tx.execute(delete(daily_digests).where(theirs))


async def failures(
    tx: AsyncConnection,
    *,
    from_ms: int,
    to_ms: int,
    may_see: Collection[str] | None,
    limit: int,
) -> Failures:
    """Give what of a time reached nobody: failed, undelivered or expired."""
    like = and_(
        messages.c.state.in_([each.value for each in _FAILED]),
        messages.c.created_at_ms >= from_ms,
        messages.c.created_at_ms < to_ms,
    )
    return await _failures(tx, like, may_see=may_see, limit=limit)


async def doubts(tx: AsyncConnection, *, may_see: Collection[str] | None, limit: int) -> Failures:
    """Give all of which nobody knows, now, whether they were sent."""
    like = messages.c.state == MessageState.UNKNOWN.value
    return await _failures(tx, like, may_see=may_see, limit=limit)


async def _failures(
    tx: AsyncConnection,
    like: ColumnElement[bool],
    *,
    may_see: Collection[str] | None,
    limit: int,
) -> Failures:
    where = [like, messages.c.direction == "out", messages.c.conversation_id.is_not(None)]
    if may_see is not None:
        where.append(messages.c.inbox.in_(may_see))
    count: int = (await tx.execute(select(func.count()).where(*where))).scalar_one()
    newest = (
        select(
            messages.c.id,
            messages.c.conversation_id,
            messages.c.inbox,
            contacts.c.name,
            messages.c.contact.label("number"),
            messages.c.state,
            messages.c.created_at_ms,
        )
        .join(conversations, conversations.c.id == messages.c.conversation_id)
        .join(contacts, contacts.c.id == conversations.c.contact_id)
        .where(*where)
        .order_by(messages.c.seq.desc())
        .limit(limit)
    )
    rows = (await tx.execute(newest)).mappings()
    return Failures(count=count, newest=[FailedMessage(**row) for row in rows])


async def incidents_in(
    tx: AsyncConnection, names: Collection[str], *, from_ms: int, to_ms: int, limit: int
) -> list[IncidentRow]:
    """List what these modems had in a time, also what had begun before, the newest first."""
    query = (
        select(incidents)
        .where(
            incidents.c.modem.in_(names),
            incidents.c.opened_at_ms < to_ms,
            or_(incidents.c.closed_at_ms.is_(None), incidents.c.closed_at_ms >= from_ms),
        )
        .order_by(incidents.c.opened_at_ms.desc(), incidents.c.id.desc())
        .limit(limit)
    )
    return [IncidentRow(**row) for row in (await tx.execute(query)).mappings()]

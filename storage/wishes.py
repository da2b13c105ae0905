"""Owns how people wish to be told, and what they were not told because it was not their time."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import and_, bindparam, delete, func, insert, select, update
from sqlalchemy.engine import RowMapping
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.schema import NOTICE_IS_HELD, held_notices, notification_wishes


@dataclass(frozen=True, slots=True, kw_only=True)
class WishesRow:
    """By which ways a person wants to be told of what; ``take_back``: of their return's sake.

    ``daily_digest`` says on which days they want that; None: as by default.
    """

    ways: Mapping[str, Sequence[str]]
    take_back: bool
    daily_digest: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NewHeld:
    """What a person is not told now; ``tell_at_ms`` None: nobody knows when they are back."""

    person_id: str
    conversation_id: str
    kind: str
    matter: str
    tell_at_ms: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldRow(NewHeld):
    """As stored."""

    seq: int
    at_ms: int


_HELD = tuple(column for column in held_notices.c if column.name != "digest_id")
_NEXT = select(func.min(held_notices.c.tell_at_ms)).where(NOTICE_IS_HELD)
_DUE = (
    select(held_notices.c.person_id)
    .where(NOTICE_IS_HELD, held_notices.c.tell_at_ms <= bindparam("now"))
    .distinct()
    .order_by(held_notices.c.person_id)
)


async def of_people(tx: AsyncConnection) -> dict[str, WishesRow]:
    """Give what people wish, by their id; who has said nothing is not in it."""
    rows = (await tx.execute(select(notification_wishes))).mappings()
    return {row["person_id"]: _wishes(row) for row in rows}


def _wishes(row: RowMapping) -> WishesRow:
    return WishesRow(
        ways=row["ways"], take_back=bool(row["take_back"]), daily_digest=row["daily_digest"]
    )


async def put(tx: AsyncConnection, person_id: str, row: WishesRow, *, now_ms: int) -> None:
    """Set a person's."""
    ways = {matter: [*each] for matter, each in row.ways.items()}
    values = {
        "ways": ways,
        "take_back": row.take_back,
        "daily_digest": row.daily_digest,
        "updated_at_ms": now_ms,
    }
    of_them = notification_wishes.c.person_id == person_id
    changed = update(notification_wishes).where(of_them).values(values)
    if (await tx.execute(changed)).rowcount == 0:
        await tx.execute(insert(notification_wishes), {"person_id": person_id, **values})


async def hold(tx: AsyncConnection, held: NewHeld, *, now_ms: int) -> None:
    """Keep something to be told later; the same once more is kept once."""
    same = select(held_notices.c.seq).where(
        NOTICE_IS_HELD,
        held_notices.c.person_id == held.person_id,
        held_notices.c.conversation_id == held.conversation_id,
        held_notices.c.kind == held.kind,
    )
    if (await tx.execute(same)).first() is not None:
        return
    values = {
        "person_id": held.person_id,
        "conversation_id": held.conversation_id,
        "kind": held.kind,
        "matter": held.matter,
        "at_ms": now_ms,
        "tell_at_ms": held.tell_at_ms,
    }
    await tx.execute(insert(held_notices), values)


async def people_due(tx: AsyncConnection, *, now_ms: int) -> list[str]:
    """List whose time has come to be told what was held back."""
    return list((await tx.execute(_DUE, {"now": now_ms})).scalars())


async def next_due_ms(tx: AsyncConnection) -> int | None:
    """Tell when that is next."""
    next_ms: int | None = (await tx.execute(_NEXT)).scalar_one()
    return next_ms


async def held(tx: AsyncConnection, person_id: str | None = None) -> list[HeldRow]:
    """List what is held back from a person, or from all, the oldest first."""
    query = select(*_HELD).where(NOTICE_IS_HELD).order_by(held_notices.c.seq)
    if person_id is not None:
        query = query.where(held_notices.c.person_id == person_id)
    return [HeldRow(**row) for row in (await tx.execute(query)).mappings()]


async def told(tx: AsyncConnection, seqs: Collection[int], digest_id: str) -> bool:
    """Note that these were told; false when one of them had been."""
    still = and_(held_notices.c.seq.in_(seqs), NOTICE_IS_HELD)
    changed = await tx.execute(update(held_notices).where(still).values(digest_id=digest_id))
    return changed.rowcount == len(seqs)


async def of_digest(tx: AsyncConnection, digest_id: str) -> list[HeldRow]:
    """List what one digest tells, the oldest first."""
    query = select(*_HELD).where(held_notices.c.digest_id == digest_id)
    rows = await tx.execute(query.order_by(held_notices.c.seq))
    return [HeldRow(**row) for row in rows.mappings()]


async def put_off(tx: AsyncConnection, seq: int, *, tell_at_ms: int | None) -> None:
    """Tell it then: their hours are others by now."""
    one = update(held_notices).where(held_notices.c.seq == seq, NOTICE_IS_HELD)
    await tx.execute(one.values(tell_at_ms=tell_at_ms))


async def put_off_due(person_id: str, now_ms: int, tell_at_ms: int, tx: AsyncConnection) -> None:
    """Tell somebody later what is to be told now."""
    due = (
        NOTICE_IS_HELD,
        held_notices.c.person_id == person_id,
        held_notices.c.tell_at_ms <= now_ms,
    )
    await tx.execute(update(held_notices).where(*due).values(tell_at_ms=tell_at_ms))


async def forget(tx: AsyncConnection, seq: int) -> None:
    """Let something that is held back not be told: it is not theirs to see any more."""
    await tx.execute(delete(held_notices).where(held_notices.c.seq == seq, NOTICE_IS_HELD))

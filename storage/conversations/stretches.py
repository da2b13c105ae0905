"""Owns reading a stretch of a timeline: its end, around a row, before it, or after it."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Select, bindparam, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.conversations.reading import ENTRIES, EntryRow, entry_row
from storage.schema import timeline


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretch:
    """Rows that follow one another, newest first, and whether there are others beyond them."""

    items: tuple[EntryRow, ...]
    goes_before: bool
    """Whether there are older rows."""
    goes_after: bool
    """Whether there are newer rows."""
    newest: str | None
    """The id of the newest row that there is, in the stretch or not; None: there is none."""


_OF_ONE = timeline.c.conversation_id == bindparam("of_conversation")
_PLACE = select(timeline.c.seq).where(
    _OF_ONE, or_(timeline.c.id == bindparam("key"), timeline.c.message_id == bindparam("key"))
)
_OLDEST = select(timeline.c.seq).where(_OF_ONE).order_by(timeline.c.seq).limit(1)
_NEWEST = (
    select(timeline.c.seq, timeline.c.id).where(_OF_ONE).order_by(timeline.c.seq.desc()).limit(1)
)
_BACK = ENTRIES.where(_OF_ONE).order_by(timeline.c.seq.desc()).limit(bindparam("most"))
_ON = ENTRIES.where(_OF_ONE).order_by(timeline.c.seq).limit(bindparam("most"))


async def place_of(tx: AsyncConnection, conversation_id: str, key: str) -> int | None:
    """Find where a row is, or a message, by its id; None: not in this timeline."""
    values = {"of_conversation": conversation_id, "key": key}
    return (await tx.execute(_PLACE, values)).scalar_one_or_none()


async def ending(
    tx: AsyncConnection,
    conversation_id: str,
    *,
    limit: int,
    before: int | None = None,
    since: int | None = None,
    until: int | None = None,
) -> Stretch:
    """Read the newest rows: of those before a place, from one on, up to one."""
    query = _BACK
    if before is not None:
        query = query.where(timeline.c.seq < before)
    if since is not None:
        query = query.where(timeline.c.seq >= since)
    if until is not None:
        query = query.where(timeline.c.seq <= until)
    return await _stretch(tx, conversation_id, await _rows(tx, query, conversation_id, limit))


async def following(
    tx: AsyncConnection, conversation_id: str, place: int, *, limit: int
) -> Stretch:
    """Read the oldest of the rows after a place."""
    query = _ON.where(timeline.c.seq > place)
    rows = await _rows(tx, query, conversation_id, limit)
    return await _stretch(tx, conversation_id, rows[::-1])


async def around(tx: AsyncConnection, conversation_id: str, place: int, *, limit: int) -> Stretch:
    """Read the row at a place with those about it, as many on each side as there are."""
    half = limit // 2
    newer = await _rows(tx, _ON.where(timeline.c.seq > place), conversation_id, half)
    query = _BACK.where(timeline.c.seq <= place)
    older = await _rows(tx, query, conversation_id, limit - len(newer))
    return await _stretch(tx, conversation_id, [*newer[::-1], *older])


async def _rows(
    tx: AsyncConnection, query: Select[tuple[object, ...]], conversation_id: str, most: int
) -> list[EntryRow]:
    values = {"of_conversation": conversation_id, "most": most}
    return [entry_row(row) for row in (await tx.execute(query, values)).mappings()]


async def _stretch(tx: AsyncConnection, conversation_id: str, rows: Sequence[EntryRow]) -> Stretch:
    of_one = {"of_conversation": conversation_id}
    oldest = (await tx.execute(_OLDEST, of_one)).scalar_one_or_none()
    newest = (await tx.execute(_NEWEST, of_one)).one_or_none()
    return Stretch(
        items=tuple(rows),
        goes_before=bool(rows) and oldest is not None and oldest < rows[-1].seq,
        goes_after=bool(rows) and newest is not None and newest.seq > rows[0].seq,
        newest=None if newest is None else newest.id,
    )

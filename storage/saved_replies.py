"""Owns the saved replies: those of everybody, and each person's own.

A shortcut stands once among those of one owner and inbox. Knows nothing of placeholders.
"""

from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass

from sqlalchemy import ColumnElement, delete, insert, or_, select
from sqlalchemy.engine import RowMapping
from sqlalchemy.ext.asyncio import AsyncConnection

from storage import changes
from storage.editing import Edit, edit
from storage.ids import Prefix, new_id
from storage.people import Taken
from storage.schema import saved_replies


@dataclass(frozen=True, slots=True, kw_only=True)
class NewSavedReply:
    """One to be made; ``inbox`` None: of all, ``person_id`` None: everybody's."""

    shortcut: str
    en: str
    fr: str
    inbox: str | None
    person_id: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SavedReplyRow(NewSavedReply):
    """One that there is."""

    id: str
    version: int
    updated_at_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """Who reads: their own and everybody's, of the inboxes that they see (None: all)."""

    person_id: str | None
    may_see: Collection[str] | None


_COLUMNS = tuple(column for column in saved_replies.c if column.name != "created_at_ms")
_OWN_FIRST = saved_replies.c.person_id.is_(None)
_OF_AN_INBOX_FIRST = saved_replies.c.inbox.is_(None)


async def create(tx: AsyncConnection, new: NewSavedReply, *, by: str, now_ms: int) -> str | Taken:
    """Add one; give its id."""
    if await _is_taken(tx, new, but=""):
        return Taken(field="shortcut")
    reply_id = new_id(Prefix.SAVED_REPLY, now_ms=now_ms)
    times = {"created_at_ms": now_ms, "updated_at_ms": now_ms}
    await tx.execute(insert(saved_replies), {"id": reply_id, "version": 1, **asdict(new), **times})
    await _tell(tx, "created", reply_id, new.inbox, by=by, now_ms=now_ms)
    return reply_id


async def change(
    tx: AsyncConnection,
    row: SavedReplyRow,
    values: Mapping[str, str | None],
    *,
    version: int | None,
    by: str,
    now_ms: int,
) -> Edit | Taken:
    """Set what is given of one."""
    if await _is_taken(tx, with_values(row, values), but=row.id):
        return Taken(field="shortcut")
    this = saved_replies.c.id == row.id
    outcome = await edit(tx, saved_replies, this, values, version=version, now_ms=now_ms)
    if outcome is Edit.DONE:
        inbox = values.get("inbox", row.inbox)
        await _tell(tx, "updated", row.id, inbox, by=by, now_ms=now_ms)
    return outcome


def with_values(row: SavedReplyRow, values: Mapping[str, str | None]) -> NewSavedReply:
    """Tell what one would be with these values."""
    return NewSavedReply(
        shortcut=values.get("shortcut") or row.shortcut,
        en=values.get("en", row.en) or "",
        fr=values.get("fr", row.fr) or "",
        inbox=values.get("inbox", row.inbox),
        person_id=row.person_id,
    )


async def remove(tx: AsyncConnection, row: SavedReplyRow, *, by: str, now_ms: int) -> bool:
    """Forget one; false when it is gone already."""
    gone = await tx.execute(delete(saved_replies).where(saved_replies.c.id == row.id))
    if gone.rowcount != 1:
        return False
    await _tell(tx, "deleted", row.id, row.inbox, by=by, now_ms=now_ms)
    return True


async def list_for(
    tx: AsyncConnection, reader: Reader, *, inbox: str | None = None
) -> list[SavedReplyRow]:
    """List those that can be used in an inbox (None: in any), by shortcut.

    Of the same shortcut one's own stands first, then the inbox's: what is meant comes first.
    """
    query = select(*_COLUMNS).where(*_seen(reader))
    if inbox is not None:
        query = query.where(or_(saved_replies.c.inbox.is_(None), saved_replies.c.inbox == inbox))
    order = (saved_replies.c.shortcut, _OWN_FIRST, _OF_AN_INBOX_FIRST, saved_replies.c.id)
    return [_row(row) for row in (await tx.execute(query.order_by(*order))).mappings()]


async def get(tx: AsyncConnection, reply_id: str, reader: Reader) -> SavedReplyRow | None:
    """Read one that is theirs to see."""
    query = select(*_COLUMNS).where(saved_replies.c.id == reply_id, *_seen(reader))
    row = (await tx.execute(query)).mappings().one_or_none()
    return None if row is None else _row(row)


def _row(row: RowMapping) -> SavedReplyRow:
    return SavedReplyRow(**row)


def _seen(reader: Reader) -> tuple[ColumnElement[bool], ...]:
    owner = saved_replies.c.person_id
    theirs: ColumnElement[bool] = owner.is_(None)
    if reader.person_id is not None:
        theirs = or_(theirs, owner == reader.person_id)
    if reader.may_see is None:
        return (theirs,)
    inbox = saved_replies.c.inbox
    return (theirs, or_(inbox.is_(None), inbox.in_(reader.may_see)))


async def _is_taken(tx: AsyncConnection, wanted: NewSavedReply, *, but: str) -> bool:
    query = select(saved_replies.c.id).where(
        saved_replies.c.shortcut == wanted.shortcut,
        saved_replies.c.inbox.is_not_distinct_from(wanted.inbox),
        saved_replies.c.person_id.is_not_distinct_from(wanted.person_id),
        saved_replies.c.id != but,
    )
    return (await tx.execute(query)).first() is not None


async def _tell(
    tx: AsyncConnection, what: str, reply_id: str, inbox: str | None, *, by: str, now_ms: int
) -> None:
    data: dict[str, changes.Json] = {"id": reply_id, "inbox": inbox, "by": by}
    await changes.record(tx, f"reply.{what}", now_ms=now_ms, subject=reply_id, data=data)

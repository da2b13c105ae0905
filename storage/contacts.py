"""Owns contacts: who they are, their numbers and tags, and whether they are blocked."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Select,
    and_,
    bindparam,
    delete,
    func,
    insert,
    select,
    update,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from storage import changes
from storage.editing import Edit, edit
from storage.errors import CursorExpired
from storage.people import Taken
from storage.prepared import Prepared
from storage.schema import (
    IS_BLOCKED,
    WAIT_IS_OPEN,
    contact_numbers,
    contact_tags,
    contacts,
    conversations,
    waits,
)
from storage.search.names import Called, has_number, is_meant


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactRow:
    """A contact; ``numbers`` in their one spelling, the first known first."""

    id: str
    seq: int
    name: str | None
    language: str | None
    spoken_language: str | None
    notes: str | None
    external_id: str | None
    blocked_at_ms: int | None
    erased_at_ms: int | None
    numbers: tuple[str, ...]
    tags: tuple[str, ...]
    version: int
    created_at_ms: int
    updated_at_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactFilter:
    """What a list shows; None does not filter."""

    number: str | None = None
    tag: str | None = None
    blocked: bool | None = None
    called: Called | None = None
    may_see: Collection[str] | None = None
    """The only inboxes where somebody must have a conversation; None: all."""
    external_id: str | None = None
    updated_since_ms: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactPage:
    """Newest first; ``next`` is the cursor of the page after."""

    items: tuple[ContactRow, ...]
    next: str | None


async def get(tx: AsyncConnection, contact_id: str) -> ContactRow | None:
    """Read one."""
    rows = await contact_rows(tx, select(contacts).where(contacts.c.id == contact_id))
    return rows[0] if rows else None


async def page(
    tx: AsyncConnection, filters: ContactFilter, *, limit: int, cursor: str | None = None
) -> ContactPage:
    """Read a page, newest first. Raises CursorExpired for a cursor that names no contact."""
    query = select(contacts).where(*_conditions(filters))
    if cursor is not None:
        place = select(contacts.c.seq).where(contacts.c.id == cursor)
        seq = (await tx.execute(place)).scalar_one_or_none()
        if seq is None:
            raise CursorExpired(cursor=cursor)
        query = query.where(contacts.c.seq < seq)
    found = await contact_rows(tx, query.order_by(contacts.c.seq.desc()).limit(limit + 1))
    items = tuple(found[:limit])
    return ContactPage(items=items, next=items[-1].id if len(found) > limit else None)


def _conditions(filters: ContactFilter) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = [contacts.c.erased_at_ms.is_(None)]
    if filters.external_id is not None:
        found.append(contacts.c.external_id == filters.external_id)
    if filters.updated_since_ms is not None:
        found.append(contacts.c.updated_at_ms >= filters.updated_since_ms)
    if filters.number is not None:
        found.append(has_number(filters.number))
    if filters.tag is not None:
        tagged = select(contact_tags.c.contact_id).where(contact_tags.c.tag == filters.tag)
        found.append(contacts.c.id.in_(tagged))
    if filters.may_see is not None:
        # Asked of each row: a list in its order soon has its page, and no inbox is read whole.
        somewhere = select(conversations.c.id).where(
            conversations.c.contact_id == contacts.c.id,
            conversations.c.inbox.in_(filters.may_see),
        )
        found.append(somewhere.exists())
    if filters.blocked is not None:
        found.append(IS_BLOCKED if filters.blocked else ~IS_BLOCKED)
    if filters.called is not None:
        found.append(is_meant(filters.called))
    return found


async def contact_rows(tx: AsyncConnection, query: Select[*tuple[Any, ...]]) -> list[ContactRow]:
    """Read the contacts that a query of the whole table gives, in its order."""
    found = list((await tx.execute(query)).mappings())
    if not found:
        return []
    ids = [row["id"] for row in found]
    numbers = await _of(tx, contact_numbers.c.contact_id, contact_numbers.c.number, ids)
    tags = await _of(tx, contact_tags.c.contact_id, contact_tags.c.tag, ids)
    return [
        ContactRow(**row, numbers=numbers.get(row["id"], ()), tags=tags.get(row["id"], ()))
        for row in found
    ]


async def _of(
    tx: AsyncConnection, key: ColumnElement[str], value: ColumnElement[str], ids: Sequence[str]
) -> dict[str, tuple[str, ...]]:
    query = select(key, value).where(key.in_(ids)).order_by(value)
    values: dict[str, tuple[str, ...]] = {}
    for contact_id, one in await tx.execute(query):
        values[contact_id] = (*values.get(contact_id, ()), one)
    return values


async def change(
    tx: AsyncConnection,
    contact_id: str,
    values: Mapping[str, str | None],
    *,
    tags: Collection[str] | None,
    version: int | None,
    by: str,
    now_ms: int,
) -> Edit | Taken:
    """Set what people know of a contact; ``tags`` None leaves them."""
    if await _external_id_is_taken(tx, contact_id, values.get("external_id")):
        return Taken(field="external_id")
    outcome = await _edit(tx, contact_id, values, version=version, now_ms=now_ms)
    if outcome is not Edit.DONE:
        return outcome
    if tags is not None:
        await tx.execute(delete(contact_tags).where(contact_tags.c.contact_id == contact_id))
        for tag in sorted(set(tags)):
            await tx.execute(insert(contact_tags), {"contact_id": contact_id, "tag": tag})
    await _tell(tx, contact_id, by=by, now_ms=now_ms)
    return outcome


async def _external_id_is_taken(
    tx: AsyncConnection, contact_id: str, external_id: str | None
) -> bool:
    if external_id is None:
        return False
    query = select(contacts.c.id).where(
        contacts.c.external_id == external_id, contacts.c.id != contact_id
    )
    return (await tx.execute(query)).first() is not None


async def set_blocked(
    tx: AsyncConnection,
    contact_id: str,
    *,
    blocked: bool,
    by: str,
    now_ms: int,
    since_ms: int | None = None,
) -> Edit:
    """Keep a contact's messages apart from now on, or no longer; again is no change.

    ``since_ms`` is since when, where it holds for one of their numbers already.
    """
    query = select(contacts.c.blocked_at_ms).where(contacts.c.id == contact_id).with_for_update()
    row = (await tx.execute(query)).one_or_none()
    if row is None:
        return Edit.NOT_FOUND
    if (row.blocked_at_ms is not None) == blocked:
        return Edit.DONE
    values = {"blocked_at_ms": (since_ms or now_ms) if blocked else None}
    outcome = await _edit(tx, contact_id, values, version=None, now_ms=now_ms)
    # Nobody is to be reminded of what they wrote; who is heard again has waited since then.
    wait = select(waits.c.since_ms).where(waits.c.conversation_id == conversations.c.id)
    since = None if blocked else wait.where(WAIT_IS_OPEN).scalar_subquery()
    await tx.execute(
        conversations.update()
        .where(conversations.c.contact_id == contact_id)
        .values(unanswered_since_ms=since, version=conversations.c.version + 1)
    )
    await _tell(tx, contact_id, by=by, now_ms=now_ms, blocked=blocked)
    return outcome


async def set_spoken_language(tx: AsyncConnection, contact_id: str, language: str) -> None:
    """Remember the language of a contact's own words; one that was set by hand goes before it."""
    await _SPOKEN.execute(tx, {"of_contact": contact_id, "spoken": language})


_SPOKEN = Prepared(
    update(contacts)
    .where(
        contacts.c.id == bindparam("of_contact"),
        func.coalesce(contacts.c.spoken_language, "") != bindparam("spoken"),
    )
    .values(spoken_language=bindparam("spoken"))
)


async def _edit(
    tx: AsyncConnection,
    contact_id: str,
    values: Mapping[str, Any],
    *,
    version: int | None,
    now_ms: int,
) -> Edit:
    row = and_(contacts.c.id == contact_id, contacts.c.erased_at_ms.is_(None))
    return await edit(tx, contacts, row, values, version=version, now_ms=now_ms)


async def _tell(
    tx: AsyncConnection, contact_id: str, *, by: str, now_ms: int, **facts: changes.Json
) -> None:
    data: dict[str, changes.Json] = {"id": contact_id, "by": by, **facts}
    await changes.record(tx, "contact.updated", now_ms=now_ms, subject=contact_id, data=data)

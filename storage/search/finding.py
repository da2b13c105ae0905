"""Owns the three queries: contacts, messages and notes that have the words, the newest first.

The index narrows (storage.search.match), and the rows decide: what may be seen, and when it was,
is asked of the rows themselves, so that a facet that is behind can show nobody too much.
"""

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Select,
    TableClause,
    column,
    func,
    or_,
    select,
    table,
    union,
)
from sqlalchemy.engine import RowMapping
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.schema import (
    contact_tags,
    contacts,
    conversation_tags,
    conversations,
    messages,
    timeline,
)
from storage.search.asked import SearchFilter
from storage.search.match import (
    Facet,
    contact_query,
    index_of,
    marked,
    matches,
    text_query,
    unnumbered_query,
)
from storage.search.names import has_number

_FEW = 200
"""Up to so many conversations are looked for one by one within the index."""

_DAY_MS = 86_400_000

_DAYS = table("search_days", column("kind"), column("day"), column("first"), column("last"))
_MESSAGES, _NOTES, _CONTACTS = (index_of(one.name) for one in (messages, timeline, contacts))


async def find_messages(
    tx: AsyncConnection, asked: SearchFilter, *, before: int | None, limit: int
) -> list[RowMapping]:
    """Find messages beyond ``before``."""
    facets = await _facets(tx, asked)
    if facets is None:
        return []
    if asked.inboxes is not None:
        facets.append((Facet.INBOX, asked.inboxes))
    if asked.direction is not None:
        facets.append((Facet.DIRECTION, (asked.direction,)))
    query = (
        select(
            messages.c.seq,
            messages.c.id,
            messages.c.created_at_ms.label("at_ms"),
            messages.c.conversation_id,
            messages.c.inbox,
            messages.c.direction,
            messages.c.contact.label("number"),
            *(messages.c[f"author_{name}"] for name in ("type", "id", "name")),
            contacts.c.id.label("contact_id"),
            contacts.c.name.label("contact_name"),
            marked(_MESSAGES, 0).label("text"),
        )
        .select_from(_MESSAGES)
        .join(messages, messages.c.seq == _MESSAGES.c.rowid)
        .outerjoin(conversations, conversations.c.id == messages.c.conversation_id)
        .outerjoin(contacts, contacts.c.id == conversations.c.contact_id)
    )
    query = query.where(messages.c.conversation_id.is_not(None))
    if asked.inboxes is not None:
        query = query.where(messages.c.inbox.in_(asked.inboxes))
    if asked.direction is not None:
        query = query.where(messages.c.direction == asked.direction)
    query = query.where(*_within(asked, messages.c.created_at_ms, messages.c))
    match = text_query(asked.phrases, facets)
    return await _rows(tx, query, _MESSAGES, asked, match=match, before=before, limit=limit)


async def find_notes(
    tx: AsyncConnection, asked: SearchFilter, *, before: int | None, limit: int
) -> list[RowMapping]:
    """Find notes, those of hand-overs too, beyond ``before``."""
    facets = await _facets(tx, asked)
    if facets is None:
        return []
    if asked.inboxes is not None:
        facets.append((Facet.INBOX, asked.inboxes))
    query = (
        select(
            timeline.c.seq,
            timeline.c.id,
            timeline.c.at_ms,
            timeline.c.conversation_id,
            conversations.c.inbox,
            conversations.c.number,
            *(timeline.c[f"author_{name}"] for name in ("type", "id", "name")),
            contacts.c.id.label("contact_id"),
            contacts.c.name.label("contact_name"),
            marked(_NOTES, 0).label("text"),
        )
        .select_from(_NOTES)
        .join(timeline, timeline.c.seq == _NOTES.c.rowid)
        .outerjoin(conversations, conversations.c.id == timeline.c.conversation_id)
        .outerjoin(contacts, contacts.c.id == conversations.c.contact_id)
    )
    if asked.inboxes is not None:
        here = conversations.alias("here")
        query = query.where(
            select(here.c.id)
            .where(here.c.id == timeline.c.conversation_id, here.c.inbox.in_(asked.inboxes))
            .exists()
        )
    query = query.where(*_within(asked, timeline.c.at_ms, timeline.c))
    match = text_query(asked.phrases, facets)
    return await _rows(tx, query, _NOTES, asked, match=match, before=before, limit=limit)


async def find_contacts(
    tx: AsyncConnection, asked: SearchFilter, *, before: int | None, limit: int
) -> list[RowMapping]:
    """Find contacts beyond ``before``, each with its newest conversation that may be seen."""
    theirs = conversations.c.contact_id == contacts.c.id
    if asked.inboxes is not None:
        theirs &= conversations.c.inbox.in_(asked.inboxes)
    newest = select(conversations.c.id).where(theirs).order_by(conversations.c.last_seq.desc())
    query = (
        select(
            contacts.c.seq,
            contacts.c.id,
            contacts.c.created_at_ms.label("at_ms"),
            contacts.c.id.label("contact_id"),
            contacts.c.name.label("contact_name"),
            newest.limit(1).scalar_subquery().label("conversation_id"),
            marked(_CONTACTS, 0).label("name"),
            marked(_CONTACTS, 1).label("notes"),
        )
        .select_from(_CONTACTS)
        .join(contacts, contacts.c.seq == _CONTACTS.c.rowid)
    )
    if asked.inboxes is not None:
        query = query.where(newest.exists())
    if asked.contact_id is not None:
        query = query.where(contacts.c.id == asked.contact_id)
    if asked.tag is not None:
        tagged = select(contact_tags.c.tag).where(
            contact_tags.c.contact_id == contacts.c.id, contact_tags.c.tag == asked.tag
        )
        query = query.where(tagged.exists())
    match = contact_query(asked.phrases, asked.numbers)
    if asked.hidden:
        ending = None if asked.whole is None else asked.whole.removeprefix("+")
        match = unnumbered_query(asked.phrases, ending)
        if asked.whole is not None:
            named = select(_CONTACTS.c.rowid).correlate(None)
            named = named.where(matches(_CONTACTS, unnumbered_query(asked.phrases, None)))
            query = query.where(or_(contacts.c.seq.in_(named), has_number(asked.whole)))
    return await _rows(tx, query, _CONTACTS, asked, match=match, before=before, limit=limit)


async def _facets(
    tx: AsyncConnection, asked: SearchFilter
) -> list[tuple[Facet, Collection[str]]] | None:
    """Narrow a search for texts within the index; None: nothing can be found."""
    found: list[tuple[Facet, Collection[str]]] = []
    if asked.conversation_id is not None:
        found.append((Facet.CONVERSATION, (asked.conversation_id,)))
    if asked.author_id is not None:
        found.append((Facet.AUTHOR, (asked.author_id,)))
    if asked.contact_id is not None:
        theirs = conversations.c.contact_id == asked.contact_id
        ids = (await tx.execute(select(conversations.c.id).where(theirs))).scalars().all()
        found.append((Facet.CONVERSATION, ids))
    if asked.tag is not None:
        ids = (await tx.execute(_tagged(asked.tag).limit(_FEW + 1))).scalars().all()
        if len(ids) <= _FEW:
            found.append((Facet.CONVERSATION, ids))
    return found if all(values for _, values in found) else None


def _tagged(tag: str) -> Any:
    """Select the conversations that have a tag themselves, or whose contact has it."""
    themselves = select(conversation_tags.c.conversation_id).where(conversation_tags.c.tag == tag)
    contact = (
        select(conversations.c.id)
        .join(contact_tags, contact_tags.c.contact_id == conversations.c.contact_id)
        .where(contact_tags.c.tag == tag)
    )
    return union(themselves, contact)


def _within(
    asked: SearchFilter, time: ColumnElement[int], columns: Any
) -> Sequence[ColumnElement[bool]]:
    """Ask the rows of a text what the facets and the days have said already."""
    found: list[ColumnElement[bool]] = []
    if asked.since_ms is not None:
        found.append(time >= asked.since_ms)
    if asked.until_ms is not None:
        found.append(time < asked.until_ms)
    if asked.conversation_id is not None:
        found.append(columns.conversation_id == asked.conversation_id)
    if asked.author_id is not None:
        found.append(columns.author_id == asked.author_id)
    if asked.contact_id is None and asked.tag is None:
        return found
    theirs = conversations.alias("theirs")
    of_it = select(theirs.c.id).where(theirs.c.id == columns.conversation_id)
    if asked.contact_id is not None:
        found.append(of_it.where(theirs.c.contact_id == asked.contact_id).exists())
    if asked.tag is not None:
        itself = select(conversation_tags.c.tag).where(
            conversation_tags.c.conversation_id == columns.conversation_id,
            conversation_tags.c.tag == asked.tag,
        )
        contact = of_it.join(contact_tags, contact_tags.c.contact_id == theirs.c.contact_id)
        found.append(or_(itself.exists(), contact.where(contact_tags.c.tag == asked.tag).exists()))
    return found


async def _rows(
    tx: AsyncConnection,
    query: Select[*tuple[Any, ...]],
    index: TableClause,
    asked: SearchFilter,
    *,
    match: str,
    before: int | None,
    limit: int,
) -> list[RowMapping]:
    """Read the first of what the index and the rows give, the newest first."""
    place = index.c.rowid
    query = query.where(matches(index, match))
    if before is not None:
        query = query.where(place < before)
    if asked.since_ms is not None or asked.until_ms is not None:
        first, last = await _span(tx, index, asked)
        if first is None:
            return []
        query = query.where(place >= first, place <= last)
    query = query.order_by(place.desc()).limit(limit)
    return list((await tx.execute(query)).mappings())


async def _span(
    tx: AsyncConnection, index: TableClause, asked: SearchFilter
) -> tuple[int | None, int | None]:
    """Say between which rows lies all that is of the days asked for."""
    query = select(func.min(_DAYS.c.first), func.max(_DAYS.c.last)).where(
        _DAYS.c.kind == index.name.removesuffix("_search")
    )
    if asked.since_ms is not None:
        query = query.where(_DAYS.c.day >= asked.since_ms // _DAY_MS)
    if asked.until_ms is not None:
        query = query.where(_DAYS.c.day <= asked.until_ms // _DAY_MS)
    first, last = (await tx.execute(query)).one()
    return first, last

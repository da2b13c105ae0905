"""Owns looking contacts up for lists: by the words of their names and any part of their numbers."""

from typing import Any

from sqlalchemy import ColumnElement, Select, false, select
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.schema import contacts
from storage.search import words
from storage.search.match import index_of, matches, name_query

_FEW = 200
"""Up to so many contacts are looked up one by one; of more, the next in a list is soon found."""

_CONTACTS = index_of(contacts.name)


def contacts_called(q: str, digits: str | None) -> Select[tuple[int]] | None:
    """Select the ``seq`` of all whom one may mean; None: nobody can be meant."""
    phrases = words.parse(q)
    if not phrases:
        return None
    query = name_query(phrases, () if digits is None else (digits,))
    return select(_CONTACTS.c.rowid).where(matches(_CONTACTS, query))


async def is_called(
    tx: AsyncConnection, contact_id: ColumnElement[str], q: str, digits: str | None
) -> ColumnElement[bool]:
    """Say of a row that has a contact's id whether it is one whom one may mean.

    Few are asked for by the index of that column; with many, a list is read in its own order.
    """
    called = contacts_called(q, digits)
    if called is None:
        return false()
    ids: Select[Any] = select(contacts.c.id).where(contacts.c.seq.in_(called))
    few = (await tx.execute(ids.limit(_FEW + 1))).scalars().all()
    if len(few) <= _FEW:
        return contact_id.in_(few)
    # As an expression it has no index, so that SQLite keeps to the list's.
    return (contact_id + "").in_(ids)

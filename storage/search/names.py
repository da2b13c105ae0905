"""Owns looking contacts up for lists: by the words of their names and any part of their numbers."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, false, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.schema import contact_numbers, contacts
from storage.search import words
from storage.search.match import index_of, matches, name_query, names_only

_FEW = 200
"""Up to so many contacts are looked up one by one; of more, the next in a list is soon found."""

_CONTACTS = index_of(contacts.name)


@dataclass(frozen=True, slots=True, kw_only=True)
class Called:
    """What was typed to mean somebody, and ``digits`` if it may be a part of their number.

    ``hidden``: numbers are hidden from who asks, so that a part of one finds nobody; they know it
    where they can give the ``whole`` of it, in its one spelling.
    """

    q: str
    digits: str | None = None
    hidden: bool = False
    whole: str | None = None


def is_meant(called: Called) -> ColumnElement[bool]:
    """Say of a row of ``contacts`` whether it is one who may be meant."""
    phrases = words.parse(called.q)
    if not phrases:
        return false()
    if not called.hidden:
        query = name_query(phrases, () if called.digits is None else (called.digits,))
        return contacts.c.seq.in_(_found(query))
    by_name = contacts.c.seq.in_(_found(names_only(phrases)))
    return by_name if called.whole is None else or_(by_name, has_number(called.whole))


def has_number(number: str) -> ColumnElement[bool]:
    """Say of a row of ``contacts`` whether this number, in its one spelling, is theirs."""
    theirs = select(contact_numbers.c.contact_id).where(contact_numbers.c.number == number)
    return contacts.c.id.in_(theirs)


def _found(query: str) -> Select[tuple[int]]:
    return select(_CONTACTS.c.rowid).where(matches(_CONTACTS, query)).correlate(None)


async def is_called(
    tx: AsyncConnection, contact_id: ColumnElement[str], called: Called
) -> ColumnElement[bool]:
    """Say of a row that has a contact's id whether it is one whom one may mean.

    Few are asked for by the index of that column; with many, a list is read in its own order.
    """
    ids: Select[Any] = select(contacts.c.id).where(is_meant(called))
    few = (await tx.execute(ids.limit(_FEW + 1))).scalars().all()
    if len(few) <= _FEW:
        return contact_id.in_(few)
    # As an expression it has no index, so that SQLite keeps to the list's.
    return (contact_id + "").in_(ids)

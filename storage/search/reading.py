"""Owns pages of what is found: contacts first, then messages and notes by time; the newest first.

Each kind is in the order in which it was committed, and a cursor names a place in each: what comes
in meanwhile neither repeats nor hides anything.
"""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from typing import Final

from sqlalchemy import select
from sqlalchemy.engine import RowMapping
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.conversations.timeline import Author
from storage.errors import CursorExpired
from storage.schema import contact_numbers
from storage.search import finding, snippet
from storage.search.asked import Kind, SearchFilter
from storage.search.snippet import Snippet


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """One thing found. ``number`` is the contact's; times are UTC milliseconds.

    ``conversation_id`` of a contact is that of its newest activity; None: there is none yet.
    """

    kind: Kind
    id: str
    at_ms: int
    conversation_id: str | None
    inbox: str | None
    contact_id: str
    contact_name: str | None
    number: str
    direction: str | None
    author: Author | None
    found_in: str
    """``text`` of a message or a note; ``name``, ``notes`` or ``number`` of a contact."""
    snippet: Snippet


@dataclass(frozen=True, slots=True, kw_only=True)
class HitPage:
    """Some of what was found; ``next`` is the cursor of the page after, None on the last."""

    items: tuple[Hit, ...]
    next: str | None


@dataclass(frozen=True, slots=True)
class _Place:
    """What has been shown of each kind: all from this ``seq`` on; None: nothing yet."""

    contact: int | None = None
    message: int | None = None
    note: int | None = None


_CURSOR: Final = re.compile(r"([0-9]{1,18}|-)\.([0-9]{1,18}|-)\.([0-9]{1,18}|-)", re.ASCII)


async def page(
    tx: AsyncConnection, asked: SearchFilter, *, limit: int, cursor: str | None = None
) -> HitPage:
    """Read a page. Raises CursorExpired for what is no cursor of a search."""
    place = _Place() if cursor is None else _place(cursor)
    wanted = limit + 1
    found: list[tuple[Kind, RowMapping]] = []
    if Kind.CONTACT in asked.kinds:
        rows = await finding.find_contacts(tx, asked, before=place.contact, limit=wanted)
        found += [(Kind.CONTACT, row) for row in rows]
    missing = wanted - len(found)
    texts: list[list[tuple[Kind, RowMapping]]] = []
    if missing and Kind.MESSAGE in asked.kinds:
        rows = await finding.find_messages(tx, asked, before=place.message, limit=missing)
        texts.append([(Kind.MESSAGE, row) for row in rows])
    if missing and Kind.NOTE in asked.kinds:
        rows = await finding.find_notes(tx, asked, before=place.note, limit=missing)
        texts.append([(Kind.NOTE, row) for row in rows])
    found += _by_time(texts)[:missing]
    for kind, row in found[:limit]:
        place = replace(place, **{kind.value: row["seq"]})
    return HitPage(
        items=tuple(await _hits(tx, asked, found[:limit])),
        next=_written(place) if len(found) > limit else None,
    )


def _by_time(streams: Sequence[list[tuple[Kind, RowMapping]]]) -> list[tuple[Kind, RowMapping]]:
    """Merge them, each in its own order: of those that come next, the newest."""
    waiting = [list(reversed(stream)) for stream in streams if stream]
    merged: list[tuple[Kind, RowMapping]] = []
    while waiting:
        newest = max(waiting, key=lambda stream: stream[-1][1]["at_ms"])
        merged.append(newest.pop())
        waiting = [stream for stream in waiting if stream]
    return merged


def _place(cursor: str) -> _Place:
    found = _CURSOR.fullmatch(cursor)
    if found is None:
        raise CursorExpired(cursor=cursor)
    return _Place(*(None if one == "-" else int(one) for one in found.groups()))


def _written(place: _Place) -> str:
    places = (place.contact, place.message, place.note)
    return ".".join("-" if one is None else str(one) for one in places)


async def _hits(
    tx: AsyncConnection, asked: SearchFilter, found: Sequence[tuple[Kind, RowMapping]]
) -> list[Hit]:
    of_contacts = [row["id"] for kind, row in found if kind is Kind.CONTACT]
    numbers = await _numbers(tx, of_contacts) if of_contacts else {}
    return [
        _contact(row, numbers.get(row["id"], ()), asked)
        if kind is Kind.CONTACT
        else _text(kind, row)
        for kind, row in found
    ]


async def _numbers(tx: AsyncConnection, contact_ids: Sequence[str]) -> dict[str, list[str]]:
    query = (
        select(contact_numbers.c.contact_id, contact_numbers.c.number)
        .where(contact_numbers.c.contact_id.in_(contact_ids))
        .order_by(contact_numbers.c.added_at_ms, contact_numbers.c.number)
    )
    found: dict[str, list[str]] = {}
    for contact_id, number in await tx.execute(query):
        found.setdefault(contact_id, []).append(number)
    return found


def _text(kind: Kind, row: RowMapping) -> Hit:
    type_, id_, name = (row[f"author_{each}"] for each in ("type", "id", "name"))
    return Hit(
        kind=kind,
        id=row["id"],
        at_ms=row["at_ms"],
        conversation_id=row["conversation_id"],
        inbox=row["inbox"],
        contact_id=row["contact_id"],
        contact_name=row["contact_name"],
        number=row["number"],
        direction=row.get("direction"),
        author=None if type_ is None else Author(type=type_, id=id_, name=name),
        found_in="text",
        snippet=snippet.cut(row["text"]),
    )


def _contact(row: RowMapping, numbers: Sequence[str], asked: SearchFilter) -> Hit:
    named = {name: snippet.cut(row[name] or "") for name in ("name", "notes")}
    number, in_number = snippet.in_numbers(numbers, _digits(asked))
    named["number"] = in_number
    found_in = next((name for name, shown in named.items() if shown.ranges), "number")
    return Hit(
        kind=Kind.CONTACT,
        id=row["id"],
        at_ms=row["at_ms"],
        conversation_id=row["conversation_id"],
        inbox=None,
        contact_id=row["id"],
        contact_name=row["contact_name"],
        number=number,
        direction=None,
        author=None,
        found_in=found_in,
        snippet=named[found_in],
    )


def _digits(asked: SearchFilter) -> Collection[str]:
    if asked.hidden:
        return () if asked.whole is None else (asked.whole,)
    return asked.numbers or [phrase.text for phrase in asked.phrases if phrase.is_digits]

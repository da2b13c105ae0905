"""Owns the rulebooks: each that was ever in force, the newest last; nothing is rewritten.

A document is what the rules file holds; what it means is no business of the store's. Version 0 is
the empty book that holds until somebody sets one.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from storage import changes
from storage.editing import Edit
from storage.prepared import Prepared
from storage.schema import inboxes, people, rulebooks, teams


@dataclass(frozen=True, slots=True, kw_only=True)
class RulebookRow:
    """A book, by whom and when; ``author`` is the id of who set it."""

    version: int
    document: Mapping[str, Any]
    author: str
    created_at_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """Stands for all that routing is set by: another mark, and something was changed."""

    rulebook: int
    people: int
    teams: int
    inboxes: int


_VERSION = func.coalesce(select(func.max(rulebooks.c.version)).scalar_subquery(), 0)
# Rows have versions that only grow, and none is ever deleted: so does their sum.
_MARK = Prepared(
    select(
        _VERSION.label("rulebook"),
        *(
            func.coalesce(select(func.sum(table.c.version)).scalar_subquery(), 0).label(table.name)
            for table in (people, teams, inboxes)
        ),
    )
)


async def mark(tx: AsyncConnection) -> Mark:
    """Tell what stands for all that is set now; cheap."""
    row = (await _MARK.execute(tx, {})).one_or_none()
    return Mark(rulebook=row.rulebook, people=row.people, teams=row.teams, inboxes=row.inboxes)


async def current(tx: AsyncConnection) -> RulebookRow:
    """Read the book that is in force."""
    newest = select(rulebooks).order_by(rulebooks.c.version.desc()).limit(1)
    row = (await tx.execute(newest)).mappings().one_or_none()
    if row is None:
        return RulebookRow(version=0, document={}, author="", created_at_ms=0)
    return RulebookRow(**row)


async def get(tx: AsyncConnection, version: int) -> RulebookRow | None:
    """Read one that is or was in force."""
    query = select(rulebooks).where(rulebooks.c.version == version)
    row = (await tx.execute(query)).mappings().one_or_none()
    return None if row is None else RulebookRow(**row)


async def history(
    tx: AsyncConnection, *, limit: int, before: int | None = None
) -> list[RulebookRow]:
    """List the last ones, or the last ``before`` a version; the newest first."""
    query = select(rulebooks).order_by(rulebooks.c.version.desc()).limit(limit)
    if before is not None:
        query = query.where(rulebooks.c.version < before)
    return [RulebookRow(**row) for row in (await tx.execute(query)).mappings()]


async def add(
    tx: AsyncConnection, document: Mapping[str, Any], *, version: int | None, by: str, now_ms: int
) -> Edit:
    """Put a book in force; ``version`` is the one that the change was made for, None any."""
    found = (await tx.execute(select(_VERSION))).scalar_one()
    if version not in {None, found}:
        return Edit.CHANGED_MEANWHILE
    row = {"version": found + 1, "document": dict(document), "author": by}
    await tx.execute(insert(rulebooks), {**row, "created_at_ms": now_ms})
    data: dict[str, changes.Json] = {"version": found + 1, "by": by}
    await changes.record(tx, "rules.updated", now_ms=now_ms, subject=str(found + 1), data=data)
    return Edit.DONE

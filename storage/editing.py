"""Owns guarded changes of what people edit: rows with a version, which each change raises."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Table, select, update
from sqlalchemy.ext.asyncio import AsyncConnection


class Edit(StrEnum):
    """What became of a change."""

    DONE = "done"
    NOT_FOUND = "not_found"
    CHANGED_MEANWHILE = "changed_meanwhile"
    """It is another version by now than the one that was looked at."""


async def edit(
    tx: AsyncConnection,
    table: Table,
    row: ColumnElement[bool],
    values: Mapping[str, Any],
    *,
    version: int | None,
    now_ms: int,
) -> Edit:
    """Change the one ``row``; ``version`` is the one that the change was made for, None any."""
    guard = () if version is None else (table.c.version == version,)
    changed = await tx.execute(
        update(table)
        .where(row, *guard)
        .values(version=table.c.version + 1, updated_at_ms=now_ms, **values)
    )
    if changed.rowcount == 1:
        return Edit.DONE
    known = (await tx.execute(select(table.c.version).where(row))).scalar_one_or_none()
    return Edit.NOT_FOUND if known is None else Edit.CHANGED_MEANWHILE

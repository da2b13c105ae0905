"""Owns what managers set for the whole business: names with values, each change journalled."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import delete, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from storage import changes
from storage.schema import options


async def read(tx: AsyncConnection) -> dict[str, Any]:
    """Read all that was set; what was not holds as it is by default."""
    return {row.name: row.value for row in await tx.execute(select(options))}


async def change(
    tx: AsyncConnection, values: Mapping[str, changes.Json], *, by: str, now_ms: int
) -> None:
    """Set what is given."""
    for name, value in values.items():
        await tx.execute(delete(options).where(options.c.name == name))
        row = {"name": name, "value": value, "updated_at_ms": now_ms}
        await tx.execute(insert(options), row)
    data: dict[str, changes.Json] = {**values, "by": by}
    await changes.record(tx, "settings.updated", now_ms=now_ms, subject="settings", data=data)

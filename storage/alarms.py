"""Owns where the alarms are remembered over restarts: one document. Knows not what it says."""

import json
from typing import Any

from sqlalchemy import delete, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.schema import meta

_KEY = "alarms"


async def load(tx: AsyncConnection) -> dict[str, Any]:
    """Give what was kept last; empty before the first time."""
    query = select(meta.c.value).where(meta.c.key == _KEY)
    found: bytes | None = (await tx.execute(query)).scalar_one_or_none()
    return {} if found is None else dict(json.loads(found))


async def keep(tx: AsyncConnection, document: dict[str, Any]) -> None:
    """Keep it in the place of the last one."""
    await tx.execute(delete(meta).where(meta.c.key == _KEY))
    await tx.execute(insert(meta), {"key": _KEY, "value": json.dumps(document).encode()})

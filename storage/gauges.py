"""Owns figures of the store as a whole for who watches it: the queue's age, the file's size.

Reads only.
"""

from pathlib import Path

from sqlalchemy import bindparam, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.engine import FILE_NAME
from storage.schema import IS_QUEUED, parts

_OLDEST = (
    select(parts.c.inbox, func.min(parts.c.due_at_ms))
    .where(IS_QUEUED, parts.c.due_at_ms <= bindparam("now"))
    .group_by(parts.c.inbox)
)


async def oldest_due_ms(tx: AsyncConnection, *, now_ms: int) -> dict[str, int]:
    """Tell for each inbox since when the part waits that should have gone first."""
    found = await tx.execute(_OLDEST, {"now": now_ms})
    return {row[0]: row[1] for row in found}


def database_bytes(data_dir: Path) -> dict[str, int]:
    """Tell how large the database's file is and its log; absent ones are left out."""
    files = {"database": data_dir / FILE_NAME, "log": data_dir / f"{FILE_NAME}-wal"}
    return {name: file.stat().st_size for name, file in files.items() if file.exists()}

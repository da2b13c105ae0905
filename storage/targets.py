"""Owns the targets of inboxes: how long their customers may wait, as managers set it."""

from dataclasses import asdict, dataclass

from sqlalchemy import insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.schema import inbox_targets


@dataclass(frozen=True, slots=True, kw_only=True)
class TargetsRow:
    """What is set for an inbox; in minutes of opening time, and in percent of the first."""

    inbox: str
    answer_minutes: int | None
    due_soon_percent: int
    escalate_percent: int | None
    reassign_minutes: int | None


_COLUMNS = tuple(column for column in inbox_targets.c if column.name != "updated_at_ms")


async def list_all(tx: AsyncConnection) -> dict[str, TargetsRow]:
    """Give what is set, by inbox; an inbox of which nothing is set is not in it."""
    rows = (await tx.execute(select(*_COLUMNS))).mappings()
    return {row["inbox"]: TargetsRow(**row) for row in rows}


async def put(tx: AsyncConnection, row: TargetsRow, *, now_ms: int) -> None:
    """Set them, in the transaction that also makes the inbox another version."""
    values = {**asdict(row), "updated_at_ms": now_ms}
    changed = update(inbox_targets).where(inbox_targets.c.inbox == row.inbox).values(values)
    if (await tx.execute(changed)).rowcount == 0:
        await tx.execute(insert(inbox_targets), values)

"""Owns letting all that refers to one row refer to another, in whichever table it stands."""

from sqlalchemy import Column, ColumnElement, Table, UniqueConstraint, and_, delete, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.schema import metadata


async def repoint(tx: AsyncConnection, key: Column[str], *, old: str, new: str) -> None:
    """Let every foreign key to ``key`` that is ``old`` be ``new``.

    Where ``new`` has the same already (a tag, say), the row of ``old`` goes.
    """
    for table in metadata.sorted_tables:
        for column in table.c:
            if column.references(key):
                await _repoint_column(tx, table, column, old=old, new=new)


async def _repoint_column(
    tx: AsyncConnection, table: Table, column: Column[str], *, old: str, new: str
) -> None:
    free = [~_taken(table, column, others, new) for others in _others(table, column)]
    await tx.execute(update(table).where(column == old, *free).values({column: new}))
    if free:
        await tx.execute(delete(table).where(column == old))


def _others(table: Table, column: Column[str]) -> list[list[Column[str]]]:
    """For each key that the column is a part of, the columns beside it."""
    keys = [list(table.primary_key.columns)]
    keys += [list(each.columns) for each in table.constraints if isinstance(each, UniqueConstraint)]
    # One of some rows only (of those that are open, say) is the caller's to see to.
    whole = (each for each in table.indexes if each.dialect_options["sqlite"]["where"] is None)
    keys += [list(each.columns) for each in whole if each.unique]
    return [[other for other in key if other is not column] for key in keys if column in key]


def _taken(
    table: Table, column: Column[str], others: list[Column[str]], new: str
) -> ColumnElement[bool]:
    there = table.alias()
    same = [there.c[other.name] == other for other in others]
    return select(1).select_from(there).where(and_(there.c[column.name] == new, *same)).exists()

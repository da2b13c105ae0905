"""Owns forgetting: that nothing stays in the index of what is no longer in a row."""

from sqlalchemy import text
from sqlalchemy.engine import Connection

from storage.engine import Store
from storage.schema import SEARCHED
from storage.search.upkeep import run_command

_STEP_PAGES = 500
"""How much of the index one transaction rewrites; nothing else is written in that time."""

_CHANGES_OF_NOTHING = 2


async def forget(store: Store) -> None:
    """Let nothing stay in the index of rows that are erased, deleted or changed by now.

    FTS5 only marks words as deleted, until it merges what holds them. So all of it is rewritten,
    in many short transactions, which other writers come between; and what SQLite frees thereby is
    overwritten. What the write-ahead log and copies of the file hold is not the index's.
    """
    for table in SEARCHED:
        merged, pages = False, -_STEP_PAGES
        while not merged:
            async with store.write(takes_long=True) as tx:
                if tx.dialect.name != "sqlite":
                    return
                merged = await tx.run_sync(_merge_step, table, pages)
            pages = _STEP_PAGES


def _merge_step(connection: Connection, table: str, pages: int) -> bool:
    """Rewrite some of it; whether nothing is left to do (FTS5: fewer than two rows changed)."""
    changes = text("SELECT total_changes()")
    before: int = connection.execute(changes).scalar_one()
    run_command(connection, table, "merge", pages)
    now: int = connection.execute(changes).scalar_one()
    return now - before < _CHANGES_OF_NOTHING

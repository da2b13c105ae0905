"""How old the queue is, and how large the files."""

import sqlite3
from contextlib import closing
from pathlib import Path

from sqlalchemy import text

from storage import gauges
from storage.engine import FILE_NAME, Store


def test_sizes_are_those_of_the_files_that_are_there(tmp_path: Path) -> None:
    assert gauges.database_bytes(tmp_path) == {}
    with closing(sqlite3.connect(tmp_path / FILE_NAME)) as store:
        store.execute("CREATE TABLE t (x)")
    size = (tmp_path / FILE_NAME).stat().st_size
    assert gauges.database_bytes(tmp_path) == {"database": size}


async def test_an_empty_queue_has_no_age(prepared: Path) -> None:
    store = await Store.open(data_dir=prepared)
    try:
        async with store.read() as tx:
            assert await gauges.oldest_due_ms(tx, now_ms=1_800_000_000_000) == {}
            plan = await tx.execute(
                text(
                    "EXPLAIN QUERY PLAN SELECT inbox, min(due_at_ms) FROM parts "
                    "WHERE state = 'queued' AND due_at_ms <= 5 GROUP BY inbox"
                )
            )
            assert "SCAN parts" not in {row[3] for row in plan}
    finally:
        await store.close()

"""A store of each earlier schema, as its own program left it, becomes one of today."""

import gzip
import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import select

from storage import queries
from storage.conversations import reading
from storage.engine import FILE_NAME, Store
from storage.migrate import migrate_sqlite
from storage.queries import MessageFilter
from storage.schema import REVISION, metadata

RELEASED = sorted((Path(__file__).parent / "released").glob("*.sql.gz"))


def left(folder: Path, dump: Path) -> Path:
    """Put the old file in its place."""
    path = folder / FILE_NAME
    with closing(sqlite3.connect(path)) as store:
        store.executescript(gzip.decompress(dump.read_bytes()).decode())
    return path


def counts(path: Path) -> dict[str, int]:
    with closing(sqlite3.connect(path)) as store:
        tables = [
            name
            for (name,) in store.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
            if name != "alembic_version" and not name.startswith("sqlite_")
        ]
        return {
            name: store.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0]  # noqa: S608 - ours
            for name in tables
        }


def texts(path: Path) -> list[tuple[str, str, str]]:
    with closing(sqlite3.connect(path)) as store:
        return store.execute("SELECT id, state, text FROM messages ORDER BY id").fetchall()


def test_there_is_one_of_each_schema_that_a_version_has_left() -> None:
    """0002 and 0004 were steps on the way: no version stopped there, as they are today."""
    assert {"0001", "0003", "0005"} <= {path.name.partition(".")[0] for path in RELEASED}


@pytest.mark.parametrize("dump", RELEASED, ids=lambda path: path.name)
async def test_it_is_migrated_with_a_copy_first_and_nothing_is_lost(
    tmp_path: Path, dump: Path
) -> None:
    path = left(tmp_path, dump)
    before, words = counts(path), texts(path)
    assert before["messages"] > 10
    assert len({state for _, state, _ in words}) > 2

    migrate_sqlite(path)

    after = counts(path)
    assert {name: after.get(name) for name in before} == before
    assert texts(path) == words
    copy = tmp_path / f"{FILE_NAME}.before-{REVISION}"
    assert counts(copy) == before
    with closing(sqlite3.connect(path)) as store:
        assert store.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert store.execute("PRAGMA foreign_key_check").fetchall() == []


@pytest.mark.parametrize("dump", RELEASED, ids=lambda path: path.name)
async def test_today_s_program_reads_all_of_it(tmp_path: Path, dump: Path) -> None:
    path = left(tmp_path, dump)
    ids = {message_id for message_id, _, _ in texts(path)}

    store = await Store.open(data_dir=tmp_path)
    try:
        async with store.read() as tx:
            page = await queries.list_messages(tx, MessageFilter(), limit=200)
            assert {row.id for row in page.items} == ids
            for row in page.items:
                if row.conversation_id is not None:
                    assert await reading.get(tx, row.conversation_id) is not None
            for table in metadata.sorted_tables:
                for found in await tx.execute(select(table)):  # each value is of its type
                    json.dumps([str(value) for value in found])
    finally:
        await store.close()

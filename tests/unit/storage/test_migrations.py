import asyncio
import re
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine
from sqlalchemy.engine import Connection
from sqlalchemy.pool import NullPool

import storage.migrate
from storage.engine import FILE_NAME, Store
from storage.errors import MigrationFailed, SchemaTooNew
from storage.migrate import alembic_config, migrate_sqlite
from storage.schema import REVISION, metadata
from storage.search.upkeep import is_of_index


def definitions(path: Path) -> set[str]:
    """All tables and indexes as SQLite keeps them, without the accidents of spelling."""
    with closing(sqlite3.connect(path)) as connection:
        rows = connection.execute("SELECT sql FROM sqlite_master WHERE name NOT LIKE 'alembic%'")
        return {",".join(sorted(re.sub(r"[\s\")]+", "", sql).split(","))) for (sql,) in rows if sql}


def test_the_migrations_build_exactly_the_schema(migrated: Path, tmp_path: Path) -> None:
    engine = create_engine(f"sqlite:///{tmp_path}/schema.db", poolclass=NullPool)
    metadata.create_all(engine)
    assert definitions(migrated) == definitions(tmp_path / "schema.db")
    with create_engine(f"sqlite:///{migrated}", poolclass=NullPool).connect() as connection:
        # What is SQLite's own is in no metadata; the definitions above have it.
        ours = {"compare_type": True, "include_name": lambda name, *_: not is_of_index(name or "")}
        context = MigrationContext.configure(connection, opts=ours)
        assert compare_metadata(context, metadata) == []


def test_there_is_one_newest_revision_and_the_schema_knows_it() -> None:
    assert ScriptDirectory.from_config(alembic_config()).get_heads() == [REVISION]


def test_an_up_to_date_file_is_left_alone(migrated: Path, tmp_path: Path) -> None:
    path = tmp_path / FILE_NAME
    path.write_bytes(migrated.read_bytes())
    before = path.stat().st_mtime_ns
    migrate_sqlite(path)
    assert path.stat().st_mtime_ns == before
    assert [entry.name for entry in tmp_path.iterdir()] == [FILE_NAME]


def set_revision(path: Path, revision: str) -> None:
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("UPDATE alembic_version SET version_num = ?", (revision,))


def test_a_newer_file_is_refused_and_kept(migrated: Path, tmp_path: Path) -> None:
    path = tmp_path / FILE_NAME
    path.write_bytes(migrated.read_bytes())
    set_revision(path, "9999")
    with pytest.raises(SchemaTooNew, match="9999"):
        migrate_sqlite(path)
    with closing(sqlite3.connect(path)) as connection:
        query = "SELECT version_num FROM alembic_version"
        assert connection.execute(query).fetchone() == ("9999",)
    # A copy of what is refused anyway would only take up room.
    assert [file.name for file in tmp_path.iterdir()] == [FILE_NAME]


def old_file(path: Path) -> None:
    """Make a file as an older version could have left it: one table, one row."""
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("CREATE TABLE old (id INTEGER PRIMARY KEY)")
        connection.execute("INSERT INTO old VALUES (1)")


def tables(path: Path) -> set[str]:
    with closing(sqlite3.connect(path)) as connection:
        names = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
        return {name for (name,) in names}


def test_a_due_migration_copies_the_file_first(tmp_path: Path) -> None:
    path = tmp_path / FILE_NAME
    old_file(path)
    migrate_sqlite(path)
    assert {"old", "messages"} <= tables(path)
    assert tables(tmp_path / f"{FILE_NAME}.before-{REVISION}") == {"old"}


@pytest.mark.parametrize(
    ("damage", "reason"),
    [
        ("DELETE FROM old", "old had 1 rows"),
        (
            "INSERT INTO group_parts VALUES ('nobody', 1, 'nothing')",
            "broken references in group_parts",
        ),
    ],
)
def test_a_migration_that_loses_something_changes_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, damage: str, reason: str
) -> None:
    path = tmp_path / FILE_NAME
    old_file(path)
    upgrade = storage.migrate.upgrade

    def damaging(connection: Connection, *, backup: Path | None) -> None:
        upgrade(connection, backup=backup)
        connection.exec_driver_sql(damage)

    monkeypatch.setattr(storage.migrate, "upgrade", damaging)
    with pytest.raises(MigrationFailed, match=reason) as caught:
        migrate_sqlite(path)
    assert caught.value.backup == tmp_path / f"{FILE_NAME}.before-{REVISION}"
    assert tables(path) == {"old"}


async def test_two_openings_in_a_row_migrate_once(tmp_path: Path) -> None:
    folder = tmp_path / "deep" / "folder"
    for _ in range(2):
        await (await Store.open(data_dir=folder)).close()
    names = {entry.name for entry in await asyncio.to_thread(lambda: list(folder.iterdir()))}
    assert names == {FILE_NAME, "gatewayd.lock"}

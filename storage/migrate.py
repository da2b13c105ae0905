"""Owns bringing a database to this version's schema, all or nothing, a copy of the file first.

Blocking; Store.open calls it off the loop. Alembic is loaded only where there is something to do.
"""

import sqlite3
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, cast

from sqlalchemy import create_engine, event, inspect, text
from sqlalchemy.engine import Connection
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlalchemy.pool import ConnectionPoolEntry, NullPool

from storage.errors import MigrationFailed, SchemaTooNew, StoreUnavailable
from storage.schema import REVISION
from storage.search import upkeep

if TYPE_CHECKING:
    from alembic.config import Config

_SCRIPTS = Path(__file__).parent / "migrations"


def migrate_sqlite(path: Path) -> None:
    """Migrate the file (a new one is made); keep ``FILE.before-REVISION`` of an older one.

    Raises SchemaTooNew, MigrationFailed (nothing changed), StoreUnavailable.
    """
    try:
        current = _sqlite_revision(path) if path.exists() else None
        if current == REVISION:
            return
        if current is not None and current > REVISION:
            # Refused anyway; a copy of it could fill the disk.
            raise SchemaTooNew(revision=current)
        backup = None if current is None else _copy(path)
    except sqlite3.Error as error:
        raise StoreUnavailable(reason=str(error)) from error
    engine = create_engine(f"sqlite:///{path}", poolclass=NullPool)

    @event.listens_for(engine, "connect")
    def on_connect(connection: DBAPIConnection, _entry: ConnectionPoolEntry) -> None:
        connection.isolation_level = None  # else Python commits before DDL
        # A batch copy of a table drops the old one, which would fire cascades. No effect inside
        # a transaction, so here.
        cursor = connection.cursor()
        cursor.execute("PRAGMA foreign_keys = OFF")
        cursor.close()

    @event.listens_for(engine, "begin")
    def on_begin(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN EXCLUSIVE")

    with engine.begin() as connection:
        before = row_counts(connection)
        upgrade(connection, backup=backup)
        _verify(connection, before=before, backup=backup)


async def migrate_postgresql(engine: AsyncEngine) -> None:
    """Migrate a shared database inside one transaction."""
    async with engine.begin() as connection:
        await connection.run_sync(lambda sync: upgrade(sync, backup=None))


def upgrade(connection: Connection, *, backup: Path | None, revision: str = "head") -> None:
    """Run Alembic's migrations inside the caller's transaction."""
    from alembic import command  # noqa: PLC0415 - 20 MB that a start without migration saves
    from alembic.util import CommandError  # noqa: PLC0415 - as above

    config = alembic_config()
    config.attributes["connection"] = connection
    try:
        command.upgrade(config, revision)
    except CommandError as error:
        if "locate revision" in str(error):
            raise SchemaTooNew(revision=_revision(connection)) from error
        raise MigrationFailed(reason=str(error), backup=backup) from error


def alembic_config() -> "Config":
    """Point Alembic at our scripts, without an ini file."""
    from alembic.config import Config  # noqa: PLC0415 - as in upgrade

    config = Config()
    config.set_main_option("script_location", str(_SCRIPTS))
    config.set_main_option("path_separator", "os")
    return config


def row_counts(connection: Connection) -> dict[str, int]:
    """Count the rows of every table but Alembic's own and those of the full-text index."""
    preparer = connection.dialect.identifier_preparer
    return {
        table: connection.execute(
            text(f"SELECT count(*) FROM {preparer.quote(table)}")  # noqa: S608 - our own names
        ).scalar_one()
        for table in inspect(connection).get_table_names()
        if table != "alembic_version" and not upkeep.is_of_index(table)
    }


def _verify(connection: Connection, *, before: Mapping[str, int], backup: Path | None) -> None:
    broken = connection.exec_driver_sql("PRAGMA foreign_key_check").fetchall()
    if broken:
        tables = ", ".join(sorted({row[0] for row in broken}))
        raise MigrationFailed(reason=f"broken references in {tables}", backup=backup)
    now = row_counts(connection)
    for table, rows in before.items():
        if table in now and now[table] != rows:
            reason = f"{table} had {rows} rows and would have {now[table]}"
            raise MigrationFailed(reason=reason, backup=backup)
    if (trouble := upkeep.trouble(connection)) is not None:
        raise MigrationFailed(reason=trouble, backup=backup)


def _copy(path: Path) -> Path:
    """Copy with SQLite's own backup, which includes what still stands in the WAL."""
    target = path.with_name(f"{path.name}.before-{REVISION}")
    with closing(sqlite3.connect(path)) as source, closing(sqlite3.connect(target)) as copy:
        source.backup(copy)
    target.chmod(path.stat().st_mode & 0o777)
    return target


def _sqlite_revision(path: Path) -> str | None:
    """Read the revision; "" for a file with tables but none, None for an empty file."""
    with closing(sqlite3.connect(path)) as connection:
        names = {row[0] for row in connection.execute("SELECT name FROM sqlite_master")}
        if "alembic_version" not in names:
            return "" if names else None
        row = connection.execute("SELECT version_num FROM alembic_version").fetchone()
        return "" if row is None else cast("str", row[0])


def _revision(connection: Connection) -> str:
    query = text("SELECT version_num FROM alembic_version")
    return cast("str", connection.execute(query).scalar_one())

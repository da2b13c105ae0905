"""Owns the two engines and what a transaction is. Knows no table but ``meta``.

A transaction awaits nothing but its own statements. On SQLite there is one writer (a pool of one,
BEGIN IMMEDIATE) and four readers (``query_only``, one snapshot each).
"""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from functools import partial
from pathlib import Path
from typing import Any, Self, TypeVar, cast

from sqlalchemy import delete, event, insert
from sqlalchemy.engine import Connection, make_url
from sqlalchemy.engine.interfaces import DBAPIConnection, ExceptionContext
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from sqlalchemy.pool import ConnectionPoolEntry

from storage import driver
from storage.commits import Commits
from storage.compacting import Compacted, compact
from storage.errors import StoreUnavailable
from storage.glance import Glance
from storage.lock import FolderLock
from storage.migrate import migrate_postgresql, migrate_sqlite
from storage.schema import meta
from storage.trouble import trouble_of

T = TypeVar("T")

FILE_NAME = "gatewayd.db"
_READERS = 4
_PATIENCE_SECONDS = 30
_BUSY_TIMEOUT_MS = 5_000

TROUBLE_SECONDS = 60.0

_PROBE = "probe"
_HIDE_PARAMETERS = True
"""A failed statement's error reaches the log; the texts and numbers it was about must not."""


class Store:
    """One open store; ``open`` makes it, ``close`` ends it."""

    def __init__(
        self, *, lock: FolderLock, writer: AsyncEngine, reader: AsyncEngine, path: Path | None
    ) -> None:
        self._path = path
        self._lock = lock
        self._writer = writer
        self._reader = reader
        # A PostgreSQL server has many writers, and groups their flushes itself.
        self._commits = (
            None if path is None else Commits(writer, patience_seconds=_PATIENCE_SECONDS)
        )
        self._glance = None if path is None else Glance(path)
        self.unavailable_total = 0
        """How often the database did not answer."""
        self._refused: tuple[float, str] | None = None
        self._damage: str | None = None

    @classmethod
    async def open(cls, *, data_dir: Path, url: str | None = None) -> Self:
        """Lock the folder, bring the schema up to date, open the engines.

        ``url`` None is SQLite in ``data_dir``. Raises StoreLocked, SchemaTooNew, MigrationFailed,
        StoreUnavailable, and OSError for a folder that cannot be made or written.
        """
        lock = await asyncio.to_thread(_take_folder, data_dir)
        try:
            if url is None or make_url(url).get_backend_name() == "sqlite":
                database = None if url is None else make_url(url).database
                path = Path(database) if database else data_dir / FILE_NAME
                await asyncio.to_thread(migrate_sqlite, path)
                writer, reader = _sqlite_engines(path)
            else:
                path = None
                writer = reader = _postgresql_engine(url)
                await migrate_postgresql(writer)
        except BaseException:
            lock.release()
            raise
        store = cls(lock=lock, writer=writer, reader=reader, path=path)
        try:
            # The writer connects first: it cannot switch a file to WAL under an open reader.
            await store.check()
        except BaseException:
            await store.close()
            raise
        return store

    @asynccontextmanager
    async def write(self, *, takes_long: bool = False) -> AsyncIterator[AsyncConnection]:
        """Run one unit of writing; an exception or a cancellation takes it back, and it alone.

        It is durable after the block. On SQLite several units share a COMMIT
        (:mod:`storage.commits`); one that ``takes_long`` has its own, so that nobody's answer waits
        for its end. Raises StoreUnavailable where the database does not take it: a full disk, a
        lost file; and always once it was seen to be damaged, since that would do more damage.
        """
        if self._damage is not None:
            self.unavailable_total += 1
            raise StoreUnavailable(reason=self._damage, damaged=True)
        commits = self._commits
        writing = self._writer.begin() if commits is None else commits.unit(takes_long=takes_long)
        try:
            with self._answering():
                async with writing as tx:
                    yield tx
        except StoreUnavailable as error:
            self._refused = (time.monotonic(), error.reason)
            raise

    @asynccontextmanager
    async def read(self) -> AsyncIterator[AsyncConnection]:
        """Run one read transaction: a single snapshot of what is committed.

        Raises StoreUnavailable where the database does not answer.
        """
        with self._answering():
            async with self._reader.begin() as tx:
                yield tx

    @asynccontextmanager
    async def glance(self) -> AsyncIterator[AsyncConnection | Glance]:
        """Let one prepared query look at a row or two that an index finds, on the event loop.

        Anything longer would keep the whole daemon waiting: that is what ``read`` is for. Raises
        StoreUnavailable where the database does not answer.
        """
        if self._glance is None:
            async with self.read() as tx:
                yield tx
        else:
            with self._answering():
                yield self._glance

    @property
    def write_trouble(self) -> str | None:
        """Why it refused what was written in the last minute; None where it took all of it.

        A full file has room for something small now and then: that is no cure.
        """
        if self._damage is not None:
            return self._damage
        if self._refused is None or time.monotonic() - self._refused[0] > TROUBLE_SECONDS:
            return None
        return self._refused[1]

    async def shielded(
        self, unit: Callable[[AsyncConnection], Awaitable[T]], *, takes_long: bool = False
    ) -> T:
        """Run ``unit`` in one write transaction that a cancellation of the caller cannot stop.

        A cancelled caller still waits for the commit, however often it is cancelled, and is
        cancelled after it, also where the unit failed: whoever contains errors, or tries again
        when the store answers, must not outlive its cancellation.
        """
        return await driver.finished(asyncio.ensure_future(self._unit(unit, takes_long=takes_long)))

    async def _unit(
        self, unit: Callable[[AsyncConnection], Awaitable[T]], *, takes_long: bool
    ) -> T:
        async with self.write(takes_long=takes_long) as tx:
            return await unit(tx)

    async def check(self) -> None:
        """Write and read a row; raises StoreUnavailable with the reason."""
        async with self.write() as tx:
            await tx.execute(delete(meta).where(meta.c.key == _PROBE))
            await tx.execute(insert(meta), {"key": _PROBE, "value": b""})
        await self.answer()

    async def answer(self) -> None:
        """Read nothing of interest; raises StoreUnavailable with the reason."""
        async with self.read() as tx:
            await tx.execute(meta.select().where(meta.c.key == _PROBE))

    @contextmanager
    def _answering(self) -> Iterator[None]:
        """Tell the database's own trouble from a bug in what it was asked."""
        try:
            yield
        except StoreUnavailable as error:
            self._note(error)
            raise
        except SQLAlchemyError as error:
            trouble = trouble_of(error)
            if trouble is None:
                raise
            self._note(trouble)
            raise trouble from error

    def _note(self, trouble: StoreUnavailable) -> None:
        self.unavailable_total += 1
        if trouble.is_damaged:
            self._damage = trouble.reason

    async def compact(self, needles: Sequence[bytes]) -> Compacted:
        """Let nothing that was deleted lie in the files any more; writers wait meanwhile.

        Empties the write-ahead log, and looks for what must not be found (``needles``); where it
        is, the whole file is written anew. PostgreSQL does that by itself, in its own time.
        """
        if self._path is None:
            return Compacted.BY_SERVER
        async with self._writer.connect():  # the one writer's place: nobody writes meanwhile
            return await asyncio.to_thread(compact, self._path, needles)

    async def close(self) -> None:
        """Close all connections, then let go of the folder."""
        try:
            if self._commits is not None:
                await self._commits.finished()
            if self._glance is not None:
                self._glance.close()
            await self._writer.dispose()
            if self._reader is not self._writer:
                await self._reader.dispose()
        finally:
            self._lock.release()


def _take_folder(data_dir: Path) -> FolderLock:
    data_dir.mkdir(mode=0o750, parents=True, exist_ok=True)
    return FolderLock.take(data_dir)


def _sqlite_engines(path: Path) -> tuple[AsyncEngine, AsyncEngine]:
    writer = _sqlite_engine(
        path,
        partial(driver.connect_writer, path, begin="BEGIN IMMEDIATE"),
        pool_size=1,
        pragmas=_WRITER_PRAGMAS,
    )

    @event.listens_for(writer.sync_engine, "handle_error")
    def on_error(context: ExceptionContext) -> None:
        # A cancellation is told when its statement has ended: the connection is as good as ever,
        # and other units of the transaction are not to be lost with it.
        if not isinstance(context.original_exception, Exception):
            context.is_disconnect = False

    reader = _sqlite_engine(
        path,
        partial(driver.connect, path, begin="BEGIN"),
        pool_size=_READERS,
        pragmas=_READER_PRAGMAS,
    )
    return writer, reader


_COMMON_PRAGMAS = (f"busy_timeout = {_BUSY_TIMEOUT_MS}", "foreign_keys = ON")
_WRITER_PRAGMAS = (
    *_COMMON_PRAGMAS,
    "journal_mode = WAL",
    "synchronous = FULL",  # NORMAL may lose the last commits at a power cut
    "temp_store = MEMORY",  # what a savepoint may have to restore: a file for each cost 0.1 ms
    "secure_delete = ON",  # an erased person's text must not linger, in freed pages neither
)
_READER_PRAGMAS = (*_COMMON_PRAGMAS, "query_only = ON")


def _sqlite_engine(
    path: Path,
    connect: Callable[[], Awaitable[driver.Connection]],
    *,
    pool_size: int,
    pragmas: tuple[str, ...],
) -> AsyncEngine:
    engine = create_async_engine(
        f"sqlite+aiosqlite:///{path}",
        async_creator=connect,
        pool_size=pool_size,
        max_overflow=0,
        pool_timeout=_PATIENCE_SECONDS,
        # begin() ends every transaction itself; a reset would add a thread hop to each.
        pool_reset_on_return=None,
        hide_parameters=_HIDE_PARAMETERS,
    )

    @event.listens_for(engine.sync_engine, "connect")
    def on_connect(connection: DBAPIConnection, _entry: ConnectionPoolEntry) -> None:
        cursor = connection.cursor()
        for pragma in pragmas:
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    @event.listens_for(engine.sync_engine, "begin")
    def on_begin(connection: Connection) -> None:
        raw = cast("driver.Connection", connection.connection.driver_connection)
        raw.begin_with_next()

    return engine


def _postgresql_engine(url: str) -> AsyncEngine:
    parameters: dict[str, Any] = {"pool_size": _READERS + 1, "pool_pre_ping": True}
    return create_async_engine(
        make_url(url).set(drivername="postgresql+asyncpg"),
        pool_timeout=_PATIENCE_SECONDS,
        hide_parameters=_HIDE_PARAMETERS,
        **parameters,
    )

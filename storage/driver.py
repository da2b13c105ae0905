"""Owns the SQLite connection under SQLAlchemy: aiosqlite with fewer thread hops. Knows no table.

What may wait runs on the connection's thread: BEGIN with the first statement (another's lock),
COMMIT and ROLLBACK (the disk), a DELETE (many rows). The others of a write transaction touch a few
indexed rows at some 20 µs, a fifth of what a hop costs and far less where the processor must wake
up for it, so they run on the event loop. When they have kept it for LOOP_SECONDS the next one runs
on the thread, and all else has its turn.
"""

import asyncio
import sqlite3
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from time import perf_counter
from typing import Any, NamedTuple, Self, TypeAlias, TypeVar, cast

import aiosqlite

T = TypeVar("T")
Parameters: TypeAlias = Sequence[Any] | Mapping[str, Any]

LOOP_SECONDS = 0.002
"""How long the statements of one transaction may keep the event loop, one after the other."""


class Answer(NamedTuple):
    """What a statement gave."""

    rows: list[Any]
    description: Any
    rowcount: int
    lastrowid: int | None


class Cursor:
    """What SQLAlchemy's adapter asks of an aiosqlite cursor, with the rows fetched at once."""

    arraysize = 1

    def __init__(self, connection: "Connection") -> None:
        self._connection = connection
        self._answer = Answer([], None, -1, None)

    async def __aenter__(self) -> Self:
        return self

    @property
    def description(self) -> Any:
        """Columns of the answer, None for a statement without rows."""
        return self._answer.description

    @property
    def rowcount(self) -> int:
        """How many rows the statement changed, -1 for a query."""
        return self._answer.rowcount

    @property
    def lastrowid(self) -> int | None:
        """Not used by our statements; SQLAlchemy looks at it."""
        return self._answer.lastrowid

    async def execute(self, sql: str, parameters: Sequence[Any] = ()) -> Self:
        """Run a statement and fetch all of its rows."""
        self._answer = await self._connection.run(sql, parameters, many=False)
        return self

    async def executemany(self, sql: str, parameters: Sequence[Sequence[Any]]) -> Self:
        """Run a statement once for each set of parameters."""
        self._answer = await self._connection.run(sql, parameters, many=True)
        return self

    async def fetchall(self) -> list[Any]:
        """Hand over the rows, which are here already."""
        return self._answer.rows

    async def close(self) -> None:
        """Nothing is open: the thread has closed its cursor."""


class Connection(aiosqlite.Connection):
    """An aiosqlite connection whose transactions begin with their first statement."""

    def __init__(self, path: Path, *, begin: str, loop_seconds: float) -> None:
        # Two threads, never at once: a statement awaits the one before.
        connect = partial(sqlite3.connect, path, isolation_level=None, check_same_thread=False)
        super().__init__(connect, 64)
        # A process that dies without closing must not hang on this thread.
        self._thread.daemon = True
        self._begin = begin
        self._begin_due = False
        self._loop_seconds = loop_seconds
        # Above 0 only while a transaction is open and nothing is on its way to the thread.
        self._loop_seconds_left = 0.0

    @property
    def era(self) -> object | None:
        """What is another as soon as something that was seen here has come to nothing.

        None where only what is durable is seen.
        """
        return None

    def begin_with_next(self) -> None:
        """Let the next statement begin a transaction."""
        self._begin_due = True

    def cursor(self) -> Cursor:  # type: ignore[override]  # SQLAlchemy needs no more than ours
        """Make a cursor, without a thread hop."""
        return Cursor(self)

    async def run(self, sql: str, parameters: Parameters, *, many: bool) -> Answer:
        """Execute, fetch and close in one go."""
        if self._loop_seconds_left > 0 and not many and not sql.startswith("DELETE"):
            started = perf_counter()
            try:
                return self._run(sql, parameters, many=many)
            finally:
                self._loop_seconds_left -= perf_counter() - started
        # Cancelled, it leaves the thread busy: then nothing more of this transaction runs here.
        self._loop_seconds_left = 0.0
        answer = await self._hop(partial(self._run, sql, parameters, many=many))
        if self._conn.in_transaction:  # all else has had its turn meanwhile
            self._loop_seconds_left = self._loop_seconds
        return answer

    async def _hop(self, function: Callable[[], T]) -> T:
        # Private, but there is no public way to run a function on aiosqlite's thread.
        result: T = await self._execute(function)  # type: ignore[no-untyped-call]
        return result

    def _run(self, sql: str, parameters: Parameters, *, many: bool) -> Answer:
        if self._begin_due:
            self._conn.execute(self._begin).close()
            self._begin_due = False
        call = self._conn.executemany if many else self._conn.execute
        cursor = call(sql, parameters)
        try:
            rows = cursor.fetchall() if cursor.description is not None else []
            return Answer(rows, cursor.description, cursor.rowcount, cursor.lastrowid)
        finally:
            cursor.close()

    async def commit(self) -> None:
        """Commit; nothing to do where no statement ran."""
        self._loop_seconds_left = 0.0
        await self._hop(self._commit)

    def _commit(self) -> None:
        self._begin_due = False
        try:
            self._conn.commit()
        except sqlite3.Error:
            # A refused COMMIT (a full disk, a deferred reference) leaves the transaction open, and
            # the next user of the connection inside it.
            self._conn.rollback()
            raise

    async def rollback(self) -> None:
        """Roll back; nothing to do where no statement ran."""
        self._loop_seconds_left = 0.0
        await self._hop(self._rollback)

    def _rollback(self) -> None:
        self._begin_due = False
        self._conn.rollback()


class WriterConnection(Connection):
    """The connection whose transactions are shared by units of work, one after the other.

    A unit that fails is undone alone: behind its savepoint, or with all where it is the first. What
    runs on the thread ends before a cancellation is told, so that nothing of a unit is still under
    way when the next one begins.
    """

    def __init__(self, path: Path, *, begin: str, loop_seconds: float) -> None:
        super().__init__(path, begin=begin, loop_seconds=loop_seconds)
        self._opened = False
        self._savepoint_due = False
        self._in_savepoint = False
        self._lost: sqlite3.Error | None = None
        self._era = object()

    @property
    def era(self) -> object:
        """As above: a unit sees what others of its transaction did, which may yet be lost."""
        return self._era

    def begin_with_next(self) -> None:
        """Let the next statement begin a transaction."""
        super().begin_with_next()
        self._opened = True

    @property
    def _vanished(self) -> bool:
        return self._opened and not self._begin_due and not self._conn.in_transaction

    @property
    def lost(self) -> bool:
        """Whether nothing of this transaction can be kept: SQLite has rolled all of it back."""
        return self._lost is not None

    def begin_unit(self) -> None:
        """Let the next statement begin a unit."""
        begun = self._conn.in_transaction
        self._savepoint_due = begun
        self._loop_seconds_left = self._loop_seconds if begun else 0.0

    def end_unit(self) -> None:
        """Keep what the unit did for the COMMIT."""
        self._savepoint_due = False
        if self._in_savepoint:
            self._in_savepoint = False
            self._attempt("RELEASE unit")

    async def undo_unit(self) -> None:
        """Take back what the unit did; nothing to do where no statement ran."""
        self._loop_seconds_left = 0.0
        if self._savepoint_due:
            self._savepoint_due = False
        elif not self._begin_due:
            await self._hop(self._undo)

    def _undo(self) -> None:
        if self._in_savepoint:
            self._in_savepoint = False
            self._attempt("ROLLBACK TO unit")
            self._attempt("RELEASE unit")
        else:
            self._lost = None
            if self._conn.in_transaction:
                self._attempt("ROLLBACK")
            self._begin_due = not self.lost

    def _attempt(self, sql: str) -> None:
        if self._lost is None:
            try:
                self._conn.execute(sql).close()
            except sqlite3.Error as error:
                self._lost = error

    def _run(self, sql: str, parameters: Parameters, *, many: bool) -> Answer:
        # A full disk, for one, can make SQLite take the whole transaction back: what followed would
        # be kept without what came before.
        if self._lost is None and self._vanished:
            self._lost = sqlite3.OperationalError("it ended by itself")
        if self._lost is not None:
            raise _gone(self._lost)
        try:
            if self._savepoint_due:
                self._conn.execute("SAVEPOINT unit").close()
                self._savepoint_due, self._in_savepoint = False, True
            return super()._run(sql, parameters, many=many)
        except sqlite3.Error as error:
            if self._vanished:
                self._lost = error
            raise

    async def _hop(self, function: Callable[[], T]) -> T:
        return await finished(asyncio.ensure_future(super()._hop(function)))

    def _commit(self) -> None:
        lost = self._lost
        if lost is not None:
            self._rollback()
            raise _gone(lost)
        self._opened = False
        try:
            super()._commit()
        except sqlite3.Error:
            self._era = object()
            raise

    def _rollback(self) -> None:
        self._opened = self._savepoint_due = self._in_savepoint = False
        self._lost = None
        self._era = object()
        super()._rollback()


def _gone(error: sqlite3.Error) -> sqlite3.OperationalError:
    return sqlite3.OperationalError(f"the transaction was rolled back: {error}")


async def finished(task: asyncio.Future[T]) -> T:
    """Wait for it, however often the caller is cancelled; a cancellation is told after it."""
    cancelled: asyncio.CancelledError | None = None
    while not task.done():
        try:
            await asyncio.wait({task})
        except asyncio.CancelledError as error:
            cancelled = error
    if cancelled is not None:
        raise cancelled from task.exception()
    return task.result()


async def connect(path: Path, *, begin: str) -> Connection:
    """Open the file for reading; ``begin`` is the statement that its transactions begin with."""
    # A reader may search everything there is: never on the event loop.
    return cast("Connection", await Connection(path, begin=begin, loop_seconds=0.0))


async def connect_writer(
    path: Path, *, begin: str, loop_seconds: float = LOOP_SECONDS
) -> WriterConnection:
    """Open the file for writing; ``begin`` as above.

    ``loop_seconds``: how long each unit may keep the event loop until one runs on the thread.
    """
    opened = await WriterConnection(path, begin=begin, loop_seconds=loop_seconds)
    return cast("WriterConnection", opened)

"""Owns which units of work share a COMMIT: those that wait while others run or are flushed.

They run one after the other in one transaction, each undone alone where it fails, and none is
answered before the COMMIT that makes it durable. What a unit read of the others in its transaction
is durable by then too. Knows no table.
"""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from time import perf_counter
from typing import TYPE_CHECKING, Any, cast

from sqlalchemy.exc import IntegrityError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from storage.driver import finished
from storage.errors import StoreUnavailable
from storage.trouble import trouble_of

if TYPE_CHECKING:
    from storage.driver import Connection, WriterConnection

MOST_UNITS = 100
"""In one COMMIT."""

LONGEST_SECONDS = 0.02
"""How long a transaction may stay open for more units; the first one waits so long at most."""

_PASSES = 3
"""Of the event loop, in which what is ready may still join. No waiting: an idle loop has none."""


def _future() -> Any:
    return asyncio.get_running_loop().create_future()


@dataclass(slots=True, eq=False)
class _Unit:
    """One caller's place in the queue."""

    takes_long: bool = False
    """Whether others that are done must not wait for it: it has a transaction of its own."""

    turn: asyncio.Future[AsyncConnection] = field(default_factory=_future)
    ended: asyncio.Future[bool] = field(default_factory=_future)
    """Whether it is to be kept."""

    settled: asyncio.Future[Exception | None] = field(default_factory=_future)
    """None once all that it saw is durable, or else why it is not."""


class Commits:
    """The turns of the one writer."""

    def __init__(self, engine: AsyncEngine, *, patience_seconds: float) -> None:
        self._engine = engine
        self._patience_seconds = patience_seconds
        self._waiting: deque[_Unit] = deque()
        self._task: asyncio.Task[None] | None = None
        self._alone_left = 0

    @asynccontextmanager
    async def unit(self, *, takes_long: bool = False) -> AsyncIterator[AsyncConnection]:
        """Run one unit; an exception or a cancellation within takes it back, and it alone.

        One that ``takes_long`` shares no COMMIT, so that others do not wait for its end.
        After the block it is durable. Cancelled while it waits for that, it is committed all the
        same, and the caller cancelled after it. Raises SQLAlchemy's errors, and StoreUnavailable
        where the COMMIT fails.
        """
        unit = _Unit(takes_long=takes_long)
        self._waiting.append(unit)
        if self._task is None:
            self._task = asyncio.create_task(self._work(), name="commits")
        try:
            tx = await self._turn_of(unit)
            yield tx
        except Exception:
            _end(unit, keep=False)
            # It may be about what another unit did, of which nobody may hear yet.
            await _durable(unit)
            raise
        except BaseException:
            _end(unit, keep=False)
            await finished(unit.settled)
            raise
        _end(unit, keep=True)
        await _durable(unit)

    async def _turn_of(self, unit: _Unit) -> AsyncConnection:
        try:
            async with asyncio.timeout(self._patience_seconds):
                return await unit.turn
        except TimeoutError:
            raise PoolTimeoutError("no turn to write") from None
        finally:
            if unit.turn.cancelled():
                _settle(unit)

    async def finished(self) -> None:
        """Wait until nobody writes any more."""
        while self._task is not None:
            await asyncio.wait({self._task})

    async def _work(self) -> None:
        try:
            while self._waiting:
                await self._transaction()
        finally:
            self._task = None

    async def _transaction(self) -> None:
        """Open one, let those that wait have their turns in it, commit it, and tell them."""
        group: list[_Unit] = []
        try:
            async with self._engine.begin() as tx:
                await self._turns(tx, group)
        except asyncio.CancelledError:
            for unit in group:
                unit.settled.cancel()
            raise
        except Exception as error:  # noqa: BLE001 - it is told to everybody whom it concerns
            if group:
                self._refuse(group, error)
            elif (refused := self._first()) is not None:
                _settle(refused)
                refused.turn.set_exception(error)
        else:
            for unit in group:
                _settle(unit)

    async def _turns(self, tx: AsyncConnection, group: list[_Unit]) -> None:
        raw = cast("WriterConnection", (await tx.get_raw_connection()).driver_connection)
        until = perf_counter() + LONGEST_SECONDS
        while (unit := await self._next(linger=bool(group))) is not None:
            if unit.takes_long and group:
                self._waiting.appendleft(unit)
                return
            raw.begin_unit()
            group.append(unit)
            unit.turn.set_result(tx)
            if await unit.ended:
                raw.end_unit()
            else:
                await raw.undo_unit()
                if len(group) == 1:  # it saw nothing that is not durable
                    _settle(group.pop())
            alone = self._alone_left > 0
            self._alone_left -= alone
            if (
                unit.takes_long
                or alone
                or raw.lost
                or len(group) >= MOST_UNITS
                or perf_counter() >= until
            ):
                return

    async def _next(self, *, linger: bool) -> _Unit | None:
        """Give whose turn it is; None where nobody waits."""
        for _ in range(_PASSES if linger else 0):
            if self._waiting:
                break
            await asyncio.sleep(0)
        return self._first()

    def _first(self) -> _Unit | None:
        while self._waiting:
            unit = self._waiting.popleft()
            if not unit.turn.cancelled():
                return unit
        return None

    def _refuse(self, group: Sequence[_Unit], error: Exception) -> None:
        """Tell each that nothing of what they did was kept."""
        trouble = trouble_of(error)
        if isinstance(error, IntegrityError) and len(group) > 1:
            # One of them broke a reference that is looked at by COMMIT alone. Whose fault it was
            # shows when they try again, each in a transaction of its own.
            self._alone_left = 2 * len(group)
            trouble = StoreUnavailable(reason="another change was refused with this one")
        for unit in group:
            _settle(unit, error if trouble is None else _copy_of(trouble, error))


def _copy_of(trouble: StoreUnavailable, cause: Exception) -> StoreUnavailable:
    told = StoreUnavailable(reason=trouble.reason, damaged=trouble.is_damaged)
    told.__cause__ = cause
    return told


def era_of(tx: AsyncConnection) -> object | None:
    """Give what is another as soon as something that was seen in such a transaction is lost.

    Whoever keeps in mind what they saw there keeps this with it. None: what is seen is durable.
    """
    if tx.dialect.name != "sqlite" or tx.sync_connection is None:
        return None
    return cast("Connection", tx.sync_connection.connection.driver_connection).era


async def _durable(unit: _Unit) -> None:
    if (error := await finished(unit.settled)) is not None:
        raise error


def _end(unit: _Unit, *, keep: bool) -> None:
    # Cancelled only where the event loop ends with all of its tasks.
    if not unit.ended.done():
        unit.ended.set_result(keep)


def _settle(unit: _Unit, error: Exception | None = None) -> None:
    if not unit.settled.done():
        unit.settled.set_result(error)

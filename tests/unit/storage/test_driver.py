"""Which statements keep the event loop, and which run on the connection's thread."""

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import cast

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from storage import driver
from storage.engine import Store

INSERT = text("INSERT INTO meta (key, value) VALUES (:key, x'00')")
DELETE = text("DELETE FROM meta WHERE key = 'a'")


@contextmanager
def on_loop(tx: AsyncConnection) -> Iterator[dict[str, bool]]:
    """Note for each kind of statement whether it ran on this thread, the loop's."""
    here = threading.get_ident()
    seen: dict[str, bool] = {}
    connection = tx.sync_connection
    assert connection is not None
    raw = cast("driver.Connection", connection.connection.driver_connection)._conn
    raw.set_trace_callback(
        lambda sql: seen.__setitem__(sql.split()[0], threading.get_ident() == here)
    )
    try:
        yield seen
    finally:
        raw.set_trace_callback(None)


async def test_what_may_wait_runs_on_the_thread(store: Store) -> None:
    async with store.write() as tx:
        with on_loop(tx) as first:
            await tx.execute(INSERT, {"key": "a"})
        with on_loop(tx) as later:
            await tx.execute(INSERT, {"key": "b"})
            await tx.execute(DELETE)
        with on_loop(tx) as after_a_hop:
            await tx.execute(INSERT, {"key": "c"})
        with on_loop(tx) as many:
            await tx.execute(INSERT, [{"key": "d"}, {"key": "e"}])
    assert first == {"BEGIN": False, "INSERT": False}
    assert later == {"INSERT": True, "DELETE": False}
    assert after_a_hop == {"INSERT": True}
    assert many == {"INSERT": False}


async def test_a_reader_never_keeps_the_loop(store: Store) -> None:
    async with store.read() as tx:
        for _ in range(2):
            with on_loop(tx) as seen:
                await tx.execute(text("SELECT * FROM meta"))
            assert not any(seen.values())


async def test_a_long_transaction_leaves_the_loop(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Each look at the clock is a second later.
    seconds = count()
    monkeypatch.setattr(driver, "perf_counter", lambda: float(next(seconds)))
    async with store.write() as tx:
        await tx.execute(INSERT, {"key": "a"})
        with on_loop(tx) as seen:
            await tx.execute(INSERT, {"key": "b"})
        assert seen == {"INSERT": True}
        with on_loop(tx) as seen:
            await tx.execute(INSERT, {"key": "c"})
        assert seen == {"INSERT": False}
        with on_loop(tx) as seen:
            await tx.execute(INSERT, {"key": "d"})
        assert seen == {"INSERT": True}


async def test_outside_a_transaction_all_runs_on_the_thread(tmp_path: Path) -> None:
    connection = await driver.connect_writer(tmp_path / "db", begin="BEGIN", loop_seconds=1.0)
    here, seen = threading.get_ident(), []
    connection._conn.set_trace_callback(lambda _: seen.append(threading.get_ident() == here))
    for _ in range(2):
        await connection.run("PRAGMA user_version", (), many=False)
    connection.begin_with_next()
    await connection.run("CREATE TABLE t (n)", (), many=False)
    await connection.rollback()
    assert not any(seen)
    assert len(seen) >= 4
    await connection.close()


async def test_an_error_on_the_loop_rolls_back(store: Store) -> None:
    async def twice(tx: AsyncConnection) -> None:
        await tx.execute(INSERT, {"key": "a"})
        await tx.execute(INSERT, {"key": "a"})

    with pytest.raises(IntegrityError, match="UNIQUE"):
        await store.shielded(twice)
    async with store.read() as tx:
        found = await tx.execute(text("SELECT count(*) FROM meta WHERE key = 'a'"))
        assert found.scalar_one() == 0


async def test_a_cancelled_statement_ends_before_its_caller_hears_of_it(tmp_path: Path) -> None:
    connection = await driver.connect_writer(tmp_path / "db", begin="BEGIN", loop_seconds=1.0)
    connection.begin_with_next()
    await connection.run("CREATE TABLE t (n)", (), many=False)
    held, go_on = threading.Event(), threading.Event()

    def hold() -> None:
        held.set()
        go_on.wait()

    blocked = asyncio.ensure_future(connection._hop(hold))
    await asyncio.to_thread(held.wait)
    cancelled = asyncio.ensure_future(connection.run("DELETE FROM t", (), many=False))
    await asyncio.sleep(0)
    for _ in range(3):
        cancelled.cancel()
        await asyncio.sleep(0)
    assert not cancelled.done()
    go_on.set()
    await blocked
    with pytest.raises(asyncio.CancelledError):
        await cancelled
    assert (await connection.run("INSERT INTO t VALUES (1)", (), many=False)).rowcount == 1
    await connection.rollback()
    await connection.close()

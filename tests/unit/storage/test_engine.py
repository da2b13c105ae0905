import asyncio
import os
import random
import shutil
import sqlite3
import subprocess
import sys
from pathlib import Path
from time import perf_counter
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DatabaseError, IntegrityError, OperationalError
from sqlalchemy.ext.asyncio import AsyncConnection

from storage import changes, outbox
from storage.engine import FILE_NAME, Store
from storage.errors import StoreLocked, StoreUnavailable
from storage.schema import meta

NOW = 1_800_000_000_000

_TWO_EVENTS = "INSERT INTO meta (key, value) VALUES (:key, :value)"


async def pragma(tx: AsyncConnection, name: str) -> object:
    return (await tx.exec_driver_sql(f"PRAGMA {name}")).scalar_one()


async def test_the_writer_is_durable_and_the_reader_cannot_write(store: Store) -> None:
    async with store.write() as tx:
        assert await pragma(tx, "journal_mode") == "wal"
        assert await pragma(tx, "synchronous") == 2
        assert await pragma(tx, "foreign_keys") == 1
    async with store.read() as tx:
        assert await pragma(tx, "query_only") == 1
        with pytest.raises(OperationalError, match="readonly"):
            await tx.execute(text("DELETE FROM meta"))


async def test_a_read_sees_one_snapshot(store: Store) -> None:
    count = text("SELECT count(*) FROM changes")
    async with store.read() as reader:
        assert (await reader.execute(count)).scalar_one() == 0
        async with store.write() as tx:
            await changes.record(tx, "modem.state", now_ms=NOW, subject="counter", data={})
        assert (await reader.execute(count)).scalar_one() == 0
    async with store.read() as reader:
        assert (await reader.execute(count)).scalar_one() == 1


async def test_an_error_does_not_tell_what_was_to_be_stored(store: Store) -> None:
    async def unit() -> None:
        async with store.write() as tx:
            row = {"key": "the customer's text", "value": b""}
            await tx.execute(meta.insert(), [row, row])

    with pytest.raises(IntegrityError) as raised:
        await unit()
    assert "meta" in str(raised.value)
    assert "customer" not in str(raised.value)
    async with store.read() as tx:
        with pytest.raises(OperationalError) as failed:
            await tx.execute(text("SELECT :words FROM nowhere"), {"words": "the text"})
    assert "the text" not in str(failed.value)


async def test_an_exception_rolls_everything_back(desk: Any) -> None:
    async def unit(tx: AsyncConnection) -> None:
        await changes.record(tx, "modem.state", now_ms=NOW, subject="counter", data={})
        raise LookupError

    with pytest.raises(LookupError):
        await desk.do(unit)
    assert await desk.events() == []


async def test_an_empty_transaction_is_no_trouble(store: Store) -> None:
    async with store.write():
        pass
    async with store.read():
        pass
    await store.check()


async def test_a_second_opening_is_refused_with_the_holders_pid(
    store: Store, tmp_path: Path
) -> None:
    with pytest.raises(StoreLocked) as caught:
        await Store.open(data_dir=tmp_path)
    assert caught.value.pid == os.getpid()
    assert str(os.getpid()) in str(caught.value)
    await store.check()


async def test_another_process_is_refused_until_we_close(tmp_path: Path, migrated: Path) -> None:
    shutil.copy(migrated, tmp_path / FILE_NAME)
    code = (
        "import sys, pathlib; from storage.lock import FolderLock\n"
        "FolderLock.take(pathlib.Path(sys.argv[1])).release()"
    )
    command = [sys.executable, "-c", code, str(tmp_path)]
    first = await Store.open(data_dir=tmp_path)
    refused = await asyncio.to_thread(subprocess.run, command, capture_output=True, check=False)
    assert refused.returncode != 0
    assert b"StoreLocked" in refused.stderr
    await first.close()
    taken = await asyncio.to_thread(subprocess.run, command, capture_output=True, check=False)
    assert taken.returncode == 0
    await (await Store.open(data_dir=tmp_path)).close()


async def test_a_folder_that_cannot_be_opened_is_not_left_locked(tmp_path: Path) -> None:
    (tmp_path / FILE_NAME).write_bytes(b"this is not a database, whatever its name" * 100)
    for _ in range(2):
        with pytest.raises(StoreUnavailable, match="not a database"):
            await Store.open(data_dir=tmp_path)


async def test_check_tells_why_the_store_does_not_answer(store: Store, tmp_path: Path) -> None:
    other = sqlite3.connect(tmp_path / FILE_NAME, isolation_level=None)
    other.execute("DROP TABLE meta")
    other.close()
    for times in (1, 2):
        with pytest.raises(StoreUnavailable, match="no such table"):
            await store.check()
        assert store.unavailable_total == times


async def test_a_shielded_unit_commits_although_its_caller_is_cancelled(
    store: Store, desk: Any
) -> None:
    begun = asyncio.Event()
    go_on = asyncio.Event()

    async def unit(tx: AsyncConnection) -> str:
        begun.set()
        await go_on.wait()
        return await changes.record(tx, "modem.state", now_ms=NOW, subject="m", data={})

    task = asyncio.create_task(store.shielded(unit))
    await begun.wait()
    task.cancel()
    await asyncio.wait({task}, timeout=0)
    task.cancel()  # a second cancel must not interrupt it either
    go_on.set()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert await desk.events() == ["modem.state"]


async def test_a_shielded_unit_gives_its_result_or_its_error(store: Store, desk: Any) -> None:
    async def unit(tx: AsyncConnection) -> str:
        return await changes.record(tx, "modem.state", now_ms=NOW, subject="m", data={})

    async def broken(tx: AsyncConnection) -> None:
        await unit(tx)
        raise LookupError

    event_id = await store.shielded(unit)
    with pytest.raises(LookupError):
        await store.shielded(broken)
    assert await desk.column("SELECT id FROM changes") == [event_id]


async def test_a_failing_unit_does_not_swallow_its_caller_s_cancellation(store: Store) -> None:
    """Who contains errors, as housekeeping does, would live on, and the daemon never end."""
    begun, go = asyncio.Event(), asyncio.Event()

    async def fail(_: object) -> None:
        begun.set()
        await go.wait()
        raise LookupError

    task = asyncio.create_task(store.shielded(fail))
    await begun.wait()
    task.cancel()
    await asyncio.sleep(0)
    go.set()
    with pytest.raises(asyncio.CancelledError) as raised:
        await task
    assert isinstance(raised.value.__cause__, LookupError)


async def test_a_cancelled_writer_leaves_the_store_usable(store: Store, desk: Any) -> None:
    """Cancelled at random moments: nothing torn, nothing wedged."""

    async def unit(key: int, done: list[int]) -> None:
        async with store.write() as tx:
            await tx.execute(text(_TWO_EVENTS), {"key": f"{key}a", "value": b""})
            await tx.execute(text(_TWO_EVENTS), {"key": f"{key}b", "value": b""})
        done.append(key)

    done: list[int] = []
    chance = random.Random(1)  # noqa: S311 - moments to cancel at
    usual_seconds = 0.0
    for key in range(120):
        if key % 10 == 0:  # again and again: a busy machine takes its time now and then
            started = perf_counter()
            await unit(1000 + key, [])
            usual_seconds = perf_counter() - started
        task = asyncio.create_task(unit(key, done))
        await asyncio.wait({task}, timeout=chance.uniform(0, 2 * usual_seconds))
        task.cancel()
        await asyncio.wait({task})
        assert task.cancelled() or task.exception() is None
    written = await desk.column("SELECT key FROM meta WHERE key <> 'probe'")
    assert {f"{key}{half}" for key in done for half in "ab"} <= set(written)
    assert len(written) % 2 == 0  # never half of a transaction
    assert {str(key)[:-1] for key in written if str(key).endswith("a")} == {
        str(key)[:-1] for key in written if str(key).endswith("b")
    }
    assert 0 < len(done) < 120
    await desk.enqueue()
    assert await desk.claim() is not None


async def test_a_cancelled_claim_is_not_half_a_claim(store: Store, desk: Any) -> None:
    for _ in range(30):
        await desk.enqueue()

    async def work() -> None:
        async with store.write() as tx:
            await outbox.claim(tx, modem="m", iccid=None, inboxes=["main"], now_ms=NOW)

    for steps in range(30):
        task = asyncio.create_task(work())
        for _ in range(steps):
            await asyncio.wait({task}, timeout=0)
        task.cancel()
        await asyncio.wait({task})
    claimed = await desk.value("SELECT count(*) FROM parts WHERE state = 'claimed'")
    assert await desk.value("SELECT count(*) FROM messages WHERE state = 'sending'") == claimed
    sending = [event for event in await desk.events() if event == "message.sending"]
    assert len(sending) == claimed


async def test_closing_leaves_no_thread_and_no_file_open(tmp_path: Path, migrated: Path) -> None:
    def open_files() -> int:
        links = [entry.resolve() for entry in Path("/proc/self/fd").iterdir()]
        return sum(link.is_relative_to(tmp_path) for link in links)

    shutil.copy(migrated, tmp_path / FILE_NAME)
    opened = await Store.open(data_dir=tmp_path)
    await opened.check()
    assert open_files() > 0
    await opened.close()
    assert open_files() == 0


def found(code: int) -> DatabaseError:
    """Make the error of a page that is wrong, as SQLAlchemy hands it on."""
    error = sqlite3.DatabaseError("database disk image is malformed")
    error.sqlite_errorcode = code
    told = DatabaseError("SELECT", {}, error)
    told.__cause__ = error
    return told


async def test_a_damaged_database_takes_nothing_more_and_is_read_on(store: Store) -> None:
    with pytest.raises(StoreUnavailable) as seen:
        async with store.read():
            raise found(sqlite3.SQLITE_CORRUPT)
    assert seen.value.is_damaged

    with pytest.raises(StoreUnavailable, match="malformed") as refused:
        await store.check()
    assert refused.value.is_damaged
    assert store.write_trouble == "database disk image is malformed"
    assert store.unavailable_total == 2
    await store.answer()


async def test_a_search_index_that_is_wrong_is_not_the_end(store: Store) -> None:
    with pytest.raises(StoreUnavailable) as seen:
        async with store.write():
            raise found(sqlite3.SQLITE_CORRUPT_VTAB)
    assert not seen.value.is_damaged
    await store.check()

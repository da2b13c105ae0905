"""Several units of work in one COMMIT: durable before any is answered, each undone alone."""

import asyncio
import sqlite3
import threading
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, cast

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from storage import commits
from storage.driver import WriterConnection
from storage.engine import FILE_NAME, Store
from storage.errors import StoreUnavailable

INSERT = text("INSERT INTO meta (key, value) VALUES (:key, x'00')")
A_PDU_OF_NO_MESSAGE = text(
    "INSERT INTO pdus (id, raw, digest, kind, modem, received_at_ms, message_id)"
    " VALUES ('pdu_1', x'00', x'00', 'deliver', 'counter', 1, 'msg_nowhere')"
)
FULL = "database or disk is full"

Write = Callable[[AsyncConnection], Awaitable[object]]


class Writer:
    """The writing connection, seen from under the driver: its COMMITs can be held up, and fail."""

    def __init__(self, raw: WriterConnection, monkeypatch: pytest.MonkeyPatch) -> None:
        self.commits = 0
        self.fails: sqlite3.Error | None = None
        self.reached = threading.Event()
        self.go_on = threading.Event()
        self.go_on.set()
        self.raw = raw
        commit = raw._commit

        def counted() -> None:
            self.commits += raw._conn.in_transaction
            self.reached.set()
            self.go_on.wait()
            if self.fails is not None:
                raw._rollback()
                raise self.fails
            commit()

        monkeypatch.setattr(raw, "_commit", counted)


@pytest.fixture
async def writer(store: Store, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Writer]:
    async with store.write() as tx:
        raw = cast("WriterConnection", (await tx.get_raw_connection()).driver_connection)
    made = Writer(raw, monkeypatch)
    monkeypatch.setattr(commits, "LONGEST_SECONDS", 60.0)  # a busy machine takes its time
    yield made
    made.go_on.set()


async def put(store: Store, key: str) -> str:
    async with store.write() as tx:
        await tx.execute(INSERT, {"key": key})
    return key


async def keys(store: Store) -> set[str]:
    async with store.read() as tx:
        found = await tx.execute(text("SELECT key FROM meta WHERE key LIKE 'k%'"))
        return {str(key) for key in found.scalars()}


def all_of(*units: Awaitable[Any]) -> "asyncio.Future[list[Any]]":
    return asyncio.gather(*units, return_exceptions=True)


async def test_those_that_wait_share_a_commit(store: Store, writer: Writer) -> None:
    await all_of(*(put(store, f"k{number}") for number in range(20)))
    assert len(await keys(store)) == 20
    assert writer.commits == 1


async def test_one_commit_has_no_more_than_so_many(
    store: Store, writer: Writer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(commits, "MOST_UNITS", 8)
    await all_of(*(put(store, f"k{number}") for number in range(20)))
    assert len(await keys(store)) == 20
    assert writer.commits == 3


async def test_one_commit_takes_no_longer_than_so_long(
    store: Store, writer: Writer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(commits, "LONGEST_SECONDS", 0.0)
    await all_of(*(put(store, f"k{number}") for number in range(3)))
    assert writer.commits == 3


async def test_nobody_is_answered_before_the_commit(store: Store, writer: Writer) -> None:
    writer.go_on.clear()
    writing = [asyncio.create_task(put(store, f"k{number}")) for number in range(3)]
    await asyncio.to_thread(writer.reached.wait)
    assert not any(task.done() for task in writing)
    assert await keys(store) == set()
    writer.go_on.set()
    await asyncio.wait(writing)
    assert await keys(store) == {"k0", "k1", "k2"}


async def test_one_that_fails_is_undone_alone(store: Store, writer: Writer) -> None:
    async def refused(key: str) -> None:
        async with store.write() as tx:
            await tx.execute(INSERT, {"key": key})
            raise LookupError(key)

    told = await all_of(
        *(refused("k0"), put(store, "k1"), put(store, "k1"), refused("k2"), put(store, "k3"))
    )
    assert [type(each) for each in told] == [LookupError, str, IntegrityError, LookupError, str]
    assert await keys(store) == {"k1", "k3"}
    assert writer.commits == 1


async def test_a_savepoint_within_a_unit_is_its_own(store: Store) -> None:
    async def unit(key: str) -> None:
        async with store.write() as tx:
            await tx.execute(INSERT, {"key": key})
            try:
                async with tx.begin_nested():
                    await tx.execute(INSERT, {"key": f"{key}-within"})
                    await tx.execute(INSERT, {"key": key})
            except IntegrityError:
                await tx.execute(INSERT, {"key": f"{key}-after"})

    assert await all_of(unit("k0"), unit("k1")) == [None, None]
    assert await keys(store) == {"k0", "k0-after", "k1", "k1-after"}


async def test_what_a_refused_one_saw_is_durable_when_it_is_told(
    store: Store, writer: Writer
) -> None:
    """Or else somebody would be refused for a change that is lost with the next power cut."""
    writer.go_on.clear()
    first = asyncio.create_task(put(store, "k0"))
    second = asyncio.create_task(put(store, "k0"))
    await asyncio.to_thread(writer.reached.wait)
    assert not first.done()
    assert not second.done()
    writer.go_on.set()
    assert isinstance((await all_of(first, second))[1], IntegrityError)


async def test_a_commit_that_fails_fails_for_all_of_it(store: Store, writer: Writer) -> None:
    writer.fails = sqlite3.OperationalError(FULL)
    told = await all_of(*(put(store, f"k{number}") for number in range(5)))
    assert [str(each) for each in told] == [FULL] * 5
    assert {type(each) for each in told} == {StoreUnavailable}
    assert len({id(each) for each in told}) == 5  # none has another's traceback
    assert store.unavailable_total == 5
    assert store.write_trouble == FULL
    writer.fails = None
    await put(store, "k9")
    assert await keys(store) == {"k9"}


async def test_a_full_disk_that_takes_the_transaction_back_is_told_to_all(
    store: Store, writer: Writer
) -> None:
    """SQLite then goes on without a transaction: what follows would be kept, what was, not."""

    async def too_much() -> None:
        async with store.write() as tx:
            writer.raw._conn.execute("ROLLBACK")  # as SQLite does where it has no room to undo
            await tx.execute(text("INSERT INTO meta (key, value) VALUES ('kBig', NULL)"))

    told = await all_of(put(store, "k0"), too_much(), put(store, "k1"))
    assert [type(each) for each in told] == [StoreUnavailable, StoreUnavailable, str]
    assert await keys(store) == {"k1"}


async def test_a_unit_that_goes_on_after_its_transaction_was_lost_is_not_kept(
    store: Store, writer: Writer
) -> None:
    async def goes_on() -> None:
        async with store.write() as tx:
            await tx.execute(INSERT, {"key": "k0"})
            writer.raw._conn.execute("ROLLBACK")
            with pytest.raises(IntegrityError):
                await tx.execute(text("INSERT INTO meta (key, value) VALUES ('k1', NULL)"))
            await tx.execute(INSERT, {"key": "k2"})

    with pytest.raises(StoreUnavailable, match="was rolled back"):
        await goes_on()
    assert await put(store, "k3") == "k3"
    assert await keys(store) == {"k3"}


async def test_a_reference_that_only_commit_looks_at_is_one_unit_s_fault(
    store: Store, writer: Writer
) -> None:
    async def broken() -> None:
        async with store.write() as tx:
            await tx.execute(A_PDU_OF_NO_MESSAGE)

    told = await all_of(put(store, "k0"), broken(), put(store, "k1"))
    assert {type(each) for each in told} == {StoreUnavailable}  # nobody knows yet
    again = await all_of(put(store, "k0"), broken(), put(store, "k1"))
    assert [type(each) for each in again] == [str, IntegrityError, str]
    assert await keys(store) == {"k0", "k1"}
    before = writer.commits
    await all_of(*(put(store, f"k{number}") for number in range(2, 12)))
    assert writer.commits - before < 10  # and soon they share again


@asynccontextmanager
async def held(store: Store, key: str, *, takes_long: bool = False) -> AsyncIterator[asyncio.Event]:
    """A unit that has written and not ended; the event lets it end."""
    written, let_go = asyncio.Event(), asyncio.Event()

    async def unit() -> None:
        async with store.write(takes_long=takes_long) as tx:
            await tx.execute(INSERT, {"key": key})
            written.set()
            await let_go.wait()

    task = asyncio.create_task(unit())
    await written.wait()
    yield let_go
    let_go.set()
    await task


async def test_nobody_waits_for_the_end_of_one_that_takes_long(
    store: Store, writer: Writer
) -> None:
    short = [asyncio.create_task(put(store, key)) for key in ("k0", "k1")]
    await asyncio.sleep(0)  # they are before it
    async with held(store, "k2", takes_long=True):
        await asyncio.wait(short)
        assert await keys(store) == {"k0", "k1"}
        behind = [asyncio.create_task(put(store, key)) for key in ("k3", "k4")]
    await asyncio.wait(behind)
    assert await keys(store) == {"k0", "k1", "k2", "k3", "k4"}
    assert writer.commits == 3


async def test_who_gives_up_while_it_waits_leaves_no_trace(store: Store) -> None:
    async with held(store, "k0"):
        waiting = [asyncio.create_task(put(store, f"k{number}")) for number in (1, 2, 3)]
        await asyncio.sleep(0)
        waiting[1].cancel()
        await asyncio.wait({waiting[1]})
    await asyncio.wait(waiting)
    assert waiting[1].cancelled()
    assert await keys(store) == {"k0", "k1", "k3"}


async def test_who_is_cancelled_within_is_undone_alone(store: Store, writer: Writer) -> None:
    begun = asyncio.Event()

    async def hangs() -> None:
        async with store.write() as tx:
            await tx.execute(INSERT, {"key": "kHanging"})
            begun.set()
            await asyncio.get_running_loop().create_future()

    first = asyncio.create_task(put(store, "k0"))
    second = asyncio.create_task(hangs())
    third = asyncio.create_task(put(store, "k1"))
    await begun.wait()
    second.cancel()
    await asyncio.wait({first, second, third})
    assert second.cancelled()
    assert await keys(store) == {"k0", "k1"}
    assert writer.commits == 1


async def test_a_cancelled_statement_does_not_cost_others_their_transaction(
    store: Store, writer: Writer
) -> None:
    """SQLAlchemy would throw the connection away, and with it what others did."""
    reached, go_on = threading.Event(), threading.Event()

    def hold() -> int:
        reached.set()
        go_on.wait()
        return 1

    writer.raw._conn.create_function("hold", 0, hold)

    async def slow() -> None:
        async with store.write() as tx:
            await tx.execute(text("DELETE FROM meta WHERE key = 'k0' AND hold() = 1"))

    first = asyncio.create_task(put(store, "k0"))
    second = asyncio.create_task(slow())
    third = asyncio.create_task(put(store, "k1"))
    await asyncio.to_thread(reached.wait)
    second.cancel()
    go_on.set()
    await asyncio.wait({first, second, third})
    assert second.cancelled()
    assert await keys(store) == {"k0", "k1"}
    assert writer.commits == 1


async def test_who_is_cancelled_at_the_commit_is_told_after_it(
    store: Store, writer: Writer
) -> None:
    writer.go_on.clear()
    task = asyncio.create_task(put(store, "k0"))
    await asyncio.to_thread(writer.reached.wait)
    for _ in range(3):
        task.cancel()
        await asyncio.sleep(0)
    assert not task.done()
    writer.go_on.set()
    await asyncio.wait({task})
    assert task.cancelled()
    assert await keys(store) == {"k0"}


async def test_who_gets_no_turn_is_told(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cast("Any", store._commits), "_patience_seconds", 0.0)
    with pytest.raises(StoreUnavailable, match="no turn to write"):
        await put(store, "k0")
    monkeypatch.undo()
    await put(store, "k1")
    assert await keys(store) == {"k1"}


async def test_a_writer_that_cannot_begin_is_told_to_each_alone(
    store: Store, tmp_path: Path
) -> None:
    async with store.write() as tx:
        await tx.execute(text("PRAGMA busy_timeout = 1"))
    other = sqlite3.connect(tmp_path / FILE_NAME, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    told = await all_of(put(store, "k0"), put(store, "k1"))
    assert [str(each) for each in told] == ["database is locked"] * 2
    other.close()
    assert await put(store, "k2") == "k2"


async def test_a_compaction_and_the_writers_wait_for_one_another(store: Store) -> None:
    told = await all_of(put(store, "k0"), store.compact([]), put(store, "k1"))
    assert not [each for each in told if isinstance(each, Exception)]
    assert await keys(store) == {"k0", "k1"}


async def test_closing_waits_for_the_commit(store: Store, tmp_path: Path, writer: Writer) -> None:
    writer.go_on.clear()
    task = asyncio.create_task(put(store, "k0"))
    await asyncio.to_thread(writer.reached.wait)
    closing = asyncio.create_task(store.close())
    await asyncio.sleep(0)
    assert not closing.done()
    writer.go_on.set()
    await asyncio.wait({task, closing})
    file = sqlite3.connect(tmp_path / FILE_NAME)
    assert file.execute("SELECT key FROM meta WHERE key = 'k0'").fetchall() == [("k0",)]
    file.close()


async def test_whenever_one_is_cancelled_the_others_are_whole(store: Store) -> None:
    """Cancelled at each turn of the loop: what was answered is there, and no half of anything."""

    async def pair(key: str) -> str:
        async with store.write() as tx:
            await tx.execute(INSERT, {"key": f"{key}-a"})
            await tx.execute(INSERT, [{"key": f"{key}-b"}, {"key": f"{key}-c"}])
        return key

    answered: set[str] = set()
    for steps in range(40):
        tasks = [asyncio.create_task(pair(f"k{steps}-{place}")) for place in range(3)]
        for _ in range(steps):
            await asyncio.sleep(0)
        tasks[steps % 3].cancel()
        await asyncio.wait(tasks)
        assert not any(task.exception() for task in tasks if not task.cancelled())
        answered |= {task.result() for task in tasks if not task.cancelled()}
    written = await keys(store)
    found = {key.rpartition("-")[0] for key in written}
    assert len(answered) >= 80
    assert answered <= found
    assert written == {f"{key}-{part}" for key in found for part in "abc"}

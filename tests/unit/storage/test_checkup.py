"""Looking at the file from outside, beside a daemon that has it open and without one."""

import os
import sqlite3
from pathlib import Path

import pytest

from storage import changes
from storage.checkup import Checkup, Unreadable, examine, last_events
from storage.engine import FILE_NAME, Store
from storage.errors import StoreUnavailable
from storage.outside import sqlite_file
from storage.schema import REVISION


async def tell(store: Store, count: int, now: int) -> None:
    async with store.write() as tx:
        for number in range(count):
            await changes.record(
                tx, "modem.state", now_ms=now + number, subject="m", data={"n": number}
            )


async def test_a_file_that_a_daemon_has_open(store: Store, tmp_path: Path, now: int) -> None:
    await tell(store, 3, now)
    file = tmp_path / FILE_NAME
    assert file.with_name(f"{FILE_NAME}-wal").exists()
    assert examine(file) == Checkup(revision=REVISION, oldest_ms=now, newest_ms=now + 2)
    assert [change.data["n"] for change in last_events(file, 2)] == [1, 2]
    await tell(store, 1, now + 10)  # the look holds nothing


async def test_a_file_alone_is_left_alone(store: Store, tmp_path: Path, now: int) -> None:
    await tell(store, 1, now)
    await store.close()
    before = set(os.listdir(tmp_path))  # noqa: PTH208 - no file of it is opened
    assert examine(tmp_path / FILE_NAME) == Checkup(revision=REVISION, oldest_ms=now, newest_ms=now)
    assert set(os.listdir(tmp_path)) == before  # noqa: PTH208 - as above


def test_damage_is_told(migrated: Path, tmp_path: Path) -> None:
    file = tmp_path / FILE_NAME
    raw = bytearray(migrated.read_bytes())
    page = int.from_bytes(raw[16:18], "big")
    raw[page : 4 * page] = b"\xa5" * (3 * page)
    file.write_bytes(raw)
    found = examine(file)
    assert isinstance(found, Checkup)
    assert found.damage


def test_what_is_no_database_is_damage(tmp_path: Path) -> None:
    file = tmp_path / FILE_NAME
    file.write_bytes(b"a letter to the shop" * 50)
    assert examine(file) == Checkup(damage=("file is not a database",))


def test_another_program_s_database_is_whole_and_tells_nothing(tmp_path: Path) -> None:
    file = tmp_path / FILE_NAME
    file.touch()
    assert examine(file) == Checkup()


def test_no_file_is_no_finding(tmp_path: Path) -> None:
    assert examine(tmp_path / FILE_NAME) is None


def test_what_cannot_be_opened_says_nothing_about_its_health(
    migrated: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> sqlite3.Connection:
        error = sqlite3.OperationalError("unable to open database file")
        error.sqlite_errorcode = sqlite3.SQLITE_CANTOPEN
        raise error

    monkeypatch.setattr("storage.checkup.sqlite3.connect", refuse)
    assert examine(migrated) == Unreadable(reason="unable to open database file")
    with pytest.raises(StoreUnavailable, match="unable to open"):
        last_events(migrated, 1)


async def test_a_check_ends_in_time(store: Store, tmp_path: Path, now: int) -> None:
    await tell(store, 3000, now)
    found = examine(tmp_path / FILE_NAME, seconds=-1)
    assert isinstance(found, Checkup)
    assert (found.finished, found.revision) == (False, REVISION)


def test_a_newer_revision() -> None:
    assert Checkup(revision="9999").too_new
    assert not Checkup(revision=REVISION).too_new


def test_where_the_file_is(tmp_path: Path) -> None:
    assert sqlite_file(tmp_path, None) == tmp_path / FILE_NAME
    assert sqlite_file(tmp_path, "sqlite:////srv/x.db") == Path("/srv/x.db")
    assert sqlite_file(tmp_path, "sqlite://") == tmp_path / FILE_NAME
    assert sqlite_file(tmp_path, "postgresql://db/gw") is None

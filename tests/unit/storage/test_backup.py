"""A copy of a store in use, and the way back; what waited may have gone out since."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from storage import backup, outbox
from storage.backup import back_up, check, restore
from storage.engine import FILE_NAME, Store
from storage.errors import BackupUnfit, SchemaTooNew, StoreLocked, StoreUnavailable

NOW = 1_800_000_000_000
DAY_MS = 86_400_000


async def nothing(_: Any) -> int:
    return 0


@pytest.fixture
def copied(desk: Any, tmp_path: Path) -> Callable[[], Path]:
    """Back up the desk's store."""
    assert desk
    made = iter(range(100))

    def go() -> Path:
        return back_up(tmp_path / FILE_NAME, tmp_path / f"copy-{next(made)}.db").path

    return go


async def held(copy: Path, folder: Path, *, at: int = NOW + DAY_MS, **options: Any) -> int:
    done = await restore(
        copy,
        folder,
        replaced=options.pop("replaced", None),
        unit=lambda tx: outbox.hold_restored(tx, now_ms=at, due_until_ms=at),
    )
    return done.held


def rows(folder: Path, sql: str) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(folder / FILE_NAME)) as raw:
        return raw.execute(sql).fetchall()


async def test_a_copy_of_a_store_in_use_is_whole_and_one_file(
    desk: Any, copied: Callable[[], Path]
) -> None:
    message_id = await desk.enqueue()
    copy = copied()

    check(copy)
    with closing(sqlite3.connect(copy)) as raw:
        assert raw.execute("SELECT id FROM messages").fetchall() == [(message_id,)]
        assert raw.execute("PRAGMA journal_mode").fetchone() == ("delete",)
    assert copy.stat().st_mode & 0o777 == 0o640
    assert [path.name for path in copy.parent.glob(".copy*")] == []


def test_a_copy_never_overwrites(copied: Callable[[], Path], tmp_path: Path) -> None:
    source = tmp_path / FILE_NAME
    copy = copied()
    before = copy.read_bytes()
    with pytest.raises(FileExistsError):
        back_up(source, copy)
    dangling = tmp_path / "dangling"
    dangling.symlink_to("nowhere")
    with pytest.raises(FileExistsError):
        back_up(source, dangling)
    assert copy.read_bytes() == before


def test_also_where_the_file_system_has_no_links(
    copied: Callable[[], Path], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def no_links(*_: object) -> None:
        raise PermissionError

    monkeypatch.setattr(backup.os, "link", no_links)
    copy = copied()
    check(copy)
    other = tmp_path / "other"
    other.write_text("x")
    with pytest.raises(FileExistsError):
        backup._move_to_new(other, copy)


def test_without_a_store_there_is_no_copy(tmp_path: Path) -> None:
    with pytest.raises(StoreUnavailable, match="no store"):
        back_up(tmp_path / "absent.db", tmp_path / "copy.db")
    (tmp_path / "text.db").write_text("hello, I am a text, and no database at all" * 50)
    with pytest.raises(StoreUnavailable, match="not a database"):
        back_up(tmp_path / "text.db", tmp_path / "copy.db")
    assert not (tmp_path / "copy.db").exists()


@pytest.mark.parametrize("what", ["absent", "a text", "another database", "damaged", "cut off"])
async def test_what_is_no_whole_store_of_ours_is_not_restored(
    what: str, copied: Callable[[], Path], tmp_path: Path, desk: Any
) -> None:
    for _ in range(50):
        await desk.enqueue(text="x" * 2000)
    copy = copied()
    match what:
        case "absent":
            copy = tmp_path / "absent.db"
        case "a text":
            copy.write_text("hello")
        case "another database":
            copy = tmp_path / "other.db"
            with closing(sqlite3.connect(copy)) as raw:
                raw.execute("CREATE TABLE messages (id)")
        case "damaged":
            octets = bytearray(copy.read_bytes())
            octets[8192:60_000] = b"\xff" * (60_000 - 8192)
            copy.write_bytes(octets)
        case "cut off":
            copy.write_bytes(copy.read_bytes()[:-40_000])
    folder = tmp_path / "new"
    folder.mkdir()
    with pytest.raises(BackupUnfit):
        await restore(copy, folder, replaced=None, unit=nothing)
    assert not (folder / FILE_NAME).exists()


async def test_what_was_due_before_the_restore_may_have_been_sent(
    desk: Any, copied: Callable[[], Path], tmp_path: Path
) -> None:
    waiting = await desk.enqueue(on_unknown="resend", parts=2)
    claimed = await desk.enqueue(to="+15145550177")
    later = await desk.enqueue(send_at_ms=NOW + 3 * DAY_MS)
    assert await desk.claim() is not None
    copy = copied()
    folder = tmp_path / "new"
    folder.mkdir()

    assert await held(copy, folder) == 2
    found = rows(folder, "SELECT id, state, error_code, on_unknown FROM messages ORDER BY id")
    assert found == [
        (waiting, "unknown", "restored", "hold"),
        (claimed, "unknown", "restored", "hold"),
        (later, "queued", None, "hold"),
    ]
    states = rows(folder, "SELECT DISTINCT state FROM parts ORDER BY state")
    assert states == [("queued",), ("unknown",)]
    told = rows(folder, "SELECT subject FROM changes WHERE type = 'message.unknown'")
    assert sorted(told) == sorted([(waiting,), (claimed,)])


async def test_what_is_on_its_way_and_what_is_over_is_told_apart(
    desk: Any, copied: Callable[[], Path], tmp_path: Path
) -> None:
    part = await desk_submits(desk)
    sent = await desk_submits(desk)
    await desk.do(outbox.accept, part_id=sent, reference=7, now_ms=NOW)
    folder = tmp_path / "new"
    folder.mkdir()

    assert await held(copied(), folder) == 1
    assert rows(folder, "SELECT id FROM parts WHERE state = 'unknown'") == [(part,)]
    assert rows(folder, "SELECT id FROM parts WHERE state = 'accepted'") == [(sent,)]


async def desk_submits(desk: Any) -> str:
    await desk.enqueue()
    part_id: str = await desk.submit()
    return part_id


async def test_a_person_has_the_last_word(
    desk: Any, copied: Callable[[], Path], tmp_path: Path
) -> None:
    message_id = await desk.enqueue(parts=2)
    folder = tmp_path / "new"
    folder.mkdir()
    await held(copied(), folder)

    store = await Store.open(data_dir=folder)
    async with store.write() as tx:
        assert await outbox.resend_due(tx, now_ms=NOW + 9 * DAY_MS, resend_after_ms=0) == []
        done = await outbox.resolve(
            tx, message_id=message_id, as_="resend", now_ms=NOW + 9 * DAY_MS, by="tok_1"
        )
        assert done is outbox.ResolveOutcome.RESOLVED
        part = await outbox.claim(
            tx, modem="counter", iccid="89", inboxes=("main",), now_ms=NOW + 9 * DAY_MS
        )
    assert part is not None
    await store.close()


async def test_a_store_that_is_there_is_not_overwritten_silently(
    store: Store, copied: Callable[[], Path], tmp_path: Path, desk: Any
) -> None:
    await desk.enqueue()
    copy = copied()
    after = await desk.enqueue()
    folder = tmp_path
    with pytest.raises(StoreLocked):
        await restore(copy, folder, replaced=None, unit=nothing)
    await store.close()
    with pytest.raises(FileExistsError):
        await restore(copy, folder, replaced=None, unit=nothing)

    aside = folder / "aside.db"
    await held(copy, folder, replaced=aside)
    assert rows(folder, "SELECT count(*) FROM messages") == [(1,)]
    with closing(sqlite3.connect(aside)) as raw:
        assert raw.execute("SELECT id FROM messages WHERE id = ?", (after,)).fetchone() == (after,)
    assert not list(folder.glob("restore-*"))


async def test_the_log_of_a_damaged_store_is_kept_with_it_and_spoils_nothing(
    copied: Callable[[], Path], tmp_path: Path, desk: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(_: Path) -> None:
        raise sqlite3.DatabaseError("disk image is malformed")

    monkeypatch.setattr(backup, "_checkpoint", broken)
    message_id = await desk.enqueue()
    copy = copied()
    folder = tmp_path / "new"
    folder.mkdir()
    (folder / FILE_NAME).write_bytes(b"no database" * 1000)
    (folder / f"{FILE_NAME}-wal").write_bytes(b"torn")

    await held(copy, folder, replaced=folder / "aside.db")
    assert (folder / "aside.db-wal").read_bytes() == b"torn"
    assert rows(folder, "SELECT id FROM messages") == [(message_id,)]


async def test_a_newer_version_s_backup_is_refused_with_the_reason(
    copied: Callable[[], Path], tmp_path: Path
) -> None:
    copy = copied()
    with sqlite3.connect(copy) as raw:
        raw.execute("UPDATE alembic_version SET version_num = '9999'")
    raw.close()
    folder = tmp_path / "new"
    folder.mkdir()
    with pytest.raises(SchemaTooNew):
        await restore(copy, folder, replaced=None, unit=nothing)
    assert list(folder.glob("*.db")) == []

"""Owns copying the SQLite file while it is in use, and putting a copy back in its place.

Blocking, but for what happens inside the copy. The command line calls it.
"""

import contextlib
import os
import sqlite3
import tempfile
from collections.abc import Awaitable, Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy.ext.asyncio import AsyncConnection

from storage.engine import FILE_NAME, Store
from storage.errors import BackupUnfit, StoreUnavailable
from storage.lock import FolderLock

_MODE = 0o640
_SIDECARS = ("-wal", "-shm")


@dataclass(frozen=True, slots=True, kw_only=True)
class Copied:
    """A finished and checked copy."""

    path: Path
    octets: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Restored:
    """What a restore did. ``replaced`` is where the former store lies now."""

    held: int
    replaced: Path | None


def back_up(source: Path, target: Path) -> Copied:
    """Copy a store that may be in use to a new file, as it is at one moment, and check the copy.

    Raises FileExistsError, StoreUnavailable, BackupUnfit (the copy is not whole), OSError.
    """
    if not source.exists():
        raise StoreUnavailable(reason=f"there is no store at {source}")
    if os.path.lexists(target):
        raise FileExistsError(target)
    fd, name = tempfile.mkstemp(prefix=f".{target.name}.", dir=target.parent)
    os.close(fd)
    unfinished = Path(name)
    try:
        try:
            _copy(source, unfinished)
        except sqlite3.Error as error:
            raise StoreUnavailable(reason=str(error)) from error
        check(unfinished)
        unfinished.chmod(_MODE)
        _flush(unfinished)
        _move_to_new(unfinished, target)
        _flush(target.parent)
    finally:
        unfinished.unlink(missing_ok=True)
    return Copied(path=target, octets=target.stat().st_size)


def check(path: Path) -> None:
    """Raise BackupUnfit unless the file is a whole store of ours, of any version."""
    if not path.is_file():
        raise BackupUnfit(path=path, reason="there is no such file")
    try:
        with closing(sqlite3.connect(_uri(path, "mode=ro&immutable=1"), uri=True)) as copy:
            tables = {row[0] for row in copy.execute("SELECT name FROM sqlite_master")}
            if not {"alembic_version", "messages", "parts", "changes"} <= tables:
                raise BackupUnfit(path=path, reason="it is no store of gatewayd's")
            damage = [row[0] for row in copy.execute("PRAGMA integrity_check(3)")]
            broken = copy.execute("PRAGMA foreign_key_check").fetchone()
    except sqlite3.DatabaseError as error:
        raise BackupUnfit(path=path, reason=str(error)) from error
    if damage != ["ok"] or broken is not None:
        reason = "; ".join(damage) if damage != ["ok"] else f"broken references in {broken[0]}"
        raise BackupUnfit(path=path, reason=reason)


async def restore(
    backup: Path,
    data_dir: Path,
    *,
    replaced: Path | None,
    unit: Callable[[AsyncConnection], Awaitable[int]],
) -> Restored:
    """Put a backup in the place of the store, which is kept as ``replaced``.

    ``unit`` works on the copy before it takes its place, and gives how many messages it held back.
    ``replaced`` None: there must be no store yet. Raises StoreLocked while a daemon runs,
    FileExistsError, BackupUnfit, SchemaTooNew, MigrationFailed, StoreUnavailable, OSError.
    """
    check(backup)
    lock = FolderLock.take(data_dir)
    try:
        store = data_dir / FILE_NAME
        if replaced is None and store.exists():
            raise FileExistsError(store)
        with tempfile.TemporaryDirectory(prefix="restore-", dir=data_dir) as folder:
            prepared = Path(folder) / FILE_NAME
            _copy(backup, prepared, immutable=True)
            held = await _prepare(Path(folder), unit)
            _settle(prepared)
            prepared.chmod(_MODE)
            _flush(prepared)
            if replaced is not None:
                _set_aside(store, replaced)
            prepared.replace(store)
            _flush(data_dir)
        return Restored(held=held, replaced=replaced)
    finally:
        lock.release()


async def _prepare(folder: Path, unit: Callable[[AsyncConnection], Awaitable[int]]) -> int:
    """Migrate the copy and work on it, as a store of its own."""
    store = await Store.open(data_dir=folder)
    try:
        return await store.shielded(unit)
    finally:
        await store.close()


def _copy(source: Path, target: Path, *, immutable: bool = False) -> None:
    query = "mode=ro&immutable=1" if immutable else "mode=ro"
    with (
        closing(sqlite3.connect(_uri(source, query), uri=True)) as original,
        closing(sqlite3.connect(target)) as copy,
    ):
        original.backup(copy)  # all pages in one step: one moment, and writers go on beside it
        # One file alone: a copy in WAL mode would want two more beside it.
        copy.execute("PRAGMA journal_mode = DELETE")


def _settle(path: Path) -> None:
    """Leave nothing of the copy in a write-ahead log."""
    with closing(sqlite3.connect(path)) as copy:
        copy.execute("PRAGMA journal_mode = DELETE")


def _set_aside(store: Path, replaced: Path) -> None:
    """Keep the former store under another name; what its log still holds goes into it first."""
    if not store.exists():
        return
    # One that is too damaged for that is kept as it lies: its log goes with it.
    with contextlib.suppress(sqlite3.Error):
        _checkpoint(store)
    store.replace(replaced)
    for ending in _SIDECARS:
        sidecar = store.with_name(store.name + ending)
        if sidecar.exists():
            sidecar.replace(replaced.with_name(replaced.name + ending))


def _checkpoint(store: Path) -> None:
    with closing(sqlite3.connect(store)) as former:
        former.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def _move_to_new(unfinished: Path, target: Path) -> None:
    """Give the copy its name; never in the place of another file, where links can be made."""
    try:
        os.link(unfinished, target)
    except FileExistsError:
        raise
    except OSError:  # a file system without links, such as a memory stick's
        if os.path.lexists(target):
            raise FileExistsError(target) from None
        unfinished.rename(target)


def _flush(path: Path) -> None:
    fd = os.open(path, os.O_RDONLY)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)


def _uri(path: Path, query: str) -> str:
    return f"{path.absolute().as_uri()}?{query}"

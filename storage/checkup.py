"""Owns looking at the SQLite file from outside, beside a running daemon or without one.

Reads only, migrates nothing, takes no lock on the folder. Blocking: the command line calls it.
"""

import json
import sqlite3
import time
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path

from storage.changes import Change
from storage.errors import StoreUnavailable
from storage.outside import connect, nobody_writes
from storage.schema import REVISION

CHECK_SECONDS = 20.0
"""A large file on a slow card is not checked to its end; the check says so."""

_OPCODES_BETWEEN_LOOKS = 10_000
_CLOSED = frozenset(
    {
        sqlite3.SQLITE_AUTH,
        sqlite3.SQLITE_BUSY,
        sqlite3.SQLITE_CANTOPEN,
        sqlite3.SQLITE_LOCKED,
        sqlite3.SQLITE_PERM,
        sqlite3.SQLITE_READONLY,
    }
)
_PRIMARY_CODE = 0xFF
"""An extended result code holds its primary one in the low byte."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Checkup:
    """What was found. The times are those of the oldest and newest event kept, 0 without one."""

    damage: tuple[str, ...] = ()
    """SQLite's own sentences, the first few; empty where the file is whole."""

    finished: bool = True
    """False where the time was over before the whole file was read."""

    revision: str | None = None
    oldest_ms: int = 0
    newest_ms: int = 0

    @property
    def too_new(self) -> bool:
        """Whether a newer version of this program has written it."""
        return self.revision is not None and self.revision > REVISION


@dataclass(frozen=True, slots=True, kw_only=True)
class Unreadable:
    """The file could not be looked at; that says nothing about its health."""

    reason: str


def examine(path: Path, *, seconds: float = CHECK_SECONDS) -> Checkup | Unreadable | None:
    """Check a file with SQLite's quick_check, for so many seconds at most; None without a file."""
    try:
        if not path.exists():
            return None
    except OSError as error:
        return Unreadable(reason=error.strerror or str(error))
    alone = nobody_writes(path)
    found = _look(path, immutable=alone, seconds=seconds)
    if alone and isinstance(found, Checkup) and found.damage and not nobody_writes(path):
        # A daemon started meanwhile; what looked broken was half written.
        found = _look(path, immutable=False, seconds=seconds)
    return found


def last_events(path: Path, limit: int) -> list[Change]:
    """List the newest events, oldest first; raises StoreUnavailable."""
    try:
        with closing(connect(path, immutable=nobody_writes(path))) as connection:
            rows = connection.execute(
                "SELECT id, seq, type, subject, data, created_at_ms FROM changes "
                "ORDER BY seq DESC LIMIT ?",
                (limit,),
            ).fetchall()
    except sqlite3.Error as error:
        raise StoreUnavailable(reason=str(error)) from error
    return [
        Change(
            id=row[0],
            seq=row[1],
            type=row[2],
            subject=row[3],
            data=json.loads(row[4]),
            created_at_ms=row[5],
        )
        for row in reversed(rows)
    ]


def sqlite_version() -> str:
    """Give the version of the SQLite library in use."""
    return sqlite3.sqlite_version


def _look(path: Path, *, immutable: bool, seconds: float) -> Checkup | Unreadable:
    known = Checkup()
    try:
        with closing(connect(path, immutable=immutable)) as connection:
            known = _facts(connection)
            deadline = time.monotonic() + seconds
            connection.set_progress_handler(
                lambda: time.monotonic() > deadline, _OPCODES_BETWEEN_LOOKS
            )
            rows = connection.execute("PRAGMA quick_check(5)").fetchall()
    except sqlite3.DatabaseError as error:
        code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & _PRIMARY_CODE
        if code in _CLOSED:
            return Unreadable(reason=str(error))
        if code == sqlite3.SQLITE_INTERRUPT:
            return replace(known, finished=False)
        return replace(known, damage=(str(error),))
    damage = tuple(str(row[0]) for row in rows if row[0] != "ok")
    return replace(known, damage=damage)


def _facts(connection: sqlite3.Connection) -> Checkup:
    tables = {row[0] for row in connection.execute("SELECT name FROM sqlite_master")}
    if not {"alembic_version", "changes"} <= tables:
        return Checkup()
    revision = connection.execute("SELECT version_num FROM alembic_version").fetchone()
    oldest, newest = connection.execute(
        "SELECT (SELECT created_at_ms FROM changes ORDER BY seq LIMIT 1), "
        "(SELECT created_at_ms FROM changes ORDER BY seq DESC LIMIT 1)"
    ).fetchone()
    return Checkup(
        revision=None if revision is None else str(revision[0]),
        oldest_ms=int(oldest or 0),
        newest_ms=int(newest or 0),
    )

"""Owns what is left of deleted rows in SQLite's files. Blocking; Store calls it in a thread."""

import mmap
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from enum import StrEnum
from pathlib import Path

_BUSY_SECONDS = 20.0


class Compacted(StrEnum):
    """What was found and done."""

    CLEAN = "clean"
    """Nothing of it lies in the files."""
    REWRITTEN = "rewritten"
    """The file was written anew, without what lay between its rows."""
    BUSY = "busy"
    """Somebody reads what was before: the log keeps it until they are done."""
    BY_SERVER = "by_server"
    """It is no file of ours."""


def compact(path: Path, needles: Sequence[bytes]) -> Compacted:
    """Empty the log; write the file anew where one of the needles lies in it."""
    with closing(sqlite3.connect(path, timeout=_BUSY_SECONDS, isolation_level=None)) as file:
        if not _emptied(file):
            return Compacted.BUSY
        if not any(_holds(path, needle) for needle in needles):
            return Compacted.CLEAN
        file.execute("VACUUM")
        return Compacted.REWRITTEN if _emptied(file) else Compacted.BUSY


def _emptied(file: sqlite3.Connection) -> bool:
    busy, _, _ = file.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    return not busy


def _holds(path: Path, needle: bytes) -> bool:
    with path.open("rb") as raw, mmap.mmap(raw.fileno(), 0, access=mmap.ACCESS_READ) as whole:
        return whole.find(needle) >= 0

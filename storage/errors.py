"""Owns the store's errors. Expected outcomes (a guard that failed, an unknown id) are values.

StoreError
├── StoreLocked           another process holds the data folder
├── StoreUnavailable      the database does not answer: disk full, file gone, server away
├── MigrationFailed       the schema could not be brought up to date; the copy is named
├── SchemaTooNew          the file was written by a newer version
├── BackupUnfit           a backup is not a whole store of ours
└── CursorExpired         a journal cursor is older than what is kept, or was never ours
"""

import errno
import os
from pathlib import Path


class StoreError(Exception):
    """Base of all errors of this package."""

    is_full = False
    """Whether it is for want of room on the disk."""

    is_damaged = False
    """Whether the database's own pages are wrong: that does not pass."""


class StoreLocked(StoreError):  # noqa: N818 - names say the event
    """Another process holds the data folder; ``pid`` is None when it left no number."""

    def __init__(self, *, path: Path, pid: int | None) -> None:
        self.path = path
        self.pid = pid
        super().__init__(path, pid)

    def __str__(self) -> str:
        holder = "another process" if self.pid is None else f"process {self.pid}"
        return f"{self.path} is locked by {holder}"


class StoreUnavailable(StoreError):  # noqa: N818 - names say the event
    """The database did not take or give data."""

    def __init__(self, *, reason: str, damaged: bool = False) -> None:
        self.reason = reason
        super().__init__(reason)
        self.is_damaged = damaged
        # In SQLite's words or the system's.
        self.is_full = any(words in reason for words in ("disk is full", os.strerror(errno.ENOSPC)))


class MigrationFailed(StoreError):  # noqa: N818 - names say the event
    """Nothing was changed; ``backup`` is the copy made before, where there was a file."""

    def __init__(self, *, reason: str, backup: Path | None) -> None:
        self.reason = reason
        self.backup = backup
        super().__init__(reason, backup)

    def __str__(self) -> str:
        return f"the store could not be migrated: {self.reason}"


class SchemaTooNew(StoreError):  # noqa: N818 - names say the event
    """The store is at a revision that this version does not know."""

    def __init__(self, *, revision: str) -> None:
        self.revision = revision
        super().__init__(revision)

    def __str__(self) -> str:
        return f"the store was written by a newer version (schema revision {self.revision})"


class BackupUnfit(StoreError):  # noqa: N818 - names say the event
    """A file cannot be restored, or a copy did not become whole."""

    def __init__(self, *, path: Path, reason: str) -> None:
        self.path = path
        self.reason = reason
        super().__init__(path, reason)

    def __str__(self) -> str:
        return f"{self.path} cannot be used: {self.reason}"


class CursorExpired(StoreError):  # noqa: N818 - names say the event
    """The journal no longer holds (or never held) the event that this cursor names."""

    def __init__(self, *, cursor: str) -> None:
        self.cursor = cursor
        super().__init__(cursor)

    def __str__(self) -> str:
        return f"no event {self.cursor} is kept"

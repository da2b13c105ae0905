"""Owns opening the SQLite file from outside: beside a running daemon, or without one.

Reads only: nothing is locked, made or migrated. Blocking.
"""

import sqlite3
from pathlib import Path

from sqlalchemy.engine import make_url

from storage.engine import FILE_NAME


def sqlite_file(data_dir: Path, url: str | None) -> Path | None:
    """Where the database's file is; None where it is another server's."""
    if url is None:
        return data_dir / FILE_NAME
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite":
        return Path(parsed.database) if parsed.database else data_dir / FILE_NAME
    return None


def nobody_writes(path: Path) -> bool:
    """No write-ahead log: then the file may be read as it is, and nothing is left beside it."""
    return not path.with_name(f"{path.name}-wal").exists()


def connect(path: Path, *, immutable: bool) -> sqlite3.Connection:
    """Open it to read; ``immutable``: as it lies, without looking at locks or a log."""
    query = "mode=ro&immutable=1" if immutable else "mode=ro"
    return sqlite3.connect(f"{path.absolute().as_uri()}?{query}", uri=True, isolation_level=None)

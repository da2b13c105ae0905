"""Owns the connection for looking at a row or two from the event loop, without a thread's hop.

Only for prepared queries that an index answers at once: a hop to a reader's thread costs some ten
times as much. Cannot write, and knows no table.
"""

import sqlite3
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from storage.driver import Answer

_BUSY_TIMEOUT_MS = 100
"""A reader waits only while the log is emptied; the whole daemon waits with this one."""


class Glance:
    """One open connection; each query sees what is committed."""

    def __init__(self, path: Path) -> None:
        self._conn = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        self._conn.execute(f"PRAGMA busy_timeout = {_BUSY_TIMEOUT_MS}").close()
        self._conn.execute("PRAGMA query_only = ON").close()

    def run(self, sql: str, values: Mapping[str, Any]) -> Answer:
        """Run a query and fetch its rows. Raises sqlite3.Error."""
        cursor = self._conn.execute(sql, values)
        try:
            return Answer(cursor.fetchall(), cursor.description, -1, None)
        finally:
            cursor.close()

    def close(self) -> None:
        """Let go of the file."""
        self._conn.close()

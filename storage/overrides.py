"""Owns what managers have set in place of the file, read from outside for the command line."""

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

from storage.errors import StoreUnavailable
from storage.outside import connect, nobody_writes

_OVERRIDING = ("display_name", "timezone", "language", "keep_days")
_QUERY = "SELECT name, display_name, timezone, language, keep_days FROM inboxes ORDER BY name"


def of_inboxes(path: Path) -> dict[str, dict[str, Any]]:
    """Give by inbox what is set for it, by the column's name; nothing where there is no file.

    Raises StoreUnavailable.
    """
    try:
        if not path.exists():
            return {}
        with closing(connect(path, immutable=nobody_writes(path))) as store:
            store.row_factory = sqlite3.Row
            rows = store.execute(_QUERY).fetchall()
    except (sqlite3.Error, OSError) as error:
        raise StoreUnavailable(reason=str(error)) from error
    return {
        row["name"]: {name: row[name] for name in _OVERRIDING if row[name] is not None}
        for row in rows
    }

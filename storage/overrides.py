"""Owns reading, beside whoever uses the store, what managers have set in place of the file.

Plain and blocking, for the command line: nothing is locked, made or migrated.
"""

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

from storage.engine import FILE_NAME
from storage.errors import StoreUnavailable

_OVERRIDING = ("display_name", "timezone", "language", "keep_days")


def of_inboxes(data_dir: Path) -> dict[str, dict[str, Any]]:
    """Give by inbox what is set for it, by the column's name; nothing where there is no store.

    Raises StoreUnavailable.
    """
    path = data_dir / FILE_NAME
    try:
        if not path.exists():
            return {}
        # Without a log nobody writes: read as it lies, so that no log of ours is made beside it.
        log = path.with_name(f"{path.name}-wal")
        how = "mode=ro" if log.exists() else "immutable=1"
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?{how}", uri=True)) as store:
            store.row_factory = sqlite3.Row
            columns = ", ".join(("name", *_OVERRIDING))
            rows = store.execute(f"SELECT {columns} FROM inboxes ORDER BY name").fetchall()  # noqa: S608 - our own words
    except (sqlite3.Error, OSError) as error:
        raise StoreUnavailable(reason=str(error)) from error
    return {
        row["name"]: {name: row[name] for name in _OVERRIDING if row[name] is not None}
        for row in rows
    }

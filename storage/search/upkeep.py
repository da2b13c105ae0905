"""Owns the index as a whole: which tables are its, and whether it says what the rows say."""

import re
import sqlite3

from sqlalchemy import bindparam, text
from sqlalchemy.engine import Connection
from sqlalchemy.exc import DatabaseError

from storage.schema import SEARCHED, SQLITE_SEARCH

_OF_INDEX = re.compile(rf"(?:{'|'.join(SEARCHED)})_search(?:_[a-z]+)?|search_days")
_NAME = re.compile(r"CREATE (?:VIRTUAL )?[A-Z]+ (\w+)")


def is_of_index(table: str) -> bool:
    """Whether a table is of the index, and holds nothing that the rows do not."""
    return _OF_INDEX.fullmatch(table) is not None


def trouble(connection: Connection) -> str | None:
    """Say what is wrong with SQLite's index after a migration; None: it says what the rows say."""
    there = set(connection.execute(text("SELECT name FROM sqlite_master")).scalars())
    missing = {name for one in SQLITE_SEARCH if (name := _name(one)) not in there}
    if missing:
        return f"the search index lacks {', '.join(sorted(missing))}"
    for table in SEARCHED:
        try:
            run_command(connection, table, "integrity-check", 1)
        except DatabaseError as error:
            if not isinstance(error.orig, sqlite3.DatabaseError):
                raise
            return f"the search index of {table} is not what its rows say: {error.orig}"
    return None


def _name(statement: str) -> str:
    found = _NAME.search(statement)
    if found is None:
        raise LookupError(statement)
    return found[1]


def run_command(connection: Connection, table: str, command: str, rank: int) -> None:
    """Give FTS5 one of its own commands."""
    statement = text(
        f"INSERT INTO {table}_search ({table}_search, rank) VALUES (:command, :rank)"  # noqa: S608 - our own names
    ).bindparams(bindparam("command", command), bindparam("rank", rank))
    connection.execute(statement)

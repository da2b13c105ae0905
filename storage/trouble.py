"""Tells the database's own trouble from a bug in what it was asked."""

import sqlite3

from sqlalchemy.exc import DatabaseError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from storage.errors import StoreUnavailable

_DAMAGED = frozenset({sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB})
_PRIMARY_CODE = 0xFF
"""An extended result code holds its primary one in the low byte."""


def trouble_of(error: Exception) -> StoreUnavailable | None:
    """Give the error of a database that cannot answer; None where it was asked something wrong."""
    if not isinstance(error, DatabaseError | InterfaceError | PoolTimeoutError):
        return None
    code = getattr(getattr(error, "orig", None), "sqlite_errorcode", 0)
    damaged = code & _PRIMARY_CODE in _DAMAGED
    if isinstance(error, DatabaseError) and not isinstance(error, OperationalError) and not damaged:
        return None
    told = StoreUnavailable(
        reason=str(error.__cause__ or error),
        # A search index that is wrong says nothing of the rows: it can be made again from them.
        damaged=damaged and code != sqlite3.SQLITE_CORRUPT_VTAB,
    )
    told.__cause__ = error
    return told

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
    if isinstance(error, DatabaseError) and not isinstance(error, OperationalError):
        code = getattr(error.orig, "sqlite_errorcode", None)
        if code is None or code & _PRIMARY_CODE not in _DAMAGED:
            return None
    told = StoreUnavailable(reason=str(error.__cause__ or error))
    told.__cause__ = error
    return told

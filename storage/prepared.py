"""Owns statements that each message runs: compiled once, on SQLite handed to the driver as text.

SQLAlchemy's work for one execution (some 150 µs, and twice that after a rest) is several times
SQLite's, and a submit waits for nine of them. Elsewhere they run like any other statement.
"""

import sqlite3
from collections import namedtuple
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, cast

from sqlalchemy import Select
from sqlalchemy.dialects.sqlite import dialect as sqlite_dialect
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.glance import Glance

if TYPE_CHECKING:
    from sqlalchemy.sql.dml import UpdateBase

    from storage import driver

# By name, so that the values go to SQLite as they are.
_DIALECT = sqlite_dialect(paramstyle="named")


@dataclass(frozen=True, slots=True)
class Result:
    """Rows with their columns as attributes, and how many rows the statement changed."""

    rows: Sequence[Any]
    rowcount: int

    def one_or_none(self) -> Any:
        """Give the only row, or None."""
        (row,) = self.rows or (None,)
        return row


@dataclass(slots=True)
class _Text:
    sql: str
    constants: Mapping[str, Any]
    converters: Mapping[str, Callable[[Any], Any]]
    readers: Sequence[tuple[int, Callable[[Any], Any]]]
    row: Callable[..., Any] | None = field(default=None)


class Prepared:
    """An insert, an update or a query. Each execution gives values of the same names.

    Of a query rows come back as their columns' types; what an insert or an update returns is as
    SQLite has it.
    """

    def __init__(self, statement: "UpdateBase | Select[*tuple[Any, ...]]") -> None:
        self.statement = statement
        self._text: _Text | None = None

    async def execute(self, tx: AsyncConnection | Glance, values: Mapping[str, Any]) -> Result:
        """Run it in the caller's transaction, or at a glance. Raises SQLAlchemy's errors."""
        if not isinstance(tx, Glance) and tx.dialect.name != "sqlite":
            done = await tx.execute(self.statement, dict(values))
            return Result(done.all() if done.returns_rows else (), done.rowcount)
        text = self._text or self._compile(values)
        bound = {**text.constants, **values}
        for name, convert in text.converters.items():
            bound[name] = convert(bound[name])
        answer = await _run(tx, text.sql, bound)
        if text.row is None and answer.description is not None:
            names = [column[0] for column in answer.description]
            text.row = namedtuple("Row", names)  # type: ignore[misc]  # noqa: PYI024 - known now
        found = _read(answer.rows, text.readers) if text.readers else answer.rows
        rows = [text.row(*row) for row in found] if text.row else ()
        return Result(rows, answer.rowcount)

    def _compile(self, values: Mapping[str, Any]) -> _Text:
        compiled = self.statement.compile(dialect=_DIALECT, column_keys=list(values))
        constants = {name: value for name, value in compiled.params.items() if name not in values}
        converters: dict[str, Callable[[Any], Any]] = {}
        for bind, name in compiled.bind_names.items():
            convert = bind.type.dialect_impl(_DIALECT).bind_processor(_DIALECT)
            if convert is not None and name in constants:
                constants[name] = convert(constants[name])
            elif convert is not None:
                converters[name] = convert
        self._text = _Text(str(compiled), constants, converters, _readers(self.statement))
        return self._text


def _readers(
    statement: "UpdateBase | Select[*tuple[Any, ...]]",
) -> list[tuple[int, Callable[[Any], Any]]]:
    """List the columns of a query whose values SQLite keeps as something else."""
    if not isinstance(statement, Select):
        return []
    kinds = [column.type.dialect_impl(_DIALECT) for column in statement.selected_columns]
    found = [(place, kind.result_processor(_DIALECT, None)) for place, kind in enumerate(kinds)]
    return [(place, read) for place, read in found if read is not None]


def _read(
    rows: Sequence[Any], readers: Sequence[tuple[int, Callable[[Any], Any]]]
) -> list[list[Any]]:
    read = [list(row) for row in rows]
    for row in read:
        for place, reader in readers:
            row[place] = reader(row[place])
    return read


async def run_text(tx: AsyncConnection, sql: str) -> None:
    """Run a statement of SQLite and PostgreSQL alike that has no values. Raises as ``execute``."""
    if tx.dialect.name != "sqlite":
        await tx.exec_driver_sql(sql)
    else:
        await _run(tx, sql, {})


async def _run(
    tx: AsyncConnection | Glance, sql: str, values: Mapping[str, Any]
) -> "driver.Answer":
    try:
        if isinstance(tx, Glance):
            return tx.run(sql, values)
        return await _driver_of(tx).run(sql, values, many=False)
    except sqlite3.Error as error:
        # The same errors as of any other statement; the values hold texts and numbers.
        told = DBAPIError.instance(sql, None, error, sqlite3.Error, hide_parameters=True)
        raise cast("DBAPIError", told) from error


def _driver_of(tx: AsyncConnection) -> "driver.Connection":
    connection = tx.sync_connection
    if connection is None:
        raise RuntimeError("the transaction has not begun")
    return cast("driver.Connection", connection.connection.driver_connection)

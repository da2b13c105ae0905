"""The same statements compile for PostgreSQL; running them there waits for its issue."""

import importlib
import pkgutil

import pytest
from sqlalchemy import Executable
from sqlalchemy.dialects import postgresql
from sqlalchemy.schema import CreateIndex, CreateTable
from sqlalchemy.sql import ClauseElement

import storage
from storage.outbox.claims import _take_next
from storage.prepared import Prepared
from storage.schema import metadata

DIALECT = postgresql.dialect()  # type: ignore[no-untyped-call]


def statements() -> list[tuple[str, ClauseElement]]:
    found: list[tuple[str, ClauseElement]] = []
    for module in pkgutil.walk_packages(storage.__path__, "storage."):
        if ".migrations" in module.name:
            continue
        for name, known in vars(importlib.import_module(module.name)).items():
            value = known.statement if isinstance(known, Prepared) else known
            if isinstance(value, ClauseElement) and isinstance(value, Executable):
                found.append((f"{module.name}.{name}", value))
    return found


@pytest.mark.parametrize(("name", "statement"), statements())
def test_each_statement_compiles(name: str, statement: ClauseElement) -> None:
    assert str(statement.compile(dialect=DIALECT)), name


def test_a_claim_skips_what_rivals_hold() -> None:
    assert str(_take_next(2).statement.compile(dialect=DIALECT)).count("SKIP LOCKED") == 6


def test_the_schema_compiles() -> None:
    for table in metadata.sorted_tables:
        assert "CREATE TABLE" in str(CreateTable(table).compile(dialect=DIALECT))
        for index in table.indexes:
            assert "CREATE" in str(CreateIndex(index).compile(dialect=DIALECT))

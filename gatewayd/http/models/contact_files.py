"""Imports and exports of contacts on the wire."""

import json
from typing import Annotated

from pydantic import BeforeValidator, Field, WithJsonSchema

from gatewayd.contactfiles.cards import Field as Column
from gatewayd.contactfiles.cards import FileFormat, RowProblem
from gatewayd.contactfiles.importing import Became, Imported
from gatewayd.http.models.base import Output, Query

MOST_TOLD = 200
_LONGEST_MAP = 8_000


def _parse(value: object) -> object:
    if not isinstance(value, str):
        return value
    if len(value) > _LONGEST_MAP:
        raise ValueError("is too long")
    try:
        return json.loads(value)
    except (ValueError, RecursionError) as error:
        raise ValueError('must be JSON, such as {"Client": "name"}') from error


Mapping = Annotated[
    dict[str, Column | None], BeforeValidator(_parse), WithJsonSchema({"type": "string"})
]


class ContactsImportQuery(Query):
    """How a file is to be taken in."""

    format: FileFormat
    dry_run: Annotated[
        bool, Field(description="true: change nothing, only tell what would become of it")
    ] = False
    map: Annotated[
        Mapping,
        Field(
            description="of CSV, as JSON: what a column holds; null: it is not read",
            json_schema_extra={"default": "{}"},
        ),
    ] = {}  # noqa: RUF012 - pydantic copies it


class ContactsExportQuery(Query):
    """How contacts are wanted."""

    format: FileFormat = FileFormat.CSV


class ImportProblem(Output):
    """Why a contact of the file was left out."""

    line: Annotated[int, Field(description="of the file, where it begins")]
    field: str
    detail: str


class ImportReport(Output):
    """What became of a file; of a dry run, what would."""

    dry_run: bool
    rows: Annotated[int, Field(description="contacts in the file")]
    created: int
    updated: int
    unchanged: int
    problems: Annotated[list[ImportProblem], Field(description="by line, the first 200")]
    more_problems: Annotated[int, Field(description="how many are not listed")]
    ignored_columns: Annotated[list[str], Field(description="of CSV: those that were not read")]


def import_json(done: Imported, *, dry_run: bool) -> ImportReport:
    """Translate what became of a file."""
    return ImportReport(
        dry_run=dry_run,
        rows=done.rows,
        created=done.became[Became.CREATED],
        updated=done.became[Became.UPDATED],
        unchanged=done.became[Became.UNCHANGED],
        problems=[_problem(each) for each in done.problems[:MOST_TOLD]],
        more_problems=max(0, len(done.problems) - MOST_TOLD),
        ignored_columns=list(done.ignored),
    )


def _problem(problem: RowProblem) -> ImportProblem:
    return ImportProblem(line=problem.line, field=problem.field, detail=problem.detail)

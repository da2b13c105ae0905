"""Contacts as CSV: read whatever spreadsheets write, and written so that they take it for text."""

import csv
import io
import re
import unicodedata
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from typing import Protocol

from gatewayd.contactfiles.cards import (
    MOST_CONTACTS,
    Card,
    Field,
    RowProblem,
    UnreadableFileError,
    too_many,
)
from gatewayd.exports import cells
from storage.contacts import ContactRow

HEADER = ("external_id", "name", "phone", "other_phones", "tags", "language", "notes")
_MOST_COLUMNS = 200
_SEPARATORS = (",", ";", "\t")
_QUOTED = frozenset(';,"')
_USUAL: dict[Field, tuple[str, ...]] = {
    Field.NAME: (
        *("name", "full name", "display name", "contact", "client", "customer", "last name"),
        *("family name", "surname", "nom", "nom complet", "nom de famille"),
    ),
    Field.FIRST_NAME: ("first name", "given name", "prenom"),
    Field.PHONE: (
        *("phone", "tel", "mobile", "cell", "gsm", "number", "phone number", "mobile phone"),
        *("cell phone", "other phones", "phone value", "telephone", "cellulaire", "portable"),
        *("numero", "numero de telephone", "autres telephones"),
    ),
    Field.TAGS: ("tags", "tag", "labels", "groups", "categories", "etiquettes", "groupes"),
    Field.LANGUAGE: ("language", "lang", "langue"),
    Field.NOTES: ("notes", "note", "comments", "remarks", "commentaires", "remarques"),
    Field.EXTERNAL_ID: (
        *("external id", "customer id", "client id", "uid", "id externe", "numero de client"),
    ),
}
_FIELD_OF = {name: field for field, names in _USUAL.items() for name in names}
_NO_WORD = re.compile(r"[\W_\d]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A file whose first line was understood: its contacts, and the columns that are not read."""

    rows: Iterator[Card | RowProblem]
    ignored: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A column of a file: its name, what it is usually taken for, and its first cell."""

    name: str
    usual: Field | None
    sample: str


def columns(text: str) -> list[Column]:
    """Tell which columns a file has, each name once; raises UnreadableFileError."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_separator(text), strict=True)
    header = _header(reader)
    first = _next(reader) or []
    found: dict[str, Column] = {}
    for name, sample in zip_longest(header, first[: len(header)], fillvalue=""):
        found.setdefault(name, Column(name=name, usual=_usual(name), sample=sample.strip()))
    return list(found.values())


def read(text: str, mapping: Mapping[str, Field | None]) -> Table:
    """Read a table; ``mapping`` says what columns hold that have no usual name, None: nothing."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_separator(text), strict=True)
    header = _header(reader)
    missing = sorted(mapping.keys() - set(header))
    if missing:
        detail = f"`map` names a column that the file has not: {missing[0]!a}"
        raise UnreadableFileError("no_such_column", detail, name=missing[0])
    fields = [mapping[name] if name in mapping else _usual(name) for name in header]
    if not {Field.PHONE, Field.EXTERNAL_ID} & set(fields):
        usual = "phone, external_id, name, tags, language, notes"
        detail = f"no column of the first line is a phone or an external_id; known: {usual}"
        detail = f"{detail}; or say with `map` what the columns hold"
        raise UnreadableFileError("no_phone_column", detail)
    ignored = tuple(name for name, field in zip(header, fields, strict=True) if field is None)
    return Table(rows=_rows(reader, fields), ignored=ignored)


def _header(reader: "_Reader") -> list[str]:
    header = [name.strip() for name in _next(reader) or ()]
    if len(header) > _MOST_COLUMNS:
        detail = f"the file has more than {_MOST_COLUMNS} columns"
        raise UnreadableFileError("too_many_columns", detail, most=_MOST_COLUMNS)
    return header


def _separator(text: str) -> str:
    first = text[: text.find("\n")] if "\n" in text else text
    return max(_SEPARATORS, key=first.count)


def _usual(name: str) -> Field | None:
    plain = unicodedata.normalize("NFKD", name.casefold())
    letters = "".join(c for c in plain if not unicodedata.combining(c))
    return _FIELD_OF.get(_NO_WORD.sub(" ", letters).strip())


class _Reader(Protocol):
    """The reader of the standard library."""

    line_num: int

    def __iter__(self) -> Iterator[list[str]]: ...

    def __next__(self) -> list[str]: ...


def _next(reader: _Reader) -> list[str] | None:
    try:
        return next(reader, None)
    except csv.Error as error:
        line = reader.line_num
        detail = f"line {line} cannot be read: a quotation mark stands alone there or before, "
        detail += f"or a cell is too long ({error})"
        raise UnreadableFileError("csv_broken", detail, line=line) from error


def _rows(reader: _Reader, fields: Sequence[Field | None]) -> Iterator[Card | RowProblem]:
    count, line = 0, reader.line_num + 1
    while (row := _next(reader)) is not None:
        if any(cell.strip() for cell in row):
            count += 1
            if count > MOST_CONTACTS:
                raise too_many()
            yield _row(line, row, fields)
        line = reader.line_num + 1


def _row(line: int, row: Sequence[str], fields: Sequence[Field | None]) -> Card | RowProblem:
    if any(cell.strip() for cell in row[len(fields) :]):
        detail = f"it has {len(row)} cells, the first line has {len(fields)}"
        values = {"count": str(len(row)), "columns": str(len(fields))}
        return RowProblem(line=line, field="row", code="row_cells", detail=detail, values=values)
    found: dict[Field, list[str]] = {field: [] for field in Field}
    for field, cell in zip(fields, row, strict=False):
        if field is not None and cell.strip():
            found[field].append(cells.bare(cell))
    return Card(
        line=line,
        name=" ".join(each.strip() for each in found[Field.FIRST_NAME] + found[Field.NAME]),
        language=" ".join(found[Field.LANGUAGE]),
        notes="\n".join(found[Field.NOTES]),
        external_id=" ".join(found[Field.EXTERNAL_ID]),
        numbers=tuple(each for cell in found[Field.PHONE] for each in _several(cell)),
        tags=tuple(each for cell in found[Field.TAGS] for each in _several(cell)),
    )


def _several(cell: str) -> list[str]:
    """Divide a cell at its semicolons, or where it has none at its commas."""
    if '"' not in cell and ";" not in cell:
        parts = cell.replace("\n", ",").split(",")
    else:
        try:
            parts = next(csv.reader([cell], delimiter=";", strict=True), [])
        except csv.Error:
            parts = cell.split(";")
    return [part for part in parts if part.strip()]


def head() -> str:
    """Name the columns."""
    return cells.BOM + cells.line(HEADER)


def line_of(contact: ContactRow) -> str:
    """Write one contact."""
    first, *others = contact.numbers or ("",)
    return cells.line(
        [
            contact.external_id,
            contact.name,
            _one_cell([first]) if first else None,
            _one_cell(others),
            _one_cell(contact.tags),
            contact.language,
            contact.notes,
        ]
    )


def _one_cell(values: Collection[str]) -> str:
    return ";".join(
        '"{}"'.format(value.replace('"', '""'))
        if _QUOTED & set(value) or value != value.strip()
        else value
        for value in values
    )

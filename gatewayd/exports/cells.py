"""Rows of CSV that no spreadsheet takes for formulas (OWASP "CSV Injection")."""

import csv
import io
import re
from collections.abc import Sequence

_BEGINS_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
_NUMBER = re.compile(r"\+[0-9]{1,20}")

BOM = "\ufeff"
"""Without it spreadsheets take UTF-8 for something else."""


def safe(cell: str) -> str:
    """Keep a cell from being a formula: an apostrophe before it says that it is text.

    A telephone number's plus begins none.
    """
    if cell.startswith(_BEGINS_FORMULA) and not _NUMBER.fullmatch(cell):
        return f"'{cell}"
    return cell


def line(cells: Sequence[str | None]) -> str:
    """Write a row as RFC 4180 has it."""
    written = io.StringIO()
    csv.writer(written).writerow([safe(cell or "") for cell in cells])
    return written.getvalue()

"""Rows of CSV that no spreadsheet takes for formulas (OWASP "CSV Injection")."""

import csv
import io
import re
from collections.abc import Sequence

_BEGINS_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
_GUARDED = re.compile(f"'+[{re.escape(''.join(_BEGINS_FORMULA))}]")
_NUMBER = re.compile(r"\+[0-9]{1,20}")

BOM = "\ufeff"
"""Without it spreadsheets take UTF-8 for something else."""


def safe(cell: str) -> str:
    """Keep a cell from being a formula: an apostrophe before it says that it is text.

    A telephone number's plus begins none. A cell that has such an apostrophe already gets another,
    so that ``bare`` gives back what was written.
    """
    guarded = cell.startswith(_BEGINS_FORMULA) or _GUARDED.match(cell)
    return f"'{cell}" if guarded and not _NUMBER.fullmatch(cell) else cell


def bare(cell: str) -> str:
    """Take away the apostrophe that ``safe`` put before a cell."""
    return cell[1:] if _GUARDED.match(cell) else cell


def line(cells: Sequence[str | None]) -> str:
    """Write a row as RFC 4180 has it."""
    written = io.StringIO()
    csv.writer(written).writerow([safe(cell or "") for cell in cells])
    return written.getvalue()

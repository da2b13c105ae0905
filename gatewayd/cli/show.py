"""Results on stdout: tables on a terminal, tab-separated lines in a pipe, JSON when asked.

Owns the look of every command's result. Must not know where the values come from.
"""

import json
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from rich.table import Table
    from rich.text import Text

_GAP = 2
_INDENT = 2
_LEAST_OF_LAST = 20

_STYLES = {
    "queued": "yellow",
    "sending": "yellow",
    "sent": "green",
    "delivered": "green",
    "received": "cyan",
    "ready": "green",
    "degraded": "yellow",
    "undelivered": "red",
    "failed": "red",
    "expired": "red",
    "unknown": "magenta",
    "held": "magenta",
    "needs_pin": "red",
}

json_option: Callable[[Any], Any] = click.option(
    "--json", "as_json", is_flag=True, help="Print JSON, for programs."
)


def document(value: object) -> None:
    """Print one JSON document."""
    click.echo(json.dumps(value, ensure_ascii=False, indent=2))


def line(value: object) -> None:
    """Print one JSON document on one line, so that a stream can be read line by line."""
    click.echo(json.dumps(value, ensure_ascii=False))


def table(rows: Iterable[Mapping[str, Any]], columns: Sequence[str], *, empty: str) -> None:
    """Print rows below the names of their columns; ``empty`` is said when there are none."""
    rows = list(rows)
    if not sys.stdout.isatty():
        click.echo("\t".join(columns))
        for row in rows:
            click.echo("\t".join(_plain(row.get(column)) for column in columns))
        return
    if not rows:
        click.echo(empty, err=True)
        return
    from rich.console import Console  # noqa: PLC0415 - pipes need not wait for it
    from rich.padding import Padding  # noqa: PLC0415 - as above

    console = Console()
    names = [column.replace("_", " ") for column in columns]
    cells = [[_cell(row.get(column)) for column in columns] for row in rows]
    if _width(names, cells) <= console.width:
        console.print(_grid(names, cells))
        return
    # A squeezed table cuts numbers and times short; this is longer, but whole.
    for texts in cells:
        first, *others = _packed(names, texts, console.width)
        console.print(first)
        for other in others:
            console.print(Padding(other, (0, 0, 0, _INDENT), expand=False))


def _width(names: Sequence[str], cells: Sequence[Sequence["Text"]]) -> int:
    """Measure a table in which only the last column, a text perhaps, is broken into lines."""
    widths = [
        max(len(name), *(row[place].cell_len for row in cells)) for place, name in enumerate(names)
    ]
    return sum(widths[:-1]) + min(widths[-1], _LEAST_OF_LAST) + _GAP * (len(widths) - 1)


def _grid(names: Sequence[str], cells: Sequence[Sequence["Text"]]) -> "Table":
    from rich.table import Table  # noqa: PLC0415 - pipes need not wait for it

    grid = Table(box=None, pad_edge=False, header_style="bold")
    for name in names:
        grid.add_column(name, no_wrap=name != names[-1])
    for row in cells:
        grid.add_row(*row)
    return grid


def _packed(names: Sequence[str], row: Sequence["Text"], width: int) -> Iterator["Text"]:
    """Write a row as ``name value`` pairs, as many to a line as fit."""
    from rich.text import Text  # noqa: PLC0415 - pipes need not wait for it

    line = Text()
    for name, cell in zip(names, row, strict=True):
        if not cell:
            continue
        pair = Text.assemble((name, "dim"), " ", cell)
        if line and line.cell_len + _GAP + pair.cell_len > width - _INDENT:
            yield line
            line = pair
        else:
            line = Text(" " * _GAP).join([line, pair]) if line else pair
    yield line


def record(values: Mapping[str, Any]) -> None:
    """Print one thing: a line per fact."""
    if not sys.stdout.isatty():
        for name, value in values.items():
            click.echo(f"{name}\t{_plain(value)}")
        return
    from rich.console import Console  # noqa: PLC0415 - as in table
    from rich.table import Table  # noqa: PLC0415 - as in table
    from rich.text import Text  # noqa: PLC0415 - as in table

    grid = Table.grid(padding=(0, 2))
    for name, value in values.items():
        grid.add_row(Text(name.replace("_", " "), style="bold"), _cell(value))
    Console().print(grid)


def note(sentence: str) -> None:
    """Say something that is not the result: on stderr."""
    click.echo(sentence, err=True)


def printable(text: str) -> str:
    """Make somebody else's text harmless: an SMS must not steer the terminal."""
    return "".join(
        character if character.isprintable() or character == "\n" else "\N{REPLACEMENT CHARACTER}"
        for character in text.replace("\t", " ")
    )


def local_time(moment: str) -> str:
    """Show a time of the wire on this machine's clock."""
    try:
        parsed = datetime.fromisoformat(moment)
    except ValueError:
        return moment
    return parsed.astimezone().strftime("%Y-%m-%d %H:%M:%S")


def _flat(value: object) -> str:
    match value:
        case None:
            return ""
        case bool():
            return "yes" if value else "no"
        case {"code": code, "detail": detail}:
            return f"{detail} ({code})"
        case {"name": name, "type": kind}:
            return f"{name} ({kind})"
        case dict():
            return ", ".join(f"{key} {_flat(item)}" for key, item in value.items())
        case list() | tuple():
            return ", ".join(map(_flat, value))
        case _:
            return str(value)


def _plain(value: object) -> str:
    return printable(_flat(value)).replace("\n", "\\n")


def _cell(value: object) -> "Text":
    from rich.text import Text  # noqa: PLC0415 - as in table

    flat = _flat(value)
    # Text, not str: square brackets in an SMS are no markup.
    if len(flat) > len("2026-11-22T") and flat[4:5] == "-" and flat[10:11] == "T":
        return Text(local_time(flat))
    return Text(printable(flat), style=_STYLES.get(flat, ""))

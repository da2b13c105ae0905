"""A rules file on the disk: read, or refused with everything that is wrong with it."""

from collections.abc import Sequence
from pathlib import Path

import click

from gatewayd.cli.client import Json
from gatewayd.cli.failure import CliError, Exit
from routing import rulesfile
from routing.model import Problem


def read_document(file: Path) -> Json:
    """Read a file, ``-`` from standard input, for the API; raises CliError."""
    try:
        with click.open_file(str(file), encoding="utf-8") as opened:
            text = opened.read()
    except OSError as error:
        why = error.strerror or str(error)
        raise CliError(f"{file} cannot be read: {why}.", status=Exit.CONFIG) from error
    except UnicodeDecodeError as error:
        raise CliError(f"{file} is not UTF-8 text.", status=Exit.CONFIG) from error
    read = rulesfile.parse(text)
    if read.book is None:
        raise unfit_rules(read.problems)
    return rulesfile.to_document(read.book)


def unfit_rules(problems: Sequence[Problem]) -> CliError:
    """Name every problem of rules, each with its key."""
    listed = "".join(f"\n  {problem}" for problem in problems)
    return CliError(
        f"These rules cannot be used:{listed}",
        advice="docs/rules.md tells what each key takes. Nothing was changed.",
        status=Exit.CONFIG,
    )

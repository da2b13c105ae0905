"""`gatewayd config`: check, show or explain the configuration. Needs no daemon."""

import dataclasses
from datetime import timedelta
from enum import Enum
from typing import Any

import click

from config import Loaded, SecretSource, example, find
from config.build import LISTS, TABLES, field_of, keys_of
from config.values import format_duration
from gatewayd.cli import show
from gatewayd.cli.certificates import certificate_troubles
from gatewayd.cli.failure import Exit
from gatewayd.cli.root import Session, pass_session


@click.group()
def config() -> None:
    """Check, show or explain the configuration."""


@config.command()
@show.json_option
@pass_session
def check(session: Session, *, as_json: bool) -> int:
    """Name every error in the file. With its line, and what was expected."""
    from config import ConfigError, load_with_origin  # noqa: PLC0415 - beside their use

    file = find(session.chosen)
    try:
        loaded = load_with_origin(file)
    except ConfigError as error:
        if not as_json:
            raise
        show.document({"file": str(file.absolute()), "ok": False, "problems": _problems(error)})
        return Exit.CONFIG
    troubles = certificate_troubles(loaded.settings)
    if as_json:
        show.document(
            {
                "file": str(loaded.file),
                "ok": not troubles,
                "problems": [{"key": "[http.tls]", "expected": each} for each in troubles],
                "warnings": list(loaded.warnings),
            }
        )
        return Exit.CONFIG if troubles else Exit.DONE
    for warning in loaded.warnings:
        show.note(f"{loaded.file}: {warning}")
    for trouble in troubles:
        show.note(f"{loaded.file}: [http.tls]: {trouble}.")
    if troubles:
        return Exit.CONFIG
    click.echo(f"{loaded.file} is right.")
    return Exit.DONE


@config.command("show")
@show.json_option
@pass_session
def show_config(session: Session, *, as_json: bool) -> None:
    """Show each setting, and where it comes from. Also what managers have set instead."""
    from gatewayd.cli.overridden import (  # noqa: PLC0415 - the store's modules: beside their use
        set_by_managers,
    )

    loaded = session.load()
    instead = set_by_managers(loaded.settings.gateway.data_dir)
    found = rows(loaded)
    if as_json:
        settings = [row | {"by_managers": instead.get(row["key"], {})} for row in found]
        show.document({"file": str(loaded.file), "settings": settings})
        return
    for row in found:
        each = instead.get(row["key"], {}).items()
        row["by managers"] = ", ".join(f"{inbox}: {value}" for inbox, value in each)
    show.table(found, ("key", "value", "from", "by managers"), empty="")


@config.command("example")
def show_example() -> None:
    """Print a commented file that holds every key."""
    click.echo(example(), nl=False)


def _problems(error: Any) -> list[dict[str, Any]]:
    return [
        {**dataclasses.asdict(problem), "file": str(problem.file)} for problem in error.problems
    ]


def rows(loaded: Loaded) -> list[dict[str, Any]]:
    """List every setting with its value, secrets hidden, and where it comes from."""
    found = []
    for table, kind in TABLES.items():
        value = getattr(loaded.settings, field_of(table))
        entries = enumerate(value) if table in LISTS else [(None, value)]
        for index, entry in entries:
            prefix = table if index is None else f"{table}.{index}"
            for name in keys_of(kind):
                key = f"{prefix}.{name}"
                found.append(
                    {
                        "key": key,
                        "value": _spell(getattr(entry, name)),
                        "from": "file" if key in loaded.written else "default",
                    }
                )
    return found


def _spell(value: object) -> str | int | bool | list[str] | None:
    match value:
        case None | bool() | int():
            return value
        case timedelta():
            return format_duration(value)
        case Enum():
            return str(value.value)
        case tuple():
            return [str(item) for item in value]
        case SecretSource():
            return f"{value} (hidden)"
        case _:
            return str(value)

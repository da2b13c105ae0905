from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from gatewayd.cli.failure import Exit
from gatewayd.cli.root import COMMANDS, cli

DOCUMENT = (Path(__file__).parents[2] / "docs" / "cli.md").read_text(encoding="utf-8")


def section(name: str) -> str:
    for part in DOCUMENT.split("\n## ")[1:]:
        if part.startswith((f"`gatewayd {name}`", f"`gatewayd {name} ")):
            return part
    raise AssertionError(f"docs/cli.md has no section for `gatewayd {name}`")


def command(name: str) -> click.Command:
    found = cli.get_command(click.Context(cli), name)
    assert found is not None
    return found


def leaves(name: str) -> Iterator[tuple[str, click.Command]]:
    top = command(name)
    if isinstance(top, click.Group):
        for child, found in top.commands.items():
            yield f"{name} {child}", found
    else:
        yield name, top


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_and_option_is_documented(name: str) -> None:
    text = section(name)

    for words, found in leaves(name):
        assert f"gatewayd {words}" in text, words
        for parameter in found.params:
            if isinstance(parameter, click.Option):
                assert any(f"`{option}" in text for option in parameter.opts), parameter.opts


def test_the_global_options_are_documented() -> None:
    for parameter in cli.params:
        assert any(f"`{option}" in DOCUMENT for option in parameter.opts), parameter.opts


@pytest.mark.parametrize("status", Exit)
def test_every_exit_status_is_documented(status: Exit) -> None:
    assert f"| {status.value} |" in DOCUMENT

import re
from pathlib import Path

import pytest

from config.build import LISTS, TABLES, keys_of
from config.load import example

DOCUMENT = (Path(__file__).parents[2] / "docs" / "config.md").read_text(encoding="utf-8")


def section(table: str) -> str:
    header = f"`[[{table}]]`" if table in LISTS else f"`[{table}]`"
    _, found, rest = DOCUMENT.partition(f"## {header}\n")
    assert found, f"docs/config.md has no section {header}"
    return rest.split("\n## ")[0]


def rows(table: str) -> dict[str, str]:
    return dict(re.findall(r"^\| `(\w+)` \|(.*)\|$", section(table), re.MULTILINE))


@pytest.mark.parametrize("table", TABLES)
def test_every_key_is_documented_and_no_other(table: str) -> None:
    assert list(rows(table)) == list(keys_of(TABLES[table]))


@pytest.mark.parametrize("table", TABLES)
def test_every_key_is_in_the_example(table: str) -> None:
    header = re.escape(f"[[{table}]]" if table in LISTS else f"[{table}]")
    # A table of something that nobody has at first is off as a whole.
    part = re.split(rf"^(?:# )?{header}", example(), flags=re.MULTILINE)[1]
    part = re.split(r"^(?:# )?\[", part, flags=re.MULTILINE)[0]

    for name in keys_of(TABLES[table]):
        assert re.search(rf"^(# )?{name} = ", part, re.MULTILINE), name

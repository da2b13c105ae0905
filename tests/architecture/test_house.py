"""The shape of the tree: what may lie where, how large it may be, what must not stand in it."""

import ast
import re
import tomllib
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGES = ("config", "gatewayd", "modem", "routing", "storage")
# DESIGN.md: another folder at the top needs a decision record, and then a place here.
FOLDERS = {*PACKAGES, "docs", "packaging", "systemd", "tests"}
# What tools and demos leave behind; .gitignore has them too.
LITTER = {"build", "dist", "gatewayd-data", "gatewayd-demo", "gatewayd.egg-info"}

FILE_LINES = 300
TEST_FILE_LINES = 400  # cases are read one by one
FUNCTION_LINES = 40
LARGER_FILES = {
    "storage/migrations/versions/0001_the_first_schema.py": "a migration is never edited again",
    "storage/migrations/versions/0002_conversations.py": "as the one before",
}
LONGER_FUNCTIONS = {
    "modem/virtual/modem.py:__init__": "all that a modem has, named in one place",
    "storage/migrations/versions/0001_the_first_schema.py:upgrade": "as its file",
}

# Written so that this file does not hold them itself.
UNFINISHED = re.compile(r"\b(TO" + "DO|FIX" + "ME|XX" + "X|HA" + r"CK)\b")
SILENCED = re.compile(r"#\s*(noqa|type: ignore)\b")
REASONED = re.compile(r"#\s*(noqa: [A-Z0-9, ]+|type: ignore\[[a-z, -]+\])\s*(#|--?)\s*\S")


def python(*folders: str) -> list[str]:
    return sorted(
        str(path.relative_to(ROOT)) for folder in folders for path in (ROOT / folder).rglob("*.py")
    )


def lines(file: str) -> list[str]:
    return (ROOT / file).read_text(encoding="utf-8").splitlines()


def written(block: list[str]) -> int:
    """How many lines there are to read: blank ones are not."""
    return sum(bool(line.strip()) for line in block)


def functions(file: str) -> Iterator[tuple[str, int]]:
    """Name and length of each function, its docstring left out."""
    text = lines(file)
    for node in ast.walk(ast.parse("\n".join(text))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.end_lineno:
            docstring = (ast.get_docstring(node, clean=False) or "").splitlines()
            length = written(text[node.lineno - 1 : node.end_lineno]) - written(docstring)
            yield f"{file}:{node.name}", length


def test_the_top_level_holds_the_folders_that_were_agreed() -> None:
    found = {path.name for path in ROOT.iterdir() if path.is_dir() and path.name[0] != "."}
    assert found - LITTER - {"__pycache__"} <= FOLDERS
    assert set(PACKAGES) <= found


@pytest.mark.parametrize(
    "place",
    [
        *(f"{package}/__init__.py" for package in PACKAGES),
        *(f"{package}/py.typed" for package in PACKAGES),
        *(f"modem/{name}/__init__.py" for name in ("at", "pdu", "virtual")),
        *(f"gatewayd/{name}/__init__.py" for name in ("cli", "http", "services")),
        "storage/migrations/__init__.py",
        *(f"tests/unit/{package}" for package in PACKAGES),
        *(f"tests/{level}" for level in ("property", "integration", "acceptance", "docs")),
        "docs/decisions",
    ],
)
def test_each_thing_has_its_place(place: str) -> None:
    assert (ROOT / place).exists()


def test_tests_are_no_packages() -> None:
    # tests/unit/config/__init__.py would shadow the package that it tests.
    assert not list((ROOT / "tests").rglob("__init__.py"))


def test_a_module_is_named_after_what_it_owns() -> None:
    names = {part for file in python(*PACKAGES) for part in Path(file).with_suffix("").parts}
    assert not names & {"common", "helpers", "manager", "utils"}


def test_a_file_can_be_read_in_one_sitting() -> None:
    larger = {
        file: length
        for file in python(*PACKAGES, "tests")
        if (length := written(lines(file)))
        > (TEST_FILE_LINES if file.startswith("tests/") else FILE_LINES)
    }
    assert larger.keys() == LARGER_FILES.keys(), larger


def test_a_function_can_be_seen_at_once() -> None:
    longer = {
        name: length
        for file in python(*PACKAGES)
        for name, length in functions(file)
        if length > FUNCTION_LINES
    }
    assert longer.keys() == LONGER_FUNCTIONS.keys(), longer


def test_nothing_is_left_unfinished() -> None:
    assert not [
        f"{file}: {line}"
        for file in python(*PACKAGES, "tests")
        for line in lines(file)
        if UNFINISHED.search(line)
    ]


def test_what_is_silenced_has_a_reason() -> None:
    """It stands on the line itself or on the one above."""
    assert not [
        f"{file}: {line}"
        for file in python(*PACKAGES)
        for above, line in pairwise(["", *lines(file)])
        if SILENCED.search(line) and not REASONED.search(line) and not above.strip().startswith("#")
    ]


def test_the_constraints_are_exact_versions_and_no_more() -> None:
    pinned = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    assert all(re.fullmatch(r"[A-Za-z0-9._-]+==[0-9][0-9a-z.]*", line) for line in pinned)
    assert pinned == sorted(pinned, key=str.casefold)


def test_every_dependency_is_pinned() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    pinned = {
        re.sub(r"[-_.]+", "-", line.partition("==")[0]).lower()
        for line in (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    }
    wanted = [
        *project["project"]["dependencies"],
        *project["dependency-groups"]["test"],
        *project["dependency-groups"]["lint"],
    ]
    names = {re.match(r"[A-Za-z0-9._-]+", line)[0].lower() for line in wanted}  # type: ignore[index]  # each has a name
    assert names <= pinned

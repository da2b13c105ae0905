"""Who may know whom: the import-linter contracts, and what these cannot say."""

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

# No clock, no thread, no device, no file: what a sans-IO core has no use for.
OUTSIDE = {
    "asyncio",
    "concurrent",
    "logging",
    "multiprocessing",
    "os",
    "pathlib",
    "queue",
    "select",
    "selectors",
    "serial",
    "serial_asyncio_fast",
    "signal",
    "socket",
    "structlog",
    "subprocess",
    "termios",
    "threading",
    "time",
}
CLIENT = "gatewayd/client/"
DATABASE = {"aiosqlite", "alembic", "asyncpg", "sqlalchemy", "sqlite3"}
SQL = re.compile(
    r"\s*(SELECT\s.+\sFROM|INSERT\s+INTO|UPDATE\s+\w+\s+SET|DELETE\s+FROM|PRAGMA|BEGIN|CREATE\s)",
    re.DOTALL,
)


def modules(*folders: str) -> list[str]:
    return sorted(
        str(path.relative_to(ROOT)) for folder in folders for path in (ROOT / folder).rglob("*.py")
    )


def tree(module: str) -> ast.Module:
    return ast.parse((ROOT / module).read_text(encoding="utf-8"), filename=module)


def imported(module: str) -> Iterator[tuple[str, str | None]]:
    """Module and name of each import, wherever it stands."""
    for node in ast.walk(tree(module)):
        if isinstance(node, ast.Import):
            yield from ((alias.name, None) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            # Another distribution has gatewayd/client under another name: decision 016.
            among_themselves = node.level == 1 and module.startswith(CLIENT)
            assert node.level == 0 or among_themselves, f"{module} imports relatively"
            package = CLIENT.replace("/", ".") if among_themselves else ""
            yield from ((package + (node.module or ""), alias.name) for alias in node.names)


def test_the_contracts_of_pyproject_hold() -> None:
    linter = Path(sys.executable).parent / "lint-imports"
    done = subprocess.run(
        [linter, "--no-cache", "--no-logo"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert ", 0 broken" in done.stdout


def test_the_client_stands_alone() -> None:
    known = {*sys.stdlib_module_names, "aiohttp", "yarl"}
    assert not [
        f"{module}: {name}"
        for module in modules(CLIENT)
        for name, _ in imported(module)
        if name.partition(".")[0] not in known and not name.startswith("gatewayd.client.")
    ]


def test_the_cores_touch_nothing_outside() -> None:
    assert not [
        f"{module}: {name}"
        for module in modules("modem/at", "modem/pdu", "routing")
        for name, _ in imported(module)
        if name.partition(".")[0] in OUTSIDE
    ]


@pytest.mark.parametrize("module", ["modem/state.py", "modem/at/states.py", "storage/states.py"])
def test_a_table_of_states_knows_nothing_but_states(module: str) -> None:
    names = {name.partition(".")[0] for name, _ in imported(module)}
    assert names <= {"collections", "dataclasses", "enum", "modem", "types", "typing"}


def test_sql_stays_in_storage() -> None:
    # The one exception: a transaction is handed on by its type, to be given to storage again.
    handed_on = ("sqlalchemy.ext.asyncio", "AsyncConnection")
    assert not [
        f"{module}: {name}.{what}"
        for module in modules("config", "gatewayd", "modem", "routing")
        for name, what in imported(module)
        if name.partition(".")[0] in DATABASE
        and not (module.startswith("gatewayd/") and (name, what) == handed_on)
    ]


def test_no_statement_is_written_outside_storage() -> None:
    assert not [
        f"{module}: {node.value}"
        for module in modules("config", "gatewayd", "modem", "routing")
        for node in ast.walk(tree(module))
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and SQL.match(node.value)
    ]


def test_gatewayd_only_hands_transactions_on() -> None:
    assert not [
        f"{module}:{node.lineno}: tx.{node.attr}"
        for module in modules("gatewayd")
        for node in ast.walk(tree(module))
        if isinstance(node, ast.Attribute)
        and isinstance(node.value, ast.Name)
        and node.value.id == "tx"
    ]

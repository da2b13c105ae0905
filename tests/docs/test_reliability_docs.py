import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
DOCUMENT = (ROOT / "docs" / "reliability.md").read_text(encoding="utf-8")
FAULTS = DOCUMENT.partition("## Faults\n")[2].partition("\n## ")[0]
ROWS = [
    [cell.strip() for cell in line.strip("| \n").split(" | ")]
    for line in FAULTS.splitlines()
    if line.startswith("| ")
][2:]
WRITTEN = {
    name
    for path in (ROOT / "tests").rglob("test_*.py")
    for name in re.findall(r"^\s*(?:async )?def (test_\w+)", path.read_text(), re.MULTILINE)
}


def test_every_test_that_is_named_exists() -> None:
    named = set(re.findall(r"`(test_\w+)`", DOCUMENT))
    assert named
    assert named <= WRITTEN


@pytest.mark.parametrize("row", ROWS, ids=lambda row: str(row[0]))
def test_each_fault_has_its_promise_its_test_and_its_figure(row: list[str]) -> None:
    fault, promised, held_by, measured = row
    assert fault
    assert promised
    assert "`test_" in held_by
    assert measured

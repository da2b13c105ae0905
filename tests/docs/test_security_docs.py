"""Each claim of docs/security.md names a test that exists."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
DOCUMENT = (ROOT / "docs" / "security.md").read_text(encoding="utf-8")
CLAIMS = [
    line
    for part in re.split(r"^## ", DOCUMENT, flags=re.MULTILINE)
    if "held by" in part
    for line in part.splitlines()
    if line.startswith("| ") and "held by" not in line and not line.startswith("| ---")
]
WRITTEN = {
    name
    for path in (ROOT / "tests").rglob("test_*.py")
    for name in re.findall(
        r"^\s*(?:async )?def (test_\w+)", path.read_text(encoding="utf-8"), re.MULTILINE
    )
}


def test_there_are_claims() -> None:
    assert len(CLAIMS) > 25


@pytest.mark.parametrize("claim", CLAIMS)
def test_each_claim_is_held_by_tests_that_exist(claim: str) -> None:
    named = set(re.findall(r"`(test_\w+)`", claim))
    assert named
    assert named <= WRITTEN

import re
from pathlib import Path

import pytest

from gatewayd.doctor.findings import NOTES, Code

DOCUMENT = (Path(__file__).parents[2] / "docs" / "doctor.md").read_text(encoding="utf-8")
ROW = re.compile(r"^\| `(\w+)` \| (trouble|note) \| (.+?) \| (.+?) \|$", re.MULTILINE)


def test_each_finding_is_documented_once_and_none_beside() -> None:
    documented = [code for code, *_ in ROW.findall(DOCUMENT)]
    assert sorted(documented) == sorted(Code)


@pytest.mark.parametrize(("code", "severity"), [row[:2] for row in ROW.findall(DOCUMENT)])
def test_its_severity_is_the_documented_one(code: str, severity: str) -> None:
    assert (severity == "note") == (code in NOTES)

"""`gatewayd audit verify`, with a daemon and without."""

import json
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

HEAD = "ab" * 32


@pytest.fixture
def shop(folder: Path) -> Path:
    config = '[gateway]\ncountry = "CA-QC"\ndata_dir = "data"\n'
    (folder / "gatewayd.toml").write_text(config, encoding="utf-8")
    return folder / "data" / "gatewayd.db"


def test_a_whole_chain_of_a_stopped_daemon(shop: Path, run: Any) -> None:
    run("token", "create", "till", "--scope", "inbox")
    ran = run("audit", "verify")
    assert ran.status == 0
    assert "rows\t1" in ran.out
    assert "whole" in ran.err
    shown = json.loads(run("audit", "verify", "--json").out)
    assert run("audit", "verify", "--expect", shown["head"].upper()).status == 0
    cut = run("audit", "verify", "--expect", HEAD)
    assert (cut.status, "cut off" in cut.err) == (1, True)
    assert shop.exists()


def test_an_altered_row_is_named(shop: Path, run: Any) -> None:
    for name in ("till", "booking"):
        run("token", "create", name, "--scope", "inbox")
    with closing(sqlite3.connect(shop)) as file:
        file.execute("DROP TRIGGER audit_refuses_update")
        file.execute("UPDATE audit SET actor = 'tok_X' WHERE seq = 2")
        file.commit()
    ran = run("audit", "verify")
    assert ran.status == 1
    assert "row 2 is not what was written" in ran.err


def test_a_hash_is_64_digits(shop: Path, run: Any) -> None:
    assert run("audit", "verify", "--expect", "abc").status == 2
    assert not shop.exists()

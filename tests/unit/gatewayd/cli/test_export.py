"""`gatewayd export`, with a daemon and without."""

import json
import stat
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web


@pytest.fixture
def shop(folder: Path) -> Path:
    config = '[gateway]\ncountry = "CA-QC"\ndata_dir = "data"\n'
    (folder / "gatewayd.toml").write_text(config, encoding="utf-8")
    return folder


def test_everything_of_a_stopped_daemon(shop: Path, run: Any) -> None:
    ran = run("export", "-o", "all.jsonl")
    assert ran.status == 0
    assert "keep it safe" in ran.err
    written = shop / "all.jsonl"
    assert stat.S_IMODE(written.stat().st_mode) == 0o600
    assert json.loads(written.read_text().splitlines()[0])["kind"] == "export"
    assert "rows\t1" in run("audit", "verify").out
    again = run("export", "-o", "all.jsonl")
    assert (again.status, "never overwrites" in again.err) == (1, True)


def test_a_conversation_that_there_is_not_leaves_no_file(shop: Path, run: Any) -> None:
    ran = run("export", "--conversation", "cnv_x", "--format", "html", "-o", "x.html")
    assert ran.status == 1
    assert "no conversation cnv_x" in ran.err
    assert not (shop / "x.html").exists()
    assert run("export", "-o", "nowhere/x.html").status == 1
    assert run("export", "--format", "csv").status == 2


def test_a_running_daemon_is_asked(daemon: Any, run: Any, folder: Path) -> None:
    def answered(_request: web.Request, _body: Any) -> web.Response:
        return web.Response(body=b"a,b\r\n" * 20_000, content_type="text/csv")

    daemon.on("GET", "/v1/conversations/cnv_1/export", answered)
    ran = run("export", "--conversation", "cnv_1", "--format", "csv", "-o", "one.csv")
    assert ran.status == 0, ran.err
    assert (folder / "one.csv").read_bytes() == b"a,b\r\n" * 20_000
    assert daemon.asked[-1].query == {"format": "csv"}
    refused = run("export", "-o", "all.jsonl")
    assert refused.status == 1
    assert not (folder / "all.jsonl").exists()

"""`gatewayd config show` beside what managers have set in the store: it holds, and is said."""

import asyncio
import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from config import load
from storage import inboxes
from storage.engine import FILE_NAME, Store

SET: dict[str, dict[str, Any]] = {
    "main": {"display_name": "Chez Nous", "timezone": "America/Vancouver", "keep_days": 365},
    "service": {"display_name": "L'atelier", "keep_days": 0},
}


async def managers_set(data_dir: Path) -> None:
    store = await Store.open(data_dir=data_dir)
    try:
        async with store.write() as tx:
            await inboxes.seed(tx, SET, now_ms=1)
            for name, values in SET.items():
                of = {"fields": values, "version": None, "by": "tok", "now_ms": 2}
                await inboxes.change(tx, name, values, **of)
    finally:
        await store.close()


@pytest.fixture
def data_dir(folder: Path) -> Path:
    """The data of a configuration, in which managers have set something."""
    found = load(folder / "gatewayd.toml").gateway.data_dir
    found.mkdir(exist_ok=True)
    asyncio.run(managers_set(found))
    return found


def shown(run: Any) -> dict[str, dict[str, str]]:
    ran = run("config", "show", "--json")
    assert (ran.status, ran.err) == (0, "")
    settings = json.loads(ran.out)["settings"]
    return {row["key"]: row["by_managers"] for row in settings if row["by_managers"]}


@pytest.mark.usefixtures("data_dir")
def test_what_managers_have_set_is_said(run: Any) -> None:
    assert shown(run) == {
        "gateway.name": {"main": "Chez Nous", "service": "L'atelier"},
        "gateway.timezone": {"main": "America/Vancouver"},
        "retention.messages": {"main": "365d", "service": "for good"},
    }
    lines = run("config", "show").out.splitlines()
    assert lines[0] == "key\tvalue\tfrom\tby managers"
    (name,) = [line for line in lines if line.startswith("gateway.name\t")]
    assert name.endswith("\tmain: Chez Nous, service: L'atelier")


def test_looking_leaves_nothing_beside_the_store(data_dir: Path, run: Any) -> None:
    before = sorted(data_dir.iterdir())
    shown(run)
    assert sorted(data_dir.iterdir()) == before


def test_also_while_somebody_writes(data_dir: Path, run: Any, tmp_path: Path) -> None:
    """A store that is open has a log, and what was set last may lie in that alone."""

    async def leave_a_log() -> None:
        store = await Store.open(data_dir=data_dir)
        async with store.write() as tx:
            of = {"fields": [], "version": None, "by": "tok", "now_ms": 3}
            await inboxes.change(tx, "main", {"display_name": "Chez Vous"}, **of)
        shutil.copytree(data_dir, tmp_path / "killed")
        await store.close()

    asyncio.run(leave_a_log())
    shutil.rmtree(data_dir)
    shutil.copytree(tmp_path / "killed", data_dir)
    assert (data_dir / f"{FILE_NAME}-wal").stat().st_size > 0
    assert shown(run)["gateway.name"]["main"] == "Chez Vous"


def test_a_machine_without_a_store_has_nothing_set(run: Any, folder: Path) -> None:
    assert not load(folder / "gatewayd.toml").gateway.data_dir.joinpath(FILE_NAME).exists()
    assert shown(run) == {}


def test_what_cannot_be_read_is_said_and_the_file_is_shown(data_dir: Path, run: Any) -> None:
    (data_dir / FILE_NAME).write_bytes(b"no database at all, but of some length" * 100)
    ran = run("config", "show", "--json")
    assert ran.status == 0
    assert "What managers have set cannot be read" in ran.err
    assert json.loads(ran.out)["settings"]

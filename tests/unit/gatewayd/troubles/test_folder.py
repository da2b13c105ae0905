"""Recordings on the disk: private, few, not for ever; and a disk that is not there."""

from __future__ import annotations

import asyncio
import os
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import pytest
from structlog.testing import capture_logs

from gatewayd.troubles import folder as module
from gatewayd.troubles.folder import FOLDER, MAX_AGE_MS, MAX_FILES, Folder, newest

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

NOW_MS = 1_800_000_000_000


class Clock:
    def now_ms(self) -> int:
        return NOW_MS


@asynccontextmanager
async def writing(data_dir: Path) -> AsyncIterator[Folder]:
    folder = Folder(data_dir, clock=Clock())
    task = asyncio.create_task(folder.run())
    try:
        yield folder
        await folder.written()
    finally:
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task


async def test_a_file_is_begun_and_added_to_and_is_its_owner_s(tmp_path: Path) -> None:
    async with writing(tmp_path) as folder:
        assert folder.name_of("inc_1") is None
        folder.write("inc_1", lambda: ["# one"])
        folder.write("inc_1", lambda: ["# two"])
        await folder.written()
        assert folder.name_of("inc_1") == "inc_1.at"
    (file,) = newest(tmp_path)
    assert file.read_text() == "# one\n# two\n"
    assert file.stat().st_mode & 0o777 == 0o600
    assert file.parent.stat().st_mode & 0o777 == 0o700


async def test_too_many_and_too_old_ones_go(tmp_path: Path) -> None:
    (tmp_path / FOLDER).mkdir()
    for number in range(MAX_FILES + 3):
        file = tmp_path / FOLDER / f"inc_{number:03}.at"
        file.write_text("")
        aged = number == MAX_FILES
        seconds = NOW_MS // 1000 - (MAX_AGE_MS // 1000 + 1 if aged else 0)
        os.utime(file, (seconds, seconds))
    (tmp_path / FOLDER / "mine.txt").write_text("stays")
    async with writing(tmp_path) as folder:
        folder.write("inc_999", lambda: ["# new"])
    names = [file.name for file in newest(tmp_path)]
    assert len(names) == MAX_FILES
    assert names[0] == "inc_999.at"
    assert f"inc_{MAX_FILES:03}.at" not in names
    assert (tmp_path / FOLDER / "mine.txt").exists()
    assert newest(tmp_path, 2) == newest(tmp_path)[:2]


async def test_names_are_known_again_after_a_restart(tmp_path: Path) -> None:
    async with writing(tmp_path) as folder:
        folder.write("inc_1", lambda: ["#"])
    async with writing(tmp_path) as folder:
        folder.write("inc_2", lambda: ["#"])
        await folder.written()
        assert folder.name_of("inc_1") == "inc_1.at"


async def test_a_disk_that_refuses_is_told_and_the_next_file_written(tmp_path: Path) -> None:
    (tmp_path / FOLDER).write_text("not a folder")
    with capture_logs() as logs:
        async with writing(tmp_path) as folder:
            folder.write("inc_1", lambda: ["#"])
            await folder.written()
            (tmp_path / FOLDER).unlink()
            folder.write("inc_2", lambda: ["#"])
    assert [(entry["event"], entry["incident"]) for entry in logs] == [
        ("recording_not_written", "inc_1")
    ]
    assert [file.name for file in newest(tmp_path)] == ["inc_2.at"]


async def test_a_mistake_of_ours_costs_one_recording(tmp_path: Path) -> None:
    def broken() -> list[str]:
        raise RuntimeError("+15145550123")

    with capture_logs() as logs:
        async with writing(tmp_path) as folder:
            folder.write("inc_1", broken)
            folder.write("inc_2", lambda: ["#"])
    assert [entry["error"] for entry in logs] == ["RuntimeError"]
    assert "5145550123" not in str(logs)
    assert [file.name for file in newest(tmp_path)] == ["inc_2.at"]


async def test_a_link_in_a_file_s_place_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / FOLDER).mkdir()
    (tmp_path / "precious").write_text("mine")
    (tmp_path / FOLDER / "inc_1.at").symlink_to(tmp_path / "precious")
    with capture_logs():
        async with writing(tmp_path) as folder:
            folder.write("inc_1", lambda: ["#"])
    assert (tmp_path / "precious").read_text() == "mine"


async def test_a_slow_disk_does_not_fill_the_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "MAX_WAITING", 2)
    folder = Folder(tmp_path, clock=Clock())
    with capture_logs() as logs:
        for number in range(3):
            folder.write(f"inc_{number}", lambda: ["#"])
    assert [entry["incident"] for entry in logs] == ["inc_2"]

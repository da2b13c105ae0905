from __future__ import annotations

from typing import TYPE_CHECKING

from config.schema import ModemSettings
from modem.discovery import DeviceFinder

if TYPE_CHECKING:
    from pathlib import Path


def named(name: str = "counter", **fields: object) -> ModemSettings:
    return ModemSettings(**{"name": name, **fields})  # type: ignore[arg-type]  # a test's shorthand


async def test_a_path_is_looked_for_and_a_url_taken_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "ttyUSB0"
    finder = DeviceFinder()
    assert await finder.locate(named(device=str(path))) is None
    path.touch()
    assert await finder.locate(named(device=str(path))) == str(path)
    for url in ("socket://127.0.0.1:4000", "virtual:"):
        assert await finder.locate(named(name=url, device=url)) == url


async def test_two_workers_never_get_one_device(tmp_path: Path) -> None:
    path, link = tmp_path / "ttyUSB0", tmp_path / "by-id"
    path.touch()
    link.symlink_to(path)
    finder = DeviceFinder()
    first, second = named("first", device=str(path)), named("second", device=str(link))
    assert await finder.locate(first) == str(path)
    assert await finder.locate(second) is None
    assert await finder.locate(first) == str(path)  # its own
    finder.release(first)
    assert await finder.locate(second) == str(link)


async def test_a_link_that_has_moved_on_gives_its_old_device_back(tmp_path: Path) -> None:
    old, link = tmp_path / "ttyUSB0", tmp_path / "by-id"
    old.touch()
    link.symlink_to(old)
    finder = DeviceFinder()
    first = named("first", device=str(link))
    assert await finder.locate(first) == str(link)
    link.unlink()  # unplugged
    finder.release(first)
    assert await finder.locate(named("second", device=str(old))) == str(old)

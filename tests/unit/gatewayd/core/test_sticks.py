"""Where a modem was found last, and what holds its port: hints that may be missing."""

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from gatewayd.holders import who_holds
from gatewayd.sticks import StoredSticks
from modem.known import KnownStick
from storage import sticks
from storage.errors import StoreUnavailable

if TYPE_CHECKING:
    from conftest import Outage, Shop

KNOWN = KnownStick(
    imei="490154203237518",
    vid=0x12D1,
    pid=0x1001,
    serial=None,
    place="1-2",
    answers="1.2",
    announces="1.2",
)


async def test_it_is_remembered_over_restarts(shop: "Shop") -> None:
    assert await StoredSticks(shop.store).recall("counter") is None
    for known in (KNOWN, KNOWN):
        await StoredSticks(shop.store).remember("counter", known)
    assert await StoredSticks(shop.store).recall("counter") == KNOWN
    assert await StoredSticks(shop.store).recall("spare") is None


@pytest.mark.parametrize("value", [b"{", b"[1]", b'{"imei": "1", "colour": "red"}'])
async def test_what_another_version_wrote_is_forgotten(shop: "Shop", value: bytes) -> None:
    async with shop.store.write() as tx:
        await sticks.remember(tx, modem="counter", value=value)
    assert await StoredSticks(shop.store).recall("counter") is None


async def test_without_its_store_it_knows_nothing(
    shop: "Shop", outage: "Outage", monkeypatch: pytest.MonkeyPatch
) -> None:
    memory = StoredSticks(shop.store)
    outage.begin()
    await memory.remember("counter", KNOWN)
    outage.over()
    assert await memory.recall("counter") is None

    def refuse() -> None:
        raise StoreUnavailable(reason="database or disk is full")

    await memory.remember("counter", KNOWN)
    monkeypatch.setattr(shop.store, "read", refuse)
    assert await memory.recall("counter") is None


@pytest.fixture
def machine(tmp_path: Path) -> Path:
    (tmp_path / "proc").mkdir()
    return tmp_path


def process(machine: Path, pid: int, name: str, *files: str) -> None:
    folder = machine / f"proc/{pid}"
    (folder / "fd").mkdir(parents=True)
    (folder / "comm").write_text(f"{name}\n")
    for number, file in enumerate(files):
        (folder / f"fd/{number}").symlink_to(file)


def test_who_holds_a_port_is_named_as_far_as_it_can_be_seen(machine: Path) -> None:
    busy = "/dev/ttyUSB0"
    assert who_holds(busy, root=machine).endswith("`sudo gatewayd doctor` names it")
    process(machine, 812, "ModemManager")
    assert who_holds(busy, root=machine).endswith("most likely ModemManager (812)")
    process(machine, 900, "minicom", busy)
    assert who_holds(busy, root=machine) == "another program holds the port: minicom (900)"

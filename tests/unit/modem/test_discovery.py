from __future__ import annotations

import asyncio
import os
import pty
from types import SimpleNamespace
from typing import TYPE_CHECKING

import pytest

from config.schema import ModemSettings
from modem import discovery
from modem.discovery import DeviceFinder, FoundPort, probe, scan
from modem.state import State
from modem.virtual.links import PtyLink

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable
    from pathlib import Path

    from conftest import Bench

IMEI = "490154203237518"


def auto(name: str = "counter", **fields: object) -> ModemSettings:
    return ModemSettings(**{"name": name, "device": "auto", **fields})  # type: ignore[arg-type]  # a test's shorthand


@pytest.fixture
def plugged(monkeypatch: pytest.MonkeyPatch) -> list[SimpleNamespace]:
    """What the system lists; fill it by `usb`."""
    ports: list[SimpleNamespace] = []
    monkeypatch.setattr(discovery.list_ports, "comports", lambda: ports)
    return ports


def usb(device: object, **fields: object) -> SimpleNamespace:
    facts = {
        "device": str(device),
        "description": "HUAWEI Mobile",
        "vid": 0x12D1,
        "pid": 0x1001,
        "serial_number": None,
        "location": "1-2",
        "interface": None,
    }
    return SimpleNamespace(**{**facts, **fields})


@pytest.fixture
async def stick(
    bench: Bench, tmp_path: Path, plugged: list[SimpleNamespace]
) -> AsyncIterator[PtyLink]:
    """A modem on a real pseudo-terminal that the system lists as a USB port."""
    link = PtyLink(path=tmp_path / "ttyUSB1", modem=bench.modem)
    await link.plug()
    plugged.append(usb(link.path))
    yield link
    link.unplug()


def test_only_usb_ports_are_found_in_the_order_of_their_names(
    plugged: list[SimpleNamespace],
) -> None:
    plugged += [
        usb("/dev/ttyUSB1", description=""),
        usb("/dev/ttyS0", vid=None),
        usb("/dev/ttyUSB0", serial_number="17"),
    ]
    first, second = scan()
    assert first == FoundPort(
        device="/dev/ttyUSB0",
        description="HUAWEI Mobile",
        vid=0x12D1,
        pid=0x1001,
        serial="17",
        location="1-2",
        interface=None,
    )
    assert (second.device, second.description) == ("/dev/ttyUSB1", "/dev/ttyUSB1")


async def test_a_modem_that_answers_is_known_by_its_imei(stick: PtyLink) -> None:
    assert await probe(str(stick.path)) == IMEI


@pytest.mark.parametrize("device", ["/dev/ttyNOPE0", "/dev/null"])
async def test_what_cannot_be_opened_is_no_modem(device: str) -> None:
    assert await probe(device) is None


async def test_what_does_not_answer_is_no_modem(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    bench.modem.hang(None)
    assert await probe(bench.device) is None
    monkeypatch.setattr(discovery, "PROBE_SECONDS", 0.01)
    assert await probe(bench.device) is None


async def test_a_port_is_free_again_after_its_probe(bench: Bench) -> None:
    for _ in range(2):
        assert await probe(bench.device) == IMEI


async def test_a_path_is_looked_for_and_a_url_taken_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "ttyUSB0"
    finder = DeviceFinder()
    assert await finder.locate(auto(device=str(path))) is None
    path.touch()
    assert await finder.locate(auto(device=str(path))) == str(path)
    for url in ("socket://127.0.0.1:4000", "virtual:"):
        assert await finder.locate(auto(name=url, device=url)) == url


async def test_two_workers_never_get_one_device(tmp_path: Path) -> None:
    path, link = tmp_path / "ttyUSB0", tmp_path / "by-id"
    path.touch()
    link.symlink_to(path)
    finder = DeviceFinder()
    first, second = auto("first", device=str(path)), auto("second", device=str(link))
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
    first = auto("first", device=str(link))
    assert await finder.locate(first) == str(link)
    link.unlink()  # unplugged
    finder.release(first)
    assert await finder.locate(auto("second", device=str(old))) == str(old)


async def test_auto_finds_the_modem_that_answers(
    stick: PtyLink, plugged: list[SimpleNamespace]
) -> None:
    plugged.append(usb("/dev/null"))
    assert await DeviceFinder().locate(auto()) == str(stick.path)
    assert await DeviceFinder().locate(auto(imei=IMEI)) == str(stick.path)


async def test_auto_finds_nothing_where_nothing_is(plugged: list[SimpleNamespace]) -> None:
    assert plugged == []
    assert await DeviceFinder().locate(auto()) is None


@pytest.mark.usefixtures("stick")
async def test_auto_leaves_another_imei_alone_and_free() -> None:
    finder = DeviceFinder()
    assert await finder.locate(auto(imei="356938035643809")) is None
    assert await finder.locate(auto("other", imei=IMEI)) is not None


async def test_auto_leaves_alone_what_is_configured_for_another(stick: PtyLink) -> None:
    by_path = auto("by_path", device=str(stick.path))
    by_imei = auto("by_imei", imei=IMEI)
    assert await DeviceFinder([auto(), by_path]).locate(auto()) is None
    assert await DeviceFinder([auto(), by_imei]).locate(auto()) is None
    assert await DeviceFinder([auto(), by_imei]).locate(by_imei) == str(stick.path)


async def test_auto_does_not_probe_a_port_in_use(
    stick: PtyLink, monkeypatch: pytest.MonkeyPatch
) -> None:
    probed: list[str] = []

    async def listen(device: str) -> None:
        probed.append(device)

    finder = DeviceFinder()
    await finder.locate(auto("user", device=str(stick.path)))
    monkeypatch.setattr(discovery, "probe", listen)
    assert await finder.locate(auto()) is None
    assert probed == []


@pytest.mark.usefixtures("stick")
async def test_a_port_is_reserved_while_it_is_probed(monkeypatch: pytest.MonkeyPatch) -> None:
    inside = asyncio.Event()

    async def think(_: str) -> None:
        inside.set()
        await asyncio.Event().wait()

    monkeypatch.setattr(discovery, "probe", think)
    finder = DeviceFinder()
    searching = asyncio.create_task(finder.locate(auto()))
    await inside.wait()
    (found,) = scan()
    named = auto("named", device=found.device)
    assert await finder.locate(named) is None
    searching.cancel()
    with pytest.raises(asyncio.CancelledError):
        await searching
    assert await finder.locate(named) == found.device


async def test_two_workers_share_two_modems(
    make_bench: Callable[..., Bench], tmp_path: Path, plugged: list[SimpleNamespace]
) -> None:
    benches = [make_bench(imei=imei) for imei in (IMEI, "356938035643809")]
    links = [
        PtyLink(path=tmp_path / f"ttyUSB{number}", modem=bench.modem)
        for number, bench in enumerate(benches)
    ]
    for link in links:
        await link.plug()
        plugged.append(usb(link.path))
    finder = DeviceFinder()
    workers = [bench.worker(finder=finder, device="auto") for bench in benches]
    tasks = [asyncio.create_task(worker.run()) for worker in workers]
    for bench, worker in zip(benches, workers, strict=True):
        await bench.recorder.until(lambda worker=worker: worker.status.state is State.READY)
    assert {worker.status.identity.imei for worker in workers} == {IMEI, "356938035643809"}
    for worker in workers:
        worker.stop()
    await asyncio.gather(*tasks)
    for link in links:
        link.unplug()


async def test_a_terminal_without_a_modem_is_given_up(
    plugged: list[SimpleNamespace], bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(discovery, "PROBE_SECONDS", 0.05)
    assert not bench.recorder.log
    master, slave = pty.openpty()
    plugged.append(usb(os.ttyname(slave)))
    assert await DeviceFinder().locate(auto()) is None
    os.close(slave)
    os.close(master)

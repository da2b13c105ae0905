"""Where modems are on the USB, and their reset: directly, by the helper, or not at all."""

from __future__ import annotations

import asyncio
import os
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import pytest

from modem import usb
from modem.discovery import DeviceFinder
from modem.ladder import Step
from modem.state import State
from modem.supervisor import Worker
from modem.timing import Timing
from modem.usb import UsbPorts, port_of_tty
from modem.usb_reset import LIST, ORDER, take_orders
from modem.virtual.faults import FaultKind

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable
    from pathlib import Path

    from conftest import Bench

    from modem.events import StepTaken

NODE = "dev/bus/usb/001/007"


class Machine:
    """A kernel's tree with one stick, whose tty is /dev/ttyRecorder0, and the helper's folder."""

    TTY = "/dev/ttyRecorder0"

    def __init__(self, root: Path) -> None:
        self.root = root
        self.folder = root / "run/gatewayd-usb"
        self.reset: list[str] = []
        device = root / "sys/devices/pci0000:00/usb1/1-1/1-1.4"
        interface = device / "1-1.4:1.0/ttyRecorder0"
        interface.mkdir(parents=True)
        for name, word in (("bDeviceClass", "00"), ("busnum", "1"), ("devnum", "7")):
            (device / name).write_text(word)
            (device.parent / name).write_text(word)
        (root / "sys/bus/usb/devices").mkdir(parents=True)
        (root / "sys/bus/usb/devices/1-1.4").symlink_to(device)
        (root / "sys/class/tty/ttyRecorder0").mkdir(parents=True)
        (root / "sys/class/tty/ttyRecorder0/device").symlink_to(interface)
        self.node = root / NODE
        self.node.parent.mkdir(parents=True)
        self.node.touch()
        self.device = device

    def note(self, node: Path) -> None:
        self.reset.append(str(node.relative_to(self.root)))

    def ports(self) -> UsbPorts:
        return UsbPorts(root=self.root, folder=self.folder, reset=self.note)

    async def noted(self) -> UsbPorts:
        ports = self.ports()
        await ports.note("counter", self.TTY)
        return ports

    @asynccontextmanager
    async def helper(self) -> AsyncIterator[list[str]]:
        """Serve the folder as systemd would let the helper do."""
        told: list[str] = []

        async def serve() -> None:
            while True:
                told.extend(take_orders(self.folder, root=self.root, reset=self.note))
                await asyncio.sleep(0)

        task = asyncio.create_task(serve())
        yield told
        task.cancel()


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path)


@pytest.fixture
def not_root(monkeypatch: pytest.MonkeyPatch) -> None:
    """The device's node is not ours to write; the tests may run as root."""
    real = os.access
    monkeypatch.setattr(
        usb.os, "access", lambda path, mode: "bus/usb" not in str(path) and real(path, mode)
    )


def test_the_port_of_a_tty(machine: Machine) -> None:
    assert port_of_tty(machine.TTY, root=machine.root) == "1-1.4"
    (machine.root / "sys/class/tty/ttyS0").mkdir()
    (machine.root / "sys/class/tty/ttyS0/device").symlink_to(machine.root / "sys/devices")
    for other in ("/dev/ttyS0", "/dev/pts/7", "virtual:", "socket://127.0.0.1:4000"):
        assert port_of_tty(other, root=machine.root) is None


async def test_who_may_resets_it_himself(machine: Machine) -> None:
    ports = await machine.noted()
    assert ports.has("counter")
    assert await ports.reset("counter") is None
    assert machine.reset == [NODE]


@pytest.mark.usefixtures("not_root")
async def test_the_helper_is_asked(machine: Machine) -> None:
    machine.folder.mkdir(parents=True)
    ports = await machine.noted()
    assert (machine.folder / LIST).read_text() == "1-1.4\n"
    async with machine.helper() as told:
        assert await ports.reset("counter") is None
    assert told == ["1-1.4 was reset"]
    assert machine.reset == [NODE]


@pytest.mark.usefixtures("not_root")
async def test_a_helper_that_is_not_there(machine: Machine) -> None:
    ports = await machine.noted()
    assert "not installed" in str(await ports.reset("counter"))


@pytest.mark.usefixtures("not_root")
async def test_a_helper_that_sleeps(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(usb, "HELPER_SECONDS", 0)
    machine.folder.mkdir(parents=True)
    ports = await machine.noted()
    assert "did not answer" in str(await ports.reset("counter"))
    assert not (machine.folder / f"{ORDER}1-1.4").exists()  # it must not wake up to it later


@pytest.mark.usefixtures("not_root")
async def test_a_helper_that_cannot_be_asked(machine: Machine) -> None:
    machine.folder.parent.mkdir(parents=True)
    machine.folder.write_text("no folder")
    ports = await machine.noted()
    assert "cannot be asked" in str(await ports.reset("counter"))


async def test_a_device_that_has_gone(machine: Machine) -> None:
    ports = await machine.noted()
    (machine.root / "sys/bus/usb/devices/1-1.4").unlink()
    assert await ports.reset("counter") == "no such device is plugged in"


async def test_a_list_that_cannot_be_written_is_no_trouble(machine: Machine) -> None:
    (machine.folder / f"{LIST}.new").mkdir(parents=True)
    assert (await machine.noted()).has("counter")


async def test_a_modem_that_is_elsewhere_now(machine: Machine) -> None:
    machine.folder.mkdir(parents=True)
    ports = await machine.noted()
    await ports.note("spare", machine.TTY)
    await ports.note("counter", "socket://127.0.0.1:4000")
    assert not ports.has("counter")
    assert (machine.folder / LIST).read_text() == "1-1.4\n"
    await ports.note("spare", "virtual:")
    assert (machine.folder / LIST).read_text() == ""


# The step of the ladder

TIMING = Timing(
    device_poll_seconds=0.02,
    health_poll_seconds=0.05,
    registration_poll_seconds=0.02,
    backoff_seconds=(0.02,),
    search_seconds=0.1,
    remedy_seconds=0.1,
    boot_seconds=0.02,
    hurried_seconds=0.01,
    pause_seconds=(0.05,),
)


class Stick(UsbPorts):
    """Takes the virtual modem for a USB device; `then` is what its reset does."""

    def __init__(self, then: Callable[[], str | None]) -> None:
        super().__init__()
        self._then = then
        self.resets = 0

    def has(self, modem: str) -> bool:
        return bool(modem)

    async def reset(self, modem: str) -> str | None:
        assert modem
        self.resets += 1
        return self._then()


@asynccontextmanager
async def refusing(bench: Bench, usb_ports: UsbPorts) -> AsyncIterator[Worker]:
    """A modem that was ready and now refuses everything, until its faults are cleared."""
    worker = Worker(
        settings=bench.settings(),
        handler=bench.recorder,
        finder=DeviceFinder(),
        now_ms=lambda: len(bench.recorder.log),
        timing=TIMING,
        usb=usb_ports,
    )
    task = asyncio.create_task(worker.run())
    await bench.recorder.until(lambda: worker.status.state is State.READY)
    bench.fault(FaultKind.ERROR, count=None, code="ERROR")
    try:
        yield worker
    finally:
        worker.stop()
        await task


def told(bench: Bench) -> list[StepTaken]:
    return [taken for taken in bench.recorder.steps if taken.step is Step.USB_RESET]


async def test_a_reset_cures_what_nothing_milder_did(bench: Bench) -> None:
    def cure() -> None:
        bench.modem.faults.clear()

    stick = Stick(cure)
    async with refusing(bench, stick):
        await bench.recorder.until(lambda: bench.recorder.seen("cured"))
    ladder = [taken.step for taken in bench.recorder.steps]
    assert ladder == [Step.ASK, Step.RADIO, Step.RESTART, Step.REOPEN, Step.USB_RESET]
    assert bench.recorder.seen("cured") == [("cured", Step.USB_RESET)]
    assert (stick.resets, told(bench)[0].helped, told(bench)[0].detail) == (1, True, None)


async def test_a_reset_in_vain_is_given_time_and_not_repeated_at_once(bench: Bench) -> None:
    stick = Stick(lambda: None)
    async with refusing(bench, stick):
        await bench.recorder.until(lambda: told(bench))
        assert stick.resets == 1
        assert told(bench)[0].seconds >= TIMING.remedy_seconds
        await bench.recorder.until(
            lambda: any(taken.step is Step.BACK_OFF for taken in bench.recorder.steps)
        )
        bench.modem.faults.clear()
        await bench.recorder.until(lambda: bench.recorder.seen("cured"))
    assert not told(bench)[0].helped


async def test_why_it_could_not_be_reset_is_told_once(bench: Bench) -> None:
    stick = Stick(lambda: "no helper")
    async with refusing(bench, stick):
        await bench.recorder.until(lambda: stick.resets == 3)
        bench.modem.faults.clear()
        await bench.recorder.until(lambda: bench.recorder.seen("cured"))
    (skipped,) = told(bench)
    assert (skipped.helped, skipped.seconds, skipped.detail) == (False, 0, "no helper")


async def test_a_modem_that_is_not_on_the_usb_never_hears_of_it(bench: Bench) -> None:
    async with refusing(bench, UsbPorts()):
        await bench.recorder.until(
            lambda: any(taken.step is Step.BACK_OFF for taken in bench.recorder.steps)
        )
    assert told(bench) == []

"""`device = "auto"` on pseudo-terminals: which of a stick's ports, and back after a replug."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from config.schema import ModemSettings
from modem.discovery import DeviceFinder
from modem.known import KnownStick, ShortMemory
from modem.state import State
from modem.supervisor import Timing
from modem.ttys import FoundPort
from modem.virtual.links import PtyLink
from modem.virtual.personality import personality

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable
    from pathlib import Path

    from conftest import Keeper, Shop

pytestmark = pytest.mark.machine_clock


class Bus:
    """What the system would list: each port is there as long as its tty is."""

    def __init__(self) -> None:
        self.ports: list[FoundPort] = []
        self.looked = 0
        self._looking = asyncio.Event()
        self._loop = asyncio.get_running_loop()

    def plug(self, device: Path, location: str, *, pid: int = 0x1001) -> None:
        self.ports.append(
            FoundPort(
                device=str(device),
                description="Virtual Modem",
                vid=0x12D1,
                pid=pid,
                serial=None,
                location=location,
                interface=None,
            )
        )

    def scan(self) -> list[FoundPort]:
        """As the finder's thread calls it."""
        self.looked += 1
        self._loop.call_soon_threadsafe(self._looking.set)
        return list(self.ports)

    async def until_looked(self, times: int) -> None:
        while self.looked < times:
            self._looking.clear()
            await self._looking.wait()


class Memory(ShortMemory):
    """Tells when something is remembered."""

    def __init__(self, keeper: Keeper) -> None:
        super().__init__()
        self.announcing: list[str | None] = []
        self._keeper = keeper

    async def remember(self, modem: str, known: KnownStick) -> None:
        await super().remember(modem, known)
        self.announcing.append(known.announces)
        self._keeper.look()


@pytest.fixture
async def bus() -> Bus:
    return Bus()


@pytest.fixture
async def two_ports(
    make_shop: Callable[..., Shop], bus: Bus, tmp_path: Path
) -> AsyncIterator[tuple[Shop, list[PtyLink]]]:
    """A stick that takes commands on two ports and announces on the second."""
    shop = make_shop(personality("two-ports"))
    shop.settings = ModemSettings(name="counter", device="auto")
    links = [
        PtyLink(path=tmp_path / f"ttyUSB{number}", modem=port)
        for number, port in enumerate(shop.modem.ports)
    ]
    for number, link in enumerate(links):
        await link.plug()
        bus.plug(link.path, f"1-2:1.{number}")
    yield shop, links
    for link in links:
        link.unplug()


async def test_the_port_that_announces_is_found_and_remembered(
    two_ports: tuple[Shop, list[PtyLink]], bus: Bus, quick_sweeps: Timing
) -> None:
    shop, _ = two_ports
    memory = Memory(shop.keeper)
    async with shop.open(quick_sweeps, DeviceFinder(ports=bus.scan, memory=memory)) as worker:
        assert not shop.modem.announcer.opened
        await shop.keeper.until(lambda: shop.keeper.sweeps, "looked once")
        shop.text_in("not announced on the first port")
        await shop.keeper.until(lambda: shop.modem.announcer.opened, "the second port")
        await shop.ready(worker)
        shop.text_in("announced")
        await shop.keeper.until(lambda: len(shop.keeper.texts) == 2, "both")
        await shop.keeper.until(lambda: "1.1" in memory.announcing, "learnt")
        assert State.DEGRADED not in shop.keeper.states

    # From now on it is the first to be opened, and no timer is needed.
    slow = replace(quick_sweeps, sweep_seconds=60)
    async with shop.open(slow, DeviceFinder(ports=bus.scan, memory=memory)):
        assert shop.modem.announcer.opened
        before = shop.keeper.sweeps
        await shop.keeper.until(lambda: shop.keeper.sweeps > before, "looked once")
        shop.text_in("at once")
        await shop.keeper.until(lambda: len(shop.keeper.texts) == 3, "at once")


@pytest.mark.parametrize(
    "seconds",
    [
        pytest.param(60.0, id="on a machine however slow"),
        pytest.param(5.0, id="as promised", marks=pytest.mark.long),
    ],
)
async def test_replugged_under_another_name_it_is_asked_soon(
    two_ports: tuple[Shop, list[PtyLink]], bus: Bus, tmp_path: Path, seconds: float
) -> None:
    """With the pauses of a real daemon, and another device in the machine that never answers."""
    shop, links = two_ports
    mute = PtyLink(path=tmp_path / "ttyACM0", modem=Dumb())
    await mute.plug()
    async with shop.open(Timing(), DeviceFinder(ports=bus.scan)) as worker:
        bus.ports.clear()
        bus.plug(mute.path, "1-1", pid=9)
        for link in links:
            link.unplug()
        shop.modem.unplug()
        await shop.keeper.until(lambda: worker.status.state is State.ABSENT, "absent")
        looked = bus.looked
        async with asyncio.timeout(seconds):
            await bus.until_looked(looked + 3)

        typed = asyncio.Event()
        port = shop.modem.ports[1]
        port.receive = _tap(port.receive, typed)  # type: ignore[method-assign]  # a tap on the line
        moved = PtyLink(path=tmp_path / "ttyUSB7", modem=port)
        shop.modem.plug()
        await moved.plug()
        bus.plug(moved.path, "3-4:1.1")
        async with asyncio.timeout(seconds):
            await typed.wait()
        await shop.ready(worker)
        await shop.send(worker, "back")
    assert shop.accepted == ["back"]
    moved.unplug()
    mute.unplug()


class Dumb:
    """A device that is no modem: it hears and says nothing."""

    def connect(self, output: Callable[[bytes], None]) -> None:
        """Nothing to say."""

    def disconnect(self) -> None:
        """Nobody is missed."""

    def receive(self, data: bytes) -> None:
        """Whatever."""


def _tap(receive: Callable[[bytes], None], typed: asyncio.Event) -> Callable[[bytes], None]:
    def hear(data: bytes) -> None:
        if b"AT" in data:
            typed.set()
        receive(data)

    return hear

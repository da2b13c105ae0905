"""What a scan says of each stick, and that it leaves alone what is in use."""

import asyncio
import itertools
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from config.load import load
from config.schema import ModemSettings
from gatewayd import survey as module
from gatewayd.holders import who_holds
from gatewayd.survey import FoundStick, StickState, Survey
from modem import port
from modem.discovery import DeviceFinder
from modem.errors import OpenFailure, PortUnavailableError
from modem.probe import Asked
from modem.ttys import FoundPort
from modem.virtual.modem import VirtualModem
from modem.virtual.network import VirtualNetwork
from modem.virtual.registry import attach, detach

IMEI, OTHER_IMEI = "490154203237518", "356938035643809"


@pytest.fixture
def plugged(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., FoundPort]]:
    """Plug in a stick: a virtual modem's, or one with ports of these names."""
    monkeypatch.setattr(port, "QUIET_SECONDS", 0.01)
    names = (f"survey{number}" for number in itertools.count())
    made: list[str] = []
    ports: list[FoundPort] = []

    def plug(device: str | None = None, *, location: str = "1-2:1.0", imei: str = IMEI) -> Any:
        if device is None:
            made.append(next(names))
            attach(made[-1], VirtualModem(VirtualNetwork(), imei=imei))
            device = f"virtual:{made[-1]}"
        ports.append(
            FoundPort(
                device=device,
                description="HUAWEI Mobile",
                vid=0x12D1,
                pid=0x1001,
                serial="7",
                location=location,
                interface=None,
            )
        )
        return ports[-1]

    plug.ports = ports  # type: ignore[attr-defined]  # what the finder is given
    yield plug
    for name in made:
        detach(name)


class Machine:
    def __init__(self, root: Path, plugged: Any) -> None:
        (root / "proc").mkdir()
        self.root = root
        self._ports = plugged.ports

    def finder(self, *modems: ModemSettings) -> DeviceFinder:
        return DeviceFinder(modems, ports=lambda: list(self._ports), who_holds=self.who_holds)

    def who_holds(self, device: str) -> str:
        return who_holds(device, root=self.root)

    async def scan(
        self, *modems: ModemSettings, finder: DeviceFinder | None = None, ask: bool = True
    ) -> list[FoundStick]:
        survey = Survey(finder or self.finder(*modems), modems, root=self.root)
        return list(await survey.found(ask=ask, imei_of={"counter": "told"}.get))

    def process(self, pid: int, name: str, *files: str) -> None:
        folder = self.root / f"proc/{pid}"
        (folder / "fd").mkdir(parents=True)
        (folder / "comm").write_text(f"{name}\n")
        for number, file in enumerate(files):
            (folder / f"fd/{number}").symlink_to(file)


@pytest.fixture
def machine(tmp_path: Path, plugged: Any) -> Machine:
    return Machine(tmp_path, plugged)


def modem(name: str = "counter", **fields: Any) -> ModemSettings:
    return ModemSettings(**{"name": name, "device": "auto", "imei": OTHER_IMEI} | fields)


async def test_a_free_modem_is_offered_with_the_table_that_adopts_it(
    machine: Machine, plugged: Any, tmp_path: Path
) -> None:
    found = plugged()
    (stick,) = await machine.scan(modem("modem2"))
    assert stick == FoundStick(
        place="1-2",
        usb_id="12d1:1001",
        description="HUAWEI Mobile",
        serial="7",
        ports=(found.device,),
        state=StickState.FREE,
        imei=IMEI,
        manufacturer="gatewayd",
        model="Virtual Modem",
        table=stick.table,
    )
    file = tmp_path / "gatewayd.toml"
    file.write_text(f'[gateway]\ncountry = "CA"\n{stick.table}')
    (adopted,) = load(file).modems
    assert (adopted.name, adopted.device, adopted.imei) == ("modem3", "auto", IMEI)


async def test_two_free_modems_get_two_names(machine: Machine, plugged: Any) -> None:
    plugged()
    plugged(location="1-3", imei=OTHER_IMEI)
    tables = [stick.table for stick in await machine.scan()]
    assert ['"modem1"' in str(tables[0]), '"modem2"' in str(tables[1])] == [True, True]


@pytest.mark.parametrize("named", [{"imei": IMEI}, {"imei": None}])
async def test_a_modem_that_an_entry_means_is_not_offered(
    machine: Machine, plugged: Any, named: Any
) -> None:
    plugged()
    (stick,) = await machine.scan(modem(**named))
    assert (stick.state, stick.modem, stick.imei) == (StickState.USED, "counter", IMEI)
    assert stick.table is None


async def test_what_is_in_use_is_not_opened(
    machine: Machine, plugged: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fail(device: str) -> Asked:
        raise AssertionError(device)

    first = plugged("/dev/ttyUSB90")
    plugged("/dev/ttyUSB91", location="1-2:1.1")
    monkeypatch.setattr(module, "ask_name", fail)
    by_path = modem(device=first.device, imei=None)
    (stick,) = await machine.scan(by_path)
    assert (stick.state, stick.modem, stick.imei) == (StickState.USED, "counter", "told")
    assert stick.ports == ("/dev/ttyUSB90", "/dev/ttyUSB91")

    machine.process(900, "minicom", "/dev/ttyUSB91")
    (stick,) = await machine.scan()
    assert (stick.state, stick.held_by) == (StickState.BUSY, "minicom (900)")
    (stick,) = await machine.scan(ask=False)
    assert stick.state is StickState.BUSY


async def test_it_need_not_be_asked(machine: Machine, plugged: Any) -> None:
    plugged()
    (stick,) = await machine.scan(ask=False)
    assert (stick.state, stick.table) == (StickState.NOT_ASKED, None)


async def test_what_a_worker_has_open_is_not_opened(machine: Machine, plugged: Any) -> None:
    plugged()
    ours = modem(imei=IMEI)
    finder = machine.finder(ours)
    assert await finder.locate(ours) is not None
    (stick,) = await machine.scan(ours, finder=finder, ask=False)
    assert (stick.state, stick.modem, stick.imei) == (StickState.USED, "counter", "told")


async def test_a_stick_that_a_worker_just_asks_is_waited_for(
    machine: Machine, plugged: Any
) -> None:
    plugged()
    ours = modem(imei=IMEI)
    finder = machine.finder(ours)
    locating = asyncio.create_task(finder.locate(ours))
    (stick,) = await machine.scan(ours, finder=finder)
    assert (stick.state, stick.modem) == (StickState.USED, "counter")
    assert await locating is not None


async def test_no_worker_gets_a_stick_that_is_just_scanned(machine: Machine, plugged: Any) -> None:
    plugged()
    ours = modem(imei=IMEI)
    finder = machine.finder(ours)
    (stick,) = await finder.sticks()
    async with finder.borrowed(stick) as owner:
        assert owner is None
        assert await finder.locate(ours) is None
    assert await finder.locate(ours) is not None


async def test_a_stick_without_a_modem(
    machine: Machine, plugged: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    plugged("/dev/ttyUSB90")

    async def say_nothing(_: str) -> Asked:
        return Asked()

    monkeypatch.setattr(module, "ask_name", say_nothing)
    (stick,) = await machine.scan()
    assert stick.state is StickState.SILENT

    async def hang(_: str) -> Asked:
        await asyncio.Event().wait()
        return Asked()

    monkeypatch.setattr(module, "ask_name", hang)
    monkeypatch.setattr(module, "ASK_SECONDS", 0.01)
    (stick,) = await machine.scan()
    assert stick.state is StickState.SILENT


@pytest.mark.parametrize(
    ("failure", "state", "reason"),
    [
        (OpenFailure.BUSY, StickState.BUSY, "most likely ModemManager (812)"),
        (OpenFailure.FORBIDDEN, StickState.FORBIDDEN, "why"),
        (OpenFailure.IO_ERROR, StickState.SILENT, None),
    ],
)
async def test_why_it_cannot_be_opened(
    machine: Machine,
    plugged: Any,
    monkeypatch: pytest.MonkeyPatch,
    failure: OpenFailure,
    state: StickState,
    reason: str | None,
) -> None:
    async def fail(device: str) -> Asked:
        return Asked(failure=PortUnavailableError(device=device, failure=failure, detail="why"))

    plugged("/dev/ttyUSB90")
    machine.process(812, "ModemManager")
    monkeypatch.setattr(module, "ask_name", fail)
    (stick,) = await machine.scan()
    assert stick.state is state
    assert (reason or "") in (stick.reason or "")
    assert (stick.reason is None) is (reason is None)


async def test_modems_without_a_port_are_shown_too(machine: Machine) -> None:
    for place, vendor, product in (
        ("1-1", "12d1", "14dc"),
        ("1-4", "12d1", "1f01"),
        ("1-5", "1", "2"),
    ):
        device = machine.root / "sys/bus/usb/devices" / place
        device.mkdir(parents=True)
        for name, value in (("idVendor", vendor), ("idProduct", product), ("product", "Mobile")):
            (device / name).write_text(value)
    found = await machine.scan()
    assert [(each.usb_id, each.state) for each in found] == [
        ("12d1:14dc", StickState.HILINK),
        ("12d1:1f01", StickState.CDROM),
    ]

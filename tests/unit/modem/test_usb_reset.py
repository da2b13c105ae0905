"""The helper that runs as root: what it resets, and all that it refuses."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from modem import usb_reset
from modem.usb_reset import LIST, ORDER, PORT, RefusedError, node_of, reset_node, take_orders

UNITS = Path(__file__).parents[3] / "systemd"


class Machine:
    """A tree like the kernel's, and the folder of orders."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.folder = root / "run/gatewayd-usb"
        self.folder.mkdir(parents=True)
        self.reset: list[str] = []

    def plug(self, port: str, *, kind: str = "00", tty: str = "ttyUSB0", number: str = "7") -> Path:
        device = self.root / "sys/devices/pci0000:00/usb1" / port
        (device / f"{port}:1.0" / tty).mkdir(parents=True)
        (device / "bDeviceClass").write_text(f"{kind}\n")
        (device / "busnum").write_text("1\n")
        (device / "devnum").write_text(f"{number}\n")
        link = self.root / "sys/bus/usb/devices" / port
        link.parent.mkdir(parents=True, exist_ok=True)
        link.symlink_to(device)
        return device

    def lists(self, *ports: str) -> None:
        (self.folder / LIST).write_text("".join(f"{port}\n" for port in ports))

    def order(self, *ports: str) -> None:
        for port in ports:
            (self.folder / f"{ORDER}{port}").touch()

    def serve(self) -> list[str]:
        def reset(node: Path) -> None:
            self.reset.append(str(node.relative_to(self.root)))

        return list(take_orders(self.folder, root=self.root, reset=reset))

    @property
    def waiting(self) -> list[str]:
        return [file.name for file in self.folder.iterdir() if file.name.startswith(ORDER)]


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path)


def test_a_modem_that_is_known_is_reset_once(machine: Machine) -> None:
    machine.plug("1-1.4")
    machine.lists("2-1", "1-1.4")
    machine.order("1-1.4")
    assert machine.serve() == ["1-1.4 was reset"]
    assert machine.serve() == machine.waiting == []
    assert machine.reset == ["dev/bus/usb/001/007"]


@pytest.mark.parametrize("tty", ["tty", "ttyACM0"])
def test_any_kind_of_serial_port_will_do(machine: Machine, tty: str) -> None:
    machine.plug("1-2", tty=tty)
    assert node_of("1-2", root=machine.root) == machine.root / "dev/bus/usb/001/007"


@pytest.mark.parametrize(
    "name",
    [
        "..",
        "1-1;rm -rf",
        "1-1 ",
        "1-1\n",
        "usb1",
        "1-0:1.0",
        "1-1.",
        "01-1",
        "1-\u0661",
        "-1",
        "",
        "1-1.4:1.0",
    ],
)
def test_what_is_no_port_s_name_is_refused(machine: Machine, name: str) -> None:
    machine.plug("1-1.4")
    machine.lists("1-1.4", name)
    (machine.folder / f"{ORDER}{name}").touch()
    (told,) = machine.serve()
    assert "was not reset" in told
    assert "\n" not in told
    assert machine.reset == machine.waiting == []
    assert not PORT.fullmatch(name)


@pytest.mark.parametrize("name", ["../1-1.4", "/1-1.4", "1-1.4/../1-1.4"])
def test_no_name_leads_out_of_its_folder(machine: Machine, name: str) -> None:
    machine.plug("1-1.4")
    with pytest.raises(RefusedError):
        node_of(name, root=machine.root)


def refused(machine: Machine, port: str) -> str:
    machine.lists(port)
    machine.order(port)
    (told,) = machine.serve()
    assert machine.reset == machine.waiting == []
    return told.partition(": ")[2]


def test_what_is_not_listed_is_refused(machine: Machine) -> None:
    machine.plug("1-1")
    machine.order("1-1")
    assert machine.serve() == ["'1-1' was not reset: no modem of the gateway is known there"]
    assert machine.reset == []


def test_hubs_and_devices_without_a_port_are_refused(machine: Machine) -> None:
    machine.plug("1-1", kind="09")
    machine.plug("1-2", tty="net")
    machine.plug("1-3", number="x")
    assert refused(machine, "1-1") == "it is a hub"
    assert refused(machine, "1-2") == "it has no serial port"
    assert refused(machine, "1-3") == "no such device is plugged in"
    assert refused(machine, "1-4") == "no such device is plugged in"


def test_links_that_lead_elsewhere_are_refused(machine: Machine) -> None:
    device = machine.plug("1-1")
    devices = machine.root / "sys/bus/usb/devices"
    (devices / "1-2").symlink_to(device)  # another device's
    other = machine.root / "home/1-3"
    other.mkdir(parents=True)
    (devices / "1-3").symlink_to(other)  # not the kernel's
    assert refused(machine, "1-2") == refused(machine, "1-3") == "sysfs leads elsewhere"


def test_a_list_that_is_no_file_lists_nothing(machine: Machine) -> None:
    machine.plug("1-1")
    (machine.root / "mine").write_text("1-1\n")
    (machine.folder / LIST).symlink_to(machine.root / "mine")
    machine.order("1-1")
    assert "no modem" in machine.serve()[0]
    (machine.folder / LIST).unlink()
    os.mkfifo(machine.folder / LIST)
    machine.order("1-1")
    assert "no modem" in machine.serve()[0]
    assert machine.reset == []


def test_a_link_in_the_folder_s_place_is_not_followed(machine: Machine) -> None:
    link = machine.root / "link"
    link.symlink_to(machine.folder)
    with pytest.raises(OSError, match=r"link"):
        list(take_orders(link, root=machine.root))


def test_a_folder_is_no_order_and_keeps_no_other_from_being_taken(machine: Machine) -> None:
    machine.plug("1-2")
    machine.lists("1-1", "1-2")
    (machine.folder / f"{ORDER}1-1").mkdir()
    machine.order("1-2")
    assert len(machine.serve()) == 2
    assert machine.reset == ["dev/bus/usb/001/007"]


def test_a_device_that_refuses_is_told(machine: Machine) -> None:
    machine.plug("1-1")
    machine.lists("1-1")
    machine.order("1-1")

    def reset(_: Path) -> None:
        raise OSError("it went away")

    told = list(take_orders(machine.folder, root=machine.root, reset=reset))
    assert told == ["'1-1' was not reset: it went away"]


def test_only_a_usb_device_s_node_is_reset(tmp_path: Path) -> None:
    file = tmp_path / "007"
    file.touch()
    for node in (file, Path("/dev/null")):
        with pytest.raises(RefusedError):
            reset_node(node)
    link = tmp_path / "link"
    link.symlink_to("/dev/null")
    with pytest.raises(OSError, match=r"link"):
        reset_node(link)


def test_the_file_stands_for_itself(tmp_path: Path) -> None:
    """As the unit runs it: isolated, and without the rest of gatewayd. There is no folder here."""
    copy = tmp_path / "gatewayd-usb-reset"
    source = Path(usb_reset.__file__).read_text()
    copy.write_text(source.replace("/run/gatewayd-usb", str(tmp_path / "folder")))
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder/reset-1-1").touch()
    ran = subprocess.run(
        [sys.executable, "-I", copy], cwd="/", capture_output=True, text=True, check=True
    )
    assert ran.stderr == "'1-1' was not reset: no modem of the gateway is known there\n"


def test_the_units_name_what_the_code_does() -> None:
    path = (UNITS / "gatewayd-usb-reset.path").read_text()
    service = (UNITS / "gatewayd-usb-reset.service").read_text()
    folder = (UNITS / "gatewayd-usb.tmpfiles.conf").read_text()
    assert f"PathExistsGlob={usb_reset.FOLDER}/{ORDER}*\n" in path
    assert f"ReadWritePaths={usb_reset.FOLDER}\n" in service
    assert "ExecStart=/usr/bin/python3 -I /usr/local/libexec/gatewayd-usb-reset\n" in service
    assert f"d {usb_reset.FOLDER} 0770 root gatewayd -\n" in folder

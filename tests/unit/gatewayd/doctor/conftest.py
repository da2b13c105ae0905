"""Facts of a shop where nothing is wrong, for a test to spoil; and a machine's tree to fill."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from config import from_mapping
from gatewayd.doctor.examine import examine
from gatewayd.doctor.facts import (
    ConfigFacts,
    DaemonFacts,
    Facts,
    FolderFacts,
    ModemFacts,
    PortFacts,
    Standing,
    Stick,
)
from gatewayd.doctor.findings import Finding
from storage.checkup import Checkup

NOW_MS = 1_800_000_000_000
DATA = Path("/var/lib/gatewayd")


@dataclass(slots=True)
class Shop:
    """A healthy installation; `facts` takes what is different."""

    device: str = "/dev/ttyUSB0"
    country: str = "CA"
    second: str | None = None

    def settings(self) -> Any:
        modems = [{"name": "counter", "device": self.device}]
        if self.second is not None:
            modems.append({"name": "back", "device": self.second})
        gateway = {"country": self.country, "data_dir": str(DATA)}
        return from_mapping({"gateway": gateway, "modems": modems}, base=Path("/etc/gatewayd"))

    def modem(self, **different: Any) -> ModemFacts:
        return ModemFacts(**{"name": "counter", "state": "ready", "signal_dbm": -71} | different)

    def told(self, **different: Any) -> DaemonFacts:
        """A running daemon whose one modem differs so."""
        return DaemonFacts(
            standing=Standing.RUNNING, version="1.0", modems=(self.modem(**different),)
        )

    def stick(self, *ttys: str, **different: Any) -> Stick:
        usual: dict[str, Any] = {"place": "1-1", "id": "12d1:1506", "name": "HUAWEI Mobile"}
        return Stick(**usual | {"ttys": ttys} | different)

    def port(self, path: str = "/dev/ttyUSB0", **different: Any) -> PortFacts:
        usual = {"path": path, "real": path, "group": "dialout", "mode": "crw-rw----"}
        return PortFacts(**usual | different)

    def folder(self, **different: Any) -> FolderFacts:
        usual: dict[str, Any] = {
            "path": DATA,
            "writable": True,
            "owner": "gatewayd",
            "mode": 0o750,
            "free_bytes": 10**10,
            "total_bytes": 10**11,
        }
        return FolderFacts(**usual | different)

    def facts(self, **different: Any) -> Facts:
        usual: dict[str, Any] = {
            "config": ConfigFacts(
                file=Path("/etc/gatewayd/gatewayd.toml"), settings=self.settings()
            ),
            "daemon": self.told(),
            "sticks": (self.stick("/dev/ttyUSB0"),),
            "ports": {"/dev/ttyUSB0": self.port()},
            "user": "gatewayd",
            "folder": self.folder(),
            "database": Checkup(revision="0001", newest_ms=NOW_MS - 1000),
            "database_file": DATA / "gatewayd.db",
            "last_backup_ms": NOW_MS - 86_400_000,
            "now_ms": NOW_MS,
            "version": "1.0",
        }
        return Facts(**usual | different)


@pytest.fixture
def shop() -> Shop:
    return Shop()


@pytest.fixture
def new_shop() -> type[Shop]:
    return Shop


@pytest.fixture
def find() -> Callable[[Facts], dict[str, Finding]]:
    """What is found, by code; without the note that every real modem gets."""

    def examine_them(facts: Facts) -> dict[str, Finding]:
        found = {finding.code.value: finding for finding in examine(facts)}
        found.pop("phone_sim", None)
        return found

    return examine_them


class Machine:
    """A folder that looks like a machine's root."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def write(self, path: str, text: str = "") -> None:
        file = self.root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)

    def stick(
        self, place: str, vid_pid: str, *interfaces: tuple[str, str], name: str = "Mobile"
    ) -> None:
        """Plug in a device; an interface is its class triple and the path of its tty."""
        base = f"sys/bus/usb/devices/{place}"
        vendor, _, product = vid_pid.partition(":")
        self.write(f"{base}/idVendor", f"{vendor}\n")
        self.write(f"{base}/idProduct", f"{product}\n")
        self.write(f"{base}/manufacturer", "HUAWEI\n")
        self.write(f"{base}/product", f"{name}\n")
        for number, (kinds, tty) in enumerate(interfaces):
            names = ("bInterfaceClass", "bInterfaceSubClass", "bInterfaceProtocol")
            for file, kind in zip(names, kinds.split("/"), strict=True):
                self.write(f"{base}:1.{number}/{file}", f"{kind}\n")
            if tty:
                self.write(f"{base}:1.{number}/{tty}/dev")
                self.write(f"dev/{Path(tty).name}")

    def process(self, pid: int, name: str, *opened: str) -> None:
        self.write(f"proc/{pid}/comm", f"{name}\n")
        folder = self.root / f"proc/{pid}/fd"
        folder.mkdir()
        for number, target in enumerate(opened):
            (folder / str(number)).symlink_to(target)

    def listener(self, address: str, inode: int, *, state: str = "0A", file: str = "tcp") -> None:
        row = f"   0: {address} 00000000:0000 {state} 00000000:00000000 00:0 0 1000 0 {inode} 1\n"
        self.write(f"proc/net/{file}", f"  sl  local_address rem_address   st\n{row}")


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    root = tmp_path / "root"
    root.mkdir()
    return Machine(root)

"""The serial ports of USB devices, and which of them belong to one stick.

Owns the grouping. Opens nothing.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from serial.tools import list_ports

_CONVERTERS = frozenset({0x0403, 0x04E2, 0x067B, 0x10C4, 0x110A, 0x1A86, 0x9710})
"""Makers of serial converters (FTDI, Exar, Prolific, Silicon Labs, Moxa, WCH, MosChip): one with
several ports leads to as many devices."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundPort:
    """One tty. ``vid`` and ``pid`` are USB ids; ``location`` is the USB path and its interface."""

    device: str
    description: str
    vid: int | None
    pid: int | None
    serial: str | None
    location: str | None
    interface: str | None
    """What the port calls itself, if anything."""

    @property
    def place(self) -> str:
        """Where its stick is plugged in: all ports of one stick share it."""
        if self.location is None:
            return self.device
        return self.location if self.vid in _CONVERTERS else self.location.partition(":")[0]

    @property
    def number(self) -> str:
        """Which port of its stick it is; the same in each socket and under each name."""
        interface = (self.location or "").partition(":")[2]
        return interface or self.interface or ""

    @property
    def real(self) -> str:
        """The device node behind a link."""
        return real_path(self.device)


PortSource = Callable[[], Sequence[FoundPort]]
"""Lists the ports that there are at this moment; may block a little."""


@dataclass(frozen=True, slots=True, kw_only=True)
class UsbStick:
    """What is plugged in at one place, with at least one port."""

    place: str
    ports: tuple[FoundPort, ...]

    @property
    def ids(self) -> tuple[int | None, int | None, str | None]:
        """Vendor, product and serial number: the same in each socket, but also in a clone."""
        first = self.ports[0]
        return first.vid, first.pid, first.serial

    @property
    def nodes(self) -> frozenset[str]:
        """Its device nodes."""
        return frozenset(port.real for port in self.ports)


def scan() -> list[FoundPort]:
    """The ports of USB devices, in the order of their names."""
    ports = [
        FoundPort(
            device=port.device,
            description=port.description or port.device,
            vid=port.vid,
            pid=port.pid,
            serial=port.serial_number,
            location=port.location,
            interface=port.interface,
        )
        for port in list_ports.comports()
        if port.vid is not None
    ]
    return sorted(ports, key=lambda port: port.device)


def grouped(ports: Iterable[FoundPort]) -> list[UsbStick]:
    """The sticks behind these ports, in the order of their first ports."""
    of_place: dict[str, list[FoundPort]] = {}
    for port in ports:
        of_place.setdefault(port.place, []).append(port)
    return [UsbStick(place=place, ports=tuple(found)) for place, found in of_place.items()]


def real_path(device: str) -> str:
    """One name for one port: by-id links and ttyUSB names of it are the same."""
    return str(Path(device).resolve()) if device.startswith("/") else device

"""Which serial ports this machine has, and on which of them a configured modem is.

Ports in use by one worker are not probed by another.
"""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import structlog
from serial.tools import list_ports

from config.schema import ModemSettings
from modem.at import verbs
from modem.dialogue import learn
from modem.errors import PortLostError, PortUnavailableError
from modem.port import Port

AUTO = "auto"
PROBE_SECONDS = 8.0

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundPort:
    """One tty. ``vid`` and ``pid`` are USB ids; ``location`` is the USB path, shared by a stick."""

    device: str
    description: str
    vid: int | None
    pid: int | None
    serial: str | None
    location: str | None
    interface: str | None


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


class DeviceFinder:
    """Says where a configured modem is, and keeps two workers from one port.

    ``modems`` are all that are configured: what belongs to one is no find for another's ``auto``.
    """

    def __init__(self, modems: Iterable[ModemSettings] = ()) -> None:
        modems = tuple(modems)
        self._paths = {modem.device: modem.name for modem in modems if modem.device != AUTO}
        self._imeis = {modem.imei: modem.name for modem in modems if modem.imei is not None}
        self._taken: dict[str, str] = {}
        """By the modem's name, the device as it was found: a link may lead elsewhere later."""
        self._probing = asyncio.Lock()

    async def locate(self, settings: ModemSettings) -> str | None:
        """The device to open, reserved for this modem until ``release``; None while there is none.

        A path is looked for, a URL taken as it is; ``auto`` probes the free USB ports for a modem
        that answers AT, with this IMEI where the configuration names one.
        """
        if settings.device == AUTO:
            async with self._probing:
                return await self._probe_all(settings)
        if settings.device.startswith("/") and not await asyncio.to_thread(
            Path(settings.device).exists
        ):
            return None
        return settings.device if self._reserve(settings, settings.device) else None

    def release(self, settings: ModemSettings) -> None:
        """The worker has closed the port."""
        self._taken.pop(settings.name, None)

    def _reserve(self, settings: ModemSettings, device: str) -> bool:
        real = _real(device)
        for owner, taken in self._taken.items():
            if taken == real and owner != settings.name:
                _log.warning("device_taken", modem=settings.name, device=device, by=owner)
                return False
        self._taken[settings.name] = real
        return True

    async def _probe_all(self, settings: ModemSettings) -> str | None:
        others = {_real(path) for path, name in self._paths.items() if name != settings.name}
        for found in await asyncio.to_thread(scan):
            real = _real(found.device)
            if real in others or real in self._taken.values():
                continue
            self._taken[settings.name] = real
            try:
                imei = await probe(found.device)
            except BaseException:
                self.release(settings)
                raise
            if imei is not None and self._is_meant(settings, imei):
                return found.device
            self.release(settings)
        return None

    def _is_meant(self, settings: ModemSettings, imei: str) -> bool:
        if settings.imei is not None:
            return settings.imei == imei
        return imei not in self._imeis


async def probe(device: str) -> str | None:
    """The IMEI of the modem that answers on this port; None where none does."""
    port = Port(device, on_event=lambda _: None, on_lost=lambda: None)
    try:
        async with asyncio.timeout(PROBE_SECONDS):
            await port.open()
            await learn(port, verbs.echo_off(), lambda _: True)
            return await learn(port, verbs.cgsn(), verbs.parse_cgsn)
    except (PortUnavailableError, PortLostError, TimeoutError) as error:
        _log.debug("port_not_a_modem", device=device, why=str(error))
        return None
    finally:
        await port.close()


def _real(device: str) -> str:
    """One name for one port: by-id links and ttyUSB names of it are the same."""
    return str(Path(device).resolve()) if device.startswith("/") else device

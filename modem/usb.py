"""Where on the USB a modem is, and its reset: by ourselves where we may, else by the helper.

Owns the folder's daemon side: the list of the modems' ports, and the orders. What may be reset and
how is ``usb_reset``'s.
"""

import asyncio
import os
from pathlib import Path

import structlog

from modem.usb_reset import FOLDER, LIST, ORDER, PORT, RefusedError, Reset, node_of, reset_node

HELPER_SECONDS = 5.0
"""How long the helper may take to take an order; it is started for it."""

_LOOK_SECONDS = 0.05
_log = structlog.get_logger(__name__)


def port_of_tty(device: str, *, root: Path = Path("/")) -> str | None:
    """The USB port (``1-1.4``) of the stick that a tty belongs to; None for any other device."""
    if not device.startswith("/"):
        return None
    tty = root / "sys/class/tty" / Path(device).resolve().name / "device"
    try:
        real = tty.resolve(strict=True)
    except OSError:
        return None
    for folder in (real, *real.parents):
        if PORT.fullmatch(folder.name) and (folder / "devnum").exists():
            return folder.name
    return None


class UsbPorts:
    """The USB ports of all modems."""

    def __init__(
        self, *, root: Path = Path("/"), folder: Path = FOLDER, reset: Reset = reset_node
    ) -> None:
        self._root = root
        self._folder = folder
        self._reset = reset
        self._ports: dict[str, str] = {}

    async def note(self, modem: str, device: str) -> None:
        """Remember where a modem is, also for the helper. Its port may be gone when it matters."""
        port = await asyncio.to_thread(port_of_tty, device, root=self._root)
        if port == self._ports.get(modem):
            return
        if port is None:
            self._ports.pop(modem, None)
        else:
            self._ports[modem] = port
        await asyncio.to_thread(self._list)

    def has(self, modem: str) -> bool:
        """Whether the modem is a USB device at all."""
        return modem in self._ports

    async def reset(self, modem: str) -> str | None:
        """Reset the modem's USB device; gives why it could not be done, None where it was."""
        port = self._ports[modem]
        try:
            node = await asyncio.to_thread(node_of, port, root=self._root)
            if os.access(node, os.W_OK):
                await asyncio.to_thread(self._reset, node)
                return None
        except (RefusedError, OSError) as error:
            return str(error)
        if not os.access(self._folder, os.W_OK):
            return "the helper for it is not installed (docs/modems.md, USB reset)"
        return await self._order(self._folder / f"{ORDER}{port}")

    async def _order(self, order: Path) -> str | None:
        try:
            await asyncio.to_thread(order.touch)
            async with asyncio.timeout(HELPER_SECONDS):
                while await asyncio.to_thread(order.exists):  # noqa: ASYNC110 - another program's file
                    await asyncio.sleep(_LOOK_SECONDS)
        except TimeoutError:
            await asyncio.to_thread(order.unlink, missing_ok=True)
            return "the helper did not answer (systemctl status gatewayd-usb-reset.path)"
        except OSError as error:
            return f"the helper cannot be asked: {error.strerror}"
        return None

    def _list(self) -> None:
        if not self._folder.is_dir():
            return
        fresh = self._folder / f"{LIST}.new"
        try:
            fresh.write_text("".join(f"{port}\n" for port in sorted(self._ports.values())))
            fresh.replace(self._folder / LIST)
        except OSError as error:
            _log.warning("usb_ports_not_listed", reason=error.strerror)

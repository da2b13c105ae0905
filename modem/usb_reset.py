"""Resets a USB device that is a modem, and nothing else. Also, alone, the helper that runs as root.

This file stands for itself, with the standard library only: it is copied to where root alone may
write, since root must run nothing that the daemon's user could change (docs/modems.md "USB reset").
As a program it takes what the daemon has asked for in one folder, looks at each, and ends.
"""

import fcntl
import os
import re
import stat
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

FOLDER = Path("/run/gatewayd-usb")
"""Shared by the daemon and the helper: the list of the modems' ports, and a file for each order."""

LIST = "modems"
ORDER = "reset-"
PORT = re.compile(r"[1-9][0-9]{0,2}-[1-9][0-9]{0,2}(?:\.[1-9][0-9]{0,2}){0,6}", re.ASCII)
"""A bus and the ports on the way, as sysfs names a device: ``1-1.4``. No root hub is named so."""

_MACHINE = Path("/")
_HUB = "09"
_USB_MAJOR = 189
_USBDEVFS_RESET = 0x5514  # _IO('U', 20), linux/usbdevice_fs.h
_LIST_BYTES = 4096
_ORDERS = 16

Reset = Callable[[Path], None]


class RefusedError(Exception):
    """This is no device that may be reset; the words say why."""


def node_of(port: str, *, root: Path = _MACHINE) -> Path:
    """Give the device node of the modem at this port. Raises RefusedError."""
    if not PORT.fullmatch(port):
        raise RefusedError("this is no name of a USB port")
    try:
        device = (root / "sys/bus/usb/devices" / port).resolve(strict=True)
        if device.name != port or not device.is_relative_to((root / "sys/devices").resolve()):
            raise RefusedError("sysfs leads elsewhere")
        if _word(device / "bDeviceClass") == _HUB:
            raise RefusedError("it is a hub")
        if not any(device.glob(f"{port}:*/tty*")):
            raise RefusedError("it has no serial port")
        bus, number = int(_word(device / "busnum")), int(_word(device / "devnum"))
    except (OSError, ValueError) as error:
        raise RefusedError("no such device is plugged in") from error
    return root / f"dev/bus/usb/{bus:03}/{number:03}"


def _word(file: Path) -> str:
    return file.read_text(encoding="ascii").strip()


def reset_node(node: Path) -> None:
    """Reset the device behind a node. Raises OSError, or RefusedError for what is no USB device."""
    descriptor = os.open(node, os.O_WRONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
    try:
        found = os.fstat(descriptor)
        if not stat.S_ISCHR(found.st_mode) or os.major(found.st_rdev) != _USB_MAJOR:
            raise RefusedError("its node is no USB device")
        fcntl.ioctl(descriptor, _USBDEVFS_RESET, 0)
    finally:
        os.close(descriptor)


def take_orders(folder: Path, *, root: Path = _MACHINE, reset: Reset = reset_node) -> Iterator[str]:
    """Take each order out of the folder and carry it out or refuse it; tells what was done.

    Of an order only the name counts; no file but the list is opened, and no link is followed.
    """
    at = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)
    try:
        known = _listed(at)
        names = os.listdir(at)  # noqa: PTH208 - of the descriptor
        orders = sorted(name for name in names if name.startswith(ORDER))
        for name in orders[:_ORDERS]:
            port = name.removeprefix(ORDER)
            try:
                os.unlink(name, dir_fd=at)  # first: an order that fails must not come again
                _carry_out(port, known, root, reset)
            except (RefusedError, OSError) as error:
                yield f"{port!a} was not reset: {error}"
            else:
                yield f"{port} was reset"
    finally:
        os.close(at)


def _carry_out(port: str, known: frozenset[str], root: Path, reset: Reset) -> None:
    if port not in known:
        raise RefusedError("no modem of the gateway is known there")
    reset(node_of(port, root=root))


def _listed(at: int) -> frozenset[str]:
    with suppress(OSError):
        # A pipe in its place must not keep the helper waiting.
        flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
        descriptor = os.open(LIST, flags, dir_fd=at)
        try:
            if stat.S_ISREG(os.fstat(descriptor).st_mode):
                text = os.read(descriptor, _LIST_BYTES).decode("ascii", errors="replace")
                return frozenset(filter(PORT.fullmatch, text.split("\n")))
        finally:
            os.close(descriptor)
    return frozenset()


if __name__ == "__main__":
    for done in take_orders(FOLDER):
        sys.stderr.write(f"{done}\n")

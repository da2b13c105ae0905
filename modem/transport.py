"""Bytes to and from a device: a tty, a TCP serial server, or a virtual modem in memory.

Opens off the loop and exclusively; ends by ``abort()``, never by waiting for a drain. Knows nothing
of AT commands.
"""

import asyncio
import contextlib
import errno
import fcntl
import termios
from collections.abc import Callable
from typing import Protocol
from urllib.parse import urlsplit

import serial
import serial_asyncio_fast

from modem.errors import OpenFailure, PortUnavailableError

BAUD_RATE = 115_200
OPEN_TIMEOUT_SECONDS = 10.0


class Transport(Protocol):
    """An open line to a modem."""

    def write(self, data: bytes) -> None:
        """Queue bytes; ignored after the line was lost."""
        ...

    def abort(self) -> None:
        """Close at once; what was not yet written is dropped."""
        ...


class LineProtocol(asyncio.Protocol):
    """Hands what arrives to two callbacks."""

    def __init__(self, on_data: Callable[[bytes], None], on_lost: Callable[[str], None]) -> None:
        self._on_data = on_data
        self._on_lost = on_lost

    def data_received(self, data: bytes) -> None:
        """Bytes from the device."""
        self._on_data(data)

    def connection_lost(self, exc: Exception | None) -> None:
        """The device is gone, or we closed it."""
        self._on_lost(str(exc) if exc else "closed")


async def open_transport(device: str, protocol: LineProtocol) -> Transport:
    """Open ``device``: a tty's path, ``virtual:[NAME]``, or a pyserial URL such as ``socket://``.

    Raises PortUnavailableError, with a sentence that says what was wrong.
    """
    if device.startswith("virtual:"):
        return _open_virtual(device, protocol)
    if device.startswith("socket://"):
        return await _open_socket(device, protocol)
    return await _open_serial(device, protocol)


def _open_virtual(device: str, protocol: LineProtocol) -> Transport:
    # Only here: a shop with a real modem need not wait for a virtual one to be imported.
    from modem.virtual.errors import LinkUnavailableError  # noqa: PLC0415 - as above
    from modem.virtual.registry import connect as connect_virtual  # noqa: PLC0415 - as above

    try:
        link = connect_virtual(device)
    except LookupError as error:
        raise PortUnavailableError(
            device=device,
            failure=OpenFailure.MISSING,
            detail="no virtual modem of this name is attached",
        ) from error
    except LinkUnavailableError as error:
        raise PortUnavailableError(
            device=device, failure=OpenFailure.BUSY, detail=error.reason
        ) from error
    link.set_receiver(protocol.data_received, protocol.connection_lost)
    return link


async def _open_socket(device: str, protocol: LineProtocol) -> Transport:
    try:
        address = urlsplit(device)
        host, port = address.hostname, address.port
    except ValueError:
        host = port = None
    if not host or not port:
        raise PortUnavailableError(
            device=device,
            failure=OpenFailure.UNSUPPORTED,
            detail="expected socket://HOST:PORT",
        )
    try:
        async with asyncio.timeout(OPEN_TIMEOUT_SECONDS):
            transport, _ = await asyncio.get_running_loop().create_connection(
                lambda: protocol, host, port
            )
    except OSError as error:  # also a time-out
        why = "timed out" if isinstance(error, TimeoutError) else error.strerror or str(error)
        raise PortUnavailableError(
            device=device,
            failure=OpenFailure.MISSING,
            detail=f"nothing answers at this address ({why})",
        ) from error
    return transport


async def _open_serial(device: str, protocol: LineProtocol) -> Transport:
    opening = asyncio.ensure_future(asyncio.to_thread(_open_exclusively, device))
    try:
        # Shielded: a cancelled open would otherwise leave a descriptor that nobody closes.
        port = await asyncio.shield(opening)
    except asyncio.CancelledError:
        opening.add_done_callback(_close_late)
        raise
    try:
        return _as_transport(port, protocol)
    except OSError as error:  # it went away meanwhile
        port.close()
        raise _explain(device, error) from error


class _SerialLine(serial_asyncio_fast.SerialTransport):
    """Can be aborted again; the library's would close twice, and fail in a task of its own."""

    def abort(self) -> None:
        """Close at once."""
        if not self.is_closing():
            super().abort()


def _as_transport(port: serial.SerialBase, protocol: LineProtocol) -> Transport:
    # Its annotation names Serial; any pyserial port with a descriptor will do.
    return _SerialLine(
        asyncio.get_running_loop(),
        protocol,
        port,  # type: ignore[arg-type]  # see above
    )


def _close_late(opening: "asyncio.Future[serial.SerialBase]") -> None:
    if not opening.cancelled() and opening.exception() is None:
        opening.result().close()


def _open_exclusively(device: str) -> serial.SerialBase:
    try:
        port: serial.SerialBase = serial.serial_for_url(
            device, baudrate=BAUD_RATE, timeout=0, write_timeout=0, exclusive=True
        )
    except (OSError, ValueError, serial.SerialException) as error:
        raise _explain(device, error) from error
    try:
        descriptor = port.fileno()
    except (AttributeError, OSError) as error:
        port.close()
        raise PortUnavailableError(
            device=device,
            failure=OpenFailure.UNSUPPORTED,
            detail="this kind of port cannot be watched by the event loop; use a tty or socket://",
        ) from error
    # The lock above keeps out those who ask; this keeps out those who do not. What is no tty behind
    # its URL has no such lock.
    with contextlib.suppress(OSError):
        fcntl.ioctl(descriptor, termios.TIOCEXCL)
    return port


_NO_TTY = (OpenFailure.UNSUPPORTED, "this is not a serial port")


def _explain(device: str, error: Exception) -> PortUnavailableError:
    code = getattr(error, "errno", None)
    failure, detail = {
        errno.EISDIR: _NO_TTY,
        errno.ENOENT: (OpenFailure.MISSING, "no such device; is the modem plugged in?"),
        errno.ENODEV: (OpenFailure.MISSING, "the device has gone"),
        errno.ENXIO: (OpenFailure.MISSING, "the device has gone"),
        errno.EACCES: (
            OpenFailure.FORBIDDEN,
            "permission denied; the user needs the group that owns the port (usually dialout)",
        ),
        errno.EPERM: (OpenFailure.FORBIDDEN, "the system forbids opening this port"),
        errno.EBUSY: (OpenFailure.BUSY, "another program holds the port (often ModemManager)"),
        errno.EAGAIN: (OpenFailure.BUSY, "another program holds the port (often ModemManager)"),
    }.get(code or 0, (OpenFailure.IO_ERROR, str(error)))
    if isinstance(error.__context__, termios.error):  # pyserial gives no errno here
        failure, detail = _NO_TTY
    if isinstance(error, ValueError):
        failure, detail = (
            OpenFailure.UNSUPPORTED,
            f"not a device or URL that can be opened: {error}",
        )
    return PortUnavailableError(device=device, failure=failure, detail=detail)

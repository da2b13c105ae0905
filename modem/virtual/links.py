"""Lines to a virtual modem: in memory and on a pseudo-terminal.

Owns descriptors. A line only carries bytes and says when a program opens or leaves it;
the modem lives on behind it.
"""

from __future__ import annotations

import asyncio
import os
import select
import termios
import tty
from typing import TYPE_CHECKING, Protocol

from modem.virtual.errors import LinkUnavailableError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

READ_SIZE = 65536
MAX_BACKLOG = 1 << 20  # bytes kept for a program that does not read; then the oldest are lost
LOOK_SECONDS = 0.01  # how often an unopened pseudo-terminal is looked at


class Device(Protocol):
    """What is at the far end of a line: a modem, or a recorded one."""

    def connect(self, output: Callable[[bytes], None]) -> None:
        """Let a program open the port: bytes for it go to `output`."""

    def disconnect(self) -> None:
        """Let the program be gone."""

    def receive(self, data: bytes) -> None:
        """Take bytes that the program wrote."""


class MemoryLink:
    """A line inside one process. Bytes arrive in later turns of the loop, never inside `write`."""

    def __init__(self, modem: Device) -> None:
        self._modem = modem
        self._loop = asyncio.get_running_loop()
        self._on_data: Callable[[bytes], object] | None = None
        self._on_lost: Callable[[Exception | None], object] | None = None
        self.is_open = True

    def set_receiver(
        self,
        on_data: Callable[[bytes], object],
        on_lost: Callable[[Exception | None], object] | None = None,
    ) -> None:
        """Say who gets what the modem writes, and who hears that the line is lost."""
        self._on_data = on_data
        self._on_lost = on_lost
        self._modem.connect(self._from_modem)

    def write(self, data: bytes) -> None:
        """Send bytes to the modem; ignored once the line is closed."""
        if self.is_open:
            self._loop.call_soon(self._to_modem, data)

    def close(self) -> None:
        """Close the line; the modem and its prompt stay. Idempotent."""
        self._end(None)

    abort = close

    def cut(self) -> None:
        """Lose the line as an unplug does."""
        self._end(ConnectionResetError("the virtual modem was unplugged"))

    def _end(self, error: Exception | None) -> None:
        if not self.is_open:
            return
        self.is_open = False
        self._modem.disconnect()
        if self._on_lost is not None and not self._loop.is_closed():
            self._loop.call_soon(self._on_lost, error)

    def _to_modem(self, data: bytes) -> None:
        self._modem.receive(data)

    def _from_modem(self, data: bytes) -> None:
        self._loop.call_soon(self._hand_over, data)

    def _hand_over(self, data: bytes) -> None:
        if self.is_open and self._on_data is not None:
            self._on_data(data)


class PtyLink:
    """A pseudo-terminal behind a symbolic link at `path`, inside a running loop.

    When the program that had it open dies, the link leads to a fresh pseudo-terminal: nothing of
    the dead program's lock or unread input remains, but the modem is the same.
    """

    def __init__(self, *, path: Path, modem: Device) -> None:
        self.path = path
        self._modem = modem
        self._loop = asyncio.get_running_loop()
        self._master = -1
        self._opened = False
        self._watch: asyncio.TimerHandle | None = None
        self._backlog = bytearray()

    @property
    def plugged(self) -> bool:
        """There is a device at `path`."""
        return self._master >= 0

    async def plug(self) -> None:
        """Make the device. Raises LinkUnavailableError if something else lies at `path`."""
        if self.plugged:
            return
        if self.path.exists() and not self.path.is_symlink():
            raise LinkUnavailableError(
                link=str(self.path), reason="this exists and is no link of ours"
            )
        try:
            self._make()
        except OSError as error:
            raise LinkUnavailableError(link=str(self.path), reason=str(error)) from error

    def unplug(self) -> None:
        """Take the device away: whoever has it open gets a hang-up. Idempotent."""
        if not self.plugged:
            return
        self.path.unlink(missing_ok=True)
        self._drop()
        self._modem.disconnect()

    close = unplug

    def _make(self) -> None:
        master, slave = os.openpty()
        try:
            tty.setraw(slave)
            os.set_blocking(master, False)
            fresh = self.path.with_name(f".{self.path.name}.{os.getpid()}")
            fresh.unlink(missing_ok=True)
            fresh.symlink_to(os.ttyname(slave))
            fresh.replace(self.path)
        except OSError:
            os.close(master)
            raise
        finally:
            os.close(slave)  # so that the master sees a hang-up when the last program leaves
        self._master = master
        self._look()

    def _drop(self) -> None:
        if self._watch is not None:
            self._watch.cancel()
            self._watch = None
        if self._opened:
            self._loop.remove_reader(self._master)
            self._loop.remove_writer(self._master)
        self._opened = False
        self._backlog.clear()
        os.close(self._master)
        self._master = -1

    def _look(self) -> None:
        """Wait for a program to open the device: there is no event for that, only its state."""
        self._watch = None
        poll = select.poll()
        poll.register(self._master, select.POLLIN)
        if any(event & select.POLLHUP for _, event in poll.poll(0)):
            self._watch = self._loop.call_later(LOOK_SECONDS, self._look)
            return
        self._opened = True
        # The program may have left it otherwise; what it has typed already must not be flushed.
        tty.setraw(self._master, termios.TCSANOW)
        self._loop.add_reader(self._master, self._readable)
        self._modem.connect(self._write)

    def _readable(self) -> None:
        try:
            data = os.read(self._master, READ_SIZE)
        except BlockingIOError:
            return
        except OSError:  # EIO: the last program has left, its last words were read
            self._left()
            return
        self._modem.receive(data)

    def _left(self) -> None:
        self._modem.disconnect()
        self._drop()
        self._make()

    def _write(self, data: bytes) -> None:
        if not self._opened:
            return
        if self._backlog:
            self._keep(data)
            return
        try:
            written = os.write(self._master, data)
        except BlockingIOError:
            written = 0
        except OSError:  # EIO: nobody there; the reader will notice too
            return
        if written < len(data):
            self._keep(data[written:])
            self._loop.add_writer(self._master, self._writable)

    def _keep(self, data: bytes) -> None:
        self._backlog += data
        if len(self._backlog) > MAX_BACKLOG:
            del self._backlog[: len(self._backlog) - MAX_BACKLOG]

    def _writable(self) -> None:
        try:
            del self._backlog[: os.write(self._master, self._backlog)]
        except BlockingIOError:
            return
        except OSError:  # EIO, as in _write
            self._backlog.clear()
        if not self._backlog:
            self._loop.remove_writer(self._master)

from __future__ import annotations

import asyncio
import errno
import fcntl
import gc
import os
import pty
import threading
from typing import TYPE_CHECKING

import pytest
import serial

from modem import transport
from modem.errors import OpenFailure, PortUnavailableError
from modem.transport import LineProtocol, open_transport
from modem.virtual.links import PtyLink
from modem.virtual.tcp_link import TcpLink

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from conftest import Bench

pytestmark = pytest.mark.machine_clock


class Ear:
    """A protocol's two callbacks."""

    def __init__(self) -> None:
        self.got = bytearray()
        self.lost: list[str] = []
        self.heard = asyncio.Event()
        self.ended = asyncio.Event()
        self.protocol = LineProtocol(self._hear, self._end)

    def _hear(self, data: bytes) -> None:
        self.got += data
        if self.got.endswith(b"OK\r\n"):
            self.heard.set()

    def _end(self, why: str) -> None:
        self.lost.append(why)
        self.ended.set()


@pytest.fixture
def terminal() -> Iterator[str]:
    """A pseudo-terminal that nobody answers on."""
    master, slave = pty.openpty()
    yield os.ttyname(slave)
    os.close(master)
    os.close(slave)


def descriptors() -> int:
    return len(os.listdir("/proc/self/fd"))  # noqa: PTH208  # counted, not read


async def refusal(device: str) -> PortUnavailableError:
    before = descriptors()
    with pytest.raises(PortUnavailableError) as raised:
        await open_transport(device, Ear().protocol)
    assert descriptors() == before
    assert raised.value.device == device
    assert str(raised.value) == f"{device}: {raised.value.detail}"
    return raised.value


async def test_a_missing_device_is_asked_for() -> None:
    error = await refusal("/dev/ttyNOPE0")
    assert error.failure is OpenFailure.MISSING
    assert "plugged in" in error.detail


@pytest.mark.parametrize("path", ["/dev/null", "/tmp", "/etc/hostname"])  # noqa: S108  # a folder
async def test_a_path_that_is_no_tty_is_said_to_be_none(path: str) -> None:
    error = await refusal(path)
    assert error.failure is OpenFailure.UNSUPPORTED
    assert error.detail == "this is not a serial port"


async def test_a_port_that_another_program_holds_is_busy(terminal: str) -> None:
    other = os.open(terminal, os.O_RDWR | os.O_NOCTTY)
    try:
        fcntl.flock(other, fcntl.LOCK_EX | fcntl.LOCK_NB)
        error = await refusal(terminal)
    finally:
        os.close(other)
    assert error.failure is OpenFailure.BUSY
    assert "another program" in error.detail


@pytest.mark.parametrize(
    ("code", "failure"),
    [
        (errno.EACCES, OpenFailure.FORBIDDEN),  # root meets none of these
        (errno.EPERM, OpenFailure.FORBIDDEN),
        (errno.ENODEV, OpenFailure.MISSING),
        (errno.ENXIO, OpenFailure.MISSING),
        (errno.EBUSY, OpenFailure.BUSY),
        (errno.EIO, OpenFailure.IO_ERROR),
    ],
)
async def test_what_the_system_says_becomes_a_sentence(
    monkeypatch: pytest.MonkeyPatch, code: int, failure: OpenFailure
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise serial.SerialException(code, f"could not open port: {os.strerror(code)}")

    monkeypatch.setattr(serial, "serial_for_url", fail)
    assert (await refusal("/dev/ttyUSB0")).failure is failure


@pytest.mark.parametrize("device", ["nothing://here", "loop://", "socket://", "socket://x:y"])
async def test_a_url_that_cannot_be_watched_is_unsupported(device: str) -> None:
    assert (await refusal(device)).failure is OpenFailure.UNSUPPORTED


async def test_nobody_at_an_address_is_a_missing_device() -> None:
    error = await refusal("socket://127.0.0.1:1")
    assert error.failure is OpenFailure.MISSING
    assert "timed out" not in error.detail


async def test_an_address_that_never_answers_times_out(monkeypatch: pytest.MonkeyPatch) -> None:
    async def never(*_: object, **__: object) -> None:
        await asyncio.Event().wait()

    monkeypatch.setattr(transport, "OPEN_TIMEOUT_SECONDS", 0.01)
    monkeypatch.setattr(asyncio.get_running_loop(), "create_connection", never)
    error = await refusal("socket://192.0.2.1:4000")
    assert error.failure is OpenFailure.MISSING
    assert "timed out" in error.detail


async def test_an_unattached_virtual_modem_is_missing() -> None:
    assert (await refusal("virtual:nobody")).failure is OpenFailure.MISSING


async def test_a_virtual_modem_that_is_open_already_is_busy(bench: Bench) -> None:
    ear = Ear()
    line = await open_transport(bench.device, ear.protocol)
    assert (await refusal(bench.device)).failure is OpenFailure.BUSY
    line.abort()
    await ear.ended.wait()
    assert ear.lost == ["closed"]


async def test_a_cancelled_opening_leaves_no_descriptor(
    monkeypatch: pytest.MonkeyPatch, terminal: str
) -> None:
    inside, go_on, closed = threading.Event(), threading.Event(), asyncio.Event()
    loop, serial_for_url = asyncio.get_running_loop(), serial.serial_for_url

    def slow(*args: object, **fields: object) -> serial.SerialBase:
        inside.set()
        go_on.wait()
        port = serial_for_url(*args, **fields)
        close = port.close

        def tell() -> None:
            close()
            loop.call_soon_threadsafe(closed.set)

        port.close = tell
        return port

    monkeypatch.setattr(serial, "serial_for_url", slow)
    opening = asyncio.create_task(open_transport(terminal, Ear().protocol))
    await asyncio.to_thread(inside.wait)
    before = descriptors()
    opening.cancel()
    with pytest.raises(asyncio.CancelledError):
        await opening
    go_on.set()
    await closed.wait()
    assert descriptors() == before


async def test_a_cancelled_opening_that_fails_is_not_complained_of(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    inside, go_on, over = threading.Event(), threading.Event(), threading.Event()

    def slow(*_: object, **__: object) -> None:
        inside.set()
        go_on.wait()
        over.set()
        raise OSError(errno.ENOENT, "gone")

    monkeypatch.setattr(serial, "serial_for_url", slow)
    opening = asyncio.create_task(open_transport("/dev/ttyUSB0", Ear().protocol))
    await asyncio.to_thread(inside.wait)
    opening.cancel()
    with pytest.raises(asyncio.CancelledError):
        await opening
    go_on.set()
    await asyncio.to_thread(over.wait)
    await asyncio.to_thread(lambda: None)  # the thread's result has come back to the loop


async def test_bytes_pass_a_pseudo_terminal_and_a_hang_up_is_told(
    bench: Bench, tmp_path: Path
) -> None:
    link = PtyLink(path=tmp_path / "modem", modem=bench.modem)
    await link.plug()
    before = descriptors()
    ear = Ear()
    line = await open_transport(str(link.path), ear.protocol)
    line.write(b"AT\r")
    await ear.heard.wait()
    link.unplug()
    await ear.ended.wait()
    assert len(ear.lost) == 1
    line.write(b"AT\r")
    assert descriptors() == before - 1  # the terminal's own end has gone too


async def test_bytes_pass_a_socket_and_a_hang_up_is_told(bench: Bench) -> None:
    link = TcpLink(host="127.0.0.1", port=0, modem=bench.modem)
    await link.plug()
    ear = Ear()
    line = await open_transport(f"socket://127.0.0.1:{link.port}", ear.protocol)
    line.write(b"AT\r")
    await ear.heard.wait()
    link.unplug()
    await ear.ended.wait()
    line.abort()


async def test_a_port_is_closed_for_others_while_it_is_open(
    make_bench: Callable[..., Bench], tmp_path: Path
) -> None:
    link = PtyLink(path=tmp_path / "modem", modem=make_bench().modem)
    await link.plug()
    ear = Ear()
    line = await open_transport(str(link.path), ear.protocol)
    assert (await refusal(str(link.path))).failure is OpenFailure.BUSY
    line.abort()
    await ear.ended.wait()
    link.unplug()


async def test_a_port_can_be_aborted_again(terminal: str) -> None:
    complaints: list[dict[str, object]] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, context: complaints.append(context))
    ear = Ear()
    line = await open_transport(terminal, ear.protocol)
    line.abort()
    line.abort()
    await ear.ended.wait()
    line.abort()
    await asyncio.to_thread(gc.collect)  # a lost task complains when it is collected
    assert (complaints, len(ear.lost)) == ([], 1)


async def test_a_device_that_goes_away_while_it_is_opened_is_closed(
    monkeypatch: pytest.MonkeyPatch, terminal: str
) -> None:
    def gone(*_: object) -> None:
        raise serial.SerialException(errno.ENODEV, "gone")

    monkeypatch.setattr("modem.transport._SerialLine", gone)
    assert (await refusal(terminal)).failure is OpenFailure.MISSING

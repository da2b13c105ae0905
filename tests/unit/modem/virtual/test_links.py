"""Lines: in memory, on a pseudo-terminal, on TCP. Real descriptors, no sleeping."""

from __future__ import annotations

import asyncio
import os
from typing import TYPE_CHECKING

import pytest

from modem.virtual import registry
from modem.virtual.errors import LinkUnavailableError, UnknownModemError
from modem.virtual.links import MAX_BACKLOG, MemoryLink, PtyLink
from modem.virtual.modem import VirtualModem
from modem.virtual.network import VirtualNetwork
from modem.virtual.operations import Bench
from modem.virtual.tcp_link import TcpLink

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator
    from pathlib import Path

pytestmark = pytest.mark.machine_clock


@pytest.fixture
def modem() -> VirtualModem:
    return VirtualModem(VirtualNetwork())


@pytest.fixture(autouse=True)
def _no_modem_left() -> Iterator[None]:
    yield
    for name in ("", "shop"):
        registry.detach(name)


class Tty:
    """A program that opens a tty as any would."""

    def __init__(self, path: Path) -> None:
        self.fd = os.open(path, os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK)
        self._loop = asyncio.get_running_loop()
        self._got = bytearray()
        self._news = asyncio.Event()
        self._ended = False
        self._loop.add_reader(self.fd, self._readable)

    def _readable(self) -> None:
        try:
            data = os.read(self.fd, 4096)
        except OSError:
            data = b""
        if not data:
            self._ended = True
            self._loop.remove_reader(self.fd)
        self._got += data
        self._news.set()

    async def ask(self, data: bytes, until: bytes) -> bytes:
        os.write(self.fd, data)
        async with asyncio.timeout(60):
            while until not in self._got:
                self._news.clear()
                await self._news.wait()
        got = bytes(self._got)
        self._got.clear()
        return got

    async def ended(self) -> None:
        async with asyncio.timeout(60):
            while not self._ended:
                self._news.clear()
                await self._news.wait()

    def close(self) -> None:
        self._loop.remove_reader(self.fd)
        os.close(self.fd)


@pytest.fixture
async def pty(tmp_path: Path, modem: VirtualModem) -> AsyncIterator[PtyLink]:
    link = PtyLink(path=tmp_path / "modem", modem=modem)
    await link.plug()
    yield link
    link.unplug()


def made_at(link: PtyLink) -> int:
    """When the present device appeared; its number may be the old one's."""
    return link.path.lstat().st_ctime_ns


async def until_changed(link: PtyLink, before: int) -> None:
    async with asyncio.timeout(60):
        while made_at(link) == before:  # noqa: ASYNC110  # there is no event for a link
            await asyncio.sleep(0)


async def test_a_prompt_on_a_pty_outlives_the_program(pty: PtyLink) -> None:
    first, before = Tty(pty.path), made_at(pty)
    assert await first.ask(b"AT+CMGS=20\r", b"> ") == b"\r\n> "
    first.close()
    await until_changed(pty, before)
    second = Tty(pty.path)
    assert await second.ask(b"AT\r\x1b", b"OK\r\n") == b"\r\nOK\r\n"
    assert await second.ask(b"AT\r", b"OK\r\n") == b"\r\nOK\r\n"
    second.close()


async def test_last_words_are_heard(pty: PtyLink, modem: VirtualModem) -> None:
    program, before = Tty(pty.path), made_at(pty)
    await program.ask(b"AT\r", b"OK")
    os.write(program.fd, b"AT+CMEE=2\r")
    program.close()
    await until_changed(pty, before)
    assert modem.settings.error_level == 2


async def test_unplug_hangs_up_and_replug_makes_a_new_device(
    pty: PtyLink, modem: VirtualModem
) -> None:
    bench = Bench(modem=modem, line=pty)
    program = Tty(pty.path)
    await program.ask(b"AT\r", b"OK")
    bench.unplug()
    await program.ended()
    program.close()
    assert not pty.path.exists()
    assert not modem.powered
    await bench.replug()
    again = Tty(pty.path)
    assert await again.ask(b"AT\r", b"OK\r\n") == b"\r\nOK\r\n"
    again.close()


async def test_a_program_that_does_not_read_blocks_nobody(
    pty: PtyLink, modem: VirtualModem
) -> None:
    program = Tty(pty.path)
    await program.ask(b"AT\r", b"OK")
    asyncio.get_running_loop().remove_reader(program.fd)
    for _ in range(20):
        modem.terminal.say("x" * (MAX_BACKLOG // 10))
    modem.terminal.say("the end")
    asyncio.get_running_loop().add_reader(program.fd, program._readable)
    assert (await program.ask(b"", b"the end"))[-9:] == b"the end\r\n"
    program.close()


async def test_a_file_in_the_way_is_left_alone(tmp_path: Path, modem: VirtualModem) -> None:
    path = tmp_path / "precious"
    path.write_text("data")
    with pytest.raises(LinkUnavailableError):
        await PtyLink(path=path, modem=modem).plug()
    assert path.read_text() == "data"
    with pytest.raises(LinkUnavailableError):
        await PtyLink(path=tmp_path / "no" / "folder", modem=modem).plug()


async def test_tcp_serves_one_program_at_a_time(modem: VirtualModem) -> None:
    link = TcpLink(host="127.0.0.1", port=0, modem=modem)
    await link.plug()
    reader, writer = await asyncio.open_connection("127.0.0.1", link.port)
    writer.write(b"AT\r")
    assert await reader.readuntil(b"OK\r\n") == b"\r\nOK\r\n"
    other_reader, other_writer = await asyncio.open_connection("127.0.0.1", link.port)
    with pytest.raises((asyncio.IncompleteReadError, ConnectionResetError)):
        await other_reader.readexactly(1)
    other_writer.close()
    link.unplug()
    with pytest.raises((asyncio.IncompleteReadError, ConnectionResetError)):
        await reader.readexactly(1)
    writer.close()
    assert not link.plugged


async def test_a_port_in_use(modem: VirtualModem) -> None:
    link = TcpLink(host="127.0.0.1", port=0, modem=modem)
    await link.plug()
    with pytest.raises(LinkUnavailableError):
        await TcpLink(host="127.0.0.1", port=link.port, modem=modem).plug()
    link.unplug()


class Program:
    """A program at a line in memory."""

    def __init__(self, link: MemoryLink) -> None:
        self.link = link
        self.got = bytearray()
        self.lost: list[Exception | None] = []
        link.set_receiver(self.got.extend, self.lost.append)

    async def ask(self, data: bytes) -> bytes:
        self.got.clear()
        self.link.write(data)
        for _ in range(4):
            await asyncio.sleep(0)
        return bytes(self.got)


async def test_virtual_alone_is_made_on_first_use_and_kept() -> None:
    program = Program(registry.connect("virtual:"))
    assert await program.ask(b"AT+CMGS=20\r") == b"\r\n> "
    with pytest.raises(LinkUnavailableError):
        registry.connect("virtual:")
    program.link.close()
    program.link.write(b"ignored")
    again = Program(registry.connect("virtual:"))
    assert await again.ask(b"\x1b") == b"\r\nOK\r\n"
    assert program.lost == [None]


async def test_named_modems_are_attached_and_unplugged(modem: VirtualModem) -> None:
    with pytest.raises(UnknownModemError):
        registry.connect("virtual:shop")
    bench = Bench(modem=modem, line=registry.attach("shop", modem))
    program = Program(registry.connect("virtual:shop"))
    assert await program.ask(b"AT\r") == b"\r\nOK\r\n"
    bench.unplug()
    await asyncio.sleep(0)
    assert isinstance(program.lost[0], ConnectionResetError)
    with pytest.raises(LookupError):
        registry.connect("virtual:shop")
    await bench.replug()
    assert await Program(registry.connect("virtual:shop")).ask(b"AT\r") == b"\r\nOK\r\n"

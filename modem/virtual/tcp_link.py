"""A line to a virtual modem on TCP, as a serial server offers one."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from modem.virtual.errors import LinkUnavailableError

if TYPE_CHECKING:
    from modem.virtual.links import Device


class TcpLink:
    """A serial server: one program at a time, the next is turned away while one is connected."""

    def __init__(self, *, host: str, port: int, modem: Device) -> None:
        self._modem = modem
        self.host = host
        self._port = port
        self._server: asyncio.Server | None = None
        self._client: asyncio.Transport | None = None

    @property
    def plugged(self) -> bool:
        """The port listens."""
        return self._server is not None

    @property
    def port(self) -> int:
        """The port in use, also when 0 was asked for."""
        return self._port

    async def plug(self) -> None:
        """Listen. Raises LinkUnavailableError when the address cannot be had."""
        if self._server is not None:
            return
        loop = asyncio.get_running_loop()
        try:
            self._server = await loop.create_server(lambda: _TcpLine(self), self.host, self._port)
        except OSError as error:
            raise LinkUnavailableError(
                link=f"{self.host}:{self._port}", reason=str(error)
            ) from error
        self._port = self._server.sockets[0].getsockname()[1]

    def unplug(self) -> None:
        """Stop listening and drop the connection. Idempotent."""
        if self._server is not None:
            self._server.close()
            self._server = None
        if self._client is not None:
            self._client.abort()

    close = unplug

    def _arrived(self, transport: asyncio.Transport) -> None:
        if self._client is not None:
            transport.abort()
            return
        self._client = transport
        self._modem.connect(transport.write)

    def _received(self, transport: asyncio.Transport, data: bytes) -> None:
        if transport is self._client:
            self._modem.receive(data)

    def _gone(self, transport: asyncio.Transport) -> None:
        if transport is self._client:
            self._client = None
            self._modem.disconnect()


class _TcpLine(asyncio.Protocol):
    def __init__(self, link: TcpLink) -> None:
        self._link = link
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        if isinstance(transport, asyncio.Transport):
            self._transport = transport
            self._link._arrived(transport)  # noqa: SLF001  # one unit, two classes

    def data_received(self, data: bytes) -> None:
        if self._transport is not None:
            self._link._received(self._transport, data)  # noqa: SLF001  # as above

    def connection_lost(self, exc: Exception | None) -> None:
        del exc
        if self._transport is not None:
            self._link._gone(self._transport)  # noqa: SLF001  # as above

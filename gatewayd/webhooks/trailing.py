"""Connections on which an answer that is complete counts, whatever the receiver sends after it.

Receivers exist that send a body with a 204, which has none (RFC 9112 §6.3), or more than they
announced. aiohttp's parser drops an answer that stands in the same bytes as what is no HTTP.
"""

import asyncio
import re
from typing import TYPE_CHECKING, Any

import aiohttp

if TYPE_CHECKING:
    from aiohttp.client_proto import ResponseHandler
    from aiohttp.client_reqrep import ClientRequest
    from aiohttp.connector import Connection

_NO_CONTENT = re.compile(rb"HTTP/1\.\d 204\b")
_LINES = 128
"""As many of what came at once are fed on their own: more headers are refused anyway."""


class TolerantConnector(aiohttp.TCPConnector):
    """Connects as its base does; what follows an answer breaks the connection, not the answer."""

    async def connect(self, req: "ClientRequest", *more: Any, **named: Any) -> "Connection":
        """Give a connection; raises what the base does."""
        connection = await super().connect(req, *more, **named)
        transport, protocol = connection.transport, connection.protocol
        if transport is not None and transport.get_protocol() is protocol:
            transport.set_protocol(_ByLine(protocol))
        return connection


class _ByLine(asyncio.Protocol):
    """Hands on what is received line by line: headers end with a line, what follows is apart.

    A connection that answered 204 serves no other request: what comes late would be its answer.
    """

    def __init__(self, protocol: "ResponseHandler") -> None:
        self._protocol = protocol

    def data_received(self, data: bytes) -> None:
        *lines, rest = data.split(b"\n", _LINES)
        for line in lines:
            if _NO_CONTENT.match(line):
                self._protocol.force_close()
            self._protocol.data_received(line + b"\n")
        if rest:
            self._protocol.data_received(rest)

    def eof_received(self) -> None:
        self._protocol.eof_received()

    def connection_lost(self, exc: Exception | None) -> None:
        self._protocol.connection_lost(exc)

    def pause_writing(self) -> None:
        self._protocol.pause_writing()

    def resume_writing(self) -> None:
        self._protocol.resume_writing()

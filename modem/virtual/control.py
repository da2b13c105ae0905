"""The control channel: JSON lines in, JSON lines out, to order faults and to read the ledger.

`{"op": "text_in", "from": "+15145550123", "text": "Hi"}` answers `{"ok": true, "parts": 1}`; what
cannot be done answers `{"ok": false, "error": "…"}`. docs/virtual-modem.md lists the operations.
"""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING, Any

from modem.pdu.errors import PduError
from modem.virtual.errors import LinkUnavailableError, RequestRefusedError, VirtualModemError
from modem.virtual.operations import Bench, perform

if TYPE_CHECKING:
    from pathlib import Path

MAX_REQUEST = 1 << 20  # octets of one line


class ControlServer:
    """Serves the control channel of one bench on a unix socket."""

    def __init__(self, *, bench: Bench, path: Path) -> None:
        self._bench = bench
        self._path = path
        self._server: asyncio.Server | None = None
        self._writers: set[asyncio.StreamWriter] = set()

    async def start(self) -> None:
        """Listen. Raises LinkUnavailableError when the path cannot be had."""
        try:
            if self._path.is_socket():
                self._path.unlink()
            self._server = await asyncio.start_unix_server(
                self._serve, path=self._path, limit=MAX_REQUEST
            )
        except OSError as error:
            raise LinkUnavailableError(link=str(self._path), reason=str(error)) from error

    async def close(self) -> None:
        """Stop listening and drop the clients."""
        if self._server is None:
            return
        self._server.close()
        for writer in tuple(self._writers):
            writer.close()
        await self._server.wait_closed()
        self._server = None
        self._path.unlink(missing_ok=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._writers.add(writer)
        try:
            while line := await reader.readline():
                writer.write(json.dumps(await answer(self._bench, line)).encode() + b"\n")
                await writer.drain()
        except (ConnectionError, ValueError):  # the client has gone, or its line is too long
            return
        finally:
            self._writers.discard(writer)
            writer.close()


async def answer(bench: Bench, line: bytes) -> dict[str, Any]:
    """Carry out one request line and word what came of it."""
    try:
        request = json.loads(line)
        if not isinstance(request, dict):
            raise RequestRefusedError(operation="?", reason="a request is a JSON object")
        facts = await perform(bench, request)
    except (VirtualModemError, PduError, ValueError) as error:
        return {"ok": False, "error": str(error)}
    return {"ok": True, **facts}

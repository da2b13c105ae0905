"""Listens on TCP and on the unix socket for as long as a block lasts.

Owns the listeners and the socket file. Knows nothing of what is served.
"""

import errno
import logging
import os
import socket
import ssl
import stat
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import structlog
from aiohttp import web
from aiohttp.http import HttpProcessingError

from gatewayd.http.app import build_app
from gatewayd.http.context import HttpContext
from gatewayd.http.plain import HTTPS_PORT, build_plain_app

_SOCKET_MODE = 0o660
_BACKLOG = 128
_SHUTDOWN_SECONDS = 5.0
# How long a refused body is still read, so that its sender gets to read the refusal.
_LINGERING_SECONDS = 1.0

_log = structlog.get_logger(__name__)


class ListenError(Exception):
    """An address can't be listened on."""

    def __init__(self, *, address: str, reason: str) -> None:
        super().__init__(address, reason)
        self.address = address
        self.reason = reason

    def __str__(self) -> str:
        return f"cannot listen on {self.address}: {self.reason}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Listening:
    """Where the API can be reached."""

    host: str
    port: int
    """The real one, also where 0 was asked for."""
    socket: Path
    encrypted: bool = False
    plain_port: int | None = None
    """Where plain http leads to it."""

    @property
    def url(self) -> str:
        """The address for people and for curl."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{'https' if self.encrypted else 'http'}://{host}:{self.port}"


class _WireLog(logging.LoggerAdapter[logging.Logger]):
    """The HTTP library's log: what is not HTTP is its sender's trouble, no error of ours."""

    def exception(self, msg: object, *args: object, exc_info: Any = True, **more: Any) -> None:
        """Log a malformed request in one line, all else as it is."""
        if isinstance(exc_info, HttpProcessingError):
            _log.info("request_malformed", reason=type(exc_info).__name__, status=exc_info.code)
        else:
            super().exception(msg, *args, exc_info=exc_info, **more)


@asynccontextmanager
async def serve(context: HttpContext) -> AsyncIterator[Listening]:
    """Serve until the block ends; raises ListenError when an address is taken or forbidden.

    At the end running requests have five seconds; `context.stopping` should be set by then, which
    ends the event streams.
    """
    http = context.settings.http
    runner = web.AppRunner(
        build_app(context),
        access_log=None,
        logger=_WireLog(logging.getLogger("aiohttp.server")),
        shutdown_timeout=_SHUTDOWN_SECONDS,
        lingering_time=_LINGERING_SECONDS,
    )
    await runner.setup()
    try:
        unix = _bind_unix(http.socket)
        try:
            await web.SockSite(runner, unix, backlog=_BACKLOG).start()
            tls = None if context.certificates is None else context.certificates.context
            port = await _listen_tcp(runner, http.host, http.port, tls, key="[http] listen")
            async with _plain(context, port) as plain:
                yield Listening(
                    host=http.host,
                    port=port,
                    socket=http.socket,
                    encrypted=tls is not None,
                    plain_port=plain,
                )
        finally:
            # No new connections by the old name while the running ones end.
            http.socket.unlink(missing_ok=True)
    finally:
        await runner.cleanup()


@asynccontextmanager
async def _plain(context: HttpContext, https_port: int) -> AsyncIterator[int | None]:
    """Listen on plain http as well, where that is wanted; gives the port."""
    listen = context.settings.http_tls.plain_listen
    if listen is None:
        yield None
        return
    app = build_plain_app(context)
    app[HTTPS_PORT] = https_port
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=_SHUTDOWN_SECONDS)
    await runner.setup()
    try:
        yield await _listen_tcp(
            runner, listen.host, listen.port, None, key="[http.tls] plain_listen"
        )
    finally:
        await runner.cleanup()


async def _listen_tcp(
    runner: web.AppRunner, host: str, port: int, tls: ssl.SSLContext | None, *, key: str
) -> int:
    site = web.TCPSite(runner, host, port, backlog=_BACKLOG, ssl_context=tls)
    try:
        await site.start()
    except (OSError, OverflowError) as error:
        raise ListenError(address=f"{host}:{port}", reason=_tcp_reason(error, key)) from error
    return int(next(a[1] for a in runner.addresses if isinstance(a, tuple)))


def _tcp_reason(error: OSError | OverflowError, key: str) -> str:
    match getattr(error, "errno", None):
        case errno.EADDRINUSE:
            return f"the port is in use by another program; stop it, or change {key}"
        case errno.EACCES:
            return "the system does not allow it; ports below 1024 are for root"
        case errno.EADDRNOTAVAIL:
            return "this machine does not have that address"
        case _:
            return str(error)


def _bind_unix(path: Path) -> socket.socket:
    """Bind the socket with its mode in force before anybody can connect."""
    address = f"unix:{path}"
    connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        _remove_stale(path)
        former = os.umask(0o777 & ~_SOCKET_MODE)
        try:
            connection.bind(str(path))
        finally:
            os.umask(former)
        connection.setblocking(False)  # noqa: FBT003  # the standard library's own signature
    except OSError as error:
        connection.close()
        reason = error.strerror or str(error)
        raise ListenError(address=address, reason=reason) from error
    except ListenError:
        connection.close()
        raise
    return connection


def _remove_stale(path: Path) -> None:
    """Remove a killed predecessor's socket; refuse if it still answers or is another thing."""
    try:
        mode = path.lstat().st_mode
    except FileNotFoundError:
        return
    if not stat.S_ISSOCK(mode):
        raise ListenError(address=f"unix:{path}", reason="another file is there")
    if _answers(path):
        raise ListenError(address=f"unix:{path}", reason="another gatewayd answers there")
    path.unlink()


def _answers(path: Path) -> bool:
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
        try:
            probe.connect(str(path))
        except ConnectionRefusedError:
            return False
    return True

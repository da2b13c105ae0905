"""HTTP/1.1 by the standard library, on TCP, TLS or a unix socket."""

import http.client
import socket
import ssl
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a gateway listens."""

    host: str = "localhost"
    port: int = 0
    socket_path: Path | None = None
    tls: bool = False

    @property
    def base(self) -> str:
        """The address without a path."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        port = f":{self.port}" if self.port else ""
        return f"http{'s' if self.tls else ''}://{host}{port}"


def place_of(address: str | Path) -> Place:
    """Read `http://host:port`, `https://host:port`, `unix:/path`, or the path of a socket."""
    if isinstance(address, Path):
        return Place(socket_path=address)
    if address.startswith("unix:"):
        return Place(socket_path=Path(address.removeprefix("unix:").removeprefix("//")))
    parts = urlsplit(address)
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.path not in {"", "/"}:
        raise ValueError("the address must be http://host:port, https://host:port or unix:/path")
    tls = parts.scheme == "https"
    return Place(host=parts.hostname, port=parts.port or (443 if tls else 80), tls=tls)


class _UnixConnection(http.client.HTTPConnection):
    """HTTP on a unix socket."""

    def __init__(self, path: Path, *, timeout: float) -> None:
        super().__init__("localhost", timeout=timeout)
        self._path = path

    def connect(self) -> None:
        line = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        line.settimeout(self.timeout)
        try:
            line.connect(str(self._path))
        except BaseException:
            line.close()
            raise
        self.sock = line


def connection_to(
    place: Place, *, connect_seconds: float, context: ssl.SSLContext | None
) -> http.client.HTTPConnection:
    """Make a connection that is not open yet."""
    if place.socket_path is not None:
        return _UnixConnection(place.socket_path, timeout=connect_seconds)
    if place.tls:
        return http.client.HTTPSConnection(
            place.host, place.port, timeout=connect_seconds, context=context
        )
    return http.client.HTTPConnection(place.host, place.port, timeout=connect_seconds)

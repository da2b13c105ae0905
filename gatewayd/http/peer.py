"""Where a request comes from, as far as the connection itself proves it.

Owns the tests for loopback, for the unix socket's peer and for the Host header. Trusts no header
that a client or a proxy could have written.
"""

import os
import pwd
import socket
import struct
from collections.abc import Collection
from functools import lru_cache
from ipaddress import ip_address

from aiohttp import web

# What reverse proxies add. One of them is enough: the real client is somewhere else.
_FORWARDING_HEADERS = (
    "Forwarded",
    "Via",
    "X-Forwarded-For",
    "X-Forwarded-Host",
    "X-Forwarded-Proto",
    "X-Real-IP",
)
_UCRED = struct.Struct("3i")  # struct ucred: pid, uid, gid (unix(7))


def is_forwarded(request: web.Request) -> bool:
    """Whether somebody passed this request on."""
    return any(name in request.headers for name in _FORWARDING_HEADERS)


def is_on_this_machine(request: web.Request) -> bool:
    """Whether the client itself runs here; a forwarded request never counts."""
    if is_forwarded(request):
        return False
    if _unix_socket(request) is not None:
        return True
    peer = _address(request, "peername")
    return peer is not None and _is_loopback(peer)


def address_of(request: web.Request) -> str | None:
    """Give the address at the other end of the connection; None on the unix socket."""
    found = _address(request, "peername")
    return None if found is None else found.partition("%")[0]


def administrator_uid(request: web.Request) -> int | None:
    """Give the uid behind a unix socket when it is root's or our own, else None."""
    connection = _unix_socket(request)
    if connection is None or is_forwarded(request):
        return None
    uid = _peer_uid(connection)
    return uid if uid in {0, os.getuid()} else None


def _peer_uid(connection: socket.socket) -> int:
    raw = connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, _UCRED.size)
    return int(_UCRED.unpack(raw)[1])


def user_name(uid: int) -> str:
    """Name an account for people."""
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return f"uid {uid}"


def is_our_host(
    request: web.Request, allowed_hosts: Collection[str], *, called: str | None = None
) -> bool:
    """Whether ``Host`` names this listener or is configured; else it may be DNS rebinding.

    ``called`` is the name by which a trusted proxy was called, which counts instead. The address
    that the client connected to is always right, whatever the port: rebinding needs a name.
    """
    if _unix_socket(request) is not None:
        return True
    values = request.headers.getall("Host", []) if called is None else [called]
    # A target that names its own host is meant for a proxy (RFC 9112 §3.2.2), which this is not.
    if len(values) != 1 or not request.raw_path.startswith("/"):
        return False
    host = host_name(values[0])
    if host is None:
        return False
    if host in {name.lower() for name in allowed_hosts}:
        return True
    local = _address(request, "sockname")
    if local is None:
        return False
    if host == "localhost":
        return _is_loopback(local)
    return _same_address(host, local)


def host_name(value: str) -> str | None:
    """Give the name or address in a Host header (RFC 9110 §7.2), lower case; None if malformed."""
    host, bracket, rest = value.strip().lower().rpartition("]")
    if bracket:
        return host[1:] if host.startswith("[") and _is_port(rest) else None
    name, colon, port = rest.partition(":")
    return name.rstrip(".") if name and _is_port(colon + port) else None


def _is_port(text: str) -> bool:
    return text in {"", ":"} or (text.startswith(":") and text[1:].isdecimal())


def _unix_socket(request: web.Request) -> socket.socket | None:
    transport = request.transport
    connection = None if transport is None else transport.get_extra_info("socket")
    is_unix = connection is not None and connection.family == socket.AF_UNIX
    return connection if is_unix else None


def _address(request: web.Request, which: str) -> str | None:
    transport = request.transport
    name = None if transport is None else transport.get_extra_info(which)
    return str(name[0]) if isinstance(name, tuple) and name else None


def _is_loopback(address: str) -> bool:
    parsed = ip_address(address)
    mapped = getattr(parsed, "ipv4_mapped", None)
    return bool((mapped or parsed).is_loopback)


@lru_cache(maxsize=64)  # asked at each request, of the few addresses that this machine has
def _same_address(host: str, local: str) -> bool:
    try:
        parsed = ip_address(host)
    except ValueError:
        return False
    mine = ip_address(local)
    return parsed == (getattr(mine, "ipv4_mapped", None) or mine) or parsed == mine

"""Who asks, and how: the connection's own word, or that of a reverse proxy that is trusted.

Owns which headers of a proxy count and when. Whether a request is from this machine is never asked
here: a forwarded one is not (:mod:`gatewayd.http.peer`).
"""

from collections.abc import Collection
from dataclasses import dataclass
from ipaddress import ip_address

from aiohttp import web

from config.hosts import Network
from gatewayd.http import peer


@dataclass(frozen=True, slots=True, kw_only=True)
class Client:
    """As far as it is known. ``address`` is None on the unix socket."""

    address: str | None
    encrypted: bool
    """Whether nobody can read along from the client to us, or to the proxy before us."""

    host: str | None
    """By which name a trusted proxy was called, where it says so; None: by our own ``Host``."""


CLIENT = web.RequestKey("client", Client)


def client_of(request: web.Request, proxies: Collection[Network]) -> Client:
    """Tell who asks; headers count only from an address that is named as a proxy's."""
    address = peer.address_of(request)
    if address is None or not _is_in(address, proxies):
        return Client(address=address, encrypted=request.secure, host=None)
    proto = _last(request, "X-Forwarded-Proto")
    return Client(
        address=_origin(request, proxies) or address,
        encrypted=request.secure if proto is None else proto.lower() == "https",
        host=_last(request, "X-Forwarded-Host"),
    )


def _origin(request: web.Request, proxies: Collection[Network]) -> str | None:
    """Give the nearest address that is not a proxy's: what stands before it anybody can write."""
    named = ",".join(request.headers.getall("X-Forwarded-For", [])).split(",")
    for text in reversed([each.strip() for each in named]):
        try:
            address = str(ip_address(text))
        except ValueError:
            return None
        if not _is_in(address, proxies):
            return address
    return None


def _last(request: web.Request, header: str) -> str | None:
    """Give what the proxy that is next to us wrote: the last of a list."""
    values = request.headers.getall(header, [])
    return values[-1].rpartition(",")[2].strip() or None if values else None


def _is_in(address: str, networks: Collection[Network]) -> bool:
    if not networks:
        return False
    found = ip_address(address)
    mapped = getattr(found, "ipv4_mapped", None) or found
    return any(mapped in network for network in networks)

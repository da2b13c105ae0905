"""Where webhooks may go: public addresses, and what IT has allowed of its own networks.

The check is made on the address that is connected to, not on the name: what a name resolves to
may change between two looks (DNS rebinding).
"""

import socket
from collections.abc import Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from urllib.parse import urlsplit

from aiohttp.abc import AbstractResolver, ResolveResult
from aiohttp.resolver import ThreadedResolver

Network = IPv4Network | IPv6Network
Address = IPv4Address | IPv6Address


class ForbiddenTargetError(OSError):
    """Every address of this host lies in a network that webhooks may not reach."""

    def __init__(self, host: str) -> None:
        super().__init__(
            f"{host} is an address of this machine or of a private network; "
            "[webhooks] allowed_networks does not name it"
        )


class Targets:
    """The rule about addresses."""

    def __init__(self, allowed: Sequence[Network]) -> None:
        self._allowed = tuple(allowed)

    def may_reach(self, address: Address) -> bool:
        """Whether a request may go to this address."""
        mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
        address = mapped or address
        public = address.is_global and not address.is_multicast
        return public or any(address in network for network in self._allowed)

    def why_not(self, url: str) -> str | None:
        """Say why this URL cannot be a webhook's; None where it can, as far as can be seen now."""
        try:
            parts = urlsplit(url)
            port, host = parts.port, parts.hostname
        except ValueError as error:
            return f"is no URL: {error}"
        if parts.scheme not in {"http", "https"} or not host or port == 0:
            return "must begin with https:// or http:// and name a host"
        if parts.username is not None or parts.password is not None:
            return "must not hold a user or password; the signature proves who sends"
        if not url.isascii() or any(sign.isspace() or not sign.isprintable() for sign in url):
            return "may only hold printable ASCII characters"
        literal = _literal(host)
        if literal is not None and not self.may_reach(literal):
            return str(ForbiddenTargetError(host))
        return None


class GuardedResolver(AbstractResolver):
    """Resolves names to the addresses that may be reached."""

    def __init__(self, targets: Targets) -> None:
        self._targets = targets
        self._inner = ThreadedResolver()

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        """Give what may be reached; raises ForbiddenTargetError where nothing may, and OSError."""
        found = await self._inner.resolve(host, port, family)
        fit = [one for one in found if self._targets.may_reach(ip_address(one["host"]))]
        if not fit:
            raise ForbiddenTargetError(host)
        return fit

    async def close(self) -> None:
        """Let go of what the resolver holds."""
        await self._inner.close()


def _literal(host: str) -> Address | None:
    try:
        return ip_address(host)
    except ValueError:
        return None

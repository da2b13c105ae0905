"""By which names and addresses this machine can be reached in its own network.

Owns asking the kernel. Must not know what the answer is for.
"""

import fcntl
import socket
import struct
from ipaddress import IPv4Address, IPv6Address, ip_address
from pathlib import Path

Address = IPv4Address | IPv6Address

_SIOCGIFADDR = 0x8915  # netdevice(7): the first IPv4 address of an interface
_IFREQ = struct.Struct("16s24x")
_V6 = Path("/proc/self/net/if_inet6")
_GLOBAL_SCOPE = "00"


def host_names() -> tuple[str, ...]:
    """Give the name, and the one that phones find without a name server (mDNS)."""
    name = socket.gethostname().lower().partition(".")[0]
    return (name, f"{name}.local")


def lan_addresses() -> tuple[Address, ...]:
    """List the addresses of this machine but those of loopback, the one that leads out first."""
    found = [*_outward(), *_interfaces(), *_v6()]
    return tuple(dict.fromkeys(one for one in found if not one.is_loopback))


def _outward() -> list[Address]:
    """Ask which address a packet to the outside would carry; none is sent."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))  # RFC 5737: an address that nobody has
        except OSError:
            return []  # no way out: a network without a router
        return [ip_address(probe.getsockname()[0])]


def _interfaces() -> list[Address]:
    found: list[Address] = []
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asked:
        for _, name in socket.if_nameindex():
            try:
                answer = fcntl.ioctl(asked, _SIOCGIFADDR, _IFREQ.pack(name.encode()))
            except OSError:
                continue  # an interface without an IPv4 address
            found.append(ip_address(answer[20:24]))
    return found


def _v6() -> list[Address]:
    try:
        lines = _V6.read_text(encoding="ascii").splitlines()
    except OSError:
        return []  # a machine without IPv6
    fields = (line.split() for line in lines)
    return [ip_address(bytes.fromhex(row[0])) for row in fields if row[3] == _GLOBAL_SCOPE]

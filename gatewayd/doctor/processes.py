"""Who runs, who holds a device, who listens: as far as /proc shows it to us.

Another user's open files are root's to see; what could not be looked into is said (``unseen``).
"""

import sys
from collections import defaultdict
from collections.abc import Collection, Iterator
from ipaddress import IPv4Address, IPv6Address, ip_address
from pathlib import Path

from config.values import Listen
from gatewayd.doctor.facts import Process, ProcessFacts

_LISTENING = "0A"
_MODEM_MANAGER = "ModemManager"


def look(
    root: Path, *, devices: Collection[str], listen: Listen | None, own: Collection[int]
) -> ProcessFacts:
    """Look for holders of ``devices`` and of the address; ``own`` are pids that do not count."""
    inode = None if listen is None else _listener(root / "proc/net", listen)
    holders: dict[str, list[Process]] = defaultdict(list)
    modem_manager = http_holder = None
    unseen = False
    for process, folder in _processes(root / "proc"):
        if process.name == _MODEM_MANAGER:
            modem_manager = process
        if process.pid in own:
            continue
        targets = _open_files(folder / "fd")
        unseen = unseen or targets is None
        for device in (targets or set()) & set(devices):
            holders[device].append(process)
        if inode is not None and f"socket:[{inode}]" in (targets or ()):
            http_holder = process
    return ProcessFacts(
        modem_manager=modem_manager,
        holders={device: tuple(found) for device, found in holders.items()},
        unseen=unseen,
        http_taken=inode is not None,
        http_holder=http_holder,
    )


def _processes(proc: Path) -> Iterator[tuple[Process, Path]]:
    if not proc.is_dir():
        return
    for folder in sorted(proc.iterdir()):
        if folder.name.isdecimal():
            try:
                name = (folder / "comm").read_text(encoding="utf-8", errors="replace").strip()
            except OSError:
                continue  # it has ended
            yield Process(pid=int(folder.name), name=name), folder


def _open_files(folder: Path) -> set[str] | None:
    """What a process has open; None where we may not look."""
    found: set[str] = set()
    try:
        for link in folder.iterdir():
            found.add(str(link.readlink()))
    except PermissionError:
        return None
    except OSError:
        return found  # it ended, or closed one while we looked
    return found


def _listener(net: Path, listen: Listen) -> str | None:
    """The inode of the socket that listens where we want to; None where nobody does."""
    if listen.port == 0:
        return None
    wanted = ip_address("127.0.0.1" if listen.host == "localhost" else listen.host)
    for name in ("tcp", "tcp6"):
        try:
            rows = (net / name).read_text(encoding="ascii").splitlines()[1:]
        except OSError:
            continue  # a machine without IPv6
        for row in rows:
            local, state, inode = (row.split()[index] for index in (1, 3, 9))
            address, _, port = local.partition(":")
            if (
                state == _LISTENING
                and int(port, 16) == listen.port
                and _collide(_address(address), wanted)
            ):
                return inode
    return None


def _address(digits: str) -> IPv4Address | IPv6Address:
    """Read the kernel's notation: 32-bit words in the machine's own order."""
    raw = bytes.fromhex(digits)
    step = -1 if sys.byteorder == "little" else 1
    address = ip_address(b"".join(raw[at : at + 4][::step] for at in range(0, len(raw), 4)))
    if isinstance(address, IPv6Address) and address.ipv4_mapped is not None:
        return address.ipv4_mapped
    return address


def _collide(held: IPv4Address | IPv6Address, wanted: IPv4Address | IPv6Address) -> bool:
    # "::" takes IPv4 too, unless told otherwise.
    if held.is_unspecified or wanted.is_unspecified:
        return held.version == wanted.version or (held.version == 6 and held.is_unspecified)  # noqa: PLR2004 - IPv6
    return held == wanted

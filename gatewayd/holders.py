"""What most likely holds a port that is busy, in words for the modem's reason.

The daemon is not root: it sees other users' programs, but not what they have open.
"""

import os
from pathlib import Path

from gatewayd.doctor import processes
from gatewayd.doctor.facts import ProcessFacts

MACHINE = Path("/")


def seen_holding(device: str, *, root: Path = MACHINE) -> str | None:
    """Name the programs that have a device open, as far as they can be seen; reads /proc."""
    seen = processes.look(root, devices={device}, listen=None, own=(os.getpid(),))
    return _holders(seen, device)


def who_holds(device: str, *, root: Path = MACHINE) -> str:
    """Say why a device that is busy cannot be had. Reads /proc, so it may block a little."""
    seen = processes.look(root, devices={device}, listen=None, own=(os.getpid(),))
    holders = _holders(seen, device)
    if holders is not None:
        return f"another program holds the port: {holders}"
    if seen.modem_manager is not None:
        return f"another program holds the port, most likely {seen.modem_manager}"
    return "another program holds the port; `sudo gatewayd doctor` names it"


def _holders(seen: ProcessFacts, device: str) -> str | None:
    return ", ".join(map(str, seen.holders.get(device, ()))) or None

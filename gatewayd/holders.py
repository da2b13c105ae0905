"""What most likely holds a port that is busy, in words for the modem's reason.

The daemon is not root: it sees other users' programs, but not what they have open.
"""

import os
from pathlib import Path

from gatewayd.doctor import processes

MACHINE = Path("/")


def who_holds(device: str, *, root: Path = MACHINE) -> str:
    """Say why a device cannot be had. Reads /proc, so it may block a little."""
    seen = processes.look(root, devices={device}, listen=None, own=(os.getpid(),))
    holders = ", ".join(map(str, seen.holders.get(device, ())))
    if holders:
        return f"another program holds the port: {holders}"
    if seen.modem_manager is not None:
        return f"another program holds the port, most likely {seen.modem_manager}"
    return "another program holds the port; `sudo gatewayd doctor` names it"

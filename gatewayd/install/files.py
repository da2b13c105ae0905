"""The files that make gatewayd a service: where they lie, where they go, which program they name.

Owns the list. The Debian package installs the same files by Debian's own tools.
"""

import sys
import sysconfig
from dataclasses import dataclass
from pathlib import Path

_SHIPPED = "share/gatewayd/systemd"
_BUILT_FOR = "/opt/gatewayd/bin/gatewayd"
_RESET_PROGRAM = "/usr/local/libexec/gatewayd-usb-reset"
PACKAGED_UNIT = Path("lib/systemd/system/gatewayd.service")
"""There when the Debian package is installed (on a merged /usr too)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceFile:
    """One file, whole, and its place below the root folder."""

    place: Path
    text: str
    mode: int = 0o644


_UNITS = (
    "gatewayd.service",
    "gatewayd-backup.service",
    "gatewayd-backup-carry.service",
    "gatewayd-backup.timer",
    "gatewayd-usb-reset.path",
    "gatewayd-usb-reset.service",
)
_PLACES = {
    "gatewayd.sysusers": "etc/sysusers.d/gatewayd.conf",
    "gatewayd.tmpfiles": "etc/tmpfiles.d/gatewayd.conf",
    "gatewayd-usb.tmpfiles.conf": "etc/tmpfiles.d/gatewayd-usb.conf",
    "gatewayd.modules-load": "etc/modules-load.d/gatewayd.conf",
    "60-gatewayd.rules": "etc/udev/rules.d/60-gatewayd.rules",
    **{unit: f"etc/systemd/system/{unit}" for unit in _UNITS},
}
ENABLED = ("gatewayd-usb-reset.path", "gatewayd-backup.timer", "gatewayd.service")
"""What is started now and at each boot, the gateway last."""


def shipped_folder() -> Path | None:
    """Where this installation keeps the files; None where it came without them."""
    beside_sources = Path(__file__).parents[2] / "systemd"
    for folder in (Path(sysconfig.get_path("data")) / _SHIPPED, beside_sources):
        if (folder / "gatewayd.service").is_file():
            return folder
    return None


def this_program() -> Path:
    """The `gatewayd` that runs, as a unit has to name it."""
    return Path(sys.prefix) / "bin" / "gatewayd"


def service_files(folder: Path, program: Path) -> list[ServiceFile]:
    """Read the shipped files, with ``program`` in the place of the one they were written for."""
    found = [
        ServiceFile(
            place=Path(place),
            text=(folder / name).read_text(encoding="utf-8").replace(_BUILT_FOR, str(program)),
        )
        for name, place in _PLACES.items()
    ]
    reset = Path(__file__).parents[2] / "modem" / "usb_reset.py"
    found.append(
        ServiceFile(
            place=Path(_RESET_PROGRAM.lstrip("/")),
            text=reset.read_text(encoding="utf-8"),
            mode=0o755,
        )
    )
    return found

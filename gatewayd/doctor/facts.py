"""What the doctor knows before it judges: plain values, so that every check is a pure function.

Owns the types. Knows neither where the facts come from nor what they mean.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from config.schema import Settings
from storage.checkup import Checkup, Unreadable


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfigFacts:
    """The configuration file; ``settings`` is None where it cannot be used."""

    file: Path | None
    settings: Settings | None = None
    problems: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    pins: Mapping[str, str] = field(default_factory=dict)
    """By the modem's name: why its PIN cannot be read."""
    certificate: tuple[str, ...] = ()
    """What is wrong with the listener's certificate."""


class Standing(StrEnum):
    """What became of asking the daemon."""

    RUNNING = "running"
    STOPPED = "stopped"
    SILENT = "silent"
    FORBIDDEN = "forbidden"
    NOT_ASKED = "not_asked"
    """Without a configuration nobody knows where it would be."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ModemFacts:
    """One modem as the daemon tells it (CONTRACT.md "Modems")."""

    name: str
    state: str
    reason: str = ""
    registration: str | None = None
    operator: str | None = None
    iccid: str | None = None
    signal_dbm: int | None = None
    queue: int = 0
    store_used: int | None = None
    store_size: int | None = None
    muted: bool = False
    paused: str | None = None
    """What the network said last, where too many messages in a row were refused."""
    limits: Mapping[str, int] = field(default_factory=dict)
    incidents: tuple[str, ...] = ()
    """Those that are still open, in words."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DaemonFacts:
    """The daemon's answers, or what was in the way of asking."""

    standing: Standing
    said: str = ""
    version: str | None = None
    store_trouble: str | None = None
    modems: tuple[ModemFacts, ...] = ()
    modems_json: tuple[Mapping[str, object], ...] = ()
    """As it answered, for the support file."""
    unknown_messages: int = 0
    """Messages of which nobody knows whether they were sent; of very many, the newest 200."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stick:
    """One USB device. ``id`` is ``vid:pid`` in small hex digits."""

    place: str
    id: str
    name: str
    ttys: tuple[str, ...] = ()
    classes: frozenset[tuple[str, str, str]] = frozenset()
    """Class, subclass and protocol of each interface, two hex digits each."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PortFacts:
    """One tty; ``real`` is the device node behind a link. Not present: nothing is there."""

    path: str
    real: str
    present: bool = True
    accessible: bool = True
    """Whether the daemon's user may open it."""
    group: str = ""
    mode: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Process:
    """A running program."""

    pid: int
    name: str

    def __str__(self) -> str:
        """As people look for it."""
        return f"{self.name} ({self.pid})"


@dataclass(frozen=True, slots=True, kw_only=True)
class ProcessFacts:
    """Who runs, who holds which device, who listens."""

    modem_manager: Process | None = None
    holders: Mapping[str, tuple[Process, ...]] = field(default_factory=dict)
    """By device node; the daemon itself is left out."""
    unseen: bool = False
    """Some processes are not ours to look into: an empty ``holders`` proves nothing."""
    http_taken: bool = False
    http_holder: Process | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FolderFacts:
    """The data folder, or the nearest folder above it where it is not made yet."""

    path: Path
    writable: bool
    owner: str
    mode: int
    foreign: tuple[str, ...] = ()
    """Files in it that the daemon's user may not write."""
    free_bytes: int
    total_bytes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """All of it."""

    config: ConfigFacts
    daemon: DaemonFacts
    sticks: tuple[Stick, ...] = ()
    ports: Mapping[str, PortFacts] = field(default_factory=dict)
    """By the path that the configuration or sysfs names."""
    processes: ProcessFacts = field(default_factory=ProcessFacts)
    usb_helper: bool = True
    """Whether the helper for a USB reset is installed."""
    user: str = ""
    """The user that the daemon runs as."""
    folder: FolderFacts | None = None
    database: Checkup | Unreadable | None = None
    database_file: Path | None = None
    last_backup_ms: int | None = None
    now_ms: int
    version: str

"""The support file: what a helper needs to see, without a customer's number or words in it.

Owns what goes in. Events carry ids and states only, and all the rest is masked as a whole.
"""

import json
import os
import platform
import zipfile
from collections.abc import Mapping, Sequence
from importlib import metadata
from pathlib import Path
from types import MappingProxyType
from typing import Any

from gatewayd.clock import to_rfc3339
from gatewayd.doctor.facts import DaemonFacts
from gatewayd.doctor.masking import masked
from gatewayd.troubles.folder import FOLDER, newest
from storage.changes import Change
from storage.checkup import sqlite_version

EVENTS_KEPT = 500

_SAFE_FACTS = frozenset(
    {"id", "state", "modem", "code", "reason", "outcome", "step", "helped", "seconds", "cure"}
)
"""Of an event: never a number, never a text."""

_LIBRARIES = ("aiohttp", "aiosqlite", "alembic", "pydantic", "pyserial", "sqlalchemy", "structlog")
_MODE = 0o600


RECORDINGS_KEPT = 5
RECORDING_BYTES = 1_000_000


def write(
    target: Path, parts: Mapping[str, Any], recordings: Mapping[str, str] = MappingProxyType({})
) -> None:
    """Write the parts, each as masked JSON, and the recordings, which are masked already.

    Raises FileExistsError and other OSErrors.
    """
    descriptor = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, _MODE)
    with (
        os.fdopen(descriptor, "wb") as file,
        zipfile.ZipFile(file, "w", compression=zipfile.ZIP_DEFLATED) as bundle,
    ):
        for name, value in parts.items():
            document = json.dumps(masked(value), ensure_ascii=False, indent=2)
            bundle.writestr(f"{name}.json", f"{document}\n")
        for name, text in recordings.items():
            bundle.writestr(f"{FOLDER}/{name}", text)


def versions(version: str, daemon: DaemonFacts) -> dict[str, str | None]:
    """What runs here."""
    return {
        "gatewayd": version,
        "daemon": daemon.version,
        "python": platform.python_version(),
        "system": platform.platform(),
        "sqlite": sqlite_version(),
        **{name: metadata.version(name) for name in _LIBRARIES},
    }


def recordings(data_dir: Path) -> dict[str, str]:
    """The newest recordings of troubles, by name; one that cannot be read says so."""
    found = {}
    for file in newest(data_dir, RECORDINGS_KEPT):
        try:
            with file.open("rb") as opened:
                found[file.name] = opened.read(RECORDING_BYTES).decode("ascii", errors="replace")
        except OSError as error:
            found[file.name] = f"# cannot be read: {error.strerror}\n"
    return found


def events(changes: Sequence[Change]) -> list[dict[str, Any]]:
    """Ids, types, times and states."""
    return [
        {
            "id": change.id,
            "type": change.type,
            "created_at": to_rfc3339(change.created_at_ms),
            "data": {key: value for key, value in change.data.items() if key in _SAFE_FACTS},
        }
        for change in changes
    ]

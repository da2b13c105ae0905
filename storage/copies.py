"""Owns knowing which copies of the store there may be, so that an erasure can name them.

A line for each backup, written by whoever made it, in the data folder; and the copies that upgrades
and restores leave there. Blocking.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from storage.engine import FILE_NAME

LIST_NAME = "backups.jsonl"
_ASIDE = (f"{FILE_NAME}.before-*", f"{FILE_NAME}.replaced-*")


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownCopy:
    """A copy that was made at a time (UTC milliseconds); it may have been moved since."""

    path: str
    made_at_ms: int


def remember(data_dir: Path, copy: Path, *, now_ms: int) -> None:
    """Write down that a backup was made. Raises OSError."""
    line = json.dumps({"path": str(copy.absolute()), "made_at_ms": now_ms})
    with (data_dir / LIST_NAME).open("a", encoding="utf-8") as file:
        file.write(line + "\n")


def made_since(data_dir: Path, since_ms: int) -> list[KnownCopy]:
    """List the copies that may hold what came in since then, the newest first. Raises OSError."""
    found = {copy.path: copy for copy in (*_listed(data_dir), *_aside(data_dir))}
    newest_first = sorted(found.values(), key=lambda copy: copy.made_at_ms, reverse=True)
    return [copy for copy in newest_first if copy.made_at_ms >= since_ms]


def last_backup_ms(data_dir: Path) -> int | None:
    """When the newest backup was made; None where none ever was. Raises OSError."""
    return max((copy.made_at_ms for copy in _listed(data_dir)), default=None)


def _listed(data_dir: Path) -> Iterator[KnownCopy]:
    try:
        lines = (data_dir / LIST_NAME).read_text(encoding="utf-8", errors="replace").splitlines()
    except FileNotFoundError:
        return
    for line in lines:
        try:
            written = json.loads(line)
            yield KnownCopy(path=str(written["path"]), made_at_ms=int(written["made_at_ms"]))
        except (ValueError, KeyError, TypeError):
            continue  # half a line, of a disk that was full: the file is for people


def _aside(data_dir: Path) -> Iterator[KnownCopy]:
    for pattern in _ASIDE:
        for path in data_dir.glob(pattern):
            yield KnownCopy(path=str(path), made_at_ms=path.stat().st_mtime_ns // 1_000_000)

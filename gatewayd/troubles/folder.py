"""The folder of recordings, ``troubles`` in the data folder: one file for each incident.

Owns the files' names, their number and age, and that a disk in trouble costs a recording and no
more: all of it happens in a thread, a file at a time, while whoever asked has long gone on.
"""

import asyncio
import os
from collections import deque
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

import structlog

from gatewayd.barrier import contained
from gatewayd.clock import Clock

FOLDER = "troubles"
SUFFIX = ".at"
MAX_FILES = 50
MAX_AGE_MS = 30 * 86_400_000
MAX_WAITING = 32
"""So many portions wait for a slow disk; what comes then is not recorded."""

FINISH_SECONDS = 2.0

Lines = Callable[[], Sequence[str]]

_log = structlog.get_logger(__name__)


def newest(data_dir: Path, count: int | None = None) -> list[Path]:
    """The recordings, the newest first; raises OSError."""
    files = sorted((data_dir / FOLDER).glob(f"inc_*{SUFFIX}"), reverse=True)
    return files[:count]  # ids ascend with time


class Folder:
    """Writes what it is given, in that order."""

    def __init__(self, data_dir: Path, *, clock: Clock) -> None:
        self._path = data_dir / FOLDER
        self._clock = clock
        self._waiting: deque[tuple[str, Lines]] = deque()
        self._asked = asyncio.Event()
        self._idle = asyncio.Event()
        self._names: frozenset[str] = frozenset()

    def name_of(self, incident_id: str) -> str | None:
        """The name of an incident's file; None where there is none."""
        name = incident_id + SUFFIX
        return name if name in self._names else None

    def write(self, incident_id: str, lines: Lines) -> None:
        """Begin an incident's file, or add to it; ``lines`` is called in the thread that writes."""
        if len(self._waiting) >= MAX_WAITING:
            _log.error("recording_not_written", incident=incident_id, reason="the disk is slow")
            return
        self._waiting.append((incident_id, lines))
        self._idle.clear()
        self._asked.set()

    async def run(self) -> None:
        """Write until cancelled."""
        await contained(self._look, "recordings_not_listed")
        while True:
            self._asked.clear()
            while self._waiting:
                incident_id, lines = self._waiting[0]
                unit = partial(self._write, incident_id, lines)
                await contained(unit, "recording_not_written", incident=incident_id)
                self._waiting.popleft()
            self._idle.set()
            await self._asked.wait()

    async def written(self) -> None:
        """Wait until all that was given is on the disk, or has failed."""
        if self._waiting:
            await self._idle.wait()

    async def finish(self) -> None:
        """Wait for that, but no longer than an end of the daemon may take."""
        try:
            async with asyncio.timeout(FINISH_SECONDS):
                await self.written()
        except TimeoutError:
            _log.error("recording_not_written", reason="the disk is slow")

    async def _look(self) -> None:
        self._names = await asyncio.to_thread(self._tidy)

    async def _write(self, incident_id: str, lines: Lines) -> None:
        try:
            self._names = await asyncio.to_thread(self._write_now, incident_id + SUFFIX, lines)
        except OSError as error:
            reason = error.strerror or type(error).__name__
            _log.error("recording_not_written", incident=incident_id, reason=reason)

    def _write_now(self, name: str, lines: Lines) -> frozenset[str]:
        self._path.mkdir(mode=0o700, exist_ok=True)
        text = "".join(f"{line}\n" for line in lines())
        flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC | os.O_NOFOLLOW
        descriptor = os.open(self._path / name, flags, 0o600)
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(text)
            file.flush()
            now_ns = self._clock.now_ms() * 1_000_000
            os.utime(descriptor, ns=(now_ns, now_ns))  # its age goes by the clock that judges it
        return self._tidy()

    def _tidy(self) -> frozenset[str]:
        """Remove what is too old or one too many; give the names of what stays."""
        kept: list[str] = []
        for file in newest(self._path.parent):
            aged = self._clock.now_ms() - file.stat().st_mtime_ns // 1_000_000 > MAX_AGE_MS
            if aged or len(kept) >= MAX_FILES:
                file.unlink(missing_ok=True)
            else:
                kept.append(file.name)
        return frozenset(kept)

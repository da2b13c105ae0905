"""Files of contacts between the look at what they would do and the yes to it: in memory, briefly.

A file is its uploader's only; a restart forgets it, and they choose it again.
"""

import secrets
from dataclasses import dataclass

from aiohttp import web

from gatewayd.clock import Clock
from gatewayd.contactfiles.cards import FileFormat

_MOST = 4
_KEPT_MS = 30 * 60_000


@dataclass(frozen=True, slots=True, kw_only=True)
class PendingFile:
    """A file that somebody has shown, and has not said yes to."""

    owner_id: str
    name: str
    data: bytes
    format: FileFormat
    until_ms: int


class PendingFiles:
    """One for each person, and four at most: the oldest goes."""

    def __init__(self, *, clock: Clock) -> None:
        self._clock = clock
        self._files: dict[str, PendingFile] = {}

    def keep(self, data: bytes, *, name: str, format_: FileFormat, owner_id: str) -> str:
        """Keep a file for half an hour; give by what it is asked for."""
        now_ms = self._clock.now_ms()
        kept = {
            key: file
            for key, file in self._files.items()
            if file.owner_id != owner_id and file.until_ms > now_ms
        }
        self._files = dict(list(kept.items())[-(_MOST - 1) :])
        key = secrets.token_urlsafe(16)
        self._files[key] = PendingFile(
            owner_id=owner_id, name=name, data=data, format=format_, until_ms=now_ms + _KEPT_MS
        )
        return key

    def get(self, key: str, *, owner_id: str) -> PendingFile | None:
        """Give a file of somebody's; None where it is not theirs, or no longer kept."""
        file = self._files.get(key)
        if file is None or file.owner_id != owner_id or file.until_ms <= self._clock.now_ms():
            return None
        return file

    def forget(self, key: str) -> None:
        """Let it go."""
        self._files.pop(key, None)


PENDING_FILES = web.AppKey("pending_files", PendingFiles)

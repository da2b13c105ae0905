"""The store as the memory of where a modem was found last; see ``modem.known``.

All of it is a hint: where the store does not answer, or holds what another version wrote, the
modem is looked for as if it were new.
"""

import json
from dataclasses import asdict

import structlog

from modem.known import KnownStick
from storage import sticks
from storage.engine import Store
from storage.errors import StoreUnavailable

_log = structlog.get_logger(__name__)


class StoredSticks:
    """Implements ``modem.known.StickMemory``."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def recall(self, modem: str) -> KnownStick | None:
        """What was remembered last; None where nobody can say."""
        try:
            async with self._store.read() as tx:
                found = await sticks.recall(tx, modem)
        except StoreUnavailable as error:
            _log.error("store_unavailable", reason=error.reason)
            return None
        try:
            return None if found is None else KnownStick(**json.loads(found))
        except (ValueError, TypeError):
            _log.info("stick_forgotten", modem=modem, why="written by another version")
            return None

    async def remember(self, modem: str, known: KnownStick) -> None:
        """Keep it, as far as the store answers."""
        value = json.dumps(asdict(known)).encode()
        try:
            async with self._store.write() as tx:
                await sticks.remember(tx, modem=modem, value=value)
        except StoreUnavailable as error:
            _log.error("store_unavailable", reason=error.reason)

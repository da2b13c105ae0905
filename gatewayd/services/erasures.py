"""Erasing a contact at their request: in the store, in its files, and told honestly."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

import structlog
from sqlalchemy.ext.asyncio import AsyncConnection

from config.schema import Settings
from gatewayd.bus import Bus, Topic
from gatewayd.clock import Clock
from gatewayd.services.conversations import author_of
from gatewayd.services.ranks import REACHES_FURTHER, Forbidden
from gatewayd.services.tokens import Principal
from storage.compacting import Compacted
from storage.copies import KnownCopy, made_since
from storage.engine import Store
from storage.erasing import Erased, OnItsWay, WouldErase, erase, foretell
from storage.search.forgetting import forget
from storage.sight import lies_elsewhere

_SHORTEST_TEXT = 12
"""Bytes; what is shorter is found in anybody's messages."""

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Erasure:
    """What was done, and where copies from before may lie."""

    done: Erased
    files: Compacted
    backups: Sequence[KnownCopy]


@dataclass(frozen=True, slots=True, kw_only=True)
class Foretold:
    """What an erasure would do, and which copies would still hold it."""

    would: WouldErase
    backups: Sequence[KnownCopy]


class Erasures:
    """One transaction for each, then the files."""

    def __init__(self, *, settings: Settings, store: Store, bus: Bus, clock: Clock) -> None:
        self._data_dir = settings.gateway.data_dir
        self._store = store
        self._bus = bus
        self._clock = clock

    async def foretell(self, contact_id: str) -> Foretold | None:
        """Tell what an erasure would do; None where there is no such contact."""
        async with self._store.read() as tx:
            would = await foretell(tx, contact_id)
        if would is None:
            return None
        backups = await asyncio.to_thread(made_since, self._data_dir, would.since_ms)
        return Foretold(would=would, backups=backups)

    async def erase(
        self, contact_id: str, *, reason: str, by: Principal
    ) -> Erasure | OnItsWay | Forbidden | None:
        """Erase all that is theirs; None where there is no such contact."""
        done = await self._store.shielded(
            partial(self._erase, contact_id, reason, by), takes_long=True
        )
        if not isinstance(done, Erased):
            return done
        self._bus.publish(Topic.JOURNAL, Topic.OUTBOX)
        await forget(self._store)
        files = await self._store.compact(needles_of(done))
        backups = await asyncio.to_thread(made_since, self._data_dir, done.since_ms)
        _log.info("contact_erased", contact=contact_id, messages=done.messages, files=files.value)
        return Erasure(done=done, files=files, backups=backups)

    async def _erase(
        self, contact_id: str, reason: str, by: Principal, tx: AsyncConnection
    ) -> Erased | OnItsWay | Forbidden | None:
        if by.inboxes is not None and await lies_elsewhere(tx, contact_id, by.inboxes):
            return REACHES_FURTHER
        now_ms = self._clock.now_ms()
        return await erase(tx, contact_id, reason=reason, by=author_of(by), now_ms=now_ms)


def needles_of(done: Erased) -> list[bytes]:
    """Tell by which bytes it could still be found: numbers as text and as in a TPDU, long texts."""
    digits = [number.removeprefix("+") for number in done.numbers]
    texts = [text.encode() for text in done.texts]
    return [
        *(each.encode() for each in digits),
        *(semi_octets(each) for each in digits if each.isdecimal()),
        *(text for text in texts if len(text) >= _SHORTEST_TEXT),
    ]


def semi_octets(digits: str) -> bytes:
    """Write digits as an address in a TPDU has them (3GPP TS 23.040 9.1.2.3)."""
    padded = digits + "F" * (len(digits) % 2)
    return bytes.fromhex("".join(padded[at + 1] + padded[at] for at in range(0, len(padded), 2)))

"""Taking away what an inbox has kept for long enough: each day, in short transactions."""

from dataclasses import replace

import structlog

from config.schema import RetentionSettings
from gatewayd.bus import Bus, Topic
from gatewayd.clock import Clock
from storage import retention
from storage.engine import Store
from storage.retention import BATCH, Forgotten
from storage.search.forgetting import forget

_DAY_MS = 86_400_000

_log = structlog.get_logger(__name__)


class Forgetting:
    """Does what ``[retention] messages`` and each inbox say."""

    def __init__(
        self, *, settings: RetentionSettings, store: Store, bus: Bus, clock: Clock
    ) -> None:
        self._settings = settings
        self._store = store
        self._bus = bus
        self._clock = clock

    async def round(self) -> bool:
        """Take away all that is due now; safe to repeat."""
        async with self._store.read() as tx:
            chosen = await retention.kept_days(tx)
        gone = False
        for inbox, days in chosen.items():
            keep_ms = self._keep_ms(days)
            if keep_ms:
                gone |= await self._forget(inbox, self._clock.now_ms() - keep_ms)
        if gone:
            await forget(self._store)
            self._bus.publish(Topic.JOURNAL)
        return True

    def _keep_ms(self, days: int | None) -> int:
        if days is not None:
            return days * _DAY_MS
        kept = self._settings.messages
        return 0 if kept is None else round(kept.total_seconds() * 1000)

    async def _forget(self, inbox: str, before_ms: int) -> bool:
        done = Forgotten()
        now_ms = self._clock.now_ms()
        while ids := await self._due_messages(inbox, before_ms):
            async with self._store.write(takes_long=True) as tx:
                await retention.forget_messages(tx, ids, now_ms=now_ms)
            done = replace(done, messages=done.messages + len(ids))
            if len(ids) < BATCH:
                break
        while seqs := await self._due_notes(inbox, before_ms):
            async with self._store.write(takes_long=True) as tx:
                await retention.forget_notes(tx, seqs)
            done = replace(done, notes=done.notes + len(seqs))
            if len(seqs) < BATCH:
                break
        if done == Forgotten():
            return False
        async with self._store.write() as tx:
            await retention.tell(tx, inbox, done, now_ms=now_ms)
        _log.info("inbox_forgotten", inbox=inbox, messages=done.messages, notes=done.notes)
        return True

    async def _due_messages(self, inbox: str, before_ms: int) -> list[str]:
        async with self._store.read() as tx:
            return await retention.due_messages(tx, inbox, before_ms=before_ms)

    async def _due_notes(self, inbox: str, before_ms: int) -> list[int]:
        async with self._store.read() as tx:
            return await retention.due_notes(tx, inbox, before_ms=before_ms)

"""What managers set for the whole business, read once and kept until it is set anew."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import time
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from gatewayd.bus import Bus, Topic
from gatewayd.clock import Clock
from gatewayd.services.ranks import REACHES_FURTHER, Forbidden
from gatewayd.services.tokens import Principal
from storage import changes, options
from storage.engine import Store


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """As it holds now."""

    mask_numbers: bool = False
    """Agents see the ends of customers' numbers only."""
    daily_digest_at: time | None = None
    """When the daily digest goes, as the shop's clock shows it; None: it does not."""


async def chosen(tx: AsyncConnection) -> Chosen:
    """Read what holds, in a transaction that goes by it."""
    return _chosen(await options.read(tx))


class Options:
    """One daemon has one store, so what it set itself is all there is."""

    def __init__(self, *, store: Store, bus: Bus, clock: Clock) -> None:
        self._store = store
        self._bus = bus
        self._clock = clock
        self._chosen: Chosen | None = None

    async def get(self) -> Chosen:
        """Tell what holds."""
        if self._chosen is None:
            async with self._store.read() as tx:
                self._chosen = await chosen(tx)
        return self._chosen

    async def change(
        self, wanted: Mapping[str, bool | time | None], *, by: Principal
    ) -> Chosen | Forbidden:
        """Set what is given, by the names of :class:`Chosen`; the rest stays as it is."""
        if by.inboxes is not None:
            return REACHES_FURTHER
        now_ms = self._clock.now_ms()
        before = await self.get()
        written = {name: _written(value) for name, value in wanted.items()}
        async with self._store.write() as tx:
            await options.change(tx, written, by=by.id, now_ms=now_ms)
        self._chosen = _chosen(_document(before) | written)
        self._bus.publish(Topic.JOURNAL)
        return self._chosen


def _chosen(found: Mapping[str, Any]) -> Chosen:
    at = found.get("daily_digest_at")
    return Chosen(
        mask_numbers=bool(found.get("mask_numbers", False)),
        daily_digest_at=None if at is None else time.fromisoformat(at),
    )


def _document(chosen: Chosen) -> dict[str, changes.Json]:
    return {field.name: _written(getattr(chosen, field.name)) for field in fields(chosen)}


def _written(value: bool | time | None) -> changes.Json:  # noqa: FBT001 - the value itself
    return value.strftime("%H:%M") if isinstance(value, time) else value

"""What managers set for the whole business, read once and kept until it is set anew."""

from dataclasses import dataclass, replace

from sqlalchemy.ext.asyncio import AsyncConnection

from gatewayd.bus import Bus, Topic
from gatewayd.clock import Clock
from gatewayd.services.tokens import Principal
from storage import options
from storage.engine import Store


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """As it holds now."""

    mask_numbers: bool = False
    """Agents see the ends of customers' numbers only."""


async def chosen(tx: AsyncConnection) -> Chosen:
    """Read what holds, in a transaction that goes by it."""
    found = await options.read(tx)
    return Chosen(mask_numbers=bool(found.get("mask_numbers", False)))


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

    async def set_mask_numbers(self, masked: bool, *, by: Principal) -> Chosen:  # noqa: FBT001 - the value itself
        """Let agents see the ends of numbers only, or all of them."""
        now_ms = self._clock.now_ms()
        before = await self.get()
        async with self._store.write() as tx:
            await options.change(tx, {"mask_numbers": masked}, by=by.id, now_ms=now_ms)
        self._chosen = replace(before, mask_numbers=masked)
        self._bus.publish(Topic.JOURNAL)
        return self._chosen

"""Reads the journal once for all streams that stand at the same place, and words each event once.

Nothing is kept: what was read goes with the last stream that writes it, so that what is erased
meanwhile is told to nobody later.
"""

import asyncio
from collections.abc import Sequence

from gatewayd.http.models.events import Event, event_json
from gatewayd.services.events import Events, Told

MOST_EVENTS = 100
"""In one batch."""


class Batch:
    """Some events in a row, and their frames."""

    def __init__(self, told: Sequence[Told]) -> None:
        self.told = told
        self._frames: dict[str, bytes] = {}

    def frame(self, told: Told) -> bytes:
        """Write one as a server-sent event."""
        found = self._frames.get(told.change.id)
        if found is None:
            found = self._frames[told.change.id] = frame_of(event_json(told))
        return found


def frame_of(event: Event) -> bytes:
    """Write an event as a server-sent one."""
    return f"id: {event.id}\nevent: {event.type}\ndata: {event.model_dump_json()}\n\n".encode()


class SharedReading:
    """The readings that run now."""

    def __init__(self) -> None:
        self._running: dict[str | None, asyncio.Future[Batch | None]] = {}

    async def after(self, events: Events, position: str | None) -> Batch:
        """Give what follows ``position``; raises CursorExpired and StoreUnavailable.

        All that was committed before the call is in it, or fits in no batch.
        """
        if (joined := self._running.get(position)) is not None:
            await asyncio.wait({joined})
            batch = joined.result()
            # An empty one may have begun before the commit that this reader has heard of.
            if batch is not None and batch.told:
                return batch
            if (later := self._running.get(position)) is not None:
                await asyncio.wait({later})
                if (batch := later.result()) is not None:
                    return batch
        return await self._read(events, position)

    async def _read(self, events: Events, position: str | None) -> Batch:
        reading: asyncio.Future[Batch | None] = asyncio.get_running_loop().create_future()
        if position not in self._running:
            self._running[position] = reading
        batch: Batch | None = None
        try:
            batch = Batch(await events.after(position, limit=MOST_EVENTS))
            return batch
        finally:
            # Cancelled or failed, it gives nothing, and who has waited for it reads by itself.
            reading.set_result(batch)
            if self._running.get(position) is reading:
                del self._running[position]

"""Voice calls that nobody could take: each belongs to a conversation, and is journalled.

A call is told once and is kept by no modem. So what cannot be committed while the store is away is
kept here until it answers; the modem goes on meanwhile.
"""

import asyncio
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import structlog
from sqlalchemy.ext.asyncio import AsyncConnection

from config.schema import ModemSettings
from gatewayd.barrier import contained
from gatewayd.bus import Bus, Topic
from gatewayd.clock import Clock
from gatewayd.insisting import STORE_RETRY_SECONDS
from gatewayd.line import Line
from gatewayd.numbers import canonical
from gatewayd.replies import Replies
from storage import changes
from storage.engine import Store
from storage.errors import StoreUnavailable

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class _Call:
    number: str | None
    line: Line
    at_ms: int


class MissedCalls:
    """The missed calls of one modem."""

    def __init__(
        self,
        *,
        store: Store,
        bus: Bus,
        clock: Clock,
        modem: ModemSettings,
        line: Callable[[], Line],
        country: str | None,
        replies: Replies,
    ) -> None:
        self._store = store
        self._bus = bus
        self._clock = clock
        self._modem = modem
        self._line = line
        self._country = country
        self._replies = replies
        self._kept: deque[_Call] = deque()
        self._left = asyncio.Event()
        self._one_at_a_time = asyncio.Lock()

    async def rang(self, number: str | None) -> None:
        """Commit a call, or keep it until the store answers."""
        self._kept.append(_Call(number, self._line(), self._clock.now_ms()))
        await self.commit()

    async def commit(self) -> None:
        """Commit what is kept, the oldest first, as far as the store takes it."""
        async with self._one_at_a_time:
            while self._kept:
                one = partial(self._store.shielded, partial(self._record, self._kept[0]))
                try:
                    # An error of ours would be met again at each try, and the next calls wait.
                    await contained(one, "missed_call_failed", modem=self._modem.name)
                except StoreUnavailable as error:
                    _log.error("store_unavailable", reason=error.reason)
                    self._left.set()
                    return
                self._kept.popleft()
                self._bus.publish(Topic.JOURNAL, Topic.OUTBOX)

    async def keep(self) -> None:
        """Try again while something is left; runs until cancelled."""
        while True:
            await self._left.wait()
            self._left.clear()
            await asyncio.sleep(STORE_RETRY_SECONDS)
            await self.commit()

    async def _record(self, call: _Call, tx: AsyncConnection) -> None:
        """Write it down; without a number nobody knows whose it was: it is in no conversation."""
        # The journal holds no numbers (DESIGN.md); that one was given is all it says.
        modem = self._modem
        data: dict[str, changes.Json] = {
            "modem": modem.name,
            "caller_known": call.number is not None,
        }
        if call.number is not None:
            caller = canonical(call.number, country=self._country).text
            place = await self._replies.ring(
                tx, caller, inbox=modem.inbox, line=call.line, now_ms=call.at_ms
            )
            if place is not None:
                data |= {"conversation_id": place.conversation_id}
                data |= {"blocked": True} if place.apart else {}
        await changes.record(tx, "call.missed", now_ms=call.at_ms, subject=modem.name, data=data)

"""What became of messages, told to the addresses that clients gave with them (Kannel's dlr-url).

Everything that waits is in the store, and is tried again as webhooks are; a kill costs at most that
an address is called twice. Each host has a lane of its own, so that a slow one holds up nobody.
"""

import asyncio
from collections.abc import Callable, Sequence
from functools import partial
from random import SystemRandom
from typing import assert_never
from urllib.parse import urlsplit

import structlog
from sqlalchemy.ext.asyncio import AsyncConnection

from gatewayd.barrier import trace
from gatewayd.bus import Bus, Topic
from gatewayd.clock import Clock
from gatewayd.compat.dlr import CODES, FINAL, filled, told_by
from gatewayd.insisting import STORE_RETRY_SECONDS, insist
from gatewayd.webhooks.post import Poster
from gatewayd.webhooks.schedule import Attempt, Delivered, GivenUp, Gone, Retry, Verdict, judge
from storage import callbacks, queries
from storage.callbacks import Call, Called, CallState, OpenCallback
from storage.engine import Store
from storage.errors import StoreUnavailable

AT_ONCE = 8
"""Requests to one host."""

BATCH = 200
LONGEST_WAIT_SECONDS = 60.0

_log = structlog.get_logger(__name__)
_random = SystemRandom()


class ReportCalls:
    """The task that calls them."""

    def __init__(self, *, store: Store, bus: Bus, clock: Clock, poster: Poster) -> None:
        self._store = store
        self._bus = bus
        self._clock = clock
        self._poster = poster
        self._lanes: dict[str, asyncio.Task[None]] = {}

    async def run(self) -> None:
        """Work until cancelled; calls under way are then made again at the next start."""
        with self._bus.subscribe(Topic.JOURNAL) as hints:
            async with asyncio.TaskGroup() as tasks:
                while True:
                    try:
                        wait_seconds = await self.round(tasks, hints.hint)
                    except StoreUnavailable as error:
                        _log.error("store_unavailable", reason=error.reason)
                        wait_seconds = STORE_RETRY_SECONDS
                    await hints.wait(timeout_seconds=wait_seconds)

    async def round(self, tasks: asyncio.TaskGroup, hint: Callable[[], None]) -> float:
        """Note what is new and begin what is due; give the seconds until something is."""
        # At each commit of anybody, and most gateways call nobody.
        async with self._store.glance() as look:
            are_any = await callbacks.are_any(look)
        if not are_any:
            return LONGEST_WAIT_SECONDS
        while await self._look():
            pass
        now_ms = self._clock.now_ms()
        async with self._store.read() as tx:
            waiting = await callbacks.next_due_ms(tx)
        wait_seconds = LONGEST_WAIT_SECONDS
        for host, due_ms in waiting.items():
            if host in self._lanes and not self._lanes[host].done():
                continue  # it looks again by itself, and hints when it has ended
            if due_ms <= now_ms:
                lane = tasks.create_task(self._lane(host), name=f"reports-{host}")
                lane.add_done_callback(lambda _: hint())
                self._lanes[host] = lane
            else:
                wait_seconds = min(wait_seconds, (due_ms - now_ms) / 1000)
        for gone in self._lanes.keys() - waiting.keys():
            if self._lanes[gone].done():
                del self._lanes[gone]
        return max(0.05, wait_seconds)

    async def _look(self) -> bool:
        """Note what has become of messages; whether there may be more."""
        async with self._store.read() as tx:
            found = await callbacks.untold(
                tx, passing=CODES.keys() - FINAL, final=FINAL, limit=BATCH
            )
        if found:
            await self._store.shielded(partial(self._note, found))
        return len(found) == BATCH

    async def _note(self, found: Sequence[OpenCallback], tx: AsyncConnection) -> None:
        for callback in found:
            codes = [one for one in told_by(callback.state) if not one & callback.told]
            await callbacks.tell(
                tx,
                callback,
                codes=codes,
                calls=[code for code in codes if code & callback.mask],
                host=_host_of(callback.url),
                final=callback.state in FINAL,
                now_ms=self._clock.now_ms(),
            )

    async def _lane(self, host: str) -> None:
        """Call one host as long as something is due to it."""
        while True:
            try:
                async with self._store.read() as tx:
                    due = await callbacks.due(tx, host, now_ms=self._clock.now_ms(), limit=AT_ONCE)
            except StoreUnavailable as error:
                _log.error("store_unavailable", reason=error.reason)
                await asyncio.sleep(STORE_RETRY_SECONDS)
                continue
            if not due:
                return
            async with asyncio.TaskGroup() as requests:
                for call in due:
                    requests.create_task(self._call(call))

    async def _call(self, call: Call) -> None:
        """Make one try and commit what it came to. The unit's barrier: the next one goes on."""
        tried_at_ms = self._clock.now_ms()
        attempt = await self._try(call)
        verdict = judge(attempt, tries=call.tries + 1, spread=lambda: _random.uniform(-1, 1))
        state, due_at_ms = CallState.FAILED, tried_at_ms
        match verdict:
            case Delivered():
                state = CallState.CALLED
            case Retry(after_seconds=pause):
                state = CallState.PENDING
                due_at_ms = self._clock.now_ms() + round(pause * 1000)
            case _:
                pass
        called = Called(
            state=state,
            due_at_ms=due_at_ms,
            tried_at_ms=tried_at_ms,
            status=attempt.status,
            error=attempt.error,
        )
        reason = attempt.error or f"it answers with status {attempt.status}"
        if state is not CallState.CALLED:
            _log.warning(
                "report_not_called",
                message_id=call.message_id,
                code=call.code,
                tries=call.tries + 1,
                state=state.value,
                reason=reason,
            )
        await insist(self._store, self._bus, partial(self._settle, call, called, verdict, reason))

    async def _settle(
        self, call: Call, called: Called, verdict: Verdict, reason: str, tx: AsyncConnection
    ) -> bool:
        """Record a try, and journal what people should know of it; true where there is any."""
        now_ms = self._clock.now_ms()
        if not await callbacks.settle(tx, call, called):
            return False
        match verdict:
            case Delivered():
                return await callbacks.note_well(tx, call.host, now_ms=now_ms)
            case Retry(failing=False):
                return False
            case Retry():
                return await callbacks.note_failing(tx, call.host, reason=reason, now_ms=now_ms)
            case GivenUp() | Gone():
                await callbacks.note_given_up(tx, call, reason=reason, now_ms=now_ms)
                return True
            case _:
                assert_never(verdict)

    async def _try(self, call: Call) -> Attempt:
        try:
            async with self._store.read() as tx:
                message = await queries.get_message(tx, call.message_id)
            if message is None:
                return Attempt(duration_ms=0, error="the message was erased")
            return await self._poster.get(filled(call.url, message, call.code))
        except Exception as error:  # noqa: BLE001 - the unit's barrier: it counts as a failed try
            _log.error(
                "report_call_failed",
                message_id=call.message_id,
                error=type(error).__name__,
                trace=trace(error),
            )
            return Attempt(duration_ms=0, error="an unforeseen error; see the log")


def _host_of(url: str) -> str:
    """Give host and port, without the name and the password that may stand before them."""
    return urlsplit(url).netloc.rpartition("@")[2]

"""What time does to messages: expiry, re-sends by policy, gaps shown, old rows pruned.

Looks at the clock at each due time and at least once a minute; decides nothing by wall time before
the clock is known to be set.
"""

from collections.abc import Awaitable, Callable
from functools import partial

import structlog
from sqlalchemy.ext.asyncio import AsyncConnection

from config.schema import Settings
from gatewayd.barrier import contained
from gatewayd.bus import Bus, Topic
from gatewayd.clock import Clock
from gatewayd.line import Line
from gatewayd.reassembly import Reassembly
from gatewayd.replies import Replies
from gatewayd.rounds import LONGEST_WAIT_SECONDS, keep_rounds
from gatewayd.services.drafts import DEFAULT_INBOX
from gatewayd.timekeeping import Timekeeping
from storage import (
    callbacks,
    changes,
    consents,
    deliveries,
    groups,
    idempotency,
    mails,
    modems,
    outbox,
)
from storage.conversations import acts
from storage.engine import Store

ROUND_SECONDS = 0.5
"""At most one round in this time, however many messages pass."""

PRUNE_SECONDS = 3600.0
IDEMPOTENCY_KEPT_MS = 7 * 86_400_000
BATCH = 500

_log = structlog.get_logger(__name__)


class Housekeeping:
    """One task's work; every round is safe to repeat."""

    def __init__(
        self,
        *,
        settings: Settings,
        store: Store,
        bus: Bus,
        clock: Clock,
        timekeeping: Timekeeping | None = None,
    ) -> None:
        self._settings = settings
        self._store = store
        self._bus = bus
        self._clock = clock
        self._replies = Replies(settings=settings, clock=clock)
        self._time = timekeeping or Timekeeping(store=store, clock=clock)
        self._due_ms: int | None = None
        self._pruned_ms = 0

    async def run(self) -> None:
        """Work until cancelled."""
        with self._bus.subscribe(Topic.OUTBOX) as hints:
            await keep_rounds(self.round, hints, pause_seconds=ROUND_SECONDS)

    async def round(self) -> float:
        """Do all that is due now; give the seconds until something is due next."""
        if not await self._time.is_set():
            return LONGEST_WAIT_SECONDS / 6
        now_ms = self._clock.now_ms()
        if self._due_ms is not None and now_ms >= self._due_ms:
            self._bus.publish(Topic.OUTBOX)
        changed = await self._settle_due(now_ms)
        show = partial(self._show_incomplete, now_ms)
        changed |= bool(await contained(show, "gaps_not_shown"))
        changed |= await self._wake(now_ms)
        changed |= await self._end_opt_outs(now_ms)
        await self._prune(now_ms)
        async with self._store.read() as tx:
            self._due_ms = await outbox.next_due_ms(tx, now_ms=now_ms)
        if changed:
            self._bus.publish(Topic.JOURNAL)
        if self._due_ms is None:
            return LONGEST_WAIT_SECONDS
        wait_seconds = (self._due_ms - self._clock.now_ms()) / 1000
        if wait_seconds <= 0:
            # It became due during this round, as all does that is accepted meanwhile.
            self._bus.publish(Topic.OUTBOX)
            return ROUND_SECONDS
        return min(wait_seconds, LONGEST_WAIT_SECONDS)

    async def _settle_due(self, now_ms: int) -> bool:
        """Expire what is too late, queue again what policy re-sends."""
        expired = await contained(partial(self._expire, now_ms), "expiry_failed")
        if expired is None:
            expired = await self._one_by_one(
                partial(outbox.overdue, now_ms=now_ms), self._expire_one
            )
        resent = await contained(partial(self._resend, now_ms), "resend_failed")
        if resent is None:
            due = partial(outbox.resend_due, now_ms=now_ms, resend_after_ms=self._resend_after_ms)
            resent = await self._one_by_one(due, self._resend_one)
        if expired or resent:
            _log.info("outbox_settled", expired=expired, resent=resent)
        if resent or expired == BATCH:
            self._bus.publish(Topic.OUTBOX)
        return bool(expired or resent)

    @property
    def _resend_after_ms(self) -> int:
        return round(self._settings.sending.resend_after.total_seconds() * 1000)

    async def _expire(self, now_ms: int) -> int:
        return await self._store.shielded(lambda tx: outbox.expire(tx, now_ms=now_ms))

    async def _resend(self, now_ms: int) -> int:
        after_ms = self._resend_after_ms
        return await self._store.shielded(
            lambda tx: outbox.resend_unknown(tx, now_ms=now_ms, resend_after_ms=after_ms)
        )

    async def _expire_one(self, tx: AsyncConnection, message_id: str) -> bool:
        return await outbox.expire_message(tx, message_id, now_ms=self._clock.now_ms())

    async def _resend_one(self, tx: AsyncConnection, part_id: str) -> bool:
        return await outbox.resend_part(tx, part_id, now_ms=self._clock.now_ms())

    async def _one_by_one(
        self,
        due: Callable[[AsyncConnection], Awaitable[list[str]]],
        settle: Callable[[AsyncConnection, str], Awaitable[bool]],
    ) -> int:
        """One of a batch cannot be settled: the others can."""
        settled = 0
        async with self._store.read() as tx:
            ids = await due(tx)
        for one in ids:
            unit = partial(self._store.shielded, lambda tx, one=one: settle(tx, one))  # type: ignore[misc]  # bound now
            settled += bool(await contained(unit, "due_unit_failed", id=one))
        return settled

    async def _show_incomplete(self, now_ms: int) -> bool:
        """Show messages whose parts have been waited for long enough, with their gaps."""
        wait_ms = round(self._settings.receiving.multipart_wait.total_seconds() * 1000)
        async with self._store.read() as tx:
            due = await groups.due_groups(tx, before_ms=now_ms - wait_ms)
        for group in due:
            show = partial(self._store.shielded, partial(self._show, group, now_ms))
            if await contained(show, "group_not_shown", group=group.id) is None:
                broken = partial(self._store.shielded, partial(self._show_broken, group, now_ms))
                await contained(broken, "group_not_shown", group=group.id)
        if due:
            self._bus.publish(Topic.OUTBOX)  # they may have been answered
        return bool(due)

    async def _show(self, group: groups.GroupRow, now_ms: int, tx: AsyncConnection) -> bool:
        line = await self._line_of(tx, group)
        await self._reassembly(line).show_group(tx, group, line=line, now_ms=now_ms)
        return True

    async def _show_broken(self, group: groups.GroupRow, now_ms: int, tx: AsyncConnection) -> None:
        line = await self._line_of(tx, group)
        await self._reassembly(line).show_broken(tx, group, line=line, now_ms=now_ms)
        await modems.open_incident(
            tx,
            modem=line.modem,
            code="parts_not_joined",
            detail="the parts of an incoming message could not be put together; they are kept",
            now_ms=now_ms,
        )

    def _reassembly(self, line: Line) -> Reassembly:
        country, inbox = self._settings.gateway.country, line.inboxes[0]
        return Reassembly(country=country, inbox=inbox, receiver=self._replies)

    async def _line_of(self, tx: AsyncConnection, group: groups.GroupRow) -> Line:
        """Who was on the line when the group's parts came."""
        name = (await groups.group_parts(tx, group.id))[0].modem
        settings = next((modem for modem in self._settings.modems if modem.name == name), None)
        known = await modems.get(tx, name)
        return Line(
            modem=name,
            iccid=None if group.key.holder == name else group.key.holder,
            imei=None,
            number=known.number if known else None,
            inboxes=(settings.inbox if settings else DEFAULT_INBOX,),
        )

    async def _wake(self, now_ms: int) -> bool:
        """Open the conversations that have slept long enough."""
        wake = partial(self._store.shielded, partial(acts.wake, now_ms=now_ms))
        return bool(await contained(wake, "conversations_not_woken"))

    async def _end_opt_outs(self, now_ms: int) -> bool:
        """End the opt-outs that were set for a time."""
        end = partial(self._store.shielded, partial(consents.expire, now_ms=now_ms))
        return bool(await contained(end, "opt_outs_not_ended"))

    async def _prune(self, now_ms: int) -> None:
        if 0 <= now_ms - self._pruned_ms < PRUNE_SECONDS * 1000:
            return
        self._pruned_ms = now_ms
        keep_ms = round(self._settings.retention.events.total_seconds() * 1000)

        async def prune(tx: AsyncConnection) -> None:
            await changes.prune(tx, now_ms - keep_ms, now_ms=now_ms)
            await deliveries.prune(tx, now_ms - keep_ms)
            await mails.prune(tx, now_ms - keep_ms)
            await idempotency.prune(tx, now_ms - IDEMPOTENCY_KEPT_MS)
            await callbacks.prune(tx, now_ms - keep_ms)

        await contained(lambda: self._store.shielded(prune, takes_long=True), "prune_failed")

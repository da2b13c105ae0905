"""Events on their way to webhooks: put on it from the journal, posted, settled, tried again.

Each webhook has a lane of its own, so that a slow receiver holds up nobody else. Everything that
waits is in the store; a kill costs at most that an event is posted twice, under the same id.
"""

import asyncio
from collections.abc import Mapping, Sequence
from functools import partial
from random import SystemRandom

import structlog
from sqlalchemy.ext.asyncio import AsyncConnection

from config.schema import Settings
from gatewayd.barrier import trace
from gatewayd.bus import Bus, Subscription, Topic
from gatewayd.clock import Clock
from gatewayd.http.models.events import event_json
from gatewayd.insisting import STORE_RETRY_SECONDS, insist
from gatewayd.services.events import RULE_FIRED, Events, Told, joined
from gatewayd.webhooks import android
from gatewayd.webhooks.post import Poster, signed
from gatewayd.webhooks.schedule import (
    Attempt,
    Delivered,
    GivenUp,
    Gone,
    Retry,
    Verdict,
    judge,
)
from storage import changes, deliveries, webhooks
from storage.changes import Change
from storage.deliveries import DeliveryRow, DeliveryState, Tried
from storage.engine import Store
from storage.errors import CursorExpired, StoreUnavailable
from storage.webhooks import WebhookFormat, WebhookRow

AT_ONCE = 8
"""Requests to one webhook that wants no order."""

BATCH = 200
LONGEST_WAIT_SECONDS = 60.0

_log = structlog.get_logger(__name__)
_random = SystemRandom()


def wanted(webhook: WebhookRow, told: Told, inboxes: Mapping[str, str]) -> bool:
    """Whether this webhook is told of this event. ``inboxes``: each modem's, by its name."""
    if told.change.type == RULE_FIRED and told.change.data.get("webhook") == webhook.id:
        return webhook.format is WebhookFormat.STANDARD
    if webhook.types is not None and told.change.type not in webhook.types:
        return False
    if webhook.inbox is None:
        return True
    inbox = told.message.inbox if told.message else inboxes.get(str(told.change.data.get("modem")))
    return inbox == webhook.inbox


class Courier:
    """The task that serves all webhooks."""

    def __init__(
        self,
        *,
        settings: Settings,
        store: Store,
        bus: Bus,
        clock: Clock,
        poster: Poster,
    ) -> None:
        self._store = store
        self._bus = bus
        self._clock = clock
        self._poster = poster
        self._inboxes = {modem.name: modem.inbox for modem in settings.modems}
        self._events = Events(store)
        self._lanes: dict[str, tuple[asyncio.Task[None], Subscription]] = {}

    async def run(self) -> None:
        """Serve until cancelled; requests under way are then made again at the next start."""
        with self._bus.subscribe(Topic.JOURNAL, Topic.WEBHOOKS) as hints:
            async with asyncio.TaskGroup() as tasks:
                while True:
                    try:
                        await self._round(tasks)
                    except StoreUnavailable as error:
                        _log.error("store_unavailable", reason=error.reason)
                        await asyncio.sleep(STORE_RETRY_SECONDS)
                    await hints.wait(timeout_seconds=LONGEST_WAIT_SECONDS)

    async def _round(self, tasks: asyncio.TaskGroup) -> None:
        # At each commit of anybody, and most gateways have none.
        async with self._store.glance() as look:
            are_any = await webhooks.are_any(look)
        if not are_any and not self._lanes:
            return
        async with self._store.read() as tx:
            rows = await webhooks.list_all(tx)
        for webhook in rows:
            if not webhook.active:
                continue
            await self._look(webhook)
            task, hints = self._lanes.get(webhook.id, (None, Subscription()))
            if task is None or task.done():
                task = tasks.create_task(self._lane(webhook.id, hints), name=f"lane-{webhook.id}")
                self._lanes[webhook.id] = (task, hints)
            hints.hint()
        for gone in self._lanes.keys() - {row.id for row in rows}:
            self._lanes.pop(gone)[1].hint()  # it looks, finds nothing, and ends

    async def _look(self, webhook: WebhookRow) -> None:
        """Put on its way what has happened since the last look."""
        cursor = webhook.cursor
        while True:
            try:
                batch = await self._events.after(cursor, limit=BATCH)
            except CursorExpired:
                # Longer away than events are kept: what is left is all there is.
                _log.warning("webhook_missed_events", webhook=webhook.id)
                batch = await self._events.after(None, limit=BATCH)
            if not batch:
                return
            chosen = [told.change for told in batch if wanted(webhook, told, self._inboxes)]
            after = batch[-1].change.id
            take = partial(self._take, webhook.id, chosen, before=cursor, after=after)
            if not await self._store.shielded(take):
                return
            cursor = after

    async def _take(
        self,
        webhook_id: str,
        chosen: Sequence[Change],
        tx: AsyncConnection,
        *,
        before: str | None,
        after: str,
    ) -> bool:
        if not await webhooks.advance(tx, webhook_id, before=before, after=after):
            return False
        await deliveries.add(tx, webhook_id, chosen, now_ms=self._clock.now_ms())
        return True

    async def _lane(self, webhook_id: str, hints: Subscription) -> None:
        """Post to one webhook until it is disabled or removed."""
        while True:
            try:
                wait_seconds = await self._step(webhook_id)
            except StoreUnavailable as error:
                _log.error("store_unavailable", reason=error.reason)
                wait_seconds = STORE_RETRY_SECONDS
            if wait_seconds is None:
                return
            if wait_seconds > 0:
                await hints.wait(timeout_seconds=min(wait_seconds, LONGEST_WAIT_SECONDS))

    async def _step(self, webhook_id: str) -> float | None:
        """Try what is due; give the seconds until something is, None when the lane is over."""
        now_ms = self._clock.now_ms()
        async with self._store.read() as tx:
            webhook = await webhooks.get(tx, webhook_id)
            if webhook is None or not webhook.active:
                return None
            ordered = webhook.ordered
            due = await deliveries.due(
                tx, webhook_id, ordered=ordered, now_ms=now_ms, limit=AT_ONCE
            )
            events = await joined(tx, await changes.by_ids(tx, [each.event_id for each in due]))
            next_ms = None if due else await deliveries.next_due_ms(tx, webhook_id, ordered=ordered)
        if due:
            await self._post_all(webhook, due, {each.change.id: each for each in events})
            return 0.0
        if next_ms is None:
            return LONGEST_WAIT_SECONDS
        return max(0.05, (next_ms - now_ms) / 1000)

    async def _post_all(
        self, webhook: WebhookRow, due: Sequence[DeliveryRow], told: Mapping[str, Told]
    ) -> None:
        async with asyncio.TaskGroup() as requests:
            for delivery in due:
                event = told.get(delivery.event_id)
                requests.create_task(self._deliver(webhook, delivery, event))

    async def _deliver(self, webhook: WebhookRow, delivery: DeliveryRow, told: Told | None) -> None:
        """Make one try and commit what it came to. The unit's barrier: the next one goes on."""
        tried_at_ms = self._clock.now_ms()
        if told is None:
            attempt = Attempt(duration_ms=0, error="the event is no longer kept")
            verdict: Verdict = GivenUp()
        else:
            attempt = await self._try(webhook, told)
            verdict = judge(
                attempt, tries=delivery.tries + 1, spread=lambda: _random.uniform(-1, 1)
            )
        tried = Tried(
            tried_at_ms=tried_at_ms,
            duration_ms=attempt.duration_ms,
            status=attempt.status,
            answer=attempt.answer,
            error=attempt.error,
        )
        await insist(
            self._store, self._bus, partial(self._settle, webhook, delivery, tried, verdict)
        )

    async def _try(self, webhook: WebhookRow, told: Told) -> Attempt:
        try:
            now_ms = self._clock.now_ms()
            body, headers = shaped(webhook, told, now_ms)
            return await self._poster.post(webhook.url, body, headers)
        except Exception as error:  # noqa: BLE001 - the unit's barrier: it counts as a failed try
            _log.error(
                "webhook_try_failed",
                webhook=webhook.id,
                event_id=told.change.id,
                error=type(error).__name__,
                trace=trace(error),
            )
            return Attempt(duration_ms=0, error="an unforeseen error; see the log")

    async def _settle(
        self,
        webhook: WebhookRow,
        delivery: DeliveryRow,
        tried: Tried,
        verdict: Verdict,
        tx: AsyncConnection,
    ) -> bool:
        """Record the try; true where the webhook's own state changed with it."""
        now_ms = self._clock.now_ms()
        state, due_at_ms, told = DeliveryState.FAILED, now_ms, False
        reason = tried.error or f"it answers with status {tried.status}"
        match verdict:
            case Delivered():
                state = DeliveryState.DELIVERED
                told = await webhooks.note_well(tx, webhook.id, now_ms=now_ms)
            case Retry(after_seconds=pause, failing=failing):
                state, due_at_ms = DeliveryState.PENDING, now_ms + round(pause * 1000)
                if failing:
                    told = await webhooks.note_failing(tx, webhook.id, reason=reason, now_ms=now_ms)
            case Gone():
                gone = "the receiver answered 410 Gone"
                told = await webhooks.disable(tx, webhook.id, reason=gone, now_ms=now_ms)
            case GivenUp():
                told = await webhooks.note_failing(tx, webhook.id, reason=reason, now_ms=now_ms)
        await deliveries.settle(tx, delivery, tried, state, due_at_ms=due_at_ms)
        if state is not DeliveryState.DELIVERED:
            _log.warning(
                "webhook_not_delivered",
                webhook=webhook.id,
                event_id=delivery.event_id,
                tries=delivery.tries + 1,
                state=state.value,
                reason=reason,
            )
        return told


def shaped(webhook: WebhookRow, told: Told, now_ms: int) -> tuple[str, dict[str, str]]:
    """Give the body and its signature in the form that the receiver knows."""
    match webhook.format:
        case WebhookFormat.STANDARD:
            body = event_json(told).model_dump_json()
            return body, signed(told.change.id, body, secrets_of(webhook, now_ms), now_ms=now_ms)
        case WebhookFormat.ANDROID:
            body = android.event_body(webhook, told)
            return body, android.signature(body, webhook.secret, now_ms=now_ms)


def secrets_of(webhook: WebhookRow, now_ms: int) -> list[str]:
    """Give the secrets that sign now: for a while after a rotation there are two."""
    found = [webhook.secret]
    if webhook.previous_secret is not None and now_ms < (webhook.previous_until_ms or 0):
        found.append(webhook.previous_secret)
    return found

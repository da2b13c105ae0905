"""Webhooks as administrators manage them: made, changed, rotated, looked at, posted again.

Posting is the courier's (`gatewayd.webhooks.courier`).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from config.schema import Settings
from gatewayd.bus import Bus, Topic
from gatewayd.clock import Clock
from gatewayd.metrics import WebhookFigures
from gatewayd.services.events import EVENT_TYPES, Events, Told, joined
from gatewayd.webhooks.courier import wanted
from gatewayd.webhooks.post import new_secret
from gatewayd.webhooks.targets import Targets
from storage import changes, deliveries, webhooks
from storage.deliveries import Backlog, DeliveryPage, DeliveryRow, DeliveryState
from storage.engine import Store
from storage.webhooks import WebhookFormat, WebhookRow

PREVIOUS_SECRET_MS = 86_400_000
"""How long the secret before a rotation signs too."""

RESEND_BATCH = 500
"""Events of a time that were never on their way, put on it in one transaction."""

_BY_HAND = "disabled by an administrator"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What is asked for of a webhook."""

    url: str
    types: tuple[str, ...] | None
    inbox: str | None
    ordered: bool
    format: WebhookFormat = WebhookFormat.STANDARD
    alias: str | None = None
    """The id that a client of another form gave it; one that had it before is replaced."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookView:
    """A webhook and what waits for it."""

    row: WebhookRow
    backlog: Backlog


class Webhooks:
    """The webhooks of one gateway."""

    def __init__(self, *, settings: Settings, store: Store, bus: Bus, clock: Clock) -> None:
        self._targets = Targets(settings.webhooks.allowed_networks)
        self._inboxes = {modem.name: modem.inbox for modem in settings.modems}
        self._store = store
        self._bus = bus
        self._clock = clock
        self._events = Events(store)

    def refusals(self, asked: Mapping[str, Any]) -> list[tuple[str, str]]:
        """Give what is wrong with these fields, each with its name and the reason."""
        found = []
        if "url" in asked:
            why_not = self._targets.why_not(asked["url"])
            if why_not is not None:
                found.append(("url", why_not))
        unknown = [name for name in asked.get("types") or () if name not in EVENT_TYPES]
        if unknown:
            said = ", ".join(map(repr, unknown))
            found.append(("types", f"unknown: {said}; known: {', '.join(EVENT_TYPES)}"))
        inbox = asked.get("inbox")
        known = sorted(set(self._inboxes.values()))
        if inbox is not None and inbox not in known:
            found.append(("inbox", f"no modem serves {inbox!r}; known: {', '.join(known)}"))
        return found

    async def create(self, asked: Wanted) -> WebhookRow:
        """Make a webhook that is told what happens from now on."""
        async with self._store.write() as tx:
            if asked.alias is not None:
                await webhooks.remove_alias(tx, asked.alias)
            row = await webhooks.create(
                tx,
                url=asked.url,
                types=asked.types,
                inbox=asked.inbox,
                ordered=asked.ordered,
                format_=asked.format,
                alias=asked.alias,
                secret=new_secret(),
                now_ms=self._clock.now_ms(),
            )
        self._bus.publish(Topic.WEBHOOKS)
        return row

    async def list_all(self) -> Sequence[WebhookView]:
        """List all, newest first."""
        async with self._store.read() as tx:
            rows = await webhooks.list_all(tx)
            backlogs = await deliveries.backlogs(tx)
        return [_view(row, backlogs) for row in rows]

    async def figures(self) -> list[WebhookFigures]:
        """Give what metrics tell of them."""
        now_ms = self._clock.now_ms()
        return [
            WebhookFigures(
                id=view.row.id,
                pending=view.backlog.pending,
                lag_seconds=max(0, now_ms - (view.backlog.oldest_ms or now_ms)) / 1000,
                failing=view.row.failing_since_ms is not None,
            )
            for view in await self.list_all()
        ]

    async def get(self, webhook_id: str) -> WebhookView | None:
        """Read one."""
        async with self._store.read() as tx:
            row = await webhooks.get(tx, webhook_id)
            return None if row is None else _view(row, await deliveries.backlogs(tx))

    async def change(
        self, webhook_id: str, values: Mapping[str, Any], *, enabled: bool | None
    ) -> bool:
        """Change it, and enable or disable it; false when there is none such."""
        now_ms = self._clock.now_ms()
        async with self._store.write() as tx:
            if not await webhooks.change(tx, webhook_id, values, now_ms=now_ms):
                return False
            if enabled is True:
                await webhooks.enable(tx, webhook_id, now_ms=now_ms)
            elif enabled is False:
                await webhooks.disable(tx, webhook_id, reason=_BY_HAND, now_ms=now_ms)
        self._bus.publish(Topic.JOURNAL, Topic.WEBHOOKS)
        return True

    async def rotate(self, webhook_id: str) -> WebhookRow | None:
        """Give it a new secret; the one before signs too for a day. None: there is none such."""
        now_ms = self._clock.now_ms()
        async with self._store.write() as tx:
            row = await webhooks.get(tx, webhook_id)
            if row is None:
                return None
            values = {
                "secret": new_secret(),
                "previous_secret": row.secret,
                "previous_until_ms": now_ms + PREVIOUS_SECRET_MS,
            }
            await webhooks.change(tx, webhook_id, values, now_ms=now_ms)
            return await webhooks.get(tx, webhook_id)

    async def remove(self, webhook_id: str) -> bool:
        """Forget it, by its id or its client's, with its deliveries; false: there is none such."""
        async with self._store.write() as tx:
            removed = await webhooks.remove(tx, webhook_id)
            removed = await webhooks.remove_alias(tx, webhook_id) or removed
        self._bus.publish(Topic.WEBHOOKS)
        return removed

    async def deliveries(
        self, webhook_id: str, *, state: str | None, limit: int, cursor: str | None
    ) -> DeliveryPage:
        """Read a page, newest first. Raises CursorExpired."""
        async with self._store.read() as tx:
            return await deliveries.list_of(tx, webhook_id, state=state, limit=limit, cursor=cursor)

    async def delivery(
        self, webhook_id: str, delivery_id: str
    ) -> tuple[DeliveryRow, Told | None] | None:
        """Read one with its event as it would be posted now, None where that is not kept."""
        async with self._store.read() as tx:
            row = await deliveries.get(tx, webhook_id, delivery_id)
        if row is None:
            return None
        return row, (await self._events.by_ids([row.event_id])).get(row.event_id)

    async def resend_one(self, webhook_id: str, delivery_id: str) -> bool:
        """Post one again; false when it waits already, or its event is no longer kept."""
        async with self._store.write() as tx:
            count = await deliveries.again(
                tx,
                webhook_id,
                now_ms=self._clock.now_ms(),
                states=(DeliveryState.FAILED, DeliveryState.DELIVERED),
                delivery_id=delivery_id,
            )
        self._bus.publish(Topic.WEBHOOKS)
        return count == 1

    async def resend(
        self, webhook: WebhookRow, *, since_ms: int, until_ms: int, delivered_too: bool
    ) -> int:
        """Post the events of a time again that did not arrive (or all); give how many."""
        states = [DeliveryState.FAILED]
        if delivered_too:
            states.append(DeliveryState.DELIVERED)
        async with self._store.write() as tx:
            count = await deliveries.again(
                tx,
                webhook.id,
                now_ms=self._clock.now_ms(),
                states=states,
                since_ms=since_ms,
                until_ms=until_ms,
            )
        count += await self._add_missing(webhook, since_ms=since_ms, until_ms=until_ms)
        self._bus.publish(Topic.WEBHOOKS)
        return count

    async def _add_missing(self, webhook: WebhookRow, *, since_ms: int, until_ms: int) -> int:
        """Put on its way what happened while it was disabled."""
        count, seq = 0, 0
        while True:
            async with self._store.write() as tx:
                found = await deliveries.missing(
                    tx,
                    webhook.id,
                    since_ms=since_ms,
                    until_ms=until_ms,
                    after_seq=seq,
                    limit=RESEND_BATCH,
                )
                told = await joined(tx, await changes.by_ids(tx, found))
                chosen = [one.change for one in told if wanted(webhook, one, self._inboxes)]
                count += await deliveries.add(tx, webhook.id, chosen, now_ms=self._clock.now_ms())
            if len(found) < RESEND_BATCH:
                return count
            seq = told[-1].change.seq


def _view(row: WebhookRow, backlogs: Mapping[str, Backlog]) -> WebhookView:
    return WebhookView(row=row, backlog=backlogs.get(row.id, Backlog(pending=0, oldest_ms=None)))

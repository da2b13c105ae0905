"""Owns the webhooks' rows: where events go, with which secret, and how far each has looked."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from enum import StrEnum
from typing import Any

from sqlalchemy import bindparam, delete, insert, select, update
from sqlalchemy.engine import RowMapping
from sqlalchemy.ext.asyncio import AsyncConnection

from storage import changes
from storage.glance import Glance
from storage.ids import Prefix, new_id
from storage.prepared import Prepared
from storage.schema import webhooks


class WebhookState(StrEnum):
    """Whether events are posted to it."""

    ACTIVE = "active"
    DISABLED = "disabled"


class WebhookFormat(StrEnum):
    """In which form it is told of events."""

    STANDARD = "standard"
    """Our own, signed by Standard Webhooks 1.0."""
    ANDROID = "android"
    """That of SMS Gateway for Android."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookRow:
    """A webhook as stored. Times are UTC milliseconds.

    ``types`` None is every type; ``cursor`` is the last event that was looked at for it.
    ``previous_secret`` signs too until ``previous_until_ms``.
    """

    id: str
    url: str
    types: tuple[str, ...] | None
    inbox: str | None
    ordered: bool
    format: WebhookFormat
    alias: str | None
    state: WebhookState
    disabled_reason: str | None
    secret: str
    previous_secret: str | None
    previous_until_ms: int | None
    cursor: str | None
    failing_since_ms: int | None
    created_at_ms: int

    @property
    def active(self) -> bool:
        """Events are posted to it."""
        return self.state is WebhookState.ACTIVE


_COLUMNS = tuple(webhooks.c[field.name] for field in fields(WebhookRow))
_ALL = select(*_COLUMNS).order_by(webhooks.c.created_at_ms.desc(), webhooks.c.id.desc())
_ONE = select(*_COLUMNS).where(webhooks.c.id == bindparam("webhook_id"))
_ANY = Prepared(select(webhooks.c.id).limit(1))
_ADVANCE = (
    update(webhooks)
    .where(
        webhooks.c.id == bindparam("webhook_id"),
        webhooks.c.state == WebhookState.ACTIVE.value,
        webhooks.c.cursor.is_not_distinct_from(bindparam("before")),
    )
    .values(cursor=bindparam("after"))
)


async def create(
    tx: AsyncConnection,
    *,
    url: str,
    types: tuple[str, ...] | None,
    inbox: str | None,
    ordered: bool,
    secret: str,
    now_ms: int,
    format_: WebhookFormat = WebhookFormat.STANDARD,
    alias: str | None = None,
) -> WebhookRow:
    """Insert a webhook that is told what happens from now on."""
    row = WebhookRow(
        id=new_id(Prefix.WEBHOOK, now_ms=now_ms),
        url=url,
        types=types,
        inbox=inbox,
        ordered=ordered,
        format=format_,
        alias=alias,
        state=WebhookState.ACTIVE,
        disabled_reason=None,
        secret=secret,
        previous_secret=None,
        previous_until_ms=None,
        cursor=await changes.latest(tx),
        failing_since_ms=None,
        created_at_ms=now_ms,
    )
    values = {field.name: getattr(row, field.name) for field in fields(row)}
    kept = None if types is None else list(types)
    await tx.execute(insert(webhooks), values | {"types": kept, "updated_at_ms": now_ms})
    return row


async def get(tx: AsyncConnection, webhook_id: str) -> WebhookRow | None:
    """Read one."""
    row = (await tx.execute(_ONE, {"webhook_id": webhook_id})).mappings().one_or_none()
    return None if row is None else _webhook(row)


async def of_url(tx: AsyncConnection, url: str) -> WebhookRow | None:
    """Read the one that posts there: an active one before others, then the oldest."""
    query = (
        select(*_COLUMNS)
        .where(webhooks.c.url == url)
        .order_by(webhooks.c.state != WebhookState.ACTIVE.value, webhooks.c.id)
        .limit(1)
    )
    row = (await tx.execute(query)).mappings().one_or_none()
    return None if row is None else _webhook(row)


async def are_any(tx: AsyncConnection | Glance) -> bool:
    """Whether there is one."""
    return (await _ANY.execute(tx, {})).one_or_none() is not None


async def list_all(tx: AsyncConnection) -> list[WebhookRow]:
    """List all, newest first."""
    return [_webhook(row) for row in (await tx.execute(_ALL)).mappings()]


async def change(
    tx: AsyncConnection, webhook_id: str, values: Mapping[str, Any], *, now_ms: int
) -> bool:
    """Set columns by their names; false when there is no such webhook."""
    kept = {name: list(value) if name == "types" and value else value for name, value in
            values.items()}  # fmt: skip
    done = await tx.execute(
        update(webhooks).where(webhooks.c.id == webhook_id).values(**kept, updated_at_ms=now_ms)
    )
    return done.rowcount == 1


async def enable(tx: AsyncConnection, webhook_id: str, *, now_ms: int) -> bool:
    """Post to it again, what happens from now on; false when it was active already."""
    done = await tx.execute(
        update(webhooks)
        .where(webhooks.c.id == webhook_id, webhooks.c.state == WebhookState.DISABLED.value)
        .values(
            state=WebhookState.ACTIVE.value,
            disabled_reason=None,
            failing_since_ms=None,
            cursor=await changes.latest(tx),
            updated_at_ms=now_ms,
        )
    )
    if done.rowcount == 1:
        await _journal(tx, webhook_id, "active", None, now_ms=now_ms)
    return done.rowcount == 1


async def disable(tx: AsyncConnection, webhook_id: str, *, reason: str, now_ms: int) -> bool:
    """Post nothing to it any more; false when it was disabled already."""
    done = await tx.execute(
        update(webhooks)
        .where(webhooks.c.id == webhook_id, webhooks.c.state == WebhookState.ACTIVE.value)
        .values(
            state=WebhookState.DISABLED.value,
            disabled_reason=reason,
            failing_since_ms=None,
            updated_at_ms=now_ms,
        )
    )
    if done.rowcount == 1:
        await _journal(tx, webhook_id, "disabled", reason, now_ms=now_ms)
    return done.rowcount == 1


async def note_failing(tx: AsyncConnection, webhook_id: str, *, reason: str, now_ms: int) -> bool:
    """Record that it keeps failing, once; false when that was known."""
    done = await tx.execute(
        update(webhooks)
        .where(webhooks.c.id == webhook_id, webhooks.c.failing_since_ms.is_(None))
        .values(failing_since_ms=now_ms, updated_at_ms=now_ms)
    )
    if done.rowcount == 1:
        await _journal(tx, webhook_id, "failing", reason, now_ms=now_ms)
    return done.rowcount == 1


async def note_well(tx: AsyncConnection, webhook_id: str, *, now_ms: int) -> bool:
    """Record that it takes events again; false when nothing else was known."""
    done = await tx.execute(
        update(webhooks)
        .where(webhooks.c.id == webhook_id, webhooks.c.failing_since_ms.is_not(None))
        .values(failing_since_ms=None, updated_at_ms=now_ms)
    )
    if done.rowcount == 1:
        await _journal(tx, webhook_id, "active", None, now_ms=now_ms)
    return done.rowcount == 1


async def advance(
    tx: AsyncConnection, webhook_id: str, *, before: str | None, after: str | None
) -> bool:
    """Move its cursor; false when somebody else did, or it is no longer active."""
    done = await tx.execute(_ADVANCE, {"webhook_id": webhook_id, "before": before, "after": after})
    return done.rowcount == 1


async def remove(tx: AsyncConnection, webhook_id: str) -> bool:
    """Forget a webhook and its deliveries; false when there is none such."""
    done = await tx.execute(delete(webhooks).where(webhooks.c.id == webhook_id))
    return done.rowcount == 1


async def remove_alias(tx: AsyncConnection, alias: str) -> bool:
    """Forget the webhook that a client gave this id; false when there is none such."""
    done = await tx.execute(delete(webhooks).where(webhooks.c.alias == alias))
    return done.rowcount > 0


async def _journal(
    tx: AsyncConnection, webhook_id: str, state: str, reason: str | None, *, now_ms: int
) -> None:
    await changes.record(
        tx,
        "webhook.state",
        now_ms=now_ms,
        subject=webhook_id,
        data={"id": webhook_id, "state": state, "reason": reason},
    )


def _webhook(row: RowMapping) -> WebhookRow:
    types = None if row["types"] is None else tuple(row["types"])
    found = {
        "types": types,
        "state": WebhookState(row["state"]),
        "format": WebhookFormat(row["format"] or WebhookFormat.STANDARD),
    }
    return WebhookRow(**{**row, **found})

"""Webhooks on the wire; a secret only in the answer to its making."""

from typing import Annotated, Any, Literal

from pydantic import Field

from gatewayd.http.models.base import (
    Input,
    Moment,
    Output,
    Page,
    PageQuery,
    moment_at,
    moment_of,
)
from gatewayd.http.models.editing import NOT_GIVEN, Changes
from gatewayd.http.models.events import Event, event_json
from gatewayd.services.events import EVENT_TYPES, Told
from gatewayd.services.webhooks import WebhookView
from storage.deliveries import DeliveryRow, DeliveryState
from storage.webhooks import WebhookFormat, WebhookRow

Url = Annotated[str, Field(min_length=1, max_length=2000, description="http or https")]
Types = Annotated[
    list[str] | None,
    Field(
        min_length=1,
        max_length=100,
        description="null: every type",
        json_schema_extra={"items": {"enum": list(EVENT_TYPES)}},
    ),
]
Inbox = Annotated[
    str | None,
    Field(max_length=64, description="only its messages, and what its modems do; null: all"),
]
Ordered = Annotated[
    bool,
    Field(description="one after the other: what fails holds up what comes after it"),
]


class WebhookIn(Input):
    """A webhook to make."""

    url: Url
    types: Types = None
    inbox: Inbox = None
    ordered: Ordered = False


class WebhookChange(Changes):
    """What is to be different; what is left out stays."""

    url: Url = NOT_GIVEN
    types: Types = None
    inbox: Inbox = None
    ordered: Ordered = NOT_GIVEN
    enabled: Annotated[
        bool, Field(description="false: post nothing; true: post what happens from now on")
    ] = NOT_GIVEN


class ResendIn(Input):
    """Which events are posted again."""

    since: Annotated[Moment, Field(description="events at or after")]
    until: Annotated[Moment | None, Field(description="events before; null: now")] = None
    delivered_too: Annotated[bool, Field(description="also those that the receiver has taken")] = (
        False
    )


class DeliveriesQuery(PageQuery):
    """Which deliveries."""

    state: DeliveryState | None = None


class Webhook(Output):
    """A webhook, without its secret."""

    id: str
    url: str
    types: list[str] | None
    inbox: str | None
    ordered: bool
    format: Annotated[
        WebhookFormat,
        Field(description="`android`: made by a client of SMS Gateway for Android, in its form"),
    ]
    state: Annotated[
        Literal["active", "failing", "disabled"],
        Field(description="`failing`: tried four times and more in vain; it is tried on"),
    ]
    disabled_reason: str | None
    failing_since: Moment | None
    pending: Annotated[int, Field(description="deliveries that wait, for now or for a retry")]
    pending_since: Annotated[Moment | None, Field(description="since when the oldest waits")]
    previous_secret_until: Annotated[
        Moment | None, Field(description="until then the secret before the rotation signs too")
    ]
    created_at: Moment


class NewWebhook(Webhook):
    """A webhook with a secret just made."""

    secret: Annotated[str, Field(description="Standard Webhooks' `whsec_…`, shown this once")]


class WebhookPage(Page[Webhook]):
    """Webhooks, newest first."""


class Delivery(Output):
    """One event on its way to one webhook; the answer is the last try's."""

    id: str
    event_id: Annotated[str, Field(description="sent as `webhook-id`")]
    event_type: str
    state: DeliveryState
    tries: int
    next_try_at: Annotated[Moment | None, Field(description="null when it is over")]
    created_at: Moment
    tried_at: Moment | None
    duration_ms: int | None
    status: Annotated[int | None, Field(description="the receiver's answer")]
    answer: Annotated[str | None, Field(description="the beginning of its body")]
    error: Annotated[str | None, Field(description="why there was no answer")]


class DeliveryDetail(Delivery):
    """A delivery with what is posted."""

    request: Annotated[
        Event | None,
        Field(description="the body as it would be posted now; null when it is kept no more"),
    ]


class DeliveryPage(Page[Delivery]):
    """Deliveries, newest first."""


class Resent(Output):
    """How many deliveries were put back on their way."""

    count: int


def webhook_json(view: WebhookView) -> Webhook:
    """Write a webhook."""
    return Webhook(**_webhook(view.row, view))


def new_webhook_json(row: WebhookRow, view: WebhookView) -> NewWebhook:
    """Write a webhook with its secret."""
    return NewWebhook(**_webhook(row, view), secret=row.secret)


def _webhook(row: WebhookRow, view: WebhookView) -> dict[str, Any]:
    failing = row.active and row.failing_since_ms is not None
    return {
        "id": row.id,
        "url": row.url,
        "types": None if row.types is None else list(row.types),
        "inbox": row.inbox,
        "ordered": row.ordered,
        "state": "failing" if failing else row.state.value,
        "format": row.format,
        "disabled_reason": row.disabled_reason,
        "failing_since": moment_of(row.failing_since_ms),
        "pending": view.backlog.pending,
        "pending_since": moment_of(view.backlog.oldest_ms),
        "previous_secret_until": moment_of(row.previous_until_ms),
        "created_at": moment_at(row.created_at_ms),
    }


def delivery_json(row: DeliveryRow) -> Delivery:
    """Write a delivery."""
    return Delivery(**_delivery(row))


def delivery_detail_json(row: DeliveryRow, told: Told | None) -> DeliveryDetail:
    """Write a delivery with what is posted."""
    return DeliveryDetail(**_delivery(row), request=None if told is None else event_json(told))


def _delivery(row: DeliveryRow) -> dict[str, Any]:
    pending = row.state is DeliveryState.PENDING
    return {
        "id": row.id,
        "event_id": row.event_id,
        "event_type": row.event_type,
        "state": row.state,
        "tries": row.tries,
        "next_try_at": moment_at(row.due_at_ms) if pending else None,
        "created_at": moment_at(row.created_at_ms),
        "tried_at": moment_of(row.tried_at_ms),
        "duration_ms": row.duration_ms,
        "status": row.status,
        "answer": row.answer,
        "error": row.error,
    }

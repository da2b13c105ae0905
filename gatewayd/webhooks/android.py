"""Events in the form of SMS Gateway for Android's webhooks. Pure: rows in, JSON out."""

import hashlib
import hmac
import json
from collections.abc import Mapping, Sequence
from typing import Any

from gatewayd.http.models.base import moment_at
from gatewayd.services.events import Told
from storage.webhooks import WebhookRow

DEVICE = "gatewayd"
"""Theirs are phones; here is one gateway."""

EVENTS: Mapping[str, tuple[str, ...]] = {
    "sms:received": ("message.received",),
    "sms:sent": ("message.sent",),
    "sms:delivered": ("message.delivered",),
    "sms:failed": ("message.undelivered", "message.failed", "message.expired"),
    "sms:cancelled": ("message.canceled",),
}
"""Their events, each with those of ours that it is."""

_WHEN = {
    "sms:received": "receivedAt",
    "sms:sent": "sentAt",
    "sms:delivered": "deliveredAt",
    "sms:failed": "failedAt",
    "sms:cancelled": "cancelledAt",
}


def webhook_json(row: WebhookRow) -> dict[str, object]:
    """Tell a webhook."""
    return {"id": row.alias or row.id, "url": row.url, "event": _event(row.types or ())}


def _event(types: Sequence[str]) -> str:
    known = (event for event, ours in EVENTS.items() if set(types) & set(ours))
    return next(known, types[0] if types else "")


def event_body(webhook: WebhookRow, told: Told) -> str:
    """Tell an event of a message in their shape."""
    event, message = _event((told.change.type,)), told.message
    payload: dict[str, Any] = {
        "simNumber": None,
        _WHEN.get(event, "occurredAt"): written(told.change.created_at_ms),
    }
    if message is not None:
        payload |= {
            "messageId": message.client_reference or message.id,
            "phoneNumber": message.contact,
            "sender": message.from_number,
            "recipient": message.to_number,
        }
        if event == "sms:received":
            payload["message"] = message.text or ""
        if event == "sms:failed":
            payload["reason"] = message.error_detail or message.state.value
    return json.dumps(
        {
            "deviceId": DEVICE,
            "event": event,
            "id": told.change.id,
            "webhookId": webhook.alias or webhook.id,
            "payload": payload,
        }
    )


def signature(body: str, secret: str, *, now_ms: int) -> dict[str, str]:
    """Give their two headers: the HMAC of the body followed by the time."""
    moment = str(now_ms // 1000)
    digest = hmac.new(secret.encode(), (body + moment).encode(), hashlib.sha256)
    return {"X-Timestamp": moment, "X-Signature": digest.hexdigest()}


def written(at_ms: int) -> str:
    """Write a time as they do."""
    return moment_at(at_ms).isoformat(timespec="milliseconds").replace("+00:00", "Z")

"""Messages as SMS Gateway for Android tells them. Pure: rows in, JSON out."""

from collections.abc import Mapping, Sequence

from gatewayd.compat.sending import Denied
from gatewayd.webhooks.android import DEVICE, written
from storage.queries import MessageRow
from storage.states import MessageState

_STATES: Mapping[MessageState, str] = {
    MessageState.QUEUED: "Pending",
    MessageState.SENDING: "Processed",
    MessageState.UNKNOWN: "Processed",
    MessageState.SENT: "Sent",
    MessageState.DELIVERED: "Delivered",
    MessageState.UNDELIVERED: "Failed",
    MessageState.FAILED: "Failed",
    MessageState.EXPIRED: "Failed",
    MessageState.CANCELED: "Cancelled",
}
_PROGRESS = ("Pending", "Processed", "Sent", "Delivered", "Cancelled", "Failed")
"""A message to several is as far as the one that is least far; failed only where all are."""


def message_json(
    id_: str, rows: Sequence[MessageRow], denied: Sequence[Denied]
) -> dict[str, object]:
    """Tell one message of theirs, which is ``rows`` of ours."""
    recipients = [_recipient(row.to_number or "", row) for row in rows]
    recipients += [
        {"phoneNumber": one.to, "state": "Failed", "error": one.detail} for one in denied
    ]
    states = [str(one["state"]) for one in recipients]
    return {
        "id": id_,
        "deviceId": DEVICE,
        "state": min(states, key=_PROGRESS.index),
        "isHashed": False,
        "isEncrypted": False,
        "recipients": recipients,
        "states": _times(rows),
    }


def _recipient(number: str, row: MessageRow) -> dict[str, object]:
    told: dict[str, object] = {"phoneNumber": number, "state": _STATES[row.state]}
    if row.error_detail is not None:
        told["error"] = row.error_detail
    return told


def _times(rows: Sequence[MessageRow]) -> dict[str, str]:
    """Tell when all had come so far."""
    times: dict[str, str] = {}
    for state, known in (
        ("Pending", [row.created_at_ms for row in rows]),
        ("Sent", [row.sent_at_ms for row in rows]),
        ("Delivered", [row.delivered_at_ms for row in rows]),
    ):
        reached = [at_ms for at_ms in known if at_ms is not None]
        if reached and len(reached) == len(rows):
            times[state] = written(max(reached))
    return times

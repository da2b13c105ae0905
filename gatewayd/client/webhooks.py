"""Receiving webhooks: whether a request is the gateway's, and what it tells.

Standard Webhooks 1.0, by the standard library alone.
"""

import base64
import binascii
import hashlib
import hmac
import json
import time
from collections.abc import Mapping, Sequence

from .errors import GatewaydError
from .sse import Event, event_of

_PREFIX = "whsec_"
_TOLERANCE_SECONDS = 300


class WebhookError(GatewaydError):
    """This request is not the gateway's, or too old: answer 401 and do nothing."""


def verify_webhook(
    secret: str | Sequence[str],
    headers: Mapping[str, str],
    body: bytes,
    *,
    now: float | None = None,
    tolerance_seconds: float = _TOLERANCE_SECONDS,
) -> Event:
    """Give the event of a request that is signed with the secret (or with one of them).

    The same event may come again, with the same ``id``: remember ids to act once.
    ``body`` is as it came, byte for byte. Raises WebhookError.
    """
    found = {name.lower(): value for name, value in headers.items()}
    try:
        webhook_id = found["webhook-id"]
        stamp = found["webhook-timestamp"]
        signatures = found["webhook-signature"]
    except KeyError as error:
        raise WebhookError(f"there is no header {error.args[0]}") from None
    _check_time(stamp, time.time() if now is None else now, tolerance_seconds)
    signed = b".".join((webhook_id.encode(), stamp.encode(), body))
    secrets = [secret] if isinstance(secret, str) else secret
    expected = [hmac.new(_key(one), signed, hashlib.sha256).digest() for one in secrets]
    given = [_decoded(one[3:]) for one in signatures.split() if one.startswith("v1,")]
    if not any(hmac.compare_digest(a, b) for a in expected for b in given):
        raise WebhookError("the signature does not fit")
    try:
        return event_of(json.loads(body))
    except ValueError as error:
        raise WebhookError("the body is not JSON") from error


def _check_time(stamp: str, now: float, tolerance_seconds: float) -> None:
    if not (stamp.isascii() and stamp.isdigit()):
        raise WebhookError("the timestamp is no number")
    if abs(now - int(stamp)) > tolerance_seconds:
        raise WebhookError("it was signed at another time: is this machine's clock right?")


def _key(secret: str) -> bytes:
    try:
        return base64.b64decode(secret.removeprefix(_PREFIX), validate=True)
    except binascii.Error as error:
        raise ValueError("a webhook's secret looks like whsec_… in Base64") from error


def _decoded(signature: str) -> bytes:
    try:
        return base64.b64decode(signature, validate=True)
    except binascii.Error:
        return b""

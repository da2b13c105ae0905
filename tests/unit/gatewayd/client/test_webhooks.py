"""Webhooks are verified as the library does that the daemon signs with."""

import base64
import json
from datetime import UTC, datetime
from typing import Any

import pytest
from standardwebhooks import Webhook

from gatewayd.client import UnexpectedAnswerError, WebhookError, verify_webhook

SECRET = "whsec_" + base64.b64encode(b"x" * 32).decode()
OTHER = "whsec_" + base64.b64encode(b"y" * 32).decode()
NOW = 1_796_126_400
BODY = json.dumps({"id": "evt_1", "type": "message.received", "data": {"id": "msg_1"}})


def signed(secret: str = SECRET, body: str = BODY, at: int = NOW) -> dict[str, str]:
    signature = Webhook(secret).sign("evt_1", datetime.fromtimestamp(at, UTC), body)
    return {
        "Webhook-Id": "evt_1",
        "Webhook-Timestamp": str(at),
        "Webhook-Signature": signature,
    }


def test_what_the_gateway_signed_is_an_event() -> None:
    event = verify_webhook(SECRET, signed(), BODY.encode(), now=NOW)

    assert (event.id, event.type, event.data) == ("evt_1", "message.received", {"id": "msg_1"})


def test_two_secrets_are_valid_while_one_is_rotated() -> None:
    both = signed() | {
        "Webhook-Signature": f"v1a,x {signed(OTHER)['Webhook-Signature']} "
        f"{signed()['Webhook-Signature']}"
    }

    assert verify_webhook(SECRET, both, BODY.encode(), now=NOW).id == "evt_1"
    assert verify_webhook([OTHER, SECRET], signed(), BODY.encode(), now=NOW).id == "evt_1"


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"Webhook-Id": "evt_2"}, "does not fit"),
        ({"Webhook-Signature": "v1,not base64"}, "does not fit"),
        ({"Webhook-Signature": ""}, "does not fit"),
        ({"Webhook-Timestamp": str(NOW - 301)}, "another time"),
        ({"Webhook-Timestamp": "soon"}, "no number"),
    ],
)
def test_what_was_changed_is_refused(changed: dict[str, str], why: str) -> None:
    with pytest.raises(WebhookError, match=why):
        verify_webhook(SECRET, signed() | changed, BODY.encode(), now=NOW)


def test_what_another_signed_is_refused() -> None:
    with pytest.raises(WebhookError, match="does not fit"):
        verify_webhook(SECRET, signed(OTHER), BODY.encode(), now=NOW)
    with pytest.raises(WebhookError, match="does not fit"):
        verify_webhook(SECRET, signed(), BODY.encode() + b" ", now=NOW)
    with pytest.raises(WebhookError, match="no header webhook-id"):
        verify_webhook(SECRET, {}, BODY.encode(), now=NOW)


def test_it_is_as_old_as_the_clock_says() -> None:
    with pytest.raises(WebhookError, match="another time"):
        verify_webhook(SECRET, signed(at=NOW - 10_000_000_000 // 10), BODY.encode())


@pytest.mark.parametrize(("body", "kind"), [("[]", UnexpectedAnswerError), ("{", WebhookError)])
def test_what_is_no_event_is_said(body: str, kind: Any) -> None:
    with pytest.raises(kind):
        verify_webhook(SECRET, signed(body=body), body.encode(), now=NOW)


def test_a_secret_that_is_none_is_the_caller_s_mistake() -> None:
    with pytest.raises(ValueError, match="whsec_"):
        verify_webhook("secret!", signed(), BODY.encode(), now=NOW)

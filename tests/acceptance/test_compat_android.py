"""The public client of SMS Gateway for Android works against us by its base URL alone."""

import hashlib
import hmac
import http.server
import json
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import requests
from android_sms_gateway import client, domain, enums, errors
from android_sms_gateway.http import RequestsHttpClient


class Hooks(http.server.ThreadingHTTPServer):
    """A receiver of webhooks."""

    daemon_threads = True
    block_on_close = False

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Hook)
        self.taken: list[tuple[dict[str, str], str]] = []
        self.changed = threading.Condition()

    def until(self, condition: Callable[[], bool]) -> None:
        with self.changed:
            assert self.changed.wait_for(condition, timeout=120), self.taken

    def bodies(self) -> list[Any]:
        return [json.loads(body) for _, body in self.taken]


class _Hook(http.server.BaseHTTPRequestHandler):
    server: Hooks

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        with self.server.changed:
            self.server.taken.append((dict(self.headers), body))
            self.server.changed.notify_all()
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the library's name
        """Say nothing."""


@pytest.fixture
def hooks() -> Iterator[Hooks]:
    server = Hooks()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


def api_of(gateway: Any, login: str | None, password: str) -> client.APIClient:
    host, port = gateway.address
    base = f"http://{host}:{port}/3rdparty/v1"
    return client.APIClient(login, password, base_url=base, http=RequestsHttpClient())


@pytest.fixture
def api(gateway: Any) -> Iterator[client.APIClient]:
    made = {"name": "android", "scopes": ["messages:send", "messages:read"]}
    token = gateway.http("POST", "/v1/tokens", made).json["token"]
    api = api_of(gateway, "android", token)
    with api.http:  # the session is the client's to close
        yield api


def message(*numbers: str, text: str = "Hello", **more: Any) -> domain.Message:
    return domain.Message(
        phone_numbers=list(numbers), text_message=domain.TextMessage(text=text), **more
    )


def delivered(gateway: Any, api: client.APIClient, id_: str) -> domain.MessageState:
    def look() -> domain.MessageState | None:
        state = api.get_state(id_)
        return state if state.state is enums.ProcessState.Delivered else None

    found: domain.MessageState = gateway.until(look)
    return found


def test_the_client_sends_to_several_and_follows_it(gateway: Any, api: client.APIClient) -> None:
    sent = api.send(message("+15145559001", "514 555-9002"))
    assert sent.state in set(enums.ProcessState)

    state = delivered(gateway, api, sent.id)

    assert [one.phone_number for one in state.recipients] == ["+15145559001", "+15145559002"]
    assert {one.state for one in state.recipients} == {enums.ProcessState.Delivered}
    assert state.states is not None
    assert list(state.states) == ["Pending", "Sent", "Delivered"]
    for number in ("+15145559001", "+15145559002"):
        (text,) = gateway.sticks["counter"].ledger("text", number)
        assert text["text"] == "Hello"


def test_an_id_of_the_client_s_sends_once(gateway: Any, api: client.APIClient) -> None:
    first = api.send(message("+15145559011", id="order-7"))
    again = api.send(message("+15145559011", id="order-7"))
    assert first.id == again.id == "order-7"
    delivered(gateway, api, "order-7")
    assert len(gateway.sticks["counter"].ledger("text", "+15145559011")) == 1

    with pytest.raises(errors.APIError) as refused:
        api.send(message("+15145559011", text="another", id="order-7"))
    assert refused.value.status_code == 409


def test_what_is_refused_is_refused_in_its_form(gateway: Any, api: client.APIClient) -> None:
    with pytest.raises(errors.BadRequestError) as refused:
        api.send(message("+15145559021", "12ab"))
    assert refused.value.response == {"message": "/phoneNumbers: 12ab: it has letters in it"}
    assert gateway.http("GET", "/v1/messages?contact=5145559021").json["items"] == []

    for unfit in (
        message("+15145559021", text="x" * 3000),
        message("+15145559021", is_encrypted=True),
        domain.Message(
            phone_numbers=["+15145559021"], data_message=domain.DataMessage(data="aA==", port=1)
        ),
    ):
        with pytest.raises(errors.BadRequestError):
            api.send(unfit)
    with pytest.raises(errors.NotFoundError):
        api.get_state("nothing")


@pytest.mark.parametrize("login", ["android", "another", None])
def test_a_wrong_password_or_user_is_unauthorized(gateway: Any, login: str | None) -> None:
    password = gateway.token if login == "another" else "gw_no"
    api = api_of(gateway, login, password)
    with api.http, pytest.raises(errors.UnauthorizedError):
        api.send(message("+15145559031"))


def test_a_token_that_may_only_send_cannot_read(gateway: Any) -> None:
    made = {"name": "sender", "scopes": ["messages:send"]}
    token = gateway.http("POST", "/v1/tokens", made).json["token"]
    api = api_of(gateway, "sender", token)
    with api.http:
        sent = api.send(message("+15145559041"))
        with pytest.raises(errors.ForbiddenError):
            api.get_state(sent.id)


def test_over_the_limit_each_recipient_counts(gateway: Any) -> None:
    made = {"name": "hasty", "scopes": ["messages:send"]}
    token = gateway.http("POST", "/v1/tokens", made).json["token"]
    # Nothing of it may be sent, so that only the limit is tried.
    abroad = [f"+4420794600{place:02}" for place in range(100)]
    asked = {"phoneNumbers": abroad, "textMessage": {"text": "x"}}
    headers = {"Authorization": f"Bearer {token}"}
    answers = (
        gateway.http("POST", "/3rdparty/v1/messages", asked, headers=headers) for _ in range(20)
    )
    refused = next(answer for answer in answers if answer.status != 400)
    assert refused.status == 429
    assert refused.json["message"].startswith("this token asks too often")


def test_webhooks_in_its_shape(new_gateway: Any, hooks: Hooks) -> None:
    gateway = new_gateway()
    stick = gateway.stick()
    tables = '[compat]\nandroid_sms_gateway = true\n[webhooks]\nallowed_networks = ["127.0.0.1"]\n'
    gateway.configure(tables=tables)
    gateway.start()
    gateway.modem("counter", "ready")
    url = f"http://127.0.0.1:{hooks.server_address[1]}/hook"
    api = api_of(gateway, "test", gateway.token)
    with api.http:
        events = (
            *(enums.WebhookEvent.SMS_RECEIVED, enums.WebhookEvent.SMS_SENT),
            *(enums.WebhookEvent.SMS_DELIVERED, enums.WebhookEvent.SMS_CANCELLED),
        )
        for event in events:
            made = api.create_webhook(domain.Webhook(id=f"w-{event.value}", url=url, event=event))
            assert (made.id, made.event) == (f"w-{event.value}", event)
        api.create_webhook(domain.Webhook(id="w-sms:sent", url=url, event=events[1]))  # again
        assert len(api.get_webhooks()) == 4
        ping = domain.Webhook(id=None, url=url, event=enums.WebhookEvent.SYSTEM_PING)
        with pytest.raises(errors.BadRequestError):
            api.create_webhook(ping)

        row = next(
            one
            for one in gateway.http("GET", "/v1/webhooks").json["items"]
            if one["types"] == ["message.received"]
        )
        assert row["format"] == "android"
        secret = gateway.http("POST", f"/v1/webhooks/{row['id']}/rotate").json["secret"]

        sent = api.send(message("+15145559051", text="Hi"))
        hooks.until(lambda: len(hooks.taken) >= 2)
        stick.order("text_in", **{"from": "+15145559051", "text": "Merci"})
        hooks.until(lambda: len(hooks.taken) >= 3)

        told = {body["event"]: body for body in hooks.bodies()}
        assert set(told) == {"sms:sent", "sms:delivered", "sms:received"}
        assert told["sms:sent"]["webhookId"] == "w-sms:sent"
        assert told["sms:sent"]["payload"]["messageId"] == sent.id
        assert told["sms:delivered"]["payload"]["phoneNumber"] == "+15145559051"
        assert told["sms:delivered"]["payload"]["deliveredAt"].endswith("Z")
        received = told["sms:received"]["payload"]
        assert (received["message"], received["sender"]) == ("Merci", "+15145559051")

        headers, body = next(one for one in hooks.taken if "Merci" in one[1])
        signed = hmac.new(secret.encode(), (body + headers["X-Timestamp"]).encode(), hashlib.sha256)
        assert headers["X-Signature"] == signed.hexdigest()

        for event in events:
            api.delete_webhook(f"w-{event.value}")
        assert api.get_webhooks() == []
        with pytest.raises(requests.HTTPError, match="404"):
            api.delete_webhook("w-sms:sent")

"""Other gateways' APIs when the request is not to be let in: each says so in its own form."""

import asyncio
import json
from collections.abc import Callable, Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import replace
from typing import Any

import pytest
from structlog.testing import capture_logs

from config.compat import AlertReceiverSettings, CompatSettings
from gatewayd.compat.mount import ENDPOINTS
from gatewayd.http.context import HttpContext
from gatewayd.http.limits import Limits
from storage.errors import StoreUnavailable
from storage.schema import tokens

Ask = Callable[[Any, str], Any]

V1 = "/http_api/send_sms"
NOTICE = {"status": "firing", "alerts": [{"labels": {"alertname": "Disk"}}]}


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


# How each API is asked; what follows is told of the answer.
ASK: Mapping[str, Ask] = {
    "v1": lambda tcp, token: tcp.get(
        V1, params={"access_token": token, "to": "5145550123", "message": "x"}
    ),
    "xml": lambda tcp, token: tcp.post(
        V1,
        data={
            "login": "till",
            "pass": token,
            "to": "5145550123",
            "message": "x",
            "responsetype": "xml",
        },
    ),
    "rpc": lambda tcp, token: tcp.post(
        "/jsonrpc/sms",
        json={
            "method": "sms.send_sms",
            "params": {
                "access_token": token,
                "to": "5145550123",
                "message": "x",
                "responsetype": "extended",
            },
        },
    ),
    "v2": lambda tcp, token: tcp.post(
        "/api/v2/messages/sms",
        json={"to": ["5145550123"], "text": "x"},
        headers={"access-token": token},
    ),
    "kannel": lambda tcp, token: tcp.get(
        "/cgi-bin/sendsms",
        params={"user": "till", "pass": token, "to": "5145550123", "text": "x"},
    ),
    "android": lambda tcp, token: tcp.post(
        "/3rdparty/v1/messages",
        json={"phoneNumbers": ["5145550123"], "textMessage": {"text": "x"}},
        headers=bearer(token),
    ),
    "alertmanager": lambda tcp, token: tcp.post(
        "/compat/alertmanager/oncall", json=NOTICE, headers=bearer(token)
    ),
    "grafana": lambda tcp, token: tcp.post(
        "/compat/grafana/oncall", json=NOTICE, headers=bearer(token)
    ),
}


@pytest.fixture
def context(context: HttpContext) -> HttpContext:
    settings = replace(
        context.settings,
        compat=CompatSettings(**dict.fromkeys(ENDPOINTS, True)),
        alert_receivers=(AlertReceiverSettings(name="oncall", to=("+15145550123",)),),
    )
    limits = Limits(requests_per_second=0.001, burst=1)
    return replace(context, settings=settings, limits=limits)


async def _asked(ask: Ask, tcp: Any, token: str) -> tuple[int, str, str]:
    async with ask(tcp, token) as answer:
        return answer.status, answer.headers.get("Retry-After", ""), await answer.text()


def _in_its_form(api: str, text: str) -> str:
    """Check the form, and give the words in it."""
    match api:
        case "v1":
            return text
        case "kannel":
            assert text == "Temporal failure, try again later."
            return "asks too often, or shutting down, or the store does not answer"
        case "xml":
            assert text.startswith("<xml><error_text>")
            assert text.endswith("</error_text><status>error</status></xml>")
            return text
        case "rpc":
            result = json.loads(text)["result"]
            assert result["status"] == "error"
            return str(result["error_text"])
        case "v2" | "android":
            return str(json.loads(text)["message"])
        case _:
            return str(json.loads(text)["error"])


def _status(api: str, status: int) -> int:
    """The clients of these try again after a 5xx only."""
    return 503 if api in {"alertmanager", "grafana", "kannel"} else status


@pytest.mark.parametrize("api", ASK)
async def test_over_the_limit(api: Any, api_server: Any) -> None:
    token = await api_server.secret()
    assert (await _asked(ASK[api], api_server.tcp, token))[0] in {200, 202}

    status, wait, text = await _asked(ASK[api], api_server.tcp, token)

    assert status == _status(api, 429)
    assert int(wait) > 100
    assert "asks too often" in _in_its_form(api, text)


@pytest.mark.parametrize("api", ASK)
async def test_whom_nobody_knows_is_in_the_log(api: Any, api_server: Any) -> None:
    with capture_logs() as log:
        status, _, _ = await _asked(ASK[api], api_server.tcp, "gw_unknown")

    assert status in {200, 401, 403}  # JSON-RPC says it in its answer
    assert [entry for entry in log if entry["event"] == "token_refused"] == [
        {"event": "token_refused", "log_level": "info", "client": "127.0.0.1"}
    ]


async def test_who_asks_how_to_log_in_is_not_in_the_log(api_server: Any) -> None:
    with capture_logs() as log:
        async with api_server.tcp.get("/3rdparty/v1/webhooks") as answer:
            assert answer.status == 401
    assert [entry for entry in log if entry["event"] == "token_refused"] == []


async def test_a_token_with_another_name_beside_it_is_told_in_the_log(api_server: Any) -> None:
    asked = {"user": "shop", "pass": await api_server.secret(), "to": "5145550123", "text": "x"}
    with capture_logs() as log:
        async with api_server.tcp.get("/cgi-bin/sendsms", params=asked) as answer:
            assert answer.status == 403

    (entry,) = [entry for entry in log if entry["event"] == "token_refused"]
    assert (entry["token"], entry["reason"]) == ("till", "other_user")
    assert asked["pass"] not in str(entry)


@pytest.mark.parametrize("api", ASK)
async def test_shutting_down(api: Any, api_server: Any) -> None:
    token = await api_server.secret()
    api_server.context.stopping.set()

    status, wait, text = await _asked(ASK[api], api_server.tcp, token)

    assert (status, wait) == (503, "5")
    assert "shutting down" in _in_its_form(api, text)


@pytest.mark.parametrize("api", ASK)
async def test_the_store_does_not_answer(
    api: Any, api_server: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    token = await api_server.secret()

    def broken(*_: object, **__: object) -> Any:
        raise StoreUnavailable(reason="disk full")

    monkeypatch.setattr(api_server.context.store, "write", broken)
    status, wait, text = await _asked(ASK[api], api_server.tcp, token)

    assert (status, wait) == (503, "5")
    assert "the store does not answer" in _in_its_form(api, text)


async def test_a_body_may_be_as_large_as_elsewhere(api_server: Any) -> None:
    token = await api_server.secret()
    data = {"access_token": token, "to": "5145550123", "message": "x" * 300_000}
    async with api_server.tcp.post(V1, data=data) as answer:
        assert answer.status == 413
        assert (await answer.text()).startswith("the body is larger than")


async def test_a_post_is_a_form_of_a_hundred_fields_at_most(api_server: Any) -> None:
    async with api_server.tcp.post(V1, data=b"{}", headers={"Content-Type": "text/plain"}) as it:
        assert (it.status, await it.text()) == (
            415,
            "the body must be a form: Content-Type: application/x-www-form-urlencoded",
        )
    async with api_server.tcp.get(V1 + "?" + "a=1&" * 101) as answer:
        assert (answer.status, await answer.text()) == (400, "more than 100 parameters")


async def test_a_hundred_recipients_at_most(api_server: Any) -> None:
    token = await api_server.secret()
    many = ",".join(str(5145550000 + n) for n in range(101))
    data = {"access_token": token, "to": many, "message": "x"}
    async with api_server.tcp.post(V1, data=data) as answer:
        assert answer.status == 400
        assert "more than 100" in await answer.text()


class Server:
    """The API's server and what its tests ask it with."""

    def __init__(self, api: Any) -> None:
        self._api = api
        self.context: HttpContext = api.context
        self.tcp = api.tcp

    async def secret(self) -> str:
        headers = await self._api.token()
        # Its first use is written down; these tests may not write.
        await self._api.context.store.shielded(_touch)
        return str(headers["Authorization"]).removeprefix("Bearer ")


async def _touch(tx: Any) -> None:
    await tx.execute(tokens.update().values(last_used_at_ms=2**50))


@pytest.fixture
async def api_server(
    context: HttpContext, start: Callable[[HttpContext], AbstractAsyncContextManager[Any]]
) -> Any:
    async with asyncio.timeout(60), start(context) as api:
        yield Server(api)

"""Who gets in: Host, tokens, scopes, the unix socket's peer, rate, size."""

import asyncio
import io
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

import pytest
from aiohttp import ClientResponse, ClientSession, UnixConnector
from structlog.testing import capture_logs
from yarl import URL

from gatewayd.http.context import HttpContext
from gatewayd.http.limits import Limits
from gatewayd.services.tokens import Scope
from storage.errors import StoreUnavailable


async def _problem(answer: ClientResponse, status: int, code: str) -> Mapping[str, object]:
    assert answer.status == status, await answer.text()
    assert answer.content_type == "application/problem+json"
    body = await answer.json(content_type=None)
    assert body["code"] == code
    assert body["status"] == status
    return body


async def test_tcp_needs_a_token(api: Any) -> None:
    async with api.tcp.get("/v1/messages") as answer:
        await _problem(answer, 401, "token_required")
        assert answer.headers["WWW-Authenticate"].startswith("Bearer")


@pytest.mark.parametrize(
    "header",
    ["Bearer gw_wrong", "Bearer ", "Bearer", "Basic YTpi", "gw_wrong", "Bearer \udcff"],
)
async def test_a_wrong_token_is_told_as_such(api: Any, header: str) -> None:
    headers = {"Authorization": header.encode("utf-8", "surrogateescape").decode("latin-1")}

    async with api.tcp.get("/v1/messages", headers=headers) as answer:
        await _problem(answer, 401, "token_invalid")


async def test_a_wrong_token_is_not_saved_by_the_unix_socket(api: Any) -> None:
    async with api.unix.get("/v1/tokens", headers={"Authorization": "Bearer gw_x"}) as answer:
        await _problem(answer, 401, "token_invalid")


async def test_a_token_opens_what_its_scopes_say(api: Any) -> None:
    reader = await api.token(Scope.MESSAGES_READ)

    async with api.tcp.get("/v1/messages", headers=reader) as answer:
        assert answer.status == 200
    async with api.tcp.post("/v1/messages", headers=reader, data=b"not even JSON") as answer:
        body = await _problem(answer, 403, "scope_missing")
        assert "messages:send" in str(body["detail"])


async def test_admin_is_all_scopes(api: Any) -> None:
    admin = await api.token(Scope.ADMIN)

    for path in ("/v1/messages", "/v1/modems", "/v1/tokens"):
        async with api.tcp.get(path, headers=admin) as answer:
            assert answer.status == 200


async def test_the_unix_sockets_own_user_is_an_administrator(api: Any) -> None:
    assert await api.admin("GET", "/v1/tokens") == {"items": [], "next": None}


@pytest.mark.parametrize("header", ["Forwarded", "Via", "X-Forwarded-For", "X-Real-IP"])
async def test_a_forwarded_request_is_nobodys(api: Any, header: str) -> None:
    forwarded = {header: "127.0.0.1"}

    async with api.unix.get("/v1/tokens", headers=forwarded) as answer:
        await _problem(answer, 401, "token_required")
    for path in ("/healthz", "/readyz", "/metrics"):
        async with api.tcp.get(path, headers=forwarded) as answer:
            await _problem(answer, 401, "token_required")


async def test_a_forwarded_request_may_show_a_token(api: Any) -> None:
    headers = await api.token(Scope.EVENTS) | {"X-Forwarded-For": "10.0.0.1"}

    async with api.tcp.get("/metrics", headers=headers) as answer:
        assert answer.status == 200


@pytest.mark.parametrize(
    "host",
    [
        "evil.example",
        "evil.example:80",
        "127.0.0.1.evil.example",
        "127.0.0.2",
        "[::1]",
        "texts.shop.example.evil.example",
        "localhost:port",
        "[::1",
        "",
    ],
)
async def test_another_host_is_misdirected(api: Any, host: str) -> None:
    async with api.tcp.get("/healthz", headers={"Host": host}) as answer:
        await _problem(answer, 421, "wrong_host")


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1",
        "127.0.0.1:9999",
        "localhost",
        "LOCALHOST:80",
        "localhost.",
        "texts.shop.example",
        "Texts.Shop.Example:443",
    ],
)
async def test_our_own_hosts_are_served(api: Any, host: str) -> None:
    async with api.tcp.get("/healthz", headers={"Host": host}) as answer:
        assert answer.status == 200


async def test_the_unix_socket_has_no_wrong_host(api: Any) -> None:
    async with api.unix.get("/healthz", headers={"Host": "anything.example"}) as answer:
        assert answer.status == 200


@pytest.mark.parametrize("size", [256 * 1024 + 1, 10_000_000])
async def test_a_large_body_is_refused(api: Any, size: int) -> None:
    headers = await api.token(Scope.MESSAGES_SEND)
    body = io.BytesIO(b" " * size)

    async with api.tcp.post("/v1/messages", headers=headers, data=body) as answer:
        await _problem(answer, 413, "body_too_large")


async def test_a_large_body_of_undeclared_length_is_refused(api: Any) -> None:
    async def chunks() -> AsyncIterator[bytes]:
        for _ in range(300):
            yield b" " * 1024

    async with api.unix.post("/v1/messages", data=chunks()) as answer:
        await _problem(answer, 413, "body_too_large")


async def test_too_many_requests_are_told_when_to_come_back(
    context: HttpContext, start: Any
) -> None:
    async with start(replace(context, limits=Limits(requests_per_second=0.1, burst=2))) as api:
        till, other = await api.token(name="till"), await api.token(name="other")
        statuses = []
        for _ in range(2):
            async with api.tcp.get("/v1/modems", headers=till) as answer:
                statuses.append(answer.status)
        async with api.tcp.get("/v1/modems", headers=till) as answer:
            await _problem(answer, 429, "too_many_requests")
            assert answer.headers["Retry-After"] == "10"
        async with api.tcp.get("/v1/modems", headers=other) as answer:
            statuses.append(answer.status)
        for _ in range(5):
            await api.admin("GET", "/v1/modems")

        assert statuses == [200, 200, 200]


async def _raw(api: Any, head: str) -> bytes:
    """Write what no client library would."""
    reader, writer = await asyncio.open_connection("127.0.0.1", api.listening.port)
    writer.write(head.replace("\n", "\r\n").encode("latin-1"))
    async with asyncio.timeout(60):
        answer = await reader.read()
    writer.close()
    await writer.wait_closed()
    return answer


async def test_a_body_that_is_not_encoded_as_it_says_is_refused(api: Any) -> None:
    token = (await api.token())["Authorization"]

    answer = await _raw(
        api,
        f"POST /v1/messages HTTP/1.1\nHost: localhost\nAuthorization: {token}\nConnection: close\n"
        "Content-Encoding: gzip\nContent-Length: 4\n\nabcd",
    )

    assert answer.startswith(b"HTTP/1.1 400 ")
    assert b'"code": "body_broken"' in answer


async def test_a_cursor_of_odd_bytes_is_gone_not_a_fault(api: Any) -> None:
    token = (await api.token())["Authorization"]

    answer = await _raw(
        api,
        f"GET /v1/events HTTP/1.1\nHost: localhost\nAuthorization: {token}\nConnection: close\n"
        "Last-Event-ID: \xff\xfe\n\n",
    )

    assert answer.startswith(b"HTTP/1.1 410 ")


async def test_a_target_for_a_proxy_is_misdirected(api: Any) -> None:
    answer = await _raw(
        api, "GET http://evil.example/healthz HTTP/1.1\nHost: localhost\nConnection: close\n\n"
    )

    assert answer.startswith(b"HTTP/1.1 421 ")


@pytest.mark.parametrize("odd", ["%ED%A0%80", "%ff", "%00", "%2E%2E%2Fx"])
async def test_odd_addresses_are_no_faults(api: Any, odd: str) -> None:
    for path in ("/v1/messages/{}", "/v1/modems/{}", "/v1/messages?q={}", "/v1/events?types={}"):
        async with api.unix.get(URL(path.format(odd), encoded=True)) as answer:
            assert answer.status in {200, 404, 422}


async def test_nothing_new_begins_while_it_stops(api: Any) -> None:
    sent = await api.send()
    api.context.stopping.set()

    body = await api.admin("POST", "/v1/messages", status=503, json={"to": "1", "text": ""})
    assert body["code"] == "stopping"
    await api.admin("GET", f"/v1/messages/{sent['id']}")


async def test_every_answer_has_its_request_id(api: Any) -> None:
    async with api.unix.get("/v1/nothing") as answer:
        body = await _problem(answer, 404, "not_found")
        assert answer.headers["X-Request-Id"] == body["request_id"]
        assert str(body["request_id"]).startswith("req_")
    async with api.unix.get("/healthz", headers={"X-Request-Id": "till-7"}) as answer:
        assert answer.headers["X-Request-Id"] == "till-7"
    async with api.unix.get("/healthz", headers={"X-Request-Id": "a b"}) as answer:
        assert answer.headers["X-Request-Id"].startswith("req_")


async def test_a_wrong_method_is_told_the_right_ones(api: Any) -> None:
    async with api.unix.put("/v1/messages") as answer:
        await _problem(answer, 405, "method_not_allowed")
        assert answer.headers["Allow"] == "GET, HEAD, POST"


FullDisk = Callable[[], None]


@pytest.fixture
def full_disk(context: HttpContext, monkeypatch: pytest.MonkeyPatch) -> FullDisk:
    """Let every write fail from when it is called."""

    @asynccontextmanager
    async def refuse(_: object) -> AsyncIterator[None]:
        raise StoreUnavailable(reason="disk full")
        yield

    return lambda: monkeypatch.setattr(type(context.store), "write", refuse)


async def test_a_full_disk_still_lets_people_read(api: Any, full_disk: FullDisk) -> None:
    headers = await api.token()
    full_disk()

    async with api.tcp.get("/v1/messages", headers=headers) as answer:
        assert answer.status == 200
    wanted = {"to": "12345", "text": "hello"}
    async with api.tcp.post("/v1/messages", headers=headers, json=wanted) as answer:
        await _problem(answer, 503, "store_unavailable")
        assert answer.headers["Retry-After"] == "5"
    async with api.tcp.get("/readyz") as answer:
        body = await _problem(answer, 503, "not_ready")
        assert "the store does not answer" in str(body["reasons"])


async def test_an_unforeseen_fault_is_logged_without_its_words(
    api: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """They may quote the message that it was about."""

    def views() -> Any:
        raise ValueError("Your biopsy is ready")

    monkeypatch.setattr(api.modems, "views", views)
    with capture_logs() as log:
        await api.admin("GET", "/v1/modems", status=500)

    (entry,) = [entry for entry in log if entry["event"] == "request_failed"]
    assert "biopsy" not in str(entry)
    assert (entry["error"], "exc_info" in entry) == ("ValueError", False)
    assert any(place.startswith("views (") for place in entry["trace"])


async def test_an_unforeseen_fault_ends_one_request_only(api: Any) -> None:
    api.modems.modems["broken"] = object()

    body = await api.admin("GET", "/v1/modems", status=500)
    assert body["code"] == "internal_error"
    await api.admin("GET", "/v1/tokens")


async def test_another_users_unix_peer_needs_a_token(
    api: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gatewayd.http.peer._peer_uid", lambda _: 4242)

    async with api.unix.get("/v1/tokens") as answer:
        await _problem(answer, 401, "token_required")


async def test_many_clients_at_once(api: Any) -> None:
    answers = await asyncio.gather(*(api.send(client_reference=str(n)) for n in range(20)))

    assert len({answer["id"] for answer in answers}) == 20


async def test_a_second_connection_by_the_socket_is_as_good(api: Any) -> None:
    connector = UnixConnector(str(api.listening.socket))
    async with (
        ClientSession("http://x", connector=connector) as other,
        other.get("/v1/modems") as answer,
    ):
        assert answer.status == 200

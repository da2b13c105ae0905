from typing import Any

import pytest

from gatewayd.services.tokens import Scope


async def test_a_token_is_shown_once_and_works(api: Any) -> None:
    made = await api.admin(
        "POST", "/v1/tokens", status=201, json={"name": "till", "scopes": ["messages:read"]}
    )
    secret = made.pop("token")
    async with api.tcp.get("/v1/messages", headers={"Authorization": f"Bearer {secret}"}) as answer:
        assert answer.status == 200

    [listed] = (await api.admin("GET", "/v1/tokens"))["items"]

    assert secret.startswith("gw_")
    assert len(secret) == 46
    assert made == {
        "id": made["id"],
        "name": "till",
        "scopes": ["messages:read"],
        "created_at": "2026-12-01T12:00:00.000Z",
        "last_used_at": None,
        "revoked_at": None,
        "inboxes": None,
        "user": None,
    }
    assert listed == made | {"last_used_at": "2026-12-01T12:00:00.000Z"}


async def test_use_is_noted_now_and_then(api: Any) -> None:
    headers = await api.token()
    for wait_ms in (0, 1000, 300_000):
        api.clock.ms += wait_ms
        async with api.tcp.get("/v1/modems", headers=headers):
            pass
        [listed] = (await api.admin("GET", "/v1/tokens"))["items"]
        if wait_ms == 1000:
            assert listed["last_used_at"] == "2026-12-01T12:00:00.000Z"

    assert listed["last_used_at"] == "2026-12-01T12:05:01.000Z"


async def test_a_revoked_token_opens_nothing_at_once(api: Any) -> None:
    headers = await api.token()
    [token] = (await api.admin("GET", "/v1/tokens"))["items"]
    async with api.unix.delete(f"/v1/tokens/{token['id']}") as answer:
        assert answer.status == 204
        assert await answer.read() == b""

    async with api.tcp.get("/v1/modems", headers=headers) as answer:
        assert answer.status == 401
    body = await api.admin("DELETE", f"/v1/tokens/{token['id']}", status=404)
    assert body["code"] == "not_found"
    [token] = (await api.admin("GET", "/v1/tokens"))["items"]
    assert token["revoked_at"] == "2026-12-01T12:00:00.000Z"


async def test_an_unknown_scope_is_told_with_the_known_ones(api: Any) -> None:
    body = await api.admin(
        "POST", "/v1/tokens", status=422, json={"name": "x", "scopes": ["events", "root"]}
    )

    assert body["code"] == "scope_unknown"
    assert body["errors"] == [
        {
            "pointer": "/scopes",
            "detail": f"unknown: 'root'; known: {', '.join(Scope)}",
        }
    ]


@pytest.mark.parametrize(
    ("wanted", "pointer"),
    [
        ({"scopes": ["events"]}, "/name"),
        ({"name": "", "scopes": ["events"]}, "/name"),
        ({"name": "a\nb", "scopes": ["events"]}, "/name"),
        ({"name": "n" * 65, "scopes": ["events"]}, "/name"),
        ({"name": "x"}, "/scopes"),
        ({"name": "x", "scopes": []}, "/scopes"),
        ({"name": "x", "scopes": "events"}, "/scopes"),
        ({"name": "x", "scopes": [1]}, "/scopes/0"),
    ],
)
async def test_a_wrong_token_is_pointed_at(api: Any, wanted: dict[str, Any], pointer: str) -> None:
    body = await api.admin("POST", "/v1/tokens", status=422, json=wanted)

    assert [error["pointer"] for error in body["errors"]] == [pointer]


async def test_scopes_have_one_order(api: Any) -> None:
    wanted = {"name": "x", "scopes": ["events", "messages:send", "events"]}

    made = await api.admin("POST", "/v1/tokens", status=201, json=wanted)

    assert made["scopes"] == ["messages:send", "events"]

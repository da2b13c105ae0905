"""Sending over HTTP: accepted durably, once per key, or refused with every reason."""

import asyncio
import json
from dataclasses import replace
from typing import Any

import pytest

from config.schema import Settings
from gatewayd.bus import Topic
from gatewayd.services.tokens import Scope
from storage import queries

NOON = "2026-12-01T12:00:00.000Z"


async def test_a_message_is_accepted_as_the_contract_says(api: Any) -> None:
    headers = await api.token(Scope.MESSAGES_SEND, name="till")
    wanted = {
        "to": "(514) 555-0123",
        "text": "Votre commande est prête 😀",
        "inbox": "main",
        "send_at": None,
        "expires_at": None,
        "priority": "urgent",
        "delivery_report": True,
        "on_unknown": "hold",
        "client_reference": "order-7",
    }

    async with api.tcp.post("/v1/messages", headers=headers, json=wanted) as answer:
        body = await answer.json()

    assert answer.status == 202
    assert answer.headers["Location"] == f"/v1/messages/{body['id']}"
    assert body.pop("id").startswith("msg_")
    assert body.pop("conversation_id").startswith("cnv_")
    author = body.pop("author")
    assert (author["type"], author["name"], author["id"][:4]) == ("token", "till", "tok_")
    assert body == {
        "direction": "out",
        "state": "queued",
        "from": "+15145550100",
        "to": "+15145550123",
        "text": "Votre commande est prête 😀",
        "encoding": "ucs2",
        "parts": 1,
        "inbox": "main",
        "modem": None,
        "created_at": NOON,
        "sent_at": None,
        "delivered_at": None,
        "error": None,
        "client_reference": "order-7",
        "cost": None,
        "failover": False,
    }


async def test_it_is_durable_and_hinted_when_it_is_answered(api: Any) -> None:
    with api.context.bus.subscribe(Topic.OUTBOX) as outbox_hints:
        sent = await api.send(send_at="2026-12-01T15:30:00-05:00")
        assert await outbox_hints.wait(0.01)

    async with api.context.store.read() as tx:
        row = await queries.get_message(tx, sent["id"])
    assert row is not None
    assert row.send_at_ms == 1_796_157_000_000


async def test_a_message_whose_sim_is_not_known_yet_comes_from_nobody(api: Any) -> None:
    assert (await api.send(inbox="spare"))["from"] is None


@pytest.mark.parametrize(
    ("fields", "pointer", "code", "says"),
    [
        ({"to": "+"}, "/to", "number_no_digits", "no digits"),
        ({"to": "VIDEOTRON"}, "/to", "number_has_letters", "letters"),
        ({"text": ""}, "/text", "text_empty", "empty"),
        ({"text": "a" * 100_000}, "/text", "text_too_long", "654 parts; at most 10"),
        ({"inbox": "sales"}, "/inbox", "inbox_unknown", "known: main, spare"),
        ({"send_at": "2020-01-01T00:00:00Z"}, "/send_at", "send_at_in_the_past", "past"),
        ({"expires_at": "2020-01-01T00:00:00Z"}, "/expires_at", "expiry_in_the_past", "past"),
        ({"expires_at": "soon"}, "/expires_at", "invalid_request", "RFC 3339"),
        ({"priority": "high"}, "/priority", "invalid_request", "'urgent', 'normal' or 'bulk'"),
        ({"delivery_report": "yes"}, "/delivery_report", "invalid_request", "boolean"),
        ({"sender": "Shop"}, "/sender", "invalid_request", "not known"),
        ({"client_reference": "r" * 201}, "/client_reference", "invalid_request", "200"),
    ],
)
async def test_what_cannot_be_sent_is_pointed_at(
    api: Any, fields: dict[str, Any], pointer: str, code: str, says: str
) -> None:
    wanted = {"to": "+15145550123", "text": "hello"} | fields

    body = await api.admin("POST", "/v1/messages", status=422, json=wanted)

    assert body["code"] == code
    assert [error["pointer"] for error in body["errors"]] == [pointer]
    assert says in body["errors"][0]["detail"]


async def test_a_lone_surrogate_is_not_text(api: Any) -> None:
    body = await api.admin(
        "POST", "/v1/messages", status=422, data=b'{"to": "+15145550123", "text": "a\\ud83d"}'
    )

    assert body["code"] == "lone_surrogate"
    assert body["errors"][0]["pointer"] == "/text"


async def test_nul_is_text(api: Any) -> None:
    sent = await api.send(text="a\0b")

    assert (await api.admin("GET", f"/v1/messages/{sent['id']}"))["text"] == "a\0b"


async def test_what_is_not_json_is_told_so(api: Any) -> None:
    body = await api.admin("POST", "/v1/messages", status=400, data=b'{"to": 1, "to": 2}')

    assert body["code"] == "not_json"
    assert "twice" in body["detail"]


async def test_a_key_gives_the_first_answer_again(api: Any) -> None:
    wanted = {"to": "+15145550123", "text": "é"}
    options = {"headers": {"Idempotency-Key": "order-7"}, "json": wanted}
    async with api.unix.post("/v1/messages", **options) as first:
        first_text = await first.text()
    api.clock.ms += 3_600_000
    async with api.unix.post("/v1/messages", **options) as again:
        again_text = await again.text()

    assert (first.status, again.status) == (202, 202)
    assert again_text == first_text
    assert again.headers["Location"] == first.headers["Location"]
    assert again.headers["Idempotency-Replayed"] == "true"
    assert "Idempotency-Replayed" not in first.headers
    assert len((await api.admin("GET", "/v1/messages"))["items"]) == 1


async def test_a_key_is_for_one_body(api: Any) -> None:
    headers = {"Idempotency-Key": "k"}
    await api.admin(
        "POST", "/v1/messages", status=202, headers=headers, json={"to": "12345", "text": "a"}
    )

    body = await api.admin(
        "POST", "/v1/messages", status=422, headers=headers, json={"to": "12345", "text": "b"}
    )

    assert body["code"] == "idempotency_mismatch"


async def test_a_key_is_for_one_token(api: Any) -> None:
    wanted = {"to": "12345", "text": "a"}
    ids = set()
    for name in ("till", "site"):
        headers = await api.token(Scope.MESSAGES_SEND, name=name) | {"Idempotency-Key": "k"}
        async with api.tcp.post("/v1/messages", headers=headers, json=wanted) as answer:
            ids.add((await answer.json())["id"])

    assert len(ids) == 2


async def test_a_refused_request_leaves_its_key_free(api: Any) -> None:
    headers = {"Idempotency-Key": "k"}
    await api.admin(
        "POST", "/v1/messages", status=422, headers=headers, json={"to": "+", "text": "a"}
    )

    await api.admin(
        "POST", "/v1/messages", status=202, headers=headers, json={"to": "12345", "text": "a"}
    )


@pytest.mark.parametrize("key", ["", "a b", "k" * 256])
async def test_a_key_has_a_form(api: Any, key: str) -> None:
    body = await api.admin(
        "POST",
        "/v1/messages",
        status=422,
        headers={"Idempotency-Key": key},
        json={"to": "12345", "text": "a"},
    )

    assert body["code"] == "idempotency_key_invalid"


async def test_of_two_requests_at_once_with_one_key_one_message_comes(api: Any) -> None:
    async def post() -> tuple[int, str]:
        async with api.unix.post(
            "/v1/messages",
            headers={"Idempotency-Key": "k"},
            json={"to": "12345", "text": "a"},
        ) as answer:
            body = json.loads(await answer.text())
            return answer.status, body.get("code", "")

    outcomes = await asyncio.gather(*(post() for _ in range(8)))

    assert set(outcomes) <= {(202, ""), (409, "idempotency_in_progress")}
    assert (202, "") in outcomes
    assert len((await api.admin("GET", "/v1/messages"))["items"]) == 1


async def test_a_gateway_without_modems_takes_messages_for_main(
    context: Any, settings: Settings, start: Any
) -> None:
    async with start(replace(context, settings=replace(settings, modems=()))) as api:
        sent = await api.send()

    assert (sent["inbox"], sent["from"]) == ("main", None)

"""The rules for sending, at both doors: POST /v1/messages and a conversation's answers."""

from typing import Any

import pytest
from sqlalchemy import select

from gatewayd.services.tokens import Scope
from storage import modems, rulebook
from storage.schema import parts

TEXT = "Your order is ready"
TWO_PARTS = "x" * 200


async def _set(api: Any, **sending: Any) -> None:
    async with api.context.store.write() as tx:
        await rulebook.add(
            tx, {"sending": sending}, version=None, by="tok", now_ms=api.clock.now_ms()
        )


async def _post(api: Any, to: str, headers: Any, text: str = TEXT, **more: str) -> tuple[int, Any]:
    async with api.tcp.post(
        "/v1/messages", headers={**headers, **more}, json={"to": to, "text": text}
    ) as answer:
        return answer.status, await answer.json()


@pytest.mark.parametrize(
    ("to", "code", "why"),
    [
        ("+1 900 555-1234", "premium_number", "it is a premium number, and not among those"),
        ("+33 6 12 34 56 78", "foreign_number", "FR is not among the countries allowed"),
        ("+1 212 555-0100", "foreign_number", "US is not among the countries allowed"),
    ],
)
async def test_without_rules_premium_and_foreign_numbers_are_refused(
    api: Any, to: str, code: str, why: str
) -> None:
    status, body = await _post(api, to, await api.token(Scope.MESSAGES_SEND))
    assert (status, body["code"]) == (422, code)
    (error,) = body["errors"]
    assert error["pointer"] == "/to"
    assert why in error["detail"]
    assert (await api.admin("GET", "/v1/messages"))["items"] == []
    assert (await api.admin("GET", "/v1/contacts"))["items"] == []


@pytest.mark.parametrize("to", ["+1 800 555-1234", "12345", "611", "514 555-0123"])
async def test_without_rules_everything_else_goes(api: Any, to: str) -> None:
    assert (await _post(api, to, await api.token(Scope.MESSAGES_SEND)))[0] == 202


async def test_what_managers_allow_goes_and_what_they_deny_does_not(api: Any) -> None:
    await _set(
        api, allow_countries=["FR"], allow_premium=["+1900555*"], deny=["+15145550199", "+3361*"]
    )
    headers = await api.token(Scope.MESSAGES_SEND)
    answers = {
        to: (await _post(api, to, headers))[0]
        for to in ("+33712345678", "+19005551234", "+15145550199", "+33612345678", "+15145550123")
    }
    assert list(answers.values()) == [202, 202, 422, 422, 202]


async def test_an_answer_in_a_conversation_is_held_to_the_same_rules(api: Any) -> None:
    sent = await api.send()
    await _set(api, deny=["+1514555*"])
    path = f"/v1/conversations/{sent['conversation_id']}/messages"
    refused = await api.admin("POST", path, status=422, json={"text": "Bonjour"})
    assert refused["code"] == "destination_denied"
    assert refused["errors"][0]["detail"] == "the number is on the deny-list"


async def test_an_application_has_its_limit_of_parts_and_others_do_not(api: Any) -> None:
    await _set(api, limits=[{"application": "till", "per_hour": 3, "per_day": 4}])
    till = await api.token(Scope.MESSAGES_SEND, name="till")
    again = await api.token(Scope.MESSAGES_SEND, name="till")
    other = await api.token(Scope.MESSAGES_SEND, name="shop")
    to = "+15145550123"
    assert (await _post(api, to, till, TWO_PARTS))[0] == 202
    status, body = await _post(api, to, again, TWO_PARTS)
    assert (status, body["code"]) == (422, "application_limit")
    assert "till may send 3 parts in an hour, and has sent 2" in body["errors"][0]["detail"]
    assert (await _post(api, to, again))[0] == 202
    assert (await _post(api, to, other, TWO_PARTS))[0] == 202
    await api.send(text=TWO_PARTS)  # no token: no application
    api.clock.ms += 3_600_001
    assert [(await _post(api, to, till))[0] for _ in range(2)] == [202, 422]
    api.clock.ms += 86_400_000
    assert (await _post(api, to, till, TWO_PARTS))[0] == 202


async def test_a_canceled_message_is_none_of_the_limit(api: Any) -> None:
    await _set(api, limits=[{"application": "till", "per_day": 1}])
    till = await api.token(Scope.MESSAGES_SEND, Scope.MESSAGES_READ, name="till")
    _, body = await _post(api, "+15145550123", till)
    await api.admin("POST", f"/v1/messages/{body['id']}/cancel")
    assert (await _post(api, "+15145550123", till))[0] == 202


async def test_a_refusal_uses_up_no_key_and_a_replay_no_limit(api: Any) -> None:
    await _set(api, deny=["+1514*"], limits=[{"application": "till", "per_day": 1}])
    till, key = await api.token(Scope.MESSAGES_SEND, name="till"), {"Idempotency-Key": "order-7"}
    assert (await _post(api, "+15145550123", till, **key))[0] == 422
    await _set(api, limits=[{"application": "till", "per_day": 1}])
    first = await _post(api, "+15145550123", till, **key)
    assert first[0] == 202
    assert await _post(api, "+15145550123", till, **key) == first


async def _pins(api: Any) -> list[tuple[str, str | None]]:

    async with api.context.store.read() as tx:
        rows = await tx.execute(select(parts.c.destination, parts.c.pinned_to).order_by(parts.c.id))
        return [(row.destination, row.pinned_to) for row in rows]


async def test_a_rule_leaves_a_message_to_its_modem(api: Any) -> None:
    rules = [
        {"name": "mobiles of Bell", "modem": "counter", "prefix": ["+1514555*"]},
        {"name": "nights", "modem": "counter", "begin": "22:00", "end": "06:00"},
        {"name": "of another inbox", "modem": "spare"},
    ]
    await _set(api, rules=rules)
    await api.send(to="+15145550123")
    await api.send(to="+14385550123")
    assert await _pins(api) == [("+15145550123", "modem:counter"), ("+14385550123", None)]


async def test_a_muted_modem_is_not_chosen(api: Any) -> None:
    await _set(api, rules=[{"name": "all", "modem": "counter"}])

    async with api.context.store.write() as tx:
        await modems.set_muted(tx, name="counter", muted=True, now_ms=api.clock.now_ms())
    await api.send()
    assert await _pins(api) == [("+15145550123", None)]

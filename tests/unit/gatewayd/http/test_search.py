"""Search over HTTP."""

from typing import Any

import pytest

from gatewayd.services.tokens import Principal, PrincipalType, Scope, Tokens
from storage.ids import Prefix, new_id
from storage.inbound import NewIncoming, insert_incoming

NOON = "2026-12-01T12:00:00.000Z"
CUSTOMER = "+15145550123"


async def receive(api: Any, text: str, *, sender: str = CUSTOMER, inbox: str = "main") -> str:
    now_ms = api.clock.now_ms()
    message = NewIncoming(
        id=new_id(Prefix.MESSAGE, now_ms=now_ms),
        from_=sender,
        to_number="+15145550100",
        text=text,
        encoding="gsm7",
        inbox=inbox,
        modem="counter",
        iccid="89",
        kind="text",
        sc_time_ms=now_ms,
        parts_total=1,
        parts_present=1,
        complete=True,
    )
    async with api.context.store.write() as tx:
        await insert_incoming(tx, message, now_ms=now_ms)
    return message.id


async def found(api: Any, **query: str) -> list[Any]:
    return list((await api.admin("GET", "/v1/search", params=query))["items"])


async def test_a_message_is_found(api: Any) -> None:
    id_ = await receive(api, "Est-ce prêt?")
    shown = await api.admin("GET", f"/v1/messages/{id_}")
    (hit,) = await found(api, q="pret", kind="message")
    assert hit == {
        "kind": "message",
        "id": id_,
        "at": NOON,
        "conversation_id": shown["conversation_id"],
        "inbox": "main",
        "contact": {"id": hit["contact"]["id"], "name": None, "number": CUSTOMER},
        "direction": "in",
        "author": None,
        "snippet": {"field": "text", "text": "Est-ce prêt?", "ranges": [[7, 11]]},
    }


async def test_an_answer_and_a_note_name_who_wrote_them(api: Any) -> None:
    id_ = await receive(api, "hello")
    conversation = (await api.admin("GET", f"/v1/messages/{id_}"))["conversation_id"]
    for what, status in (("messages", 202), ("notes", 200)):
        path = f"/v1/conversations/{conversation}/{what}"
        await api.admin("POST", path, status=status, json={"text": "wonderful"})
    hits = await found(api, q="wonderful")
    assert sorted(hit["kind"] for hit in hits) == ["message", "note"]
    (author,) = {tuple(hit["author"].items()) for hit in hits}
    mine = await found(api, q="wonderful", person=dict(author)["id"])
    assert mine == hits
    assert await found(api, q="wonderful", person="usr_none") == []
    assert len(await found(api, q="wonderful", direction="out")) == 1


@pytest.mark.parametrize("q", ["514 555-0123", "+15145550123", "(514) 555", "5145550123", "0123"])
async def test_a_number_in_any_notation(api: Any, q: str) -> None:
    await receive(api, "x", sender="+15145550199")
    await receive(api, "x")
    (hit,) = await found(api, q=q) if "0123" in q else (await found(api, q=q))[:1]
    assert (hit["kind"], hit["contact"]["number"]) == ("contact", CUSTOMER)
    assert hit["snippet"]["field"] == "number"
    assert hit["conversation_id"] is not None


async def test_a_number_written_nationally_abroad(api: Any) -> None:
    await receive(api, "x", sender="+33612345678")
    (hit,) = await found(api, q="00 33 6 12 34 56 78".replace("00", "+", 1))
    assert hit["contact"]["number"] == "+33612345678"


async def test_pages(api: Any) -> None:
    for number in range(5):
        await receive(api, f"word {number}")
    first = await api.admin("GET", "/v1/search?q=word&limit=3")
    second = await api.admin("GET", f"/v1/search?q=word&limit=3&cursor={first['next']}")
    texts = [hit["snippet"]["text"] for page in (first, second) for hit in page["items"]]
    assert texts == [f"word {number}" for number in (4, 3, 2, 1, 0)]
    assert second["next"] is None


@pytest.mark.parametrize(
    ("query", "pointer"),
    [
        ("", "/query/q"),
        ("q=", "/query/q"),
        ("q=" + "x" * 201, "/query/q"),
        ("q=x&kind=call", "/query/kind"),
        ("q=x&direction=up", "/query/direction"),
        ("q=x&since=yesterday", "/query/since"),
        ("q=x&cursor=msg_1", "/query/cursor"),
        ("q=x&limit=0", "/query/limit"),
        ("q=x&page=2", "/query/page"),
    ],
)
async def test_what_cannot_be_asked(api: Any, query: str, pointer: str) -> None:
    answer = await api.admin("GET", f"/v1/search?{query}", status=422)
    assert [error["pointer"] for error in answer["errors"]] == [pointer]


@pytest.mark.parametrize(
    "q",
    ['"', "*", "%00", "a%00b", "%ED%A0%80", "%F0%9F%98%80", "NEAR(", "a:b", "%E2%80%AEx"],
)
async def test_hostile_searches_find_nothing(api: Any, q: str) -> None:
    await receive(api, "plain words")
    assert (await api.admin("GET", f"/v1/search?q={q}"))["items"] == []


async def test_only_who_may_see_an_inbox_finds_what_is_in_it(
    api: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    await receive(api, "secret", inbox="spare")
    headers = await api.token(Scope.MESSAGES_READ)
    async with api.tcp.get("/v1/search?q=secret", headers=headers) as answer:
        assert answer.status == 403
    seen = Principal(
        type=PrincipalType.PERSON,
        id="usr_1",
        name="Marie",
        scopes=frozenset({Scope.INBOX}),
        inboxes=frozenset({"main"}),
    )

    async def recognise(_tokens: Tokens, _secret: str) -> Principal:
        return seen

    monkeypatch.setattr(Tokens, "recognise", recognise)
    for query in ("q=secret", "q=secret&inbox=spare", "q=0123"):
        async with api.tcp.get(f"/v1/search?{query}", headers=headers) as answer:
            assert (await answer.json())["items"] == []

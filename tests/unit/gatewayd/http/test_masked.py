"""Agents who see the ends of numbers only: on every route, in events, on the page."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import update

from gatewayd.http.app import ROUTES
from gatewayd.masking import mask_json, mask_number
from gatewayd.services.tokens import Scope
from storage.ids import Prefix, new_id
from storage.inbound import NewIncoming, insert_incoming
from storage.schema import messages

NUMBER, HIDDEN = "+15145550123", "+1514•••0123"
READABLE = {Scope.INBOX, Scope.MESSAGES_READ}


async def receive(api: Any) -> str:
    now_ms = api.clock.now_ms()
    message = NewIncoming(
        id=new_id(Prefix.MESSAGE, now_ms=now_ms),
        from_=NUMBER,
        to_number=None,
        text="my other one is +15145550199",
        encoding="gsm7",
        inbox="main",
        modem="counter",
        iccid=None,
        kind="text",
        sc_time_ms=None,
        parts_total=1,
        parts_present=1,
        complete=True,
    )
    async with api.context.store.write() as tx:
        await insert_incoming(tx, message, now_ms=now_ms)
    return message.id


@pytest.fixture
async def ids(api: Any) -> dict[str, str]:
    """A customer with a conversation, and numbers hidden from agents."""
    message_id = await receive(api)
    await api.admin("PATCH", "/v1/settings", json={"mask_numbers": True})
    message = await api.admin("GET", f"/v1/messages/{message_id}")
    (contact,) = (await api.admin("GET", "/v1/contacts"))["items"]
    stop = {"what": "opted_in", "reason": "said so"}
    await api.admin("POST", f"/v1/contacts/{contact['id']}/consent", json=stop)
    return {
        "messages": message_id,
        "conversations": message["conversation_id"],
        "contacts": contact["id"],
    }


def paths(ids: dict[str, str]) -> list[str]:
    """Every address of the API that an agent may read, with ids that there are."""
    found = []
    for route in ROUTES:
        if route.method == "GET" and route.access in READABLE:
            kind = route.path.split("/")[2]
            path = route.path.replace("{id}", ids.get(kind, "none"))
            found.append(path.replace("{name}", "main"))
    return found


async def test_no_route_shows_an_agent_a_number(staffroom: Any, ids: dict[str, str]) -> None:
    agent = await staffroom.enter("paul", inboxes=None)
    told = []
    for path in paths(ids):
        query = "?q=5145550123" if path == "/v1/search" else ""
        async with agent.client.get(path + query) as answer:
            text = await answer.text()
            assert NUMBER not in text, path
            assert NUMBER[1:] not in text, path
            if HIDDEN in text or HIDDEN.encode("unicode-escape").decode() in text:
                told.append(path)
    assert {f"/v1/messages/{ids['messages']}", f"/v1/contacts/{ids['contacts']}"} <= set(told)
    assert f"/v1/conversations/{ids['conversations']}" in told
    assert f"/v1/contacts/{ids['contacts']}/consent" in told


async def test_what_was_written_stays(staffroom: Any, ids: dict[str, str]) -> None:
    agent = await staffroom.enter("paul", inboxes=None)
    message = await agent.ask("GET", f"/v1/messages/{ids['messages']}")
    assert message["text"] == "my other one is +15145550199"
    assert message["from"] == HIDDEN


async def test_managers_and_programs_see_whole_numbers(
    api: Any, staffroom: Any, ids: dict[str, str]
) -> None:
    manager = await staffroom.enter("marie", role="manager")
    path = f"/v1/messages/{ids['messages']}"
    assert (await manager.ask("GET", path))["from"] == NUMBER
    till = await api.token(Scope.MESSAGES_READ)
    async with api.tcp.get(path, headers=till) as answer:
        assert (await answer.json())["from"] == NUMBER


async def test_an_agent_still_finds_and_answers(
    api: Any, staffroom: Any, ids: dict[str, str]
) -> None:
    agent = await staffroom.enter("paul", inboxes=None)
    found = await agent.ask("GET", "/v1/contacts?number=514-555-0123")
    assert [each["numbers"][0]["number"] for each in found["items"]] == [HIDDEN]
    path = f"/v1/conversations/{ids['conversations']}/messages"
    sent = await agent.ask("POST", path, status=202, json={"text": "hello"})
    assert sent["to"] == HIDDEN
    whole = await api.admin("GET", f"/v1/messages/{sent['id']}")
    assert whole["to"] == NUMBER


@pytest.mark.usefixtures("ids")
async def test_events_hide_it_too(api: Any, staffroom: Any) -> None:
    agent = await staffroom.enter("paul", inboxes=None)
    page = await agent.ask(
        "GET", "/v1/events?types=message.received", headers={"Accept": "application/json"}
    )
    assert page["items"][0]["data"]["from"] == HIDDEN
    headers = {"Accept": "text/event-stream"}
    async with agent.client.get("/v1/events", headers=headers) as stream:
        await receive(api)
        async for row in stream.content:
            if row.startswith(b"data:") and b"message.received" in row:
                assert json.loads(row[5:])["data"]["from"] == HIDDEN
                break


async def test_the_page_hides_it_too(staffroom: Any, ids: dict[str, str]) -> None:
    agent = await staffroom.enter("paul", inboxes=None)
    for path in ("/inbox/all", f"/inbox/all/{ids['conversations']}"):
        async with agent.client.get(path, headers={"Accept": "text/html"}) as answer:
            text = await answer.text()
        assert HIDDEN in text, path
        assert "555-0123" not in text
        assert "5145550123" not in text


async def test_it_is_a_manager_s_to_set(api: Any, staffroom: Any) -> None:
    assert (await api.admin("GET", "/v1/settings"))["mask_numbers"] is False
    agent = await staffroom.enter("paul")
    assert (await agent.ask("GET", "/v1/settings"))["mask_numbers"] is False
    await agent.ask("PATCH", "/v1/settings", status=403, json={"mask_numbers": False})
    manager = await staffroom.enter("marie", role="manager")
    await manager.ask("PATCH", "/v1/settings", json={"mask_numbers": True})
    assert (await agent.ask("GET", "/v1/settings"))["mask_numbers"] is True
    (told,) = (await api.admin("GET", "/v1/audit?action=settings.updated"))["items"]
    assert (told["actor"]["name"], told["data"]) == ("Marie", {"mask_numbers": True})


@pytest.mark.parametrize(
    ("number", "masked"),
    [(NUMBER, HIDDEN), ("+4366012345678", "+4366•••5678"), ("+3725123", "+3•••23")],
)
def test_the_middle_of_a_number_is_hidden(number: str, masked: str) -> None:
    assert mask_number(number) == masked


@given(st.from_regex(r"\+[1-9][0-9]{6,14}", fullmatch=True))
def test_no_number_comes_through_whole(number: str) -> None:
    hidden = json.dumps(mask_json({"a": [{"to": number}], "b": f"from {number}"}))
    assert number not in hidden
    assert mask_json({"text": number}) == {"text": number}


def test_a_piece_of_a_number_that_was_found_tells_nothing() -> None:
    snippet = {"field": "number", "text": "15145550123", "ranges": [[4, 11]]}
    assert mask_json(snippet) == {"field": "number", "text": "1514•••0123", "ranges": []}
    assert mask_json({**snippet, "text": NUMBER})["text"] == HIDDEN  # type: ignore[index]  # an object


async def test_an_sms_to_our_own_people_does_not_tell_it(
    api: Any, staffroom: Any, ids: dict[str, str]
) -> None:
    """The gateway wrote it, so its words are no customer's."""
    agent = await staffroom.enter("paul", inboxes=None)
    told = await api.send(to="+15145550111", text=f"{NUMBER} has waited 30 min for an answer.")
    async with api.context.store.write() as tx:
        values = {"author_type": "notice", "author_id": ids["conversations"]}
        await tx.execute(update(messages).where(messages.c.id == told["id"]).values(values))
    shown = await agent.ask("GET", f"/v1/messages/{told['id']}")
    assert shown["text"] == f"{HIDDEN} has waited 30 min for an answer."
    headers = {"Accept": "application/json"}
    page = await agent.ask("GET", "/v1/events?types=message.queued", headers=headers)
    assert NUMBER not in json.dumps(page)
    assert (await api.admin("GET", f"/v1/messages/{told['id']}"))["text"] == told["text"]


async def test_refusals_do_not_tell_it(staffroom: Any, ids: dict[str, str]) -> None:
    agent = await staffroom.enter("paul", inboxes=None)
    path = f"/v1/conversations/{ids['conversations']}"
    timeline = (await agent.ask("GET", path))["timeline"]["items"]
    await staffroom.receive("wait!")
    answer = {"text": "yes", "seen": timeline[0]["id"]}
    refused = await agent.ask("POST", f"{path}/messages", status=409, json=answer)
    assert refused["code"] == "conversation_moved_on"
    assert refused["since"][0]["message"]["from"] == HIDDEN
    odd = {"to": f"{NUMBER}{NUMBER}", "text": "hello", "inbox": "main"}
    refused = await agent.ask("POST", "/v1/messages", status=422, json=odd)
    assert NUMBER not in json.dumps(refused)

"""Who sees one inbox only: nothing of the others is there for them, on any kind of route."""

from typing import Any

import pytest

from gatewayd.bus import Topic
from gatewayd.http.app import ROUTES

ELSEWHERE = "+15145550199"


class Two:
    """A customer in each of two inboxes, one in both, and Marie who sees ``main`` only."""

    def __init__(self, room: Any) -> None:
        self.room = room
        self.api = room.api

    async def begin(self) -> "Two":
        await self.room.inboxes("main", "spare")
        self.marie = await self.room.enter("marie", inboxes=["main"])
        self.ours = await self.room.receive("Ours")
        self.theirs = await self.room.receive("Theirs", sender=ELSEWHERE, inbox="spare")
        both = "+15145550111"
        await self.room.receive("In main", sender=both)
        await self.room.receive("In spare", sender=both, inbox="spare")
        self.contact = await self.contact_of(self.theirs)
        return self

    async def contact_of(self, message: Any) -> str:
        path = f"/v1/conversations/{message['conversation_id']}"
        shown = await self.api.admin("GET", path)
        return str(shown["contact"]["id"])


@pytest.fixture
async def two(staffroom: Any) -> Two:
    return await Two(staffroom).begin()


async def test_lists_have_only_what_is_theirs(two: Two) -> None:
    ask = two.marie.ask
    conversations = (await ask("GET", "/v1/conversations"))["items"]
    assert {one["inbox"] for one in conversations} == {"main"}
    assert len(conversations) == 2
    assert (await ask("GET", "/v1/conversations?inbox=spare"))["items"] == []
    messages = (await ask("GET", "/v1/messages"))["items"]
    assert {one["text"] for one in messages} == {"Ours", "In main"}
    assert (await ask("GET", f"/v1/messages?contact={ELSEWHERE[1:]}"))["items"] == []
    contacts = (await ask("GET", "/v1/contacts"))["items"]
    assert len(contacts) == 2
    assert two.contact not in {one["id"] for one in contacts}
    assert [one["name"] for one in (await ask("GET", "/v1/inboxes"))["items"]] == ["main"]
    assert (await ask("GET", "/v1/search?q=theirs"))["items"] == []


BY_ID = [
    route
    for route in ROUTES
    if route.path.startswith(("/v1/conversations/{id}", "/v1/messages/{id}", "/v1/contacts/{id}"))
]


async def test_what_is_elsewhere_is_not_there_whoever_knows_its_id(two: Two) -> None:
    theirs = two.theirs
    ids = {"conversations": theirs["conversation_id"], "messages": theirs["id"]}
    manager = await two.room.enter("boss", role="manager", inboxes=["main"])
    for route in BY_ID:
        kind = route.path.split("/")[2]
        path = route.path.replace("{id}", ids.get(kind, two.contact))
        path = path.replace("{", "").replace("}", "")
        refused = await manager.ask(route.method, path, status=404, data=b"{}")
        assert refused["code"] == "not_found", (route.method, path)


async def test_what_is_theirs_is_there(two: Two) -> None:
    ask, ours = two.marie.ask, two.ours
    await ask("GET", f"/v1/messages/{ours['id']}")
    await ask("GET", f"/v1/conversations/{ours['conversation_id']}")
    await ask("GET", f"/v1/contacts/{await two.contact_of(ours)}")
    await ask("GET", "/v1/inboxes/main")
    await ask("GET", "/v1/inboxes/spare", status=404)
    boss = await two.room.enter("boss", role="manager", inboxes=["main"])
    await boss.ask("PATCH", "/v1/inboxes/spare", status=404, json={"display_name": "Mine"})


async def test_nothing_is_sent_from_elsewhere(two: Two) -> None:
    sent = {"to": ELSEWHERE, "text": "hello", "inbox": "spare"}
    refused = await two.marie.ask("POST", "/v1/messages", status=422, json=sent)
    assert refused["code"] == "inbox_unknown"
    preview = {"text": "hello", "inbox": "spare"}
    await two.marie.ask("POST", "/v1/messages/preview", status=422, json=preview)
    mine = await two.marie.ask("POST", "/v1/messages", status=202, json=sent | {"inbox": "main"})
    assert mine["author"] == {"type": "person", "id": two.marie.person["id"], "name": "Marie"}


async def test_nothing_is_handed_to_who_does_not_see_it(two: Two) -> None:
    path = f"/v1/conversations/{two.theirs['conversation_id']}/assign"
    body = {"to": two.marie.person["id"]}
    refused = await two.api.admin("POST", path, status=422, json=body)
    assert refused["code"] == "assignee_unknown"


async def test_consent_elsewhere_is_not_theirs(two: Two) -> None:
    contact = await two.contact_of(two.ours)
    body = {"what": "opted_out", "reason": "said so", "inbox": "spare"}
    path = f"/v1/contacts/{contact}/consent"
    refused = await two.marie.ask("POST", path, status=422, json=body)
    assert refused["code"] == "inbox_unknown"


async def test_events_tell_what_is_theirs(two: Two) -> None:
    headers = {"Accept": "application/json"}
    told, after = [], ""
    while True:
        page = await two.marie.ask("GET", f"/v1/events?limit=2{after}", headers=headers)
        told += page["items"]
        if page["next"] is None:
            break
        after = f"&after={page['next']}"
    text = str(told)
    for hidden in (two.theirs["id"], two.theirs["conversation_id"], two.contact, "Theirs"):
        assert hidden not in text
    assert two.ours["id"] in text
    assert not {one["type"] for one in told} & {"session.started", "link.created", "link.used"}
    every = await two.api.admin("GET", "/v1/events?limit=200", headers=headers)
    types = {one["type"] for one in every["items"]}
    assert {"session.started", "link.created", "link.used"} <= types


async def test_a_stream_tells_what_is_theirs(two: Two) -> None:
    async with two.marie.client.get("/v1/events?types=message.received") as stream:
        await stream.content.readuntil(b"\n\n")
        await two.room.receive("Hidden", sender=ELSEWHERE, inbox="spare")
        shown = await two.room.receive("Shown")
        two.api.context.bus.publish(Topic.JOURNAL)
        frame = await stream.content.readuntil(b"}\n\n")
    assert shown["id"].encode() in frame
    assert b"Hidden" not in frame


async def test_a_token_sees_what_it_is_for(two: Two) -> None:
    body = {"name": "till", "scopes": ["inbox", "messages:send"], "inboxes": ["main"]}
    made = await two.api.admin("POST", "/v1/tokens", status=201, json=body)
    headers = {"Authorization": f"Bearer {made['token']}"}
    path = f"/v1/conversations/{two.theirs['conversation_id']}"
    async with two.api.tcp.get(path, headers=headers) as answer:
        assert answer.status == 404
    refused = await two.api.admin(
        "POST", "/v1/tokens", status=422, json=body | {"scopes": ["admin"]}
    )
    assert refused["code"] == "admin_sees_all"
    await two.api.admin(
        "POST",
        "/v1/users",
        status=403,
        json={"name": "x", "display_name": "X", "role": "admin", "inboxes": ["main"]},
    )


async def test_nobody_elsewhere_is_merged_into_what_is_theirs(two: Two) -> None:
    ours = await two.contact_of(two.ours)
    path = f"/v1/contacts/{ours}/merge"
    refused = await two.marie.ask("POST", path, status=404, json={"other": two.contact})
    assert refused["code"] == "not_found"
    await two.api.admin("GET", f"/v1/contacts/{two.contact}")


async def test_everything_is_everything_that_is_theirs(two: Two) -> None:
    boss = await two.room.enter("boss", role="manager", inboxes=["main"])
    async with boss.client.get("/v1/export") as answer:
        assert answer.status == 200
        written = await answer.text()
    assert "Ours" in written
    assert "In main" in written
    assert "Theirs" not in written
    assert "In spare" not in written
    assert two.contact not in written
    assert ELSEWHERE not in written

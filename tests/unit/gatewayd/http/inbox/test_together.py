"""What each person has read, who is there just now, and the asides that tell it."""

import json
from typing import Any

import pytest

from gatewayd.presence import LASTS_MS
from gatewayd.services.tokens import Scope


async def unread(caller: Any, conversation: str) -> Any:
    return (await caller.show(conversation))["unread"]


async def listed(caller: Any, query: str) -> list[str]:
    found = await caller.ask("GET", f"/v1/conversations{query}")
    return [one["id"] for one in found["items"]]


async def test_what_the_customer_wrote_is_unread_to_each(floor: Any) -> None:
    marie, luc = await floor.person(), await floor.person("luc")
    conversation = await floor.receive()
    await floor.receive("Hello?")
    assert await unread(marie, conversation) == 2

    read = await marie.do(conversation, "read", {"up_to": None})
    assert read["unread"] == 0
    assert (await unread(marie, conversation), await unread(luc, conversation)) == (0, 2)

    await floor.receive("Anybody?")
    assert (await unread(marie, conversation), await unread(luc, conversation)) == (1, 3)
    assert await listed(marie, "?unread=true") == [conversation]


async def test_one_reads_up_to_an_entry_and_never_back(floor: Any) -> None:
    marie = await floor.person()
    conversation = await floor.receive()
    first = await marie.seen(conversation)
    await floor.receive("Hello?")
    assert (await marie.do(conversation, "read", {"up_to": first}))["unread"] == 1
    assert (await marie.do(conversation, "read", {"up_to": None}))["unread"] == 0
    assert (await marie.do(conversation, "read", {"up_to": first}))["unread"] == 0
    problem = await marie.do(conversation, "read", {"up_to": "tml_none"}, status=422)
    assert problem["code"] == "seen_unknown"


async def test_what_was_answered_or_only_noted_is_unread_to_nobody(floor: Any) -> None:
    marie, luc = await floor.person(), await floor.person("luc")
    conversation = await floor.receive()
    await luc.answer(conversation)
    await luc.do(conversation, "notes", {"text": "done"})
    assert await unread(marie, conversation) == 0
    assert await listed(marie, "?unread=true") == []


async def test_it_can_be_marked_unread(floor: Any) -> None:
    marie, luc = await floor.person(), await floor.person("luc")
    conversation = await floor.receive()
    await marie.answer(conversation)
    for _ in range(2):
        assert (await marie.do(conversation, "unread"))["unread"] == 1
    assert (await listed(marie, "?unread=true"), await listed(luc, "?unread=true")) == (
        [conversation],
        [],
    )
    assert (await marie.do(conversation, "read", {"up_to": None}))["unread"] == 0


async def test_reading_changes_nothing_for_anybody_else(floor: Any) -> None:
    marie = await floor.person()
    conversation = await floor.receive()
    before = await floor.api.admin("GET", f"/v1/conversations/{conversation}")
    await marie.do(conversation, "read", {"up_to": None})
    await marie.do(conversation, "unread")
    assert await floor.api.admin("GET", f"/v1/conversations/{conversation}") == before


async def test_views_are_counted(floor: Any) -> None:
    marie, luc = await floor.person(), await floor.person("luc")
    body = {"name": "sales", "display_name": "Sales", "members": [marie.id]}
    team = await floor.api.admin("POST", "/v1/teams", status=201, json=body)
    numbers = [f"+1514555013{last}" for last in range(5)]
    ids = [await floor.receive(sender=number) for number in numbers]
    await marie.do(ids[0], "assign", {"to": marie.id})
    await marie.do(ids[1], "assign", {"to": team["id"]})
    await luc.answer(ids[4])
    contact = (await marie.show(ids[3]))["contact"]["id"]
    await floor.api.admin("POST", f"/v1/contacts/{contact}/block")
    await marie.do(ids[0], "read", {"up_to": None})

    assert await marie.ask("GET", "/v1/conversations/counts") == {
        "mine": {"open": 1, "unread": 0},
        "teams": {"open": 1, "unread": 1},
        "unassigned": {"open": 1, "unread": 1},
        "all": {"open": 3, "unread": 2},
    }
    assert (await luc.ask("GET", "/v1/conversations/counts"))["mine"] == {"open": 0, "unread": 0}


@pytest.mark.parametrize("what", ["read", "unread", "presence"])
async def test_programs_read_and_look_at_nothing(floor: Any, what: str) -> None:
    till = await floor.program()
    conversation = await floor.receive()
    body = {"read": {"up_to": None}, "unread": None, "presence": {"state": "looking"}}[what]
    problem = await till.do(conversation, what, body, status=403)
    assert problem["code"] == "person_needed"
    assert (await till.show(conversation))["unread"] is None
    await till.ask("GET", "/v1/conversations?unread=true", status=403)
    await till.ask("GET", "/v1/conversations/counts", status=403)


@pytest.mark.parametrize("what", ["read", "unread", "presence"])
async def test_there_must_be_such_a_conversation(floor: Any, what: str) -> None:
    marie = await floor.person()
    body = {"read": {"up_to": None}, "unread": None, "presence": {"state": "looking"}}[what]
    await marie.do("cnv_none", what, body, status=404)


async def test_colleagues_see_who_is_there(floor: Any) -> None:
    marie, luc = await floor.person(), await floor.person("luc")
    conversation, other = await floor.receive(), await floor.receive(sender="+15145550124")
    path = f"/v1/conversations/{conversation}/presence"
    await marie.do(conversation, "presence", {"state": "looking"})
    await luc.do(conversation, "presence", {"state": "writing"})

    there = (await luc.ask("GET", path))["items"]
    assert [(each["user_id"], each["name"], each["state"]) for each in there] == [
        (luc.id, "Luc Roy", "writing"),
        (marie.id, "Marie Roy", "looking"),
    ]
    assert (await luc.ask("GET", f"/v1/conversations/{other}/presence"))["items"] == []

    left = await luc.do(conversation, "presence", {"state": "gone"})
    assert [each["user_id"] for each in left["items"]] == [marie.id]
    floor.api.clock.ms += LASTS_MS
    assert (await luc.ask("GET", path))["items"] == []
    await luc.do(other, "presence", {"state": "looking"})
    floor.api.clock.ms -= 2 * LASTS_MS
    assert (await luc.ask("GET", f"/v1/conversations/{other}/presence"))["items"] == []
    await marie.do(conversation, "presence", {"state": "asleep"}, status=422)


class Stream:
    """Frames of a stream, one by one."""

    def __init__(self, response: Any) -> None:
        self._lines = response.content

    async def frame(self, type_: str) -> tuple[list[str], Any]:
        """The names of the fields, and the data, of the next frame of this type."""
        fields: list[tuple[str, str]] = []
        while True:
            line = (await self._lines.readline()).decode().rstrip("\n")
            if line:
                name, _, value = line.partition(": ")
                fields.append((name, value))
                continue
            found, fields = dict(fields), []
            if found.get("event") == type_:
                return list(found), json.loads(found["data"])


async def test_presence_is_told_at_once_and_leaves_the_place_alone(floor: Any) -> None:
    marie, luc = await floor.person(), await floor.person("luc")
    conversation = await floor.receive()
    async with floor.api.tcp.get("/v1/events", headers=luc.headers) as response:
        stream = Stream(response)
        await marie.do(conversation, "presence", {"state": "writing"})
        names, told = await stream.frame("conversation.presence")
        assert names == ["event", "data"]
        assert told["data"] | {"until": None} == {
            "id": conversation,
            "user_id": marie.id,
            "name": "Marie Roy",
            "state": "writing",
            "until": None,
        }
        await marie.do(conversation, "close")
        names, _ = await stream.frame("conversation.closed")
        assert names == ["id", "event", "data"]


async def test_what_one_reads_only_they_are_told(floor: Any) -> None:
    marie, luc = await floor.person(), await floor.person("luc")
    conversation = await floor.receive()
    query = "?types=conversation.read,conversation.closed"
    async with (
        floor.api.tcp.get(f"/v1/events{query}", headers=marie.headers) as hers,
        floor.api.tcp.get(f"/v1/events{query}", headers=luc.headers) as his,
    ):
        await marie.do(conversation, "read", {"up_to": None})
        _, told = await Stream(hers).frame("conversation.read")
        assert told["data"] == {"id": conversation, "unread": 0}
        await luc.do(conversation, "close")
        types = []
        while "conversation.closed" not in types:
            line = (await his.content.readline()).decode()
            if line.startswith("event: "):
                types.append(line.removeprefix("event: ").strip())
        assert types == ["conversation.closed"]


async def test_who_may_not_see_the_inbox_hears_nothing_of_it(floor: Any) -> None:
    marie = await floor.person()
    headers = await floor.api.token(Scope.EVENTS, name="screen")
    conversation = await floor.receive()
    async with floor.api.tcp.get("/v1/events", headers=headers) as response:
        await marie.do(conversation, "presence", {"state": "looking"})
        _, told = await Stream(response).frame("conversation.presence")
        assert told["data"]["id"] == conversation
    luc = await floor.person("luc")
    theirs = await floor.receive(sender="+15145550124", inbox="spare")
    floor.limit("luc", {"spare"})
    async with floor.api.tcp.get("/v1/events", headers=luc.headers) as response:
        await marie.do(conversation, "presence", {"state": "looking"})
        await marie.do(theirs, "close")
        types = []
        while "conversation.closed" not in types:
            line = (await response.content.readline()).decode()
            if line.startswith("event: "):
                types.append(line.removeprefix("event: ").strip())
        assert "conversation.presence" not in types


async def test_a_merge_makes_nothing_read_that_was_not(floor: Any) -> None:
    """What was read lies later in the one timeline than what was not."""
    marie, eloi = await floor.person("marie"), await floor.person("eloi")
    first = await floor.receive("From my other number", sender="+15145550124")
    second = await floor.receive("From this one")
    await marie.do(second, "read", {"up_to": None})
    for there in (first, second):
        await eloi.do(there, "read", {"up_to": None})
    into, other = [(await marie.show(each))["contact"]["id"] for each in (second, first)]
    await floor.api.admin("POST", f"/v1/contacts/{into}/merge", json={"other": other})
    assert (await marie.show(second))["unread"] == 2
    assert (await eloi.show(second))["unread"] == 0
    await marie.do(second, "read", {"up_to": None})
    assert (await marie.show(second))["unread"] == 0

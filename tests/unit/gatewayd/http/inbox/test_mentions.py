"""Colleagues who are mentioned in notes: who is, who sees it where, and until when."""

from typing import Any

import pytest

from storage import changes, inboxes

VIEWS = "/v1/conversations/views"


async def names(caller: Any, conversation_id: str, text: str) -> list[str]:
    noted = await caller.do(conversation_id, "notes", {"text": text})
    return [each["name"] for each in noted["mentioned"]]


async def journal(floor: Any, type_: str) -> list[dict[str, Any]]:
    async with floor.api.context.store.read() as tx:
        return [dict(one.data) for one in await changes.after(tx, None, 500, {type_})]


async def listed(caller: Any, view: str = "mentions") -> list[str]:
    found = await caller.ask("GET", f"/v1/conversations?view={view}")
    return [each["id"] for each in found["items"]]


async def test_a_note_says_whom_it_mentions_and_where(floor: Any) -> None:
    marie, eloi = await floor.person("marie"), await floor.person("eloi")
    there = await floor.receive()
    noted = await marie.do(there, "notes", {"text": "Hello @Eloi, and @eloi again"})
    assert noted["mentioned"] == [{"type": "user", "id": eloi.id, "name": "Eloi Roy"}]
    assert (noted["mentions"], noted["id"]) == (0, there)
    entry = (await eloi.show(there))["timeline"]["items"][0]
    assert entry["mentions"] == [
        {"user_id": eloi.id, "name": "Eloi Roy", "range": [6, 11]},
        {"user_id": eloi.id, "name": "Eloi Roy", "range": [17, 22]},
    ]
    data = (await journal(floor, "conversation.mentioned"))[-1]
    assert (data["people"], data["by"], data["id"]) == ([eloi.id], marie.id, there)
    assert "Hello" not in str(data)


async def test_only_who_works_here_and_sees_the_inbox_is_mentioned(floor: Any) -> None:
    marie = await floor.person("marie")
    async with floor.api.context.store.write() as tx:
        await inboxes.seed(tx, ["other"], now_ms=floor.api.clock.now_ms())
    await floor.person("elsewhere", inboxes=["other"])
    gone = await floor.person("gone")
    await floor.api.admin("POST", f"/v1/users/{gone.id}/suspend", json={})
    there = await floor.receive()
    assert await names(marie, there, "@elsewhere @gone @marie @nobody") == []
    assert (await marie.show(there))["timeline"]["items"][0]["mentions"] == []
    assert not await journal(floor, "conversation.mentioned")


async def test_a_name_of_two_is_text_until_it_is_whole(floor: Any) -> None:
    marie = await floor.person("marie")
    await floor.person("anne", display_name="Anne Roy")
    await floor.person("other", display_name="Anne Côté")
    there = await floor.receive()
    assert await names(marie, there, "@Anne please") == []
    assert await names(marie, there, "@anne cote please") == ["Anne Côté"]


async def test_a_mention_is_seen_by_who_has_read_it(floor: Any) -> None:
    marie, eloi = await floor.person("marie"), await floor.person("eloi")
    there, other = await floor.receive(), await floor.receive(sender="+15145550199")
    await names(marie, there, "@Eloi?")
    assert (await listed(eloi), await listed(marie)) == ([there], [])
    assert (await eloi.ask("GET", VIEWS))["mentions"] == 1
    assert ((await eloi.show(there))["mentions"], (await eloi.show(other))["mentions"]) == (1, 0)
    await eloi.do(there, "read", {"up_to": None})
    assert ((await eloi.show(there))["mentions"], await listed(eloi)) == (0, [there])
    assert (await eloi.ask("GET", VIEWS))["mentions"] == 0
    await names(marie, there, "@Eloi!")
    assert (await eloi.ask("GET", VIEWS))["mentions"] == 1
    await marie.do(there, "close")
    assert (await listed(eloi), (await eloi.ask("GET", VIEWS))["mentions"]) == ([], 0)


async def test_a_program_can_mention_and_is_never_mentioned(floor: Any) -> None:
    eloi, till = await floor.person("eloi"), await floor.program("till")
    there = await floor.receive()
    assert await names(till, there, "@Eloi @till") == ["Eloi Roy"]
    refused = await till.ask("GET", "/v1/conversations?view=mentions", status=422)
    assert refused["code"] == "view_nobodys"
    shown = await till.show(there)
    assert (shown["mentions"], shown["unread"]) == (None, None)
    assert await listed(eloi) == [there]


async def test_the_note_of_a_hand_over_mentions_too(floor: Any) -> None:
    marie, eloi = await floor.person("marie"), await floor.person("eloi")
    there = await floor.receive()
    handed = {"to": marie.id, "note": "Mine now; @Eloi, did you promise that?"}
    await marie.do(there, "assign", handed)
    shown = await eloi.show(there)
    entry = shown["timeline"]["items"][0]
    assert (entry["type"], shown["mentions"]) == ("assigned", 1)
    assert entry["mentions"] == [{"user_id": eloi.id, "name": "Eloi Roy", "range": [10, 15]}]
    assert await listed(eloi) == [there]
    (data,) = await journal(floor, "conversation.mentioned")
    assert (data["people"], data["by"], data["id"]) == ([eloi.id], marie.id, there)


async def test_a_team_is_mentioned_as_each_of_it_who_sees_the_inbox(floor: Any) -> None:
    marie, eloi, luc = [await floor.person(name) for name in ("marie", "eloi", "luc")]
    async with floor.api.context.store.write() as tx:
        await inboxes.seed(tx, ["other"], now_ms=floor.api.clock.now_ms())
    elsewhere = await floor.person("elsewhere", inboxes=["other"])
    members = [marie.id, eloi.id, luc.id, elsewhere.id]
    body = {"name": "garage", "display_name": "The garage", "members": members}
    team = await floor.api.admin("POST", "/v1/teams", status=201, json=body)
    there = await floor.receive()
    # It is nobody's, nor the inbox any team's: so far nobody is "the team".
    assert await names(marie, there, "@team, who knows?") == []
    assert await names(marie, there, "@the garage or @eloi") == ["Eloi Roy", "Luc Roy"]
    entry = (await eloi.show(there))["timeline"]["items"][0]
    assert [(each["name"], each["range"]) for each in entry["mentions"]] == [
        ("Eloi Roy", [0, 11]),
        ("Luc Roy", [0, 11]),
        ("Eloi Roy", [15, 20]),
    ]
    assert (await eloi.show(there))["mentions"] == 1
    assert (await listed(luc), await listed(elsewhere)) == ([there], [])
    await floor.inbox(team=team["id"])
    assert await names(luc, there, "@équipe?") == ["Eloi Roy", "Marie Roy"]
    await marie.do(there, "assign", {"to": team["id"]})
    assert await names(eloi, there, "@team?") == ["Luc Roy", "Marie Roy"]


@pytest.mark.parametrize("text", ["", "x" * 5001])
async def test_a_note_has_a_text_of_some_length(floor: Any, text: str) -> None:
    marie, there = await floor.person("marie"), await floor.receive()
    await marie.do(there, "notes", {"text": text}, status=422)


async def test_a_note_to_nowhere_is_refused(floor: Any) -> None:
    marie = await floor.person("marie")
    await floor.person("eloi")
    await marie.do("cnv_01M8XXXXXXXXXXXXXXXXXXXXXX", "notes", {"text": "@Eloi"}, status=404)


async def test_with_the_words_go_the_mentions(floor: Any) -> None:
    marie, eloi = await floor.person("marie"), await floor.person("eloi")
    there = await floor.receive()
    await names(marie, there, "@Eloi has their address")
    contact = (await marie.show(there))["contact"]["id"]
    await floor.api.admin("POST", f"/v1/contacts/{contact}/erase", json={"reason": "asked"})
    notes = [e for e in (await eloi.show(there))["timeline"]["items"] if e["type"] == "note"]
    assert [(note["text"], note["mentions"]) for note in notes] == [(None, [])]
    assert await listed(eloi) == []

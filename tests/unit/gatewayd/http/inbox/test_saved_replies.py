"""Saved replies: whose they are, where, and as the customer would get them."""

from typing import Any

import pytest

from gatewayd.services.roles import Role

PATH = "/v1/saved-replies"
HOURS = {"shortcut": "hours", "en": "Hello {contact_name}, 9 to 5", "fr": "Allô, 9 h à 17 h"}


async def make(caller: Any, *, status: int = 201, **fields: Any) -> Any:
    return await caller.ask("POST", PATH, HOURS | fields, status=status)


async def listed(caller: Any, query: str = "") -> list[Any]:
    items: list[Any] = (await caller.ask("GET", PATH + query))["items"]
    return items


async def rendered(caller: Any, reply: Any, conversation: str, **more: Any) -> Any:
    body = {"conversation": conversation} | more
    return await caller.ask("POST", f"{PATH}/{reply['id']}/render", body)


@pytest.fixture
async def boss(floor: Any) -> Any:
    return await floor.person("boss", Role.MANAGER)


async def test_a_manager_keeps_those_of_everybody(floor: Any, boss: Any) -> None:
    marie = await floor.person()
    made = await make(boss)
    assert made["own"] is False
    assert await listed(marie) == [made]
    assert await marie.ask("GET", f"{PATH}/{made['id']}") == made
    for method, body in (("PATCH", {"en": "Closed"}), ("DELETE", None)):
        refused = await marie.ask(method, f"{PATH}/{made['id']}", body, status=403)
        assert refused["code"] == "saved_reply_shared"
    assert (await make(marie, status=403))["code"] == "saved_reply_shared"
    changed = await boss.ask("PATCH", f"{PATH}/{made['id']}", {"en": "Closed", "version": 1})
    assert (changed["en"], changed["fr"], changed["version"]) == ("Closed", HOURS["fr"], 2)
    stale = {"en": "Open", "version": 1}
    refused = await boss.ask("PATCH", f"{PATH}/{made['id']}", stale, status=409)
    assert refused["code"] == "changed_meanwhile"
    await boss.ask("DELETE", f"{PATH}/{made['id']}", status=204)
    assert await listed(marie) == []
    await boss.ask("DELETE", f"{PATH}/{made['id']}", status=404)


async def test_a_person_has_their_own_which_nobody_else_sees(floor: Any, boss: Any) -> None:
    marie, luc = await floor.person(), await floor.person("luc")
    mine = await make(marie, own=True, en="Mine")
    theirs = await make(boss)
    assert [one["id"] for one in await listed(marie)] == [mine["id"], theirs["id"]]
    assert await listed(luc) == [theirs]
    for other in (luc, boss):
        for method, body in (("GET", None), ("PATCH", {"en": "x"}), ("DELETE", None)):
            await other.ask(method, f"{PATH}/{mine['id']}", body, status=404)
    await make(luc, own=True)
    assert (await marie.ask("PATCH", f"{PATH}/{mine['id']}", {"en": "My"}))["en"] == "My"
    await marie.ask("DELETE", f"{PATH}/{mine['id']}", status=204)


async def test_a_program_uses_everybodys(floor: Any, boss: Any) -> None:
    till = await floor.program()
    made = await make(boss)
    assert await listed(till) == [made]
    assert (await make(till, status=403, own=True))["code"] == "person_needed"


async def test_a_shortcut_stands_once_in_its_place(boss: Any) -> None:
    first = await make(boss)
    assert (await make(boss, status=409))["code"] == "already_taken"
    other = await make(boss, inbox="main")
    assert [one["id"] for one in await listed(boss, "?inbox=main")] == [other["id"], first["id"]]
    assert await listed(boss, "?inbox=spare") == [first]
    body = {"inbox": None}
    refused = await boss.ask("PATCH", f"{PATH}/{other['id']}", body, status=409)
    assert refused["errors"][0]["pointer"] == "/shortcut"
    await boss.ask("PATCH", f"{PATH}/{other['id']}", {"inbox": None, "shortcut": "open"})


@pytest.mark.parametrize(
    ("fields", "pointer", "why"),
    [
        ({"en": "Hi {name}"}, "/en", "there is no {name}; the placeholders are {contact_name}"),
        ({"fr": "{"}, "/fr", "without its }"),
        ({"en": "", "fr": ""}, "/en", "empty"),
        ({"en": " "}, "/en", "empty"),
        ({"inbox": "other"}, "/inbox", "no such inbox"),
        ({"shortcut": "two words"}, "/shortcut", "must be 1 to 32 small letters"),
    ],
)
async def test_what_cannot_be_used_is_refused(
    boss: Any, fields: dict[str, Any], pointer: str, why: str
) -> None:
    refused = await make(boss, status=422, **fields)
    assert refused["errors"][0]["pointer"] == pointer
    assert why in refused["errors"][0]["detail"]
    made = await make(boss)
    await boss.ask("PATCH", f"{PATH}/{made['id']}", fields, status=422)
    assert await listed(boss) == [made]


async def test_who_sees_one_inbox_has_the_replies_of_that(floor: Any, boss: Any) -> None:
    marie = await floor.person()
    spare = await make(boss, inbox="spare")
    everywhere = await make(boss)
    floor.limit("marie", {"main"})
    assert await listed(marie) == [everywhere]
    await marie.ask("GET", f"{PATH}/{spare['id']}", status=404)
    refused = await make(marie, status=422, own=True, inbox="spare")
    assert refused["code"] == "inbox_unknown"
    headers = {"Accept": "application/json"}
    events = await marie.ask("GET", "/v1/events?types=reply.created", headers=headers)
    assert [one["data"]["id"] for one in events["items"]] == [everywhere["id"]]


async def test_it_is_filled_in_the_language_of_the_customer(floor: Any, boss: Any) -> None:
    marie = await floor.person()
    conversation = await floor.receive()
    made = await make(boss, en="Hi {contact_first_name}, {first_name} @ {business}")
    assert await rendered(marie, made, conversation) == {
        "text": "Hi, Marie @ Shop",
        "language": "en",
        "missing": ["contact_first_name"],
    }
    contact = (await marie.show(conversation))["contact"]["id"]
    named = {"name": "Amélie Roy"}
    await marie.ask("PATCH", f"/v1/contacts/{contact}", named)
    assert (await rendered(marie, made, conversation))["text"] == "Hi Amélie, Marie @ Shop"
    await floor.inbox(language="fr", display_name="Chez Nous")
    assert (await rendered(marie, made, conversation))["text"] == HOURS["fr"]
    english = await rendered(marie, made, conversation, language="en")
    assert english["text"] == "Hi Amélie, Marie @ Chez Nous"
    await marie.ask("PATCH", f"/v1/contacts/{contact}", {"language": "en"})
    assert (await rendered(marie, made, conversation))["language"] == "en"


async def test_where_only_the_other_language_is_written_that_is_used(floor: Any, boss: Any) -> None:
    conversation = await floor.receive()
    made = await make(boss, en="")
    french = {"text": HOURS["fr"], "language": "fr", "missing": []}
    assert await rendered(boss, made, conversation) == french


async def test_it_is_filled_for_whom_there_is_and_who_is_seen(floor: Any, boss: Any) -> None:
    marie = await floor.person()
    hidden = await floor.receive(inbox="spare")
    made = await make(boss)
    path = f"{PATH}/{made['id']}/render"
    refused = await marie.ask("POST", path, {"conversation": "cnv_x"}, status=422)
    assert refused["code"] == "conversation_unknown"
    floor.limit("marie", {"main"})
    await marie.ask("POST", path, {"conversation": hidden}, status=404)
    await marie.ask("POST", f"{PATH}/rpl_x/render", {"conversation": hidden}, status=404)


async def test_the_audit_tells_who_keeps_what(floor: Any, boss: Any) -> None:
    made = await make(boss)
    found = await floor.api.admin("GET", f"/v1/audit?subject={made['id']}")
    assert [(one["action"], one["actor"]["id"]) for one in found["items"]] == [
        ("reply.created", boss.id)
    ]
    assert "9 to 5" not in str(found)

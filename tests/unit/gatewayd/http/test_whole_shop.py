"""A manager of some inboxes sets what holds for these, and nothing that reaches the others."""

from typing import Any

import pytest

from storage import rulebook

RULES = "/v1/rules"
BOOK: dict[str, Any] = {
    "inboxes": {"spare": {"hours": {"weekly": "Mo-Fr 09:00-17:00"}}},
    "templates": {"prices": {"en": "See our page"}},
    "lists": {"vip": ["+1514*"]},
    "rules": [
        {"name": "prices", "when": {"words": ["price"]}, "do": {"answer": "prices"}},
        {"name": "spare", "when": {"inbox": ["spare"]}, "do": {"tag": ["spare"]}},
    ],
}
OWN = {"name": "own", "when": {"inbox": ["main"], "words": ["hi"]}, "do": {"answer": "own"}}


class Shop:
    """Rules of the whole shop, and a manager who sees ``main`` only."""

    def __init__(self, room: Any) -> None:
        self.room = room
        self.admin = room.api.admin

    async def begin(self) -> "Shop":
        await self.room.inboxes("main", "spare")
        await self.admin("PUT", RULES, json={"document": BOOK})
        self.boss = await self.room.enter("boss", role="manager", inboxes=["main"])
        return self

    async def put(self, *, status: int = 200, version: int | None = None, **parts: Any) -> Any:
        """Put the book in force as the manager, with these parts of it otherwise."""
        body = {"document": BOOK | parts, "version": version}
        return await self.boss.ask("PUT", RULES, json=body, status=status)

    async def version(self) -> int:
        return int((await self.admin("GET", RULES))["version"])

    async def refused(self, method: str, path: str, **options: Any) -> None:
        answer = await self.boss.ask(method, path, status=403, **options)
        assert answer["code"] == "reaches_further", (method, path)


@pytest.fixture
async def shop(staffroom: Any) -> Shop:
    return await Shop(staffroom).begin()


async def test_what_holds_for_their_inbox_is_theirs_to_set(shop: Shop) -> None:
    templates = BOOK["templates"] | {"own": {"en": "Hello"}}
    hours = {"hours": {"weekly": "Sa 10:00-16:00", "closures": []}}
    parts = {
        "inboxes": BOOK["inboxes"] | {"main": hours},
        "templates": templates,
        "rules": [OWN, *BOOK["rules"]],
    }
    assert (await shop.put(version=1, **parts))["version"] == 2
    await shop.boss.ask("PUT", "/v1/templates/own", json={"en": "Hello!"})
    await shop.boss.ask("PUT", "/v1/templates/another", json={"en": "Not used yet"})
    await shop.boss.ask("DELETE", "/v1/templates/another", status=204)
    await shop.boss.ask("PATCH", "/v1/inboxes/main", json={"hours": "Mo 09:00-17:00"})
    document = (await shop.admin("GET", RULES))["document"]
    assert document["rules"] == parts["rules"]
    assert document["templates"]["own"] == {"en": "Hello!"}
    assert document["inboxes"] == BOOK["inboxes"] | {
        "main": {"hours": {"weekly": "Mo 09:00-17:00"}}
    }


async def test_what_reaches_another_inbox_is_not(shop: Shop) -> None:
    prices, spare = BOOK["rules"]
    for parts in (
        {"inboxes": {}},
        {"templates": {"prices": {"en": "Other"}}},
        {"lists": {}},
        {"urgent_words": ["now"]},
        {"sending": {"allow_countries": ["FR"]}},
        {"consent": {"staff_may_answer_opted_out": True}},
        {"rules": [prices]},
        {"rules": [spare, prices]},
        {"rules": [*BOOK["rules"], OWN | {"when": {}, "do": {"block": True}}]},
        {"rules": [*BOOK["rules"], OWN | {"when": {"inbox": ["main", "spare"]}, "do": {}}]},
    ):
        answer = await shop.put(status=403, **parts)
        assert answer["code"] == "reaches_further", parts
    await shop.refused("PUT", "/v1/templates/prices", json={"en": "Other"})
    assert await shop.version() == 1


async def test_an_older_version_is_told_as_such(shop: Shop) -> None:
    await shop.admin("PUT", RULES, json={"document": BOOK | {"lists": {}}})
    answer = await shop.put(status=409, version=1)
    assert answer["code"] == "changed_meanwhile"


async def test_what_cannot_be_read_is_not_theirs_to_replace(shop: Shop) -> None:
    async with shop.room.api.context.store.write() as tx:
        await rulebook.add(tx, {"gone": 1}, version=None, by="x", now_ms=0)
    await shop.refused("PUT", RULES, json={"document": {}})


async def test_what_holds_for_all_is_for_who_sees_all(shop: Shop) -> None:
    await shop.refused("PATCH", "/v1/settings", json={"mask_numbers": True})
    assert (await shop.admin("GET", "/v1/settings"))["mask_numbers"] is False
    reply = {"shortcut": "hours", "en": "9 to 5"}
    await shop.refused("POST", "/v1/saved-replies", json=reply)
    made = await shop.admin("POST", "/v1/saved-replies", status=201, json=reply)
    await shop.refused("PATCH", f"/v1/saved-replies/{made['id']}", json={"en": "x"})
    await shop.refused("DELETE", f"/v1/saved-replies/{made['id']}")
    own = {"json": reply | {"inbox": "main"}, "status": 201}
    ours = await shop.boss.ask("POST", "/v1/saved-replies", **own)
    await shop.refused("PATCH", f"/v1/saved-replies/{ours['id']}", json={"inbox": None})
    await shop.boss.ask("PATCH", f"/v1/saved-replies/{ours['id']}", json={"en": "9 to 6"})


async def test_the_team_of_another_inbox_is_not_theirs_to_change(shop: Shop) -> None:
    paths = {}
    for inbox in ("main", "spare"):
        body = {"name": inbox, "display_name": inbox}
        team = await shop.admin("POST", "/v1/teams", status=201, json=body)
        await shop.admin("PATCH", f"/v1/inboxes/{inbox}", json={"team": team["id"]})
        paths[inbox] = f"/v1/teams/{team['id']}"
    await shop.refused("PATCH", paths["spare"], json={"members": []})
    await shop.boss.ask("PATCH", paths["main"], json={"display_name": "Ours"})


async def test_nothing_that_lies_elsewhere_is_erased(shop: Shop) -> None:
    conversations = []
    for inbox in ("main", "spare"):
        message = await shop.room.receive("Kept", inbox=inbox)
        conversations.append(message["conversation_id"])
    ours = await shop.boss.ask("GET", f"/v1/conversations/{conversations[0]}")
    path = f"/v1/contacts/{ours['contact']['id']}/erase"
    await shop.refused("POST", path, json={"reason": "asked"})
    theirs = await shop.admin("GET", f"/v1/conversations/{conversations[1]}")
    assert theirs["timeline"]["items"][0]["message"]["text"] == "Kept"
    alone = await shop.room.receive("Gone", sender="+15145550177")
    shown = await shop.boss.ask("GET", f"/v1/conversations/{alone['conversation_id']}")
    path = f"/v1/contacts/{shown['contact']['id']}/erase"
    assert (await shop.boss.ask("POST", path, json={"reason": "asked"}))["messages"] == 1


async def test_the_modem_of_another_inbox_is_not_theirs_to_act_on(shop: Shop) -> None:
    for word in ("restart", "mute", "unmute", "confirm-sim"):
        await shop.refused("POST", f"/v1/modems/spare/{word}")
    assert shop.room.api.modems.told == []
    await shop.boss.ask("POST", "/v1/modems/counter/mute")
    assert shop.room.api.modems.told == [("mute", "counter", "True")]


async def test_a_team_that_gets_what_comes_elsewhere_is_not_theirs_to_change(shop: Shop) -> None:
    for name in ("ours", "bench", "sales"):
        body = {"name": name, "display_name": name}
        team = await shop.admin("POST", "/v1/teams", status=201, json=body)
        what = {"ours": {}, "bench": {"assign": "team:bench"}, "sales": {"forward": ["team:sales"]}}
        rule = {"name": name, "when": {"inbox": ["spare"]}, "do": what[name]}
        await shop.admin("PUT", RULES, json={"document": {"rules": [rule]}})
        path, change = f"/v1/teams/{team['id']}", {"json": {"members": []}}
        if name == "ours":
            await shop.boss.ask("PATCH", path, **change)
        else:
            await shop.refused("PATCH", path, **change)

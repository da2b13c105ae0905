"""People come, guess, answer and leave, against the whole daemon as the demo starts it."""

import re
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from typing import Any

import pytest
from aiohttp import ClientSession, CookieJar

WORDS = "four words are enough"


@dataclass
class House:
    """The demo, its token, and browsers."""

    demo: Any
    stack: AsyncExitStack = field(default_factory=AsyncExitStack)

    @property
    def link(self) -> str:
        found = re.search(r"^  page     \S+/welcome/(\S+)", self.demo.said, re.MULTILINE)
        assert found, self.demo.said
        return found[1]

    async def browser(self) -> ClientSession:
        jar = CookieJar(unsafe=True)  # for addresses too
        made = ClientSession(base_url=self.demo.address, cookie_jar=jar)
        return await self.stack.enter_async_context(made)

    async def enter(self, **said: Any) -> "Person":
        client = await self.browser()
        async with client.post("/v1/session/link", json={"password": WORDS} | said) as answer:
            assert answer.status == 200, await answer.text()
            return Person(client=client, session=await answer.json())


@dataclass
class Person:
    client: ClientSession
    session: dict[str, Any]

    @property
    def id(self) -> str:
        return str(self.session["person"]["id"])

    async def ask(self, method: str, path: str, *, status: int = 200, **options: Any) -> Any:
        headers = {"X-CSRF-Token": self.session["csrf_token"]}
        async with self.client.request(method, path, headers=headers, **options) as answer:
            assert answer.status == status, await answer.text()
            return await answer.json(content_type=None)

    async def invite(self, house: House, name: str, role: str) -> "Person":
        body = {"name": name, "display_name": name.title(), "role": role}
        made = await self.ask("POST", "/v1/users", status=201, json=body)
        link = await self.ask("POST", f"/v1/users/{made['id']}/link", status=201)
        return await house.enter(link=link["path"].removeprefix("/welcome/"))


@pytest.fixture
async def house(start_demo: Any) -> AsyncIterator[House]:
    opened = House(demo=await start_demo())
    async with opened.stack:
        yield opened


async def test_the_first_administrator_comes_by_the_printed_link_once(house: House) -> None:
    anna = await house.enter(link=house.link, name="anna", display_name="Anna")
    assert anna.session["role"] == "admin"
    stranger = await house.browser()
    again = {"link": house.link, "name": "mallory", "password": WORDS}
    async with stranger.post("/v1/session/link", json=again) as answer:
        assert answer.status == 410


async def test_guessing_is_throttled(house: House) -> None:
    anna = await house.enter(link=house.link, name="anna")
    stranger = await house.browser()
    statuses = []
    for number in range(12):
        said = {"name": "anna", "password": f"guess number {number}"}
        async with stranger.post("/v1/session", json=said) as answer:
            statuses.append(answer.status)
    assert statuses[:10] == [401] * 10
    assert 429 in statuses[10:]
    await anna.ask("GET", "/v1/session")


async def test_a_colleague_quits_in_the_middle_of_a_conversation(house: House) -> None:
    anna = await house.enter(link=house.link, name="anna")
    boss = await anna.invite(house, "boss", "manager")
    marie = await anna.invite(house, "marie", "agent")
    paul = await anna.invite(house, "paul", "agent")
    sent = await marie.ask(
        "POST", "/v1/messages", status=202, json={"to": "+15145550190", "text": "Shall I fix it?"}
    )
    path = f"/v1/conversations/{sent['conversation_id']}"
    await marie.ask("POST", f"{path}/assign", json={"to": marie.id})
    body = {"hand_over_to": paul.id, "note": "Marie has left us"}
    refused = await paul.ask("POST", f"/v1/users/{marie.id}/suspend", status=403, json=body)
    assert refused["code"] == "scope_missing"
    gone = await boss.ask("POST", f"/v1/users/{marie.id}/suspend", json=body)
    assert (gone["user"]["state"], gone["handed_over"]) == ("suspended", 1)
    late = {"text": "one last word"}
    await marie.ask("POST", f"{path}/messages", status=401, json=late)
    shown = await paul.ask("GET", path)
    assert shown["assignee"]["id"] == paul.id
    words = {
        (entry["author"] or {}).get("name"): entry["text"] or (entry["message"] or {}).get("text")
        for entry in shown["timeline"]["items"]
        if entry["type"] in {"message", "assigned"} and (entry["text"] or entry["message"])
    }
    assert words["Boss"] == "Marie has left us"
    assert words["Marie"] == "Shall I fix it?"

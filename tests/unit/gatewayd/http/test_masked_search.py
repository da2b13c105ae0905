"""Who sees the ends of numbers only cannot find the rest out by looking for parts of them."""

from typing import Any

import pytest
from sqlalchemy import update

from storage.schema import messages

NUMBER, OTHER = "+15145550123", "+15145550199"
PARTS = ["555", "5550123", "145550123", "+1514555", "514-555-01", "15145550", "0123", "5145*"]


class Floor:
    """Two customers, one with a name; numbers are hidden from agents, of whom Paul is one."""

    def __init__(self, room: Any) -> None:
        self.room = room
        self.api = room.api

    async def begin(self) -> "Floor":
        await self.room.receive("Good morning")
        await self.room.receive("Hello", sender=OTHER)
        (other, _) = (await self.api.admin("GET", "/v1/contacts"))["items"]
        named = {"name": "Marie 5145 Roy", "notes": "rings on Fridays"}
        await self.api.admin("PATCH", f"/v1/contacts/{other['id']}", json=named)
        await self.api.admin("PATCH", "/v1/settings", json={"mask_numbers": True})
        self.agent = await self.room.enter("paul", inboxes=None)
        self.boss = await self.room.enter("boss", role="manager", inboxes=None)
        return self

    async def found(self, who: Any, path: str, q: str) -> list[Any]:
        return list((await who.ask("GET", path, params={"q": q}))["items"])


@pytest.fixture
async def floor(staffroom: Any) -> Floor:
    return await Floor(staffroom).begin()


LISTS = ["/v1/contacts", "/v1/conversations", "/v1/search"]


@pytest.mark.parametrize("path", LISTS)
async def test_a_part_of_a_number_finds_nobody(floor: Floor, path: str) -> None:
    for q in PARTS:
        found = await floor.found(floor.agent, path, q)
        named = [each for each in found if "Marie" in str(each)]
        assert found == named, q  # by a name that has digits in it
        assert len(await floor.found(floor.boss, path, q.removesuffix("*"))) >= 1, q


@pytest.mark.parametrize("path", LISTS)
async def test_the_whole_number_finds_who_has_it(floor: Floor, path: str) -> None:
    for q in (NUMBER, "514 555-0123", "5145550123", "1-514-555-0123"):
        (found,) = await floor.found(floor.agent, path, q)
        assert "+1514•••0123" in str(found), q
        assert NUMBER[1:] not in str(found), q


async def test_what_is_found_does_not_tell_where_its_digits_are(floor: Floor) -> None:
    (found,) = await floor.found(floor.agent, "/v1/search", "5145550123")
    assert found["snippet"] == {"field": "number", "text": "+1514•••0123", "ranges": []}


@pytest.mark.parametrize("path", LISTS)
async def test_names_are_found_as_ever(floor: Floor, path: str) -> None:
    (found,) = await floor.found(floor.agent, path, "marie")
    assert "Marie 5145 Roy" in str(found)


async def test_notes_are_found_by_a_search(floor: Floor) -> None:
    (found,) = await floor.found(floor.agent, "/v1/search", "fridays")
    assert found["snippet"]["text"] == "rings on Fridays"
    assert await floor.found(floor.agent, "/v1/contacts", "fridays") == []


async def test_nothing_to_look_for_finds_nobody(floor: Floor) -> None:
    for path in LISTS:
        assert await floor.found(floor.agent, path, "+ -") == []


async def test_another_s_number_that_ends_alike_is_not_found(floor: Floor) -> None:
    """``5145550123`` with Peru's country code is the end of ours in the index."""
    assert await floor.found(floor.agent, "/v1/search", "+51 45550123") == []
    assert await floor.found(floor.agent, "/v1/contacts", "+51 45550123") == []


async def test_a_message_is_listed_by_a_whole_number_only(floor: Floor) -> None:
    for written, count in (("514-555-0123", 1), ("5550123", 0), ("%2B1514", 0)):
        page = await floor.agent.ask("GET", f"/v1/messages?contact={written}")
        assert len(page["items"]) == count, written


async def test_what_the_gateway_told_our_people_is_not_searched(floor: Floor) -> None:
    told = await floor.api.send(to="+15145550111", text=f"{NUMBER} has waited 30 min.")
    async with floor.api.context.store.write() as tx:
        of = update(messages).where(messages.c.id == told["id"])
        await tx.execute(of.values(author_type="notice"))
    assert await floor.found(floor.agent, "/v1/messages", "555012") == []
    (found,) = await floor.found(floor.boss, "/v1/messages", "555012")
    assert found["id"] == told["id"]
    (ours,) = await floor.found(floor.agent, "/v1/messages", "good morning")
    assert ours["from"] == "+1514•••0123"


@pytest.mark.parametrize(("q", "shown"), [("5550123", False), ("514 555 0123", True)])
async def test_so_is_it_on_the_page(floor: Floor, q: str, shown: bool) -> None:
    headers = {"Accept": "text/html"}
    async with floor.agent.client.get("/inbox/all", params={"q": q}, headers=headers) as answer:
        text = await answer.text()
    assert ("•••0123" in text) == shown

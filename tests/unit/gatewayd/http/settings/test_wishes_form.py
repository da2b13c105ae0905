"""What the reader is told of, set on their own page; and for how much the open page calls them."""

import re
from typing import Any

import pytest


@pytest.fixture
async def mine(staffroom: Any, desk: Any) -> Any:
    await staffroom.inboxes("main")
    return type(desk)(browser=await staffroom.enter("lea"))


def called_for(page: str) -> tuple[int, int]:
    """What the page says is unread, and for how much of what is new it calls."""
    found = re.search(r'data-unread="(\d+)" data-calls="(\d+)"', page)
    assert found
    return int(found[1]), int(found[2])


async def test_each_thing_has_its_ways(mine: Any, desk: Any) -> None:
    page = await mine.see("/me")
    assert 'name="mention" value="email" checked' in page
    assert 'name="new_mine" value="sms">' in page
    await mine.send("/me/wishes", new_mine=["sms"], mention=["page", "pigeon"], take_back="yes")
    path = f"/v1/users/{mine.browser.person['id']}/notifications"
    said = await desk.ask(path)
    assert {name: said[name] for name in ("new_mine", "new_team", "mention", "mine")} == {
        "new_mine": ["sms"],
        "new_team": [],
        "mention": ["page"],
        "mine": [],
    }
    assert (said["take_back"], said["inherited"]) == (True, False)
    assert 'name="new_mine" value="sms" checked' in await mine.see("/me")


async def test_the_page_calls_for_what_one_wishes(staffroom: Any, mine: Any) -> None:
    await staffroom.receive("Mine")
    conversation = (await staffroom.receive("Nobody's", sender="+15145550124"))["conversation_id"]
    assert called_for(await mine.see("/inbox/all")) == (2, 2)
    await mine.send("/me/wishes", new_team=["email"], mention=["page"])
    assert called_for(await mine.see("/inbox/all")) == (2, 0)
    path = f"/v1/conversations/{conversation}/notes"
    await staffroom.api.admin("POST", path, json={"text": "@lea?"})
    assert called_for(await mine.see("/inbox/all")) == (2, 1)
    assert 'class="row unread mentioned"' in await mine.see("/inbox/mentions")
    await mine.send("/me/profile", save="profile", display_name="Lea", notify=["email"])
    assert called_for(await mine.see("/inbox/all")) == (2, 0)


async def test_the_page_calls_nobody_while_none_of_their_inboxes_is_open(
    staffroom: Any, desk: Any
) -> None:
    """Whose inbox is open is called although another is closed."""
    await staffroom.inboxes("main", "spare")
    hours = {"inboxes": {"main": {"hours": {"weekly": "off"}}}}
    await staffroom.api.admin("PUT", "/v1/rules", json={"document": hours})
    for name, inboxes, is_quiet in (
        ("hers", ["main"], True),
        ("his", ["spare"], False),
        ("both", None, False),
    ):
        page = type(desk)(browser=await staffroom.enter(name, inboxes=inboxes))
        assert ("data-quiet" in await page.see("/inbox/all")) is is_quiet, name

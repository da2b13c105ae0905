"""The head of a list: how much its reader has not read, which the tab's title counts."""

import re
from typing import Any

import pytest

from storage.conversations import reading

HTML = {"Accept": "text/html", "Accept-Language": "en"}


async def unread(browser: Any) -> int:
    async with browser.client.get("/inbox/all", headers=HTML) as answer:
        found = re.search(r'data-unread="(\d+)"', await answer.text())
    assert found
    return int(found[1])


async def test_it_counts_one_s_own_one_s_teams_and_nobody_s(staffroom: Any) -> None:
    await staffroom.inboxes("main")
    marie = await staffroom.enter("marie", role="manager")
    luc = await staffroom.enter("luc")
    team = {"name": "counter", "display_name": "Counter", "members": [luc.person["id"]]}
    team_id = (await marie.ask("POST", "/v1/teams", json=team, status=201))["id"]
    assert await unread(luc) == 0
    ids = [
        (await staffroom.receive(f"Hello {n}", sender=f"+1514555012{n}"))["conversation_id"]
        for n in range(4)
    ]
    for conversation, to in zip(ids, (luc.person["id"], team_id, marie.person["id"]), strict=False):
        await marie.ask("POST", f"/v1/conversations/{conversation}/assign", json={"to": to})
    assert (await unread(luc), await unread(marie)) == (3, 2)
    await luc.ask("POST", f"/v1/conversations/{ids[3]}/read", json={"up_to": None})
    assert (await unread(luc), await unread(marie)) == (2, 2)


async def test_what_comes_while_the_list_is_read_is_counted_only_with_its_row(
    staffroom: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A notice names what is new from the list: without a row it would be of nobody."""
    await staffroom.inboxes("main")
    marie = await staffroom.enter("marie", role="manager")
    page = reading.page

    async def page_then_text(*given: Any, **named: Any) -> Any:
        found = await page(*given, **named)
        await staffroom.receive("Between two reads")
        return found

    monkeypatch.setattr(reading, "page", page_then_text)
    assert await unread(marie) == 0
    monkeypatch.undo()
    assert await unread(marie) == 1

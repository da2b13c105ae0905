"""The settings of a manager who sees one inbox of two: theirs, and what holds for all to read."""

from typing import Any

import pytest

LIMITED = "You see some inboxes only"
REFUSED = "This concerns an inbox that you do not see"
FILE = "/settings/rules/file"
BOOK: dict[str, Any] = {
    "inboxes": {"main": {"hours": {"weekly": "Mo-Fr 09:00-17:00"}}},
    "templates": {"prices": {"en": "See our page"}},
    "rules": [
        {"name": "prices", "do": {"answer": "prices"}},
        {"name": "ours", "when": {"inbox": ["spare"]}, "do": {"tag": ["spare"]}},
    ],
}


@pytest.fixture
async def limited(staffroom: Any, desk: Any) -> Any:
    """The desk of a manager of ``spare``."""
    await staffroom.inboxes("spare")
    await staffroom.api.admin("PUT", "/v1/rules", json={"document": BOOK})
    browser = await staffroom.enter("boss", role="manager", inboxes=["spare"])
    return type(desk)(browser=browser)


async def test_another_inbox_is_not_there(limited: Any, desk: Any) -> None:
    for path in ("hours", "answers", "inboxes"):
        await limited.see(f"/settings/{path}/main", status=404)
        await limited.send(f"/settings/{path}/main", status=404)
        page = await limited.see(f"/settings/{path}" + ("" if path == "inboxes" else "/spare"))
        assert f"/settings/{path}/main" not in page
    await limited.send("/settings/inboxes/main/retention", status=404, keep="months", months="1")
    kept = await desk.ask("/v1/inboxes/main/retention")
    assert kept["keep_days"] is None


async def test_the_first_start_is_for_who_sees_all(limited: Any, desk: Any) -> None:
    for step in ("modems", "hours", "answer", "people", "test"):
        await limited.see(f"/start/{step}", status=404)
    await limited.send("/start/hours", status=404, always="yes")
    assert (await desk.ask("/v1/inboxes/main"))["hours"] == "Mo-Fr 09:00-17:00"
    await desk.see("/start/hours")


async def test_their_own_hours_and_answers_are_saved(limited: Any) -> None:
    assert await limited.send("/settings/hours/spare", mode="always") == "/settings/hours/spare"
    texts = {"closed-on": "yes", "closed-en": "Closed", "closed-fr": "Fermé"}
    assert await limited.send("/settings/answers/spare", **texts) == "/settings/answers/spare"
    document = (await limited.ask("/v1/rules"))["document"]
    assert document["inboxes"]["spare"]["answers"]["texts"]["closed"]["fr"] == "Fermé"
    assert document["inboxes"]["main"] == BOOK["inboxes"]["main"]


async def test_rules_of_all_are_to_read_and_their_own_to_switch(limited: Any, desk: Any) -> None:
    page = await limited.see("/settings/rules")
    assert LIMITED in page
    assert page.count('name="rule"') == 1
    assert "Later: ours" in page
    assert 'name="rule" value="prices"' in await desk.see("/settings/rules")
    assert LIMITED not in await desk.see("/settings/rules")
    await limited.send("/settings/rules", rule="prices", do="off")
    assert REFUSED in await limited.see("/settings/rules")
    await limited.send("/settings/rules", rule="ours", do="off")
    await limited.send("/settings/rules", rule="ours", do="up")
    rules = (await limited.ask("/v1/rules"))["document"]["rules"]
    assert [(rule["name"], rule.get("enabled", True)) for rule in rules] == [
        ("ours", False),
        ("prices", True),
    ]


async def test_the_file_and_the_templates_of_all_stay(limited: Any) -> None:
    assert LIMITED in await limited.see(FILE)
    page = await limited.send(FILE, status=422, text="[templates.own]\nen = 'Only this'\n")
    assert REFUSED in page
    assert "Only this" in page
    assert LIMITED in await limited.see("/settings/templates")
    page = await limited.send("/settings/templates/prices", status=422, en="Other")
    assert REFUSED in page
    await limited.send("/settings/templates/prices", do="remove")
    assert (await limited.ask("/v1/rules"))["document"] == BOOK


async def test_what_holds_for_all_is_not_offered(limited: Any, desk: Any) -> None:
    assert 'name="mask_numbers"' not in await limited.see("/settings/inboxes")
    assert 'name="mask_numbers"' in await desk.see("/settings/inboxes")
    await limited.send("/settings/inboxes", status=403, mask_numbers="yes")
    digest = await limited.see("/settings/digest")
    assert LIMITED in digest
    assert 'name="at"' not in digest
    assert 'name="at"' in await desk.see("/settings/digest")
    await limited.send("/settings/digest", status=403, at="07:00")
    found = await desk.ask("/v1/settings")
    assert (found["mask_numbers"], found["daily_digest_at"]) == (False, None)


async def test_replies_and_teams_of_all_are_to_read(limited: Any, staffroom: Any) -> None:
    admin = staffroom.api.admin
    reply = {"shortcut": "hours", "en": "9 to 5"}
    made = await admin("POST", "/v1/saved-replies", status=201, json=reply)
    page = await limited.see(f"/settings/replies/{made['id']}")
    assert LIMITED in page
    assert "<textarea" not in page
    assert '<option value="spare" selected>' in await limited.see("/settings/replies/new")
    shared = {"whose": "shared", "shortcut": "x", "en": "x", "inbox": ""}
    assert REFUSED in await limited.send("/settings/replies/new", status=422, **shared)
    team = await admin("POST", "/v1/teams", status=201, json={"name": "a", "display_name": "A"})
    await admin("PATCH", "/v1/inboxes/main", json={"team": team["id"]})
    path = f"/settings/teams/{team['id']}"
    assert REFUSED in await limited.send(path, status=422, display_name="B")


async def test_who_wrote_elsewhere_too_is_not_erased(limited: Any, staffroom: Any) -> None:
    await staffroom.receive("Kept")
    message = await staffroom.receive("Ours", inbox="spare")
    found = await limited.ask(f"/v1/conversations/{message['conversation_id']}")
    path = f"/contacts/{found['contact']['id']}/erase"
    page = await limited.send(path, status=422, reason="asked", sure="yes")
    assert "a conversation in an inbox that you do not see" in page
    every = await staffroom.api.admin("GET", "/v1/messages?q=Kept")
    assert len(every["items"]) == 1


async def test_the_modem_of_another_inbox_has_no_buttons(limited: Any, staffroom: Any) -> None:
    page = await limited.see("/modems")
    assert 'action="/modems/spare/restart"' in page
    assert "/modems/counter/restart" not in page
    assert "/modems/counter/restart" not in await limited.see("/modems/counter")
    for word in ("restart", "mute", "confirm-sim"):
        await limited.send(f"/modems/counter/{word}", status=403, muted="yes")
    assert [each for each in staffroom.api.modems.told if each[0] != "found"] == []
    await limited.send("/modems/spare/mute", muted="yes")
    assert ("mute", "spare", "True") in staffroom.api.modems.told

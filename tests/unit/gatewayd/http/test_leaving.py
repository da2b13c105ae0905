"""Somebody leaves: what ends, what is handed on, what stays, over HTTP."""

from typing import Any

import pytest


@pytest.fixture
async def shop(staffroom: Any) -> Any:
    await staffroom.inboxes("main", "spare")
    return staffroom


async def suspend(api: Any, person: Any, *, status: int = 200, **body: Any) -> Any:
    return await api.admin("POST", f"/v1/users/{person['id']}/suspend", status=status, json=body)


async def given(staffroom: Any, person: Any, **more: Any) -> str:
    """A customer wrote, and this person has it; gives the conversation's id."""
    message = await staffroom.receive(**more)
    path = f"/v1/conversations/{message['conversation_id']}"
    await staffroom.api.admin("POST", f"{path}/assign", json={"to": person["id"]})
    return path


class TestSuspended:
    async def test_access_ends_at_once_everywhere(self, api: Any, shop: Any) -> None:
        marie = await shop.enter("marie")
        phone = await shop.log_in(marie.person)
        wanted = {"name": "hers", "scopes": ["inbox", "events"], "user": marie.person["id"]}
        token = await api.admin("POST", "/v1/tokens", status=201, json=wanted)
        bearer = {"Authorization": f"Bearer {token['token']}"}
        link = await shop.link(marie.person)
        async with (
            marie.client.get("/v1/events") as stream,
            api.tcp.get("/v1/events", headers=bearer) as programs,
        ):
            await stream.content.readuntil(b"\n\n")
            await programs.content.readuntil(b"\n\n")
            gone = await suspend(api, marie.person)
            assert (gone["user"]["state"], gone["handed_over"]) == ("suspended", 0)
            assert gone["tokens_ended"] == [token["id"]]
            for each in (stream, programs):
                await each.content.read()
                assert each.content.at_eof()
        for browser in (marie, phone):
            await browser.ask("GET", "/v1/session", status=401)
            await browser.ask("GET", "/v1/conversations", status=401)
        async with api.tcp.get("/v1/conversations", headers=bearer) as answer:
            assert answer.status == 401
        stranger = await shop.stranger()
        said = {"name": "marie", "password": shop.password}
        async with stranger.post("/v1/session", json=said) as answer:
            assert answer.status == 401
            assert (await answer.json(content_type=None))["code"] == "log_in_refused"
        used = {"link": link, "password": shop.password}
        async with stranger.post("/v1/session/link", json=used) as answer:
            assert answer.status == 410
        path = f"/v1/users/{marie.person['id']}"
        await api.admin("POST", f"{path}/link", status=404)
        await suspend(api, marie.person)

    async def test_what_they_have_goes_to_whom_the_manager_says(self, api: Any, shop: Any) -> None:
        boss = await shop.enter("boss", role="manager")
        marie, paul = await shop.enter("marie"), await shop.enter("paul")
        open_ = await given(shop, marie.person)
        done = await given(shop, marie.person, sender="+15145550124")
        await marie.ask("POST", f"{done}/close")
        await marie.ask("POST", f"{open_}/notes", json={"text": "Likes it hot"})
        body = {"hand_over_to": paul.person["id"], "note": "Marie has left"}
        path = f"/v1/users/{marie.person['id']}/suspend"
        gone = await boss.ask("POST", path, json=body)
        assert gone["handed_over"] == 1
        shown = await paul.ask("GET", open_)
        assert shown["assignee"]["id"] == paul.person["id"]
        handed, note = shown["timeline"]["items"][:2]
        assert (handed["type"], handed["text"]) == ("assigned", "Marie has left")
        assert handed["author"] == {
            "type": "person",
            "id": boss.person["id"],
            "name": "Boss",
        }
        assert (note["text"], note["author"]["name"]) == ("Likes it hot", "Marie")
        assert (await paul.ask("GET", done))["assignee"]["id"] == marie.person["id"]
        headers = {"Accept": "application/json"}
        page = await api.admin("GET", "/v1/events", headers=headers)
        told = [e["type"] for e in page["items"] if e["type"] == "user.suspended"]
        assert told == ["user.suspended"]
        audit = (await boss.ask("GET", "/v1/audit?action=user.suspended"))["items"]
        assert [row["subject"] for row in audit] == [marie.person["id"]]

    async def test_without_a_name_each_inboxs_team_takes_it(self, api: Any, shop: Any) -> None:
        marie = await shop.enter("marie")
        body = {"name": "sales", "display_name": "Sales", "on_call": [marie.person["id"]]}
        team = await api.admin("POST", "/v1/teams", status=201, json=body)
        await api.admin("PATCH", "/v1/inboxes/main", json={"team": team["id"]})
        ours = await given(shop, marie.person)
        nobodys = await given(shop, marie.person, inbox="spare")
        await suspend(api, marie.person)
        assert (await api.admin("GET", ours))["assignee"]["id"] == team["id"]
        assert (await api.admin("GET", nobodys))["assignee"] is None
        assert (await api.admin("GET", f"/v1/teams/{team['id']}"))["on_call"] == []

    async def test_nobody_gives_them_anything_more(self, api: Any, shop: Any) -> None:
        marie = await shop.enter("marie")
        await suspend(api, marie.person)
        message = await shop.receive()
        path = f"/v1/conversations/{message['conversation_id']}/assign"
        refused = await api.admin("POST", path, status=422, json={"to": marie.person["id"]})
        assert refused["code"] == "assignee_unknown"

    @pytest.mark.parametrize("heir", ["usr_nobody", "marie", "gone", "blind"])
    async def test_an_heir_must_be_there_and_see_it(self, api: Any, shop: Any, heir: str) -> None:
        marie = await shop.enter("marie")
        path = await given(shop, marie.person)
        gone = await shop.add("gone")
        await suspend(api, gone)
        blind = await shop.add("blind", inboxes=["spare"])
        ids = {"marie": marie.person["id"], "gone": gone["id"], "blind": blind["id"]}
        refused = await suspend(api, marie.person, status=422, hand_over_to=ids.get(heir, heir))
        code = "assignee_lacks_inbox" if heir == "blind" else "assignee_unknown"
        assert refused["code"] == code
        await marie.ask("GET", "/v1/session")
        assert (await api.admin("GET", path))["assignee"]["id"] == marie.person["id"]

    async def test_they_may_come_back(self, api: Any, shop: Any) -> None:
        marie = await shop.enter("marie")
        path = await given(shop, marie.person)
        await suspend(api, marie.person)
        back = await api.admin("POST", f"/v1/users/{marie.person['id']}/unsuspend")
        assert back["state"] == "active"
        await marie.ask("GET", "/v1/session", status=401)
        again = await shop.log_in(marie.person)
        assert (await again.ask("GET", path))["assignee"] is None

    async def test_nobody_is_deleted_and_somebody_stays_in_charge(
        self, api: Any, shop: Any
    ) -> None:
        anna = await shop.enter("anna", role="admin")
        boss = await shop.enter("boss", role="manager")
        path = f"/v1/users/{anna.person['id']}"
        await api.admin("DELETE", path, status=405)
        refused = await boss.ask("POST", f"{path}/suspend", status=403, json={})
        assert refused["code"] == "admins_only"
        refused = await suspend(api, anna.person, status=409)
        assert refused["code"] == "last_admin"
        await shop.add("bea", role="admin")
        await anna.ask("POST", f"{path}/suspend", json={})
        await anna.ask("GET", "/v1/session", status=401)
        refused = await boss.ask("POST", f"{path}/unsuspend", status=403)
        assert refused["code"] == "admins_only"


class TestTokens:
    async def test_what_a_token_cannot_be_limited_to(self, api: Any, shop: Any) -> None:
        marie = await shop.add("marie")
        await suspend(api, marie)
        body = {"name": "till", "scopes": ["inbox"]}
        for limits, code in (
            ({"inboxes": ["nowhere"]}, "inbox_unknown"),
            ({"inboxes": []}, "invalid_request"),
            ({"user": "usr_nobody"}, "user_unknown"),
            ({"user": marie["id"]}, "user_unknown"),
        ):
            refused = await api.admin("POST", "/v1/tokens", status=422, json=body | limits)
            assert refused["code"] == code
        made = await api.admin("POST", "/v1/tokens", status=201, json=body | {"inboxes": ["main"]})
        assert (made["inboxes"], made["user"]) == (["main"], None)

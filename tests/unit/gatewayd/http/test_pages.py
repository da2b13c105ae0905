"""Every page there is: who is shown it, who is not, and what its forms do."""

import re
from html import unescape
from typing import Any

import pytest

from gatewayd.http.route import Door
from gatewayd.services.roles import ROLE_SCOPES, Role
from gatewayd.services.tokens import Scope
from gatewayd.web.route import PageRoute
from gatewayd.web.routes import ROUTES
from gatewayd.web.start_pages import STEPS

HTML = {"Accept": "text/html", "Accept-Language": "en"}
CLOSED = [route for route in ROUTES if isinstance(route.access, Scope)]
SHOWN = [route for route in CLOSED if route.method == "GET"]


def name(route: PageRoute) -> str:
    return f"{route.method} {route.path}"


def may(role: Role, route: PageRoute) -> bool:
    return bool(ROLE_SCOPES[role] & {route.access, Scope.ADMIN})


class Desk:
    """Somebody's browser, a conversation before them."""

    def __init__(self, browser: Any, conversation_id: str, contact_id: str) -> None:
        self.browser = browser
        self.contact_id = contact_id
        self.places = {
            "id": conversation_id,
            "view": "all",
            "name": "counter",
            "inbox": "main",
            "message": "msg_x",
            "step": STEPS[0].key,
        }
        self.home = f"/inbox/all/{conversation_id}"

    def place(self, route: PageRoute) -> str:
        places = self.places | {"id": self._id(route.path)}
        if route.path.startswith("/settings/templates/"):
            places["name"] = "new"
        return re.sub(r"{(\w+)}", lambda found: places[found[1]], route.path)

    def _id(self, path: str) -> str:
        if path.startswith("/settings/people/"):
            return str(self.browser.person["id"])
        if path.startswith("/contacts/"):
            return self.contact_id
        new = ("/settings/teams/", "/settings/replies/")
        return "new" if path.startswith(new) else self.places["id"]

    async def get(self, path: str) -> tuple[int, str]:
        async with self.browser.client.get(path, headers=HTML, allow_redirects=False) as answer:
            return answer.status, unescape(await answer.text())

    async def send(self, path: str, **fields: str) -> tuple[int, str]:
        """Give the status, and where it leads or what is shown."""
        data = {"csrf_token": self.browser.session["csrf_token"]} | fields
        async with self.browser.client.post(
            path, data=data, headers=HTML, allow_redirects=False
        ) as answer:
            return answer.status, answer.headers.get("Location", unescape(await answer.text()))

    async def shown(self) -> str:
        status, page = await self.get(self.home)
        assert status == 200
        return page

    async def api(self, path: str = "") -> Any:
        return await self.browser.ask("GET", f"/v1/conversations/{self.places['id']}{path}")


@pytest.fixture
async def desk(staffroom: Any) -> Desk:
    return await at_desk(staffroom, "admin")


async def at_desk(staffroom: Any, role: str) -> Desk:
    await staffroom.inboxes("main")
    message = await staffroom.receive("Est-ce prêt? <script>alert(1)</script>")
    conversation_id = message["conversation_id"]
    path = f"/v1/conversations/{conversation_id}"
    contact = (await staffroom.api.admin("GET", path))["contact"]
    return Desk(await staffroom.enter("marie", role=role), conversation_id, contact["id"])


@pytest.mark.parametrize("role", list(Role))
async def test_a_page_is_shown_to_whom_it_is_for(staffroom: Any, role: Role) -> None:
    desk = await at_desk(staffroom, role)
    wrong = {}
    for route in SHOWN:
        status, _ = await desk.get(desk.place(route))
        if (status in {200, 303}) != may(role, route):
            wrong[name(route)] = status
    assert wrong == {}


async def test_who_is_not_logged_in_is_led_to_the_log_in(staffroom: Any, desk: Desk) -> None:
    client = await staffroom.stranger()
    wrong = {}
    for route in SHOWN:
        path = desk.place(route)
        async with client.get(path, headers=HTML, allow_redirects=False) as answer:
            if not answer.headers.get("Location", "").startswith("/login"):
                wrong[name(route)] = answer.status
    assert wrong == {}


async def test_no_form_is_taken_without_its_secret(desk: Desk) -> None:
    wrong = {}
    for route in ROUTES:
        if not route.changes or route.access is Door.OPEN:
            continue
        async with desk.browser.client.post(
            desk.place(route), data={"text": "x"}, headers=HTML, allow_redirects=False
        ) as answer:
            if answer.status != 403:
                wrong[name(route)] = answer.status
    assert wrong == {}


@pytest.mark.parametrize("digits", ["9" * 25, "9" * 5000, "-1", "٣"])
@pytest.mark.parametrize(
    "path", ["/audit?before=", "/inbox/all?before=", "/settings/rules/file?version="]
)
async def test_a_place_that_is_none_is_not_asked_for(desk: Desk, path: str, digits: str) -> None:
    status, _ = await desk.get(path + digits)
    assert status == 200


async def test_hostile_words_are_words(desk: Desk) -> None:
    async with desk.browser.client.get(desk.home, headers=HTML) as answer:
        raw = await answer.text()

    assert "<script>alert" not in raw
    assert "&lt;script&gt;" in raw


async def test_an_answer_goes_out_and_a_form_sent_twice_is_one(desk: Desk) -> None:
    once = "a" * 22
    for _ in range(2):
        status, place = await desk.send(f"{desk.home}/answer", text="Oui!", once=once)
        assert (status, place.partition("?")[0]) == (303, desk.home)

    texts = [item["text"] for item in (await desk.browser.ask("GET", "/v1/messages"))["items"]]
    assert len([text for text in texts if text.startswith("Oui!")]) == 1


async def test_what_was_written_is_still_there_when_it_could_not_go(desk: Desk) -> None:
    status, page = await desk.send(
        f"{desk.home}/answer", text="Demain", later="1", send_at="the day after"
    )
    assert status == 422
    assert "Demain</textarea>" in page

    status, page = await desk.send(f"{desk.home}/answer", text=" \n")
    assert status == 422


async def test_a_later_answer_can_be_taken_back(desk: Desk) -> None:
    status, _ = await desk.send(
        f"{desk.home}/answer", text="Plus tard", later="1", send_at="2026-12-02T09:00"
    )
    assert status == 303
    [message] = [
        item
        for item in (await desk.browser.ask("GET", "/v1/messages"))["items"]
        if item["direction"] == "out"
    ]

    status, _ = await desk.send(f"{desk.home}/messages/{message['id']}/cancel")

    assert status == 303
    assert (await desk.browser.ask("GET", f"/v1/messages/{message['id']}"))["state"] == "canceled"


@pytest.mark.parametrize("header", ["X-Gatewayd-Again", "X-Gatewayd-Part"])
async def test_what_is_said_after_a_form_is_for_the_page_that_it_leads_to(
    desk: Desk, header: str
) -> None:
    """Not for a tab that just then reads its page again."""
    await desk.send(f"{desk.home}/close")
    again = HTML | {header: "rows"}
    for path in (desk.home, "/banner"):
        async with desk.browser.client.get(path, headers=again) as answer:
            assert "Undo" not in await answer.text()

    assert "Undo" in await desk.shown()
    assert "Undo" not in await desk.shown()


async def test_supervision_tells_how_many_wait_beyond_those_that_it_shows(
    staffroom: Any, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, page = await desk.get("/supervision")
    assert "have waited longest" not in page

    monkeypatch.setattr("gatewayd.web.supervision.waiting._SHOWN", 1)
    await staffroom.receive("Moi aussi", sender="+15145550199")
    _, page = await desk.get("/supervision")
    assert page.count('class="waiter"') == 1
    assert re.search(r'Who waits now <span class="badge wait">2<', page)
    assert 'href="/inbox/waiting"' in page.partition("have waited longest")[2]


async def test_a_note_is_for_us_only(desk: Desk) -> None:
    await desk.send(f"{desk.home}/answer", text="Il attend depuis hier", **{"as": "note"})

    assert "Il attend depuis hier" in await desk.shown()
    sent = (await desk.browser.ask("GET", "/v1/messages"))["items"]
    assert [item for item in sent if item["direction"] == "out"] == []


async def test_a_note_that_is_sent_twice_is_one(desk: Desk) -> None:
    note = {"as": "note", "once": "b" * 22}
    for _ in range(2):
        status, _ = await desk.send(f"{desk.home}/answer", text="Il a payé", **note)
        assert status == 303
    assert (await desk.shown()).count("Il a payé</div>") == 1

    # Something else under the same name may be the same, written on: whoever wrote it looks.
    status, page = await desk.send(f"{desk.home}/answer", text="Il a payé hier", **note)
    assert (status, "Your first try did reach the gateway" in page) == (422, True)


async def test_the_measure_of_a_text_is_shown(desk: Desk) -> None:
    status, page = await desk.send(f"{desk.home}/measure", text="ô" * 80)

    assert status == 200
    assert "part" in page


async def test_it_is_closed_opened_slept_handed_over_and_tagged(desk: Desk) -> None:
    me = desk.browser.person["id"]
    for word, fields, expected in (
        ("close", {}, {"state": "closed"}),
        ("reopen", {}, {"state": "open"}),
        ("snooze", {"at": "2027-01-02T09:00"}, {"state": "snoozed"}),
        ("reopen", {}, {"state": "open"}),
        ("tag", {"tags": "vélo, urgent,, vélo"}, {"tags": ["urgent", "vélo"]}),
    ):
        status, _ = await desk.send(f"{desk.home}/{word}", **fields)
        assert status == 303
        found = await desk.api()
        assert {key: found[key] for key in expected} == expected
    await desk.send(f"{desk.home}/assign", to=me, note="She knows him")
    assert (await desk.api())["assignee"]["id"] == me
    assert "She knows him" in await desk.shown()


@pytest.mark.parametrize(
    ("word", "fields"),
    [
        ("snooze", {"at": "yesterday"}),
        ("snooze", {"at": "2062-01-02T09:00"}),
        ("assign", {"to": "usr_x"}),
    ],
)
async def test_what_cannot_be_is_said(desk: Desk, word: str, fields: dict[str, str]) -> None:
    before = await desk.api()

    await desk.send(f"{desk.home}/{word}", **fields)

    after = await desk.api()
    assert (after["state"], after["assignee"]) == (before["state"], before["assignee"])
    assert "flash error" in await desk.shown()


async def test_a_contact_is_named_and_blocked(desk: Desk) -> None:
    await desk.send(f"{desk.home}/contact", name="  Amélie  Roy ", language="fr", notes="Fidèle")
    await desk.send(f"{desk.home}/block", blocked="yes")

    contact_id = (await desk.api())["contact"]["id"]
    contact = await desk.browser.ask("GET", f"/v1/contacts/{contact_id}")
    assert (contact["name"], contact["language"]) == ("Amélie Roy", "fr")
    assert contact["blocked_at"] is not None


async def test_one_logs_in_by_name_and_password_and_out_again(staffroom: Any, desk: Desk) -> None:
    client = await staffroom.stranger()
    said = {"name": "marie", "password": "not this one at all"}
    async with client.post("/login", data=said, headers=HTML, allow_redirects=False) as answer:
        assert answer.status == 401
        assert 'value="marie"' in await answer.text()
    said["password"] = staffroom.password
    async with client.post("/login", data=said, headers=HTML, allow_redirects=False) as answer:
        assert answer.status == 303
    async with client.get("/inbox/all", headers=HTML) as answer:
        assert answer.status == 200

    status, place = await desk.send("/logout", everywhere="1")

    assert (status, place.partition("?")[0]) == (303, "/login")
    async with client.get("/inbox/all", headers=HTML, allow_redirects=False) as answer:
        assert answer.status == 303


async def test_a_link_makes_an_account_on_the_page(staffroom: Any) -> None:
    person = await staffroom.add("lea")
    secret = await staffroom.link(person)
    client = await staffroom.stranger()
    async with client.get(f"/welcome/{secret}", headers=HTML) as answer:
        assert answer.status == 200
    place = f"/welcome/{secret}"
    async with client.post(place, data={"password": "short"}, headers=HTML) as answer:
        assert answer.status == 422
    said = {"password": staffroom.password, "display_name": "Léa"}
    async with client.post(place, data=said, headers=HTML, allow_redirects=False) as answer:
        assert answer.status == 303
    async with client.get("/welcome/nonsense", headers=HTML) as answer:
        assert answer.status in {404, 410}


@pytest.mark.parametrize("step", [step.key for step in STEPS])
async def test_each_step_of_the_start_is_shown(desk: Desk, step: str) -> None:
    status, page = await desk.get(f"/start/{step}")

    assert status == 200
    assert "<h1" in page


async def test_a_manager_hands_over_and_whispers_from_the_list_of_who_waits(desk: Desk) -> None:
    place = f"/supervision/waiting/{desk.places['id']}"
    assert (await desk.send(f"{place}/note", text="Vas-y doucement"))[0] == 303
    assert (await desk.send(f"{place}/hand", to=desk.browser.person["id"]))[0] == 303

    assert (await desk.api())["assignee"]["id"] == desk.browser.person["id"]
    assert "Vas-y doucement" in await desk.shown()


async def test_a_modem_is_muted_restarted_and_asked(desk: Desk) -> None:
    for word, fields in (("mute", {"muted": "yes"}), ("restart", {}), ("confirm-sim", {})):
        status, _ = await desk.send(f"/modems/counter/{word}", **fields)
        assert status == 303
    status, _ = await desk.send("/modems/counter/ussd", code="*100#")
    assert status in {200, 303}


async def test_exports_are_files(desk: Desk) -> None:
    for path, fields in (
        ("/exports/everything", {}),
        (f"/exports/conversations/{desk.places['id']}", {"format": "csv"}),
    ):
        status, text = await desk.send(path, **fields)
        assert status == 200
        assert "Est-ce prêt?" in text

"""Who sees one inbox only, on every route that reads: nothing of another inbox is in any answer.

A new route fails here until somebody has said how it is asked for what is hidden.
"""

import json
from typing import Any

import pytest

from gatewayd.http.app import ROUTES
from gatewayd.http.route import Door
from gatewayd.services.tokens import Scope
from gatewayd.web.routes import ROUTES as PAGES

ELSEWHERE, BOTH, OURS = "+15145550199", "+15145550111", "+15145550123"
NOTHING: tuple[str, ...] = ()
"""It tells nothing of customers: people, teams, modems, rules, the program itself."""

WALK: dict[str, tuple[str, ...]] = {
    "GET /v1/messages": (
        "",
        "?inbox=spare",
        "?q=secret",
        "?contact=514-555-0199",
        "?conversation={cnv}",
        "?client_reference=secret-order",
    ),
    "GET /v1/messages/{id}": ("",),
    "GET /v1/conversations": (
        "",
        "?inbox=spare",
        "?q=5145550199",
        "?q=secret",
        "?contact={con}",
        "?external_id=secret-7",
        "?tag=secret-tag",
        "?blocked=true",
        *(f"?view={view}" for view in ("unassigned", "waiting", "overdue", "closed", "all")),
    ),
    "GET /v1/conversations/{id}": ("",),
    "GET /v1/conversations/{id}/export": ("?format=json", "?format=csv", "?format=html"),
    "GET /v1/conversations/{id}/presence": ("",),
    "GET /v1/conversations/views": ("",),
    "GET /v1/conversations/counts": ("",),
    "GET /v1/contacts": (
        "",
        "?q=secret",
        "?q=5550199",
        "?number=514-555-0199",
        "?tag=secret-tag",
        "?external_id=secret-7",
        "?updated_since=2026-01-01T00:00:00Z",
        "?blocked=true",
    ),
    "GET /v1/contacts/{id}": ("",),
    "GET /v1/contacts/{id}/consent": ("",),
    "GET /v1/contacts/former": ("?since=2026-01-01T00:00:00Z",),
    "GET /v1/contacts/export": ("?format=csv", "?format=vcard"),
    "GET /v1/export": ("",),
    "GET /v1/search": (
        "?q=secret",
        "?q=5550199",
        "?q=secret&inbox=spare",
        "?q=secret&person={con}",
        "?q=secret&conversation={cnv}",
        "?q=secret&tag=secret-tag",
    ),
    "GET /v1/saved-replies": ("", "?inbox=spare"),
    "GET /v1/saved-replies/{id}": ("",),
    "GET /v1/events": ("", "?types=message.received,contact.created,contact.erased"),
    "GET /v1/audit": ("", "?subject={cnv}", "?subject={con}", "?action=contact.updated"),
    "GET /v1/audit/verification": NOTHING,
    "GET /v1/inboxes": ("",),
    "GET /v1/inboxes/{name}": ("",),
    "GET /v1/inboxes/{name}/retention": ("",),
    "GET /v1/inboxes/{name}/targets": ("",),
    "GET /v1/supervision": (
        "?from=2026-11-01T00:00:00Z&to=2026-12-02T00:00:00Z&group=inbox",
        "?from=2026-11-01T00:00:00Z&to=2026-12-02T00:00:00Z&group=person&format=csv",
    ),
    "GET /v1/supervision/digest": ("", "?day=2026-12-01"),
    "GET /v1/users": NOTHING,
    "GET /v1/users/{id}": NOTHING,
    "GET /v1/users/{id}/absences": NOTHING,
    "GET /v1/users/{id}/notifications": NOTHING,
    "GET /v1/teams": NOTHING,
    "GET /v1/teams/{id}": NOTHING,
    "GET /v1/rules": NOTHING,
    "GET /v1/rules/history": NOTHING,
    "GET /v1/rules/history/{version}": NOTHING,
    "GET /v1/templates": NOTHING,
    "GET /v1/modems": NOTHING,
    "GET /v1/modems/{name}": NOTHING,
    "GET /v1/modems/{name}/incidents": NOTHING,
    "GET /v1/settings": NOTHING,
    "GET /v1/session": NOTHING,
    "GET /v1/session/person": NOTHING,
    "GET /v1/session/all": NOTHING,
}
SPARE_ONLY = {"GET /v1/inboxes": "spare", "GET /v1/supervision": "spare"}
"""What else must not be in an answer."""


class World:
    """Customers of ``spare`` with secrets everywhere, one of both, and Marie who sees ``main``."""

    def __init__(self, room: Any) -> None:
        self.room, self.api = room, room.api

    async def begin(self) -> "World":
        await self.room.inboxes("main", "spare")
        self.ours = await self.room.receive("Ours")
        self.theirs = await self.room.receive("secret words", sender=ELSEWHERE, inbox="spare")
        await self.room.receive("In main", sender=BOTH)
        self.half = await self.room.receive("secret half", sender=BOTH, inbox="spare")
        self.shared = await self.contact_of(self.half)
        self.con, self.cnv = await self.contact_of(self.theirs), self.theirs["conversation_id"]
        about = {"name": "Secret Person", "notes": "secret", "tags": ["secret-tag"]}
        admin = self.api.admin
        await admin("PATCH", f"/v1/contacts/{self.con}", json={**about, "external_id": "secret-7"})
        await admin("PATCH", f"/v1/conversations/{self.cnv}", json={"tags": ["secret-tag"]})
        for message in (self.theirs, self.half):
            note = f"/v1/conversations/{message['conversation_id']}/notes"
            await admin("POST", note, status=200, json={"text": "secret note"})
        for contact in (self.con, self.shared):
            stop = {"what": "opted_out", "reason": "secret reason", "inbox": "spare"}
            await admin("POST", f"/v1/contacts/{contact}/consent", json=stop)
        await self._former()
        reply = {"shortcut": "secret", "inbox": "spare", "en": "secret reply"}
        self.reply = await admin("POST", "/v1/saved-replies", status=201, json=reply)
        self.marie = await self.room.enter("marie", role="manager", inboxes=["main"])
        return self

    async def _former(self) -> None:
        """One who was merged into another of ``spare``, and one who was erased there."""
        merged = await self.room.receive("a", sender="+15145550177", inbox="spare")
        erased = await self.room.receive("b", sender="+15145550166", inbox="spare")
        self.merged, self.erased = await self.contact_of(merged), await self.contact_of(erased)
        into = {"other": self.merged}
        await self.api.admin("POST", f"/v1/contacts/{self.con}/merge", json=into)
        gone = {"reason": "asked"}
        await self.api.admin("POST", f"/v1/contacts/{self.erased}/erase", json=gone)

    async def contact_of(self, message: Any) -> str:
        path = f"/v1/conversations/{message['conversation_id']}"
        return str((await self.api.admin("GET", path))["contact"]["id"])

    @property
    def secrets(self) -> tuple[str, ...]:
        ids = (self.con, self.cnv, self.theirs["id"], self.half["id"], self.merged, self.erased)
        half = self.half["conversation_id"]
        return (*ids, half, self.reply["id"], "secret", "Secret", "5550199", "5550177", "5550166")

    async def told(self, path: str) -> tuple[int, str]:
        headers = {"Accept": "application/json"}  # else events are a stream without an end
        async with self.marie.client.get(path, headers=headers) as answer:
            return answer.status, await answer.text()


@pytest.fixture
async def world(staffroom: Any) -> World:
    return await World(staffroom).begin()


READING = [
    route
    for route in ROUTES
    if route.method == "GET" and route.access not in {Scope.ADMIN, Door.OPEN, Door.LOOPBACK}
]


def _name(route: Any) -> str:
    return f"{route.method} {route.path}"


def test_each_route_that_reads_has_an_entry_and_each_entry_a_route() -> None:
    assert {_name(route) for route in READING} == set(WALK)


async def test_what_is_theirs_tells_nothing_of_what_is_not(world: World) -> None:
    """Lists by every way of asking; one thing by an id that is theirs."""
    theirs = {
        "conversations": world.ours["conversation_id"],
        "messages": world.ours["id"],
        "contacts": world.shared,
    }
    wrong: list[tuple[str, ...]] = []
    answered = 0
    for name, queries in WALK.items():
        path = name.removeprefix("GET ")
        kind = path.split("/")[2]
        if "{id}" in path and kind not in theirs:
            continue
        path = path.replace("{id}", theirs.get(kind, "")).replace("{name}", "main")
        for query in queries:
            asked = query.format(cnv=world.cnv, con=world.con)
            status, text = await world.told(path + asked)
            wrong += [] if status == 200 else [(path + asked, str(status), text)]
            answered += 1
            # What was asked for may be quoted.
            hidden = [each for each in world.secrets if each in text and each not in asked]
            hidden += [SPARE_ONLY[name]] if SPARE_ONLY.get(name, "\0") in text else []
            wrong += [(path + asked, each) for each in hidden]
    assert wrong == []
    assert answered > 40


async def test_what_is_not_is_not_there(world: World) -> None:
    """By its id, and by another system's."""
    ids = {
        "conversations": [world.cnv, world.half["conversation_id"], "external:secret-7"],
        "messages": [world.theirs["id"], world.half["id"]],
        "contacts": [world.con, world.merged, world.erased, "external:secret-7"],
        "saved-replies": [world.reply["id"]],
        "inboxes": ["spare"],
    }
    wrong, asked = [], 0
    for name, queries in WALK.items():
        path = name.removeprefix("GET ")
        if "{" not in path or queries is NOTHING:
            continue
        for one in ids[path.split("/")[2]]:
            address = path.replace("{id}", one).replace("{name}", one) + queries[0]
            status, text = await world.told(address)
            asked += 1
            if status != 404 or json.loads(text)["code"] != "not_found":
                wrong.append((address, status))
            assert "Secret" not in text
    assert wrong == []
    assert asked > 20


async def test_who_is_merged_into_whom_they_see_is_told_of(world: World) -> None:
    """A contact of theirs that became a part of one of theirs: 410, and in the list."""
    other = await world.contact_of(await world.room.receive("c", sender="+15145550155"))
    into = await world.contact_of(world.ours)
    await world.marie.ask("POST", f"/v1/contacts/{into}/merge", json={"other": other})
    gone = await world.marie.ask("GET", f"/v1/contacts/{other}", status=410)
    assert into in gone["detail"]
    since = "?since=2026-01-01T00:00:00Z"
    former = await world.marie.ask("GET", f"/v1/contacts/former{since}")
    assert [each["id"] for each in former["items"]] == [other]
    every = await world.api.admin("GET", f"/v1/contacts/former{since}")
    assert {world.merged, world.erased, other} == {each["id"] for each in every["items"]}


async def test_who_is_merged_twice_over_is_told_of_too(world: World) -> None:
    """Not only the last of a row of merges: each leads to who is there now."""
    first, second = [
        await world.contact_of(await world.room.receive("c", sender=f"+1514555015{digit}"))
        for digit in (5, 6)
    ]
    into = await world.contact_of(world.ours)
    await world.marie.ask("POST", f"/v1/contacts/{second}/merge", json={"other": first})
    await world.marie.ask("POST", f"/v1/contacts/{into}/merge", json={"other": second})
    former = await world.marie.ask("GET", "/v1/contacts/former?since=2026-01-01T00:00:00Z")
    assert [(each["id"], each["into"]) for each in former["items"]] == [
        (first, into),
        (second, into),
    ]
    gone = await world.marie.ask("GET", f"/v1/contacts/{first}", status=410)
    assert into in gone["detail"]


async def test_a_crms_id_does_not_tell_that_a_contact_is_elsewhere(world: World) -> None:
    known = {"external_id": "crm-77"}
    await world.api.admin("PATCH", f"/v1/contacts/{world.con}", json=known)
    for path in ("", "/consent"):
        there, nobody = [
            await world.marie.ask("GET", f"/v1/contacts/external:{name}{path}", status=404)
            for name in ("crm-77", "crm-78")
        ]
        assert there["detail"].replace("crm-77", "crm-78") == nobody["detail"]


async def test_consent_is_shown_and_set_of_their_inboxes(world: World) -> None:
    path = f"/v1/contacts/{world.shared}/consent"
    said = {"what": "opted_out", "reason": "said so here", "inbox": "main"}
    shown = await world.marie.ask("POST", path, json=said)
    assert [each["inbox"] for each in shown["opted_out"]] == ["main"]
    assert [each["source"] for each in shown["ledger"]] == ["said so here"]
    every = await world.api.admin("GET", path)
    assert {each["inbox"] for each in every["opted_out"]} == {"main", "spare"}


async def test_consent_of_no_inbox_by_name_is_not_set_where_they_see_nothing(world: World) -> None:
    other = await world.room.enter("luc", role="agent", inboxes=["spare"])
    said = {"what": "opted_out", "reason": "said so"}
    path = f"/v1/contacts/{world.shared}/consent"
    refused = await other.ask("POST", path, status=422, json=said)
    assert refused["code"] == "inbox_unknown"


async def test_a_preview_of_rules_supposes_only_what_they_see(world: World) -> None:
    ask = world.marie.ask
    body = {"from": ELSEWHERE, "text": "hello"}
    refused = await ask("POST", "/v1/rules/preview", status=422, json=body | {"inbox": "spare"})
    assert refused["code"] == "inbox_unknown"
    modem = {"inbox": "main", "modem": "spare"}
    refused = await ask("POST", "/v1/rules/preview", status=422, json=body | modem)
    assert refused["code"] == "modem_unknown"
    seen = await ask("POST", "/v1/rules/preview", json=body | {"inbox": "main"})
    assert "secret" not in json.dumps(seen)
    assert "they never wrote before" in " ".join(seen["story"])
    every = await world.api.admin("POST", "/v1/rules/preview", json=body | {"inbox": "spare"})
    assert "tagged secret-tag" in " ".join(every["story"])
    known = await ask("POST", "/v1/rules/preview", json=body | {"inbox": "main", "from": OURS})
    assert "they never wrote before" not in " ".join(known["story"])


async def test_the_audit_on_the_page_is_of_their_inboxes_too(world: World) -> None:
    await world.api.admin("GET", f"/v1/conversations/{world.cnv}")
    async with world.marie.client.get("/audit", headers={"Accept": "text/html"}) as answer:
        assert answer.status == 200
        text = await answer.text()
    assert world.con not in text
    assert world.cnv not in text


SHOWN = [
    route for route in PAGES if route.method == "GET" and route.access in {*Scope} - {Scope.ADMIN}
]
ASKED_OF_PAGES = {
    "/inbox/{view}": ("?q=secret", "?q=5550199"),
    "/new": ("?contact={con}", "?to=secret", "?to=514-555-0199"),
    "/contacts": ("?q=secret", "?q=5550199", "?tag=secret-tag", "?blocked=true"),
    "/contacts/{id}/merge": ("?q=secret", "?other={con}"),
    "/supervision": ("?by=inbox", "?by=person"),
    "/supervision/table.csv": ("?by=inbox",),
    "/audit": ("?subject={cnv}", "?subject={con}"),
}
"""How a page is asked for what is hidden, beside by its own address."""


async def test_the_pages_too_tell_nothing_of_what_is_not_theirs(world: World) -> None:
    """By ids that are theirs, and by such as are not: those pages are not there."""
    theirs = {"contacts": world.shared, "inbox": world.ours["conversation_id"]}
    hidden = {"contacts": world.con, "inbox": world.cnv, "settings": world.reply["id"]}
    wrong, asked = [], 0
    for route in SHOWN:
        kind = route.path.split("/")[1]
        for ids, inbox in ((theirs, "main"), (hidden, "spare")):
            path = route.path.replace("{id}", ids.get(kind, "x")).replace("{inbox}", inbox)
            path = path.replace("{view}", "all").replace("{name}", "x").replace("{step}", "test")
            for query in ("", *ASKED_OF_PAGES.get(route.path, ())):
                address = path + query.format(cnv=world.cnv, con=world.con)
                status, text = await world.told(address)
                asked += 1
                wrong += [(address, status)] if status >= 500 else []
                # What was asked for may be quoted.
                quoted = address.replace("-", "")
                told = [each for each in world.secrets if each in text and each not in quoted]
                wrong += [(address, each) for each in told]
    assert wrong == []
    assert asked > 80

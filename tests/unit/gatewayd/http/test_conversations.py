"""Conversations over HTTP: listed, shown with one timeline, answered, handed over, closed."""

from typing import Any

import pytest

from gatewayd.services.tokens import Scope
from storage.conversations import filing
from storage.ids import Prefix, new_id
from storage.inbound import NewIncoming, insert_incoming

NOON = "2026-12-01T12:00:00.000Z"
CUSTOMER = "+15145550123"


class Desk:
    """A customer writes, and somebody with a token at the other end."""

    def __init__(self, api: Any, headers: dict[str, str]) -> None:
        self.api = api
        self.headers = headers

    async def receive(
        self, text: str = "Is it ready?", *, sender: str = CUSTOMER, inbox: str = "main"
    ) -> str:
        """Take an incoming text; give its conversation's id."""
        now_ms = self.api.clock.now_ms()
        message = NewIncoming(
            id=new_id(Prefix.MESSAGE, now_ms=now_ms),
            from_=sender,
            to_number="+15145550100",
            text=text,
            encoding="gsm7",
            inbox=inbox,
            modem="counter",
            iccid="89",
            kind="text",
            sc_time_ms=now_ms,
            parts_total=1,
            parts_present=1,
            complete=True,
        )
        async with self.api.context.store.write() as tx:
            await insert_incoming(tx, message, now_ms=now_ms)
        shown = await self.api.admin("GET", f"/v1/messages/{message.id}")
        return str(shown["conversation_id"])

    async def ask(
        self, method: str, path: str, body: object = None, *, status: int = 200, **more: Any
    ) -> Any:
        headers = self.headers | more.pop("headers", {})
        options = {"json": body} if body is not None else {}
        async with self.api.tcp.request(method, path, headers=headers, **options) as answer:
            assert answer.status == status, await answer.text()
            return await answer.json(content_type=None)

    async def do(self, conversation_id: str, what: str, body: object = None, **more: Any) -> Any:
        return await self.ask("POST", f"/v1/conversations/{conversation_id}/{what}", body, **more)

    async def show(self, conversation_id: str) -> Any:
        return await self.ask("GET", f"/v1/conversations/{conversation_id}")

    async def ids(self, query: str = "") -> list[str]:
        return [one["id"] for one in (await self.ask("GET", f"/v1/conversations{query}"))["items"]]

    async def user(self, name: str = "marie") -> str:
        body = {"name": name, "display_name": name.title()}
        return str((await self.api.admin("POST", "/v1/users", status=201, json=body))["id"])

    async def team(self, *members: str) -> str:
        body = {"name": "sales", "display_name": "Sales", "members": [*members]}
        return str((await self.api.admin("POST", "/v1/teams", status=201, json=body))["id"])


@pytest.fixture
async def desk(api: Any) -> Desk:
    return Desk(api, await api.token(Scope.INBOX, name="page"))


async def test_a_text_makes_a_conversation(desk: Desk) -> None:
    conversation_id = await desk.receive()

    body = await desk.show(conversation_id)

    timeline = body.pop("timeline")
    contact = body.pop("contact")
    assert contact.pop("id").startswith("con_")
    assert contact == {
        "name": None,
        "external_id": None,
        "number": CUSTOMER,
        "kind": "e164",
        "answerable": True,
        "why_not_answerable": None,
        "blocked": False,
        "opted_out": False,
    }
    assert body == {
        "id": conversation_id,
        "inbox": "main",
        "state": "open",
        "assignee": None,
        "priority": "normal",
        "tags": [],
        "unanswered_since": NOON,
        "waiting_seconds": 0,
        "due_at": None,
        "due_soon": False,
        "overdue": False,
        "snoozed_until": None,
        "held_since": None,
        "last_incoming_at": NOON,
        "last_outgoing_at": None,
        "created_at": NOON,
        "unread": None,
        "mentions": None,
        "scheduled": [],
        "version": 1,
    }
    (entry,) = timeline["items"]
    assert (entry["type"], entry["author"], entry["at"]) == ("message", None, NOON)
    assert entry["message"]["text"] == "Is it ready?"
    assert entry["message"]["conversation_id"] == conversation_id


async def test_an_answer_goes_to_the_customer_from_the_inbox(desk: Desk) -> None:
    conversation_id = await desk.receive(inbox="spare")

    sent = await desk.do(conversation_id, "messages", {"text": "Yes, it is"}, status=202)

    assert (sent["to"], sent["inbox"], sent["state"]) == (CUSTOMER, "spare", "queued")
    assert (sent["conversation_id"], sent["author"]["name"]) == (conversation_id, "page")
    body = await desk.show(conversation_id)
    assert (body["state"], body["unanswered_since"]) == ("waiting", None)
    newest, oldest = body["timeline"]["items"]
    assert (newest["message"]["id"], newest["author"]["name"]) == (sent["id"], "page")
    assert oldest["message"]["direction"] == "in"


async def test_an_answer_is_given_once_for_each_key_and_conversation(desk: Desk) -> None:
    first, second = await desk.receive(), await desk.receive(sender="+15145550124")
    key = {"headers": {"Idempotency-Key": "k1"}, "status": 202}
    sent = await desk.do(first, "messages", {"text": "Yes"}, **key)
    assert await desk.do(first, "messages", {"text": "Yes"}, **key) == sent
    other = await desk.do(second, "messages", {"text": "Yes"}, **(key | {"status": 422}))
    assert other["code"] == "idempotency_mismatch"
    assert len((await desk.show(first))["timeline"]["items"]) == 2


async def test_what_a_program_sends_is_in_the_timeline_and_answers_nobody(desk: Desk) -> None:
    conversation_id = await desk.receive()
    sent = await desk.api.send(text="Your order is ready")
    assert sent["conversation_id"] == conversation_id
    body = await desk.show(conversation_id)
    assert (body["state"], body["unanswered_since"]) == ("open", NOON)
    assert len(body["timeline"]["items"]) == 2


@pytest.mark.parametrize(
    ("sender", "kind", "code"),
    [
        ("24365", "short_code", "short_code_not_answered"),
        ("Vidéotron", "alphanumeric", "name_not_answered"),
        ("unknown", "unknown", "sender_unknown"),
    ],
)
async def test_whom_one_cannot_answer(desk: Desk, sender: str, kind: str, code: str) -> None:
    conversation_id = await desk.receive(sender=sender)
    contact = (await desk.show(conversation_id))["contact"]
    assert (contact["number"], contact["kind"], contact["answerable"]) == (sender, kind, False)
    assert contact["why_not_answerable"] == code
    refused = await desk.do(conversation_id, "messages", {"text": "Hello?"}, status=409)
    assert refused["code"] == code
    assert (await desk.show(conversation_id))["state"] == "open"


async def test_an_inbox_that_no_modem_serves_cannot_answer(desk: Desk) -> None:
    conversation_id = await desk.receive(inbox="former")
    refused = await desk.do(conversation_id, "messages", {"text": "Hello?"}, status=409)
    assert refused["code"] == "inbox_without_modem"


async def test_a_text_that_cannot_be_sent_is_refused_as_elsewhere(desk: Desk) -> None:
    conversation_id = await desk.receive()
    refused = await desk.do(conversation_id, "messages", {"text": ""}, status=422)
    assert (refused["code"], refused["errors"][0]["pointer"]) == ("text_empty", "/text")


async def test_it_is_handed_over_with_a_note(desk: Desk) -> None:
    conversation_id, marie = await desk.receive(), await desk.user()
    team = await desk.team(marie)

    body = await desk.do(conversation_id, "assign", {"to": marie, "note": "Yours, please"})
    assert body["assignee"] == {"type": "user", "id": marie, "name": "Marie"}
    body = await desk.do(conversation_id, "assign", {"to": team})
    assert body["assignee"] == {"type": "team", "id": team, "name": "Sales"}
    again = await desk.do(conversation_id, "assign", {"to": team})
    assert again["version"] == body["version"]
    assert (await desk.do(conversation_id, "assign", {"to": None}))["assignee"] is None

    entries = (await desk.show(conversation_id))["timeline"]["items"]
    told = [(e["type"], e["text"], (e["assignee"] or {}).get("id")) for e in entries]
    assert told[:3] == [
        ("assigned", None, None),
        ("assigned", None, team),
        ("assigned", "Yours, please", marie),
    ]
    assert entries[0]["author"]["name"] == "page"


async def test_nobody_unknown_is_handed_anything(desk: Desk) -> None:
    conversation_id = await desk.receive()
    refused = await desk.do(conversation_id, "assign", {"to": "usr_none"}, status=422)
    assert (refused["code"], refused["errors"][0]["pointer"]) == ("assignee_unknown", "/to")


async def test_two_who_take_it_at_once_do_not_overwrite_each_other(desk: Desk) -> None:
    conversation_id, marie, jean = await desk.receive(), await desk.user(), await desk.user("jean")
    version = (await desk.show(conversation_id))["version"]
    await desk.do(conversation_id, "assign", {"to": marie, "version": version})
    late = {"to": jean, "version": version}
    refused = await desk.do(conversation_id, "assign", late, status=409)
    assert refused["code"] == "changed_meanwhile"
    assert (await desk.show(conversation_id))["assignee"]["id"] == marie


async def test_it_is_closed_and_a_new_text_opens_it(desk: Desk) -> None:
    conversation_id = await desk.receive()
    closed = await desk.do(conversation_id, "close")
    assert (closed["state"], closed["unanswered_since"]) == ("closed", None)
    assert await desk.do(conversation_id, "close") == closed
    refused = await desk.do(
        conversation_id, "snooze", {"until": "2026-12-02T08:00:00Z"}, status=409
    )
    assert refused["code"] == "conversation_closed"

    assert await desk.receive() == conversation_id

    body = await desk.show(conversation_id)
    assert (body["state"], body["unanswered_since"]) == ("open", NOON)
    types = [entry["type"] for entry in body["timeline"]["items"]]
    assert types == ["message", "closed", "message"]


async def test_it_is_opened_by_hand(desk: Desk) -> None:
    conversation_id = await desk.receive()
    await desk.do(conversation_id, "close")
    opened = await desk.do(conversation_id, "reopen")
    assert opened["state"] == "open"
    assert await desk.do(conversation_id, "reopen") == opened


async def test_it_sleeps_until_a_time(desk: Desk) -> None:
    conversation_id = await desk.receive()
    until = "2026-12-02T08:00:00.000Z"
    body = await desk.do(conversation_id, "snooze", {"until": until})
    assert (body["state"], body["snoozed_until"]) == ("snoozed", until)
    entry = (await desk.show(conversation_id))["timeline"]["items"][0]
    assert (entry["type"], entry["until"]) == ("snoozed", until)
    past = await desk.do(conversation_id, "snooze", {"until": NOON}, status=422)
    assert past["code"] == "snooze_in_the_past"
    late = await desk.do(conversation_id, "snooze", {"until": "2062-12-02T08:00:00Z"}, status=422)
    assert late["code"] == "snooze_too_late"
    assert (await desk.do(conversation_id, "reopen"))["snoozed_until"] is None


async def test_notes_priority_and_tags(desk: Desk) -> None:
    conversation_id = await desk.receive()
    blank = await desk.do(conversation_id, "notes", {"text": " \n "}, status=422)
    assert blank["errors"] == [{"pointer": "/text", "detail": "must not be blank"}]
    await desk.do(conversation_id, "notes", {"text": "Knows the owner"})
    path = f"/v1/conversations/{conversation_id}"
    body = await desk.ask("PATCH", path, {"priority": "high", "tags": ["vip", "order", "vip"]})
    assert (body["priority"], body["tags"]) == ("high", ["order", "vip"])
    body = await desk.ask("PATCH", path, {"tags": []})
    assert (body["priority"], body["tags"]) == ("high", [])
    note = (await desk.show(conversation_id))["timeline"]["items"][0]
    assert (note["type"], note["text"], note["author"]["name"]) == (
        "note",
        "Knows the owner",
        "page",
    )
    stale = {"tags": ["x"], "version": 1}
    assert (await desk.ask("PATCH", path, stale, status=409))["code"] == "changed_meanwhile"


async def test_a_missed_call_is_in_the_timeline(desk: Desk) -> None:
    conversation_id = await desk.receive()
    call = {"number": CUSTOMER, "inbox": "main", "modem": "counter"}
    async with desk.api.context.store.write() as tx:
        await filing.add_missed_call(tx, **call, now_ms=desk.api.clock.now_ms())
    entry = (await desk.show(conversation_id))["timeline"]["items"][0]
    assert (entry["type"], entry["modem"], entry["author"]) == ("missed_call", "counter", None)


async def test_another_system_finds_them_by_its_own_id(desk: Desk) -> None:
    ours = await desk.receive()
    await desk.receive(sender="+15145550124")
    contact = (await desk.ask("GET", f"/v1/conversations/{ours}"))["contact"]["id"]
    await desk.ask("PATCH", f"/v1/contacts/{contact}", {"external_id": "crm-77"})

    found = await desk.ask("GET", "/v1/conversations?external_id=crm-77")
    nobody = await desk.ask("GET", "/v1/conversations?external_id=crm-78")

    assert [(one["id"], one["contact"]["external_id"]) for one in found["items"]] == [
        (ours, "crm-77")
    ]
    assert nobody["items"] == []


async def test_lists_are_filtered(desk: Desk) -> None:
    a, b = await desk.receive(), await desk.receive(sender="+15145550199", inbox="spare")
    marie = await desk.user()
    await desk.do(a, "assign", {"to": marie})
    await desk.do(a, "close")
    await desk.ask("PATCH", f"/v1/conversations/{b}", {"tags": ["vip"]})
    contact = (await desk.show(b))["contact"]["id"]
    await desk.ask("PATCH", f"/v1/contacts/{contact}", {"name": "Amélie"})

    assert await desk.ids() == [a, b]  # the newest activity first
    for query, found in {
        "?state=closed": [a],
        "?inbox=spare": [b],
        f"?assignee={marie}": [a],
        "?assignee=none": [b],
        "?waiting=true": [b],
        "?waiting=false": [a],
        f"?contact={contact}": [b],
        "?tag=vip": [b],
        "?q=555-01 99": [b],
        "?q=amé": [b],
        "?q=nobody": [],
        "?q=0-1": [a, b],
        "?blocked=true": [],
    }.items():
        assert await desk.ids(query) == found, query


async def test_pages_follow_one_another(desk: Desk) -> None:
    made = [await desk.receive(sender=f"+151455501{number:02}") for number in range(5)]
    seen: list[str] = []
    cursor = ""
    while True:
        page = await desk.ask("GET", f"/v1/conversations?limit=2{cursor}")
        seen += [one["id"] for one in page["items"]]
        if page["next"] is None:
            break
        cursor = f"&cursor={page['next']}"
    assert seen == made[::-1]


@pytest.mark.parametrize("cursor", ["x", "-1", "9" * 30])
async def test_a_foreign_cursor_is_refused(desk: Desk, cursor: str) -> None:
    conversation_id = await desk.receive()
    for path in ("/v1/conversations", f"/v1/conversations/{conversation_id}", "/v1/contacts"):
        refused = await desk.ask("GET", f"{path}?cursor={cursor}", status=422)
        assert refused["errors"][0]["pointer"] == "/query/cursor"


@pytest.mark.parametrize("odd", ["%ff", "%F0%9F", "%25", "_", "'"])
async def test_odd_bytes_in_the_address_find_nothing(desk: Desk, odd: str) -> None:
    await desk.receive(sender="24365")
    for name in ("q", "assignee", "inbox", "tag", "contact"):
        assert await desk.ids(f"?{name}={odd}") == []
    for name in ("q", "tag", "number"):
        assert (await desk.ask("GET", f"/v1/contacts?{name}={odd}"))["items"] == []
    for path in ("conversations", "contacts", "users", "teams", "inboxes"):
        await desk.ask("GET", f"/v1/{path}/{odd}", status=404)


async def test_a_long_timeline_is_paged(desk: Desk) -> None:
    for number in range(5):
        conversation_id = await desk.receive(f"{number}")
    path = f"/v1/conversations/{conversation_id}?limit=2"
    texts, cursor = [], ""
    while True:
        page = (await desk.ask("GET", path + cursor))["timeline"]
        texts += [entry["message"]["text"] for entry in page["items"]]
        if page["next"] is None:
            break
        cursor = f"&cursor={page['next']}"
    assert texts == ["4", "3", "2", "1", "0"]


async def test_messages_are_listed_by_conversation(desk: Desk) -> None:
    a = await desk.receive("for a")
    await desk.receive("for b", sender="+15145550199")
    listed = await desk.api.admin("GET", f"/v1/messages?conversation={a}")
    assert [item["text"] for item in listed["items"]] == ["for a"]


@pytest.mark.parametrize(
    ("what", "body"),
    [
        ("messages", {"text": "x"}),
        ("notes", {"text": "x"}),
        ("assign", {"to": None}),
        ("close", None),
        ("reopen", None),
        ("snooze", {"until": "2026-12-02T08:00:00Z"}),
    ],
)
async def test_there_is_no_such_conversation(desk: Desk, what: str, body: object) -> None:
    assert (await desk.do("cnv_none", what, body, status=404))["code"] == "not_found"


async def test_events_tell_ids_and_no_text(desk: Desk) -> None:
    conversation_id, marie = await desk.receive("very private"), await desk.user()
    await desk.do(conversation_id, "notes", {"text": "very private"})
    await desk.do(conversation_id, "assign", {"to": marie, "note": "very private"})
    await desk.do(conversation_id, "snooze", {"until": "2026-12-02T08:00:00Z"})
    await desk.do(conversation_id, "close")
    types = ",".join(f"conversation.{what}" for what in ("assigned", "snoozed", "closed"))
    page = await desk.api.admin(
        "GET", f"/v1/events?types={types}", headers={"Accept": "application/json"}
    )
    assert [event["type"] for event in page["items"]] == types.split(",")
    assigned = page["items"][0]["data"]
    assert (assigned["id"], assigned["person_id"], assigned["team_id"]) == (
        conversation_id,
        marie,
        None,
    )
    everything = await desk.api.admin(
        "GET", "/v1/events?types=conversation.updated", headers={"Accept": "application/json"}
    )
    assert everything["items"]
    assert "private" not in str(page) + str(everything)

"""People at work on one number, over HTTP: two shifts and one customer, two at once, exports."""

import http.client
import json
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

SHOP, CUSTOMER = "+15145550100", "+15145550871"
WORDS = "four words are enough"
DAYS = ("Mo", "Tu", "We", "Th", "Fr", "Sa", "Su")


@dataclass(frozen=True, kw_only=True)
class Person:
    """Somebody in a browser of their own."""

    gateway: Any
    id: str = ""
    headers: dict[str, str] = field(default_factory=dict)

    def say(
        self, method: str, path: str, body: object = None
    ) -> tuple[int, http.client.HTTPMessage, str]:
        """Ask as the page does: by the cookie, without a token."""
        sent = None if body is None else json.dumps(body)
        with closing(http.client.HTTPConnection(*self.gateway.address, timeout=120)) as line:
            line.request(method, path, sent, self.headers)
            answer = line.getresponse()
            return answer.status, answer.headers, answer.read().decode()

    def ask(self, method: str, path: str, body: object = None, *, status: int = 200) -> Any:
        got, _, said = self.say(method, path, body)
        assert got == status, said
        return json.loads(said)


@dataclass(kw_only=True)
class Shop:
    """A daemon on a virtual modem, its people, and a customer."""

    gateway: Any
    stick: Any

    def enter(self, name: str, role: str = "agent", **more: Any) -> Person:
        """Invite somebody, who uses their link."""
        person = {"name": name, "display_name": name.title(), "role": role, **more}
        made = self.gateway.http("POST", "/v1/users", person).json
        path = self.gateway.http("POST", f"/v1/users/{made['id']}/link").json["path"]
        said = {"link": path.removeprefix("/welcome/"), "password": WORDS}
        status, told, body = Person(gateway=self.gateway).say("POST", "/v1/session/link", said)
        assert status == 200, body
        headers = {
            "Cookie": str(told["Set-Cookie"]).partition(";")[0],
            "X-CSRF-Token": json.loads(body)["csrf_token"],
        }
        return Person(gateway=self.gateway, id=made["id"], headers=headers)

    def writes(self, text: str) -> str:
        """The customer texts; gives the path of the conversation."""
        self.stick.order("text_in", **{"from": CUSTOMER, "text": text})
        received = self.gateway.incoming(**{"from": CUSTOMER, "text": text})
        return f"/v1/conversations/{received['conversation_id']}"

    def answers(self, person: Person, path: str, text: str, **more: Any) -> None:
        """Somebody answers, and it arrives."""
        sent = person.ask("POST", f"{path}/messages", {"text": text, **more}, status=202)
        self.gateway.message(sent["id"], "delivered")

    def read(self) -> list[str]:
        """What has reached the customer."""
        return [entry["text"] for entry in self.stick.ledger("text", CUSTOMER)]


@pytest.fixture
def shop(new_gateway: Callable[[], Any]) -> Shop:
    gateway = new_gateway()
    stick = gateway.stick()
    gateway.configure()
    gateway.start()
    gateway.modem("counter", "ready")
    return Shop(gateway=gateway, stick=stick)


def another_day() -> str:
    """Shifts that somebody does not work now, whatever the time."""
    now = datetime.now(tz=UTC)
    return f"{DAYS[(now + timedelta(days=3)).weekday()]} 09:00-17:00"


def entries(person: Person, path: str) -> list[dict[str, Any]]:
    return list(reversed(person.ask("GET", path)["timeline"]["items"]))


def test_two_shifts_carry_on_with_one_customer_from_one_number(shop: Shop) -> None:
    bruno = shop.enter("bruno")
    alice = shop.enter("alice", delegate=bruno.id)
    path = shop.writes("My bike makes a noise")
    shop.answers(alice, path, "Bring it by!")
    assert alice.ask("GET", path)["assignee"]["id"] == alice.id

    # Alice hands it over with a note that calls Bruno, and a reason.
    noted = alice.ask("POST", f"{path}/notes", {"text": "@bruno I promised a free check"})
    assert [each["id"] for each in noted["mentioned"]] == [bruno.id]
    why = {"to": bruno.id, "note": "They come after six", "reason": "shift_over"}
    alice.ask("POST", f"{path}/assign", why)
    mentions = bruno.ask("GET", "/v1/conversations?view=mentions")["items"]
    assert [f"/v1/conversations/{each['id']}" for each in mentions] == [path]
    handed = entries(bruno, path)[-1]
    assert (handed["author"]["name"], handed["reason"], handed["text"]) == (
        "Alice",
        "shift_over",
        "They come after six",
    )
    bruno.ask("POST", f"{path}/read", {"up_to": handed["id"]})
    assert bruno.ask("GET", "/v1/conversations/views")["mentions"] == 0

    assert shop.writes("I am here now") == path
    shop.answers(bruno, path, "So am I.")
    first, second = shop.read()
    assert first.startswith("Bring it by!\nAlice @ ")
    assert second.startswith("So am I.\nBruno @ ")
    assert {entry["type"] for entry in entries(alice, path)} >= {"message", "note", "assigned"}
    assert not [text for text in shop.read() if "promised" in text or "six" in text]


def test_when_a_shift_is_over_what_waits_goes_to_who_stands_in(shop: Shop) -> None:
    bruno = shop.enter("bruno")
    alice = shop.enter("alice", delegate=bruno.id)
    path = shop.writes("Is it ready?")
    alice.ask("POST", f"{path}/assign", {"to": alice.id})
    with shop.gateway.events(types="conversation.reassigned") as events:
        shop.gateway.http("PATCH", f"/v1/users/{alice.id}", {"shifts": another_day()})
        told = next(events)["data"]
    assert (told["reason"], told["person_id"]) == ("off_shift", bruno.id)
    moved = bruno.ask("GET", path)
    assert moved["assignee"]["id"] == bruno.id
    entry = next(each for each in moved["timeline"]["items"] if each["type"] == "assigned")
    assert (entry["reason"], entry["assignee"]["name"]) == ("off_shift", "Bruno")


def test_of_two_who_answer_at_once_one_is_asked_first(shop: Shop) -> None:
    alice, bruno = shop.enter("alice"), shop.enter("bruno")
    path = shop.writes("How much is it?")
    seen = entries(alice, path)[-1]["id"]
    shop.answers(alice, path, "20 dollars", seen=seen)
    late = {"text": "25 dollars", "seen": seen}
    refused = bruno.ask("POST", f"{path}/messages", late, status=409)
    assert refused["code"] == "conversation_moved_on"
    came = [each["message"]["text"] for each in refused["since"] if each["message"]]
    assert [text.splitlines()[0] for text in came] == ["20 dollars"]
    assert len(shop.read()) == 1
    shop.answers(bruno, path, "25 with tax", seen=seen, insist=True)
    assert [text.splitlines()[0] for text in shop.read()] == ["20 dollars", "25 with tax"]


def test_a_manager_exports_and_an_agent_may_not(shop: Shop) -> None:
    alice, boss = shop.enter("alice"), shop.enter("boss", "manager")
    path = shop.writes("Keep this")
    for what in (f"{path}/export", "/v1/export", "/v1/contacts/export"):
        assert alice.ask("GET", what, status=403)["code"] == "scope_missing"
    exported = boss.ask("GET", f"{path}/export?format=json")
    assert exported["timeline"][0]["message"]["text"] == "Keep this"
    _, _, everything = boss.say("GET", "/v1/export")
    lines = [json.loads(line) for line in everything.splitlines()]
    kept = [line for line in lines if line["kind"] == "entry" and line["message"]]
    assert [line["message"]["text"] for line in kept] == ["Keep this"]
    told = boss.ask("GET", "/v1/audit?action=conversation.exported")["items"]
    assert [each["actor"]["name"] for each in told] == ["Boss"]


def test_each_sets_what_is_their_own_and_signs_so(shop: Shop) -> None:
    alice = shop.enter("alice")
    own = {"signature": "{first_name} de {business}", "language": "fr", "display_name": "Alice B."}
    alice.ask("PATCH", "/v1/session/person", own)
    alice.ask("PATCH", "/v1/session/person", {"role": "admin"}, status=422)
    path = shop.writes("Bonjour")
    shop.answers(alice, path, "Bonjour!")
    (text,) = shop.read()
    assert text.startswith("Bonjour!\nAlice de ")

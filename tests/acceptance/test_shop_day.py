"""A closed shop and its customers, over the air and over HTTP, with a restart in between."""

from collections.abc import Callable
from typing import Any

CLOSED = "We are closed, and answer you on Monday."
CALLED = "We saw your call: text us."
LEA, ANGRY, CALLER, LATE = (f"+1514555090{place}" for place in range(1, 5))
RULES = {
    "inboxes": {
        "main": {
            "hours": {"weekly": "off"},
            "answers": {"texts": {"closed": {"en": CLOSED}, "missed_call": {"en": CALLED}}},
        }
    },
    "rules": [
        {
            "name": "floods",
            "when": {"words": ["flood"]},
            "do": {"priority": "urgent", "tag": ["plumbing"], "assign": "person:lea"},
            "then": "continue",
        },
        {"name": "unicorns", "when": {"words": ["unicorn"]}, "do": {"close": True}},
    ],
}


class Customers:
    """What customers do, and what has reached them."""

    def __init__(self, shop: Any) -> None:
        self.shop = shop
        self.stick = shop.sticks["counter"]

    def write(self, sender: str, text: str) -> Any:
        """Write to the shop; give the message as the shop has it."""
        self.stick.order("text_in", **{"from": sender, "text": text})
        received = self.shop.incoming(**{"from": sender, "text": text})
        return self.shop.http("GET", f"/v1/messages/{received['id']}").json

    def settled(self, message_id: str) -> None:
        self.shop.message(message_id, "sent", "delivered")

    def read(self, number: str) -> list[str]:
        return [entry["text"] for entry in self.stick.ledger("text", number)]

    def conversation(self, number: str) -> Any:
        (found,) = self.shop.http("GET", f"/v1/conversations?q={number[1:]}").json["items"]
        return self.shop.http("GET", f"/v1/conversations/{found['id']}").json


def opened(new_gateway: Callable[[], Any]) -> Any:
    shop = new_gateway()
    shop.stick()
    shop.configure()
    shop.start()
    shop.modem("counter", "ready")
    lea = {"name": "lea", "display_name": "Léa", "phone": LEA}
    assert shop.http("POST", "/v1/users", lea).status == 201
    assert shop.http("PUT", "/v1/rules", {"document": RULES}).status == 200
    return shop


def test_a_night_at_a_closed_shop(new_gateway: Callable[[], Any]) -> None:
    shop = opened(new_gateway)
    customers = Customers(shop)

    # Somebody writes twice, and the gateway is restarted in between.
    first = customers.write(LATE, "There is a flood!")
    customers.settled(first["routing"]["answer"]["message_id"])
    assert shop.stop() == 0
    shop.start()
    shop.modem("counter", "ready")
    second = customers.write(LATE, "Hello? A flood!")
    assert customers.read(LATE) == [CLOSED]
    assert second["routing"]["answer_refused"] == "answered_already"
    told = {rule["rule"]: (rule["result"], rule["condition"]) for rule in first["routing"]["rules"]}
    assert told == {"floods": ("fired", None), "unicorns": ("not_matched", "words")}

    conversation = customers.conversation(LATE)
    assert (conversation["state"], conversation["priority"]) == ("open", "urgent")
    assert (conversation["tags"], conversation["assignee"]["name"]) == (["plumbing"], "Léa")
    assert conversation["unanswered_since"] == first["created_at"]
    entries = [
        (entry["type"], entry["author"] and (entry["author"]["type"], entry["author"]["name"]))
        for entry in reversed(conversation["timeline"]["items"])
    ]
    assert entries == [
        ("message", None),
        ("assigned", ("rule", "floods")),
        ("message", ("automatic", "closed")),
        ("message", None),
    ]

    # A call that nobody takes.
    with shop.events(types="call.missed") as events:
        customers.stick.order("ring", **{"from": CALLER})
        next(events)
    (called, answered) = reversed(customers.conversation(CALLER)["timeline"]["items"])
    assert called["routing"]["answer"]["message_id"] == answered["message"]["id"]
    customers.settled(answered["message"]["id"])
    assert customers.read(CALLER) == [CALLED]

    # Léa's own phone is no customer's.
    own = customers.write(LEA, "Am I on?")
    assert own["conversation_id"] is None
    assert shop.http("GET", f"/v1/conversations?q={LEA[1:]}").json["items"] == []


def test_an_angry_stop_ends_it(new_gateway: Callable[[], Any]) -> None:
    shop = opened(new_gateway)
    customers = Customers(shop)
    shop.http("POST", "/v1/modems/counter/mute")
    queued = shop.http("POST", "/v1/messages", {"to": ANGRY, "text": "Sale!"}).json["id"]

    stop = customers.write(ANGRY, "STOP!!")

    canceled = shop.message(queued, "canceled")
    assert canceled["error"]["code"] == "opted_out"
    refused = shop.http("POST", "/v1/messages", {"to": ANGRY, "text": "Sale!"})
    assert (refused.status, refused.json["code"]) == (422, "opted_out")
    shop.http("POST", "/v1/modems/counter/unmute")
    customers.settled(stop["routing"]["answer"]["message_id"])
    customers.write(ANGRY, "and leave me alone")
    (confirmation,) = customers.read(ANGRY)
    assert confirmation == ("gatewayd: you get no more messages from us. Answer START to return.")
    conversation = customers.conversation(ANGRY)
    assert conversation["contact"]["opted_out"] is True
    path = f"/v1/contacts/{conversation['contact']['id']}/consent"
    (entry,) = shop.http("GET", path).json["ledger"]
    assert (entry["what"], entry["source"], entry["message_id"]) == (
        "opted_out",
        "STOP!!",
        stop["id"],
    )
    customers.settled(customers.write(ANGRY, "start")["routing"]["answer"]["message_id"])
    assert shop.http("POST", "/v1/messages", {"to": ANGRY, "text": "Welcome back"}).status == 202

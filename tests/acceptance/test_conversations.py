"""A customer and the shop, told by the conversation that they have."""

from typing import Any


def conversation_of(gateway: Any, sender: str) -> Any:
    """The only conversation with this number."""
    number = sender.removeprefix("+")
    (found,) = gateway.http("GET", f"/v1/conversations?q={number}").json["items"]
    return gateway.http("GET", f"/v1/conversations/{found['id']}").json


def told(conversation: Any) -> list[tuple[str, str | None]]:
    """Its timeline, oldest first: what, and the text."""
    return [
        (entry["type"], entry["message"]["text"] if entry["message"] else entry["text"])
        for entry in reversed(conversation["timeline"]["items"])
    ]


def test_a_customer_is_answered_and_comes_back(gateway: Any) -> None:
    stick, sender = gateway.sticks["counter"], "+15145550801"
    stick.order("text_in", **{"from": sender, "text": "Is it ready?"})
    first = gateway.incoming(**{"from": sender})
    conversation = conversation_of(gateway, sender)
    path = f"/v1/conversations/{conversation['id']}"
    assert first["conversation_id"] == conversation["id"]
    assert (conversation["state"], conversation["inbox"]) == ("open", "main")

    answer = gateway.http("POST", f"{path}/messages", {"text": "It is! See you soon"})
    assert answer.status == 202
    gateway.message(answer.json["id"], "sent", "delivered")
    (received,) = stick.ledger("text", sender)
    assert received["text"] == "It is! See you soon"
    waiting = conversation_of(gateway, sender)
    assert (waiting["state"], waiting["unanswered_since"]) == ("waiting", None)

    assert gateway.http("POST", f"{path}/notes", {"text": "Paid already"}).status == 200
    assert gateway.http("POST", f"{path}/close").json["state"] == "closed"
    with gateway.events(types="conversation.reopened") as events:
        stick.order("text_in", **{"from": sender, "text": "Thanks!"})
        event = next(event for event in events if event["data"]["id"] == conversation["id"])

    assert event["data"]["state"] == "open"
    assert told(conversation_of(gateway, sender)) == [
        ("message", "Is it ready?"),
        ("message", "It is! See you soon"),
        ("note", "Paid already"),
        ("closed", None),
        ("message", "Thanks!"),
    ]


def test_a_number_written_three_ways_is_one_contact(gateway: Any) -> None:
    stick, sender = gateway.sticks["counter"], "+15145550802"
    stick.order("text_in", **{"from": "5145550802", "text": "from the network, nationally"})
    gateway.incoming(text="from the network, nationally")
    stick.order("text_in", **{"from": sender, "text": "internationally"})
    gateway.incoming(text="internationally")
    sent = gateway.http("POST", "/v1/messages", {"to": "(514) 555-0802", "text": "by a program"})
    assert sent.status == 202
    with gateway.events(types="call.missed") as events:
        stick.order("ring", **{"from": sender})
        call = next(events)["data"]

    conversation = conversation_of(gateway, sender)
    assert {sent.json["conversation_id"], call["conversation_id"]} == {conversation["id"]}
    assert sorted(told(conversation), key=str) == [
        ("message", "by a program"),
        ("message", "from the network, nationally"),
        ("message", "internationally"),
        ("missed_call", None),
    ]
    (contact,) = gateway.http("GET", "/v1/contacts?number=514-555-0802").json["items"]
    assert contact["id"] == conversation["contact"]["id"]


def test_a_short_code_cannot_be_answered(gateway: Any) -> None:
    gateway.sticks["counter"].order("text_in", **{"from": "24399", "text": "Your code is 1"})
    message = gateway.incoming(**{"from": "24399"})
    path = f"/v1/conversations/{message['conversation_id']}"
    answer = gateway.http("POST", f"{path}/messages", {"text": "Thanks"})
    assert (answer.status, answer.json["code"]) == (409, "short_code_not_answered")


def test_a_blocked_contact_disturbs_nobody(gateway: Any) -> None:
    stick, sender = gateway.sticks["counter"], "+15145550803"
    stick.order("text_in", **{"from": sender, "text": "Buy now"})
    gateway.incoming(**{"from": sender})
    contact = conversation_of(gateway, sender)["contact"]["id"]
    assert gateway.http("POST", f"/v1/contacts/{contact}/block").status == 200

    with gateway.events(types="message.received") as events:
        stick.order("text_in", **{"from": sender, "text": "Buy more"})
        event = next(event for event in events if event["data"]["from"] == sender)

    assert event["data"]["blocked"] is True
    assert gateway.http("GET", "/v1/conversations?q=5145550803").json["items"] == []
    kept = gateway.http("GET", "/v1/conversations?q=5145550803&blocked=true").json["items"]
    assert len(kept) == 1


def test_managers_set_an_inbox_and_it_holds_over_a_restart(new_gateway: Any) -> None:
    gateway = new_gateway()
    gateway.stick()
    gateway.configure()
    gateway.start()
    assert gateway.http("GET", "/v1/inboxes/main").json["language"] == "en"
    changed = gateway.http("PATCH", "/v1/inboxes/main", {"language": "fr"})
    assert changed.status == 200
    assert gateway.stop() == 0
    gateway.start()
    assert gateway.http("GET", "/v1/inboxes/main").json == changed.json

"""A text comes in: what a person, a program and a stream of events then have of it."""

import json
import shutil
import subprocess
from typing import Any
from urllib.parse import quote

import pytest

DELIVER_WITH_HEADER = "44"
UCS2 = "0008"
AT_NOON = "62112221000000"


def tpdu_of_part(sender: str, number: int, total: int, units: bytes) -> str:
    """Write an SMS-DELIVER by hand (23.040 §9.2.2.1), with an 8-bit reference."""
    digits = sender.removeprefix("+")
    padded = digits + "F" * (len(digits) % 2)
    swapped = "".join(padded[place + 1] + padded[place] for place in range(0, len(padded), 2))
    header = bytes((5, 0, 3, 0x4D, total, number))
    user_data = header + units
    return (
        f"{DELIVER_WITH_HEADER}{len(digits):02X}91{swapped}{UCS2}{AT_NOON}"
        f"{len(user_data):02X}{user_data.hex()}"
    )


@pytest.mark.parametrize(
    ("sender", "text", "encoding", "parts"),
    [
        ("+15145550301", "Is my order ready? [€20]", "gsm7", 1),
        ("+15145550302", "Merci beaucoup, à tantôt 👍🏽", "ucs2", 1),
        ("+15145550303", "A long one. " * 30, "gsm7", 3),
        ("+33612345678", "Où êtes-vous ? 🎁 " * 12, "ucs2", 4),
        ("24365", "Your code is 123456", "gsm7", 1),
        ("Vidéotron", "Your bill", "gsm7", 1),
    ],
    ids=["gsm7", "ucs2", "long", "long ucs2 from abroad", "short code", "name"],
)
def test_a_text_comes_in(gateway: Any, sender: str, text: str, encoding: str, parts: int) -> None:
    with gateway.events(types="message.received") as events:
        gateway.sticks["counter"].order("text_in", **{"from": sender, "text": text})
        event = next(event for event in events if event["data"]["from"] == sender)

    message = event["data"]
    assert (message["direction"], message["state"]) == ("in", "received")
    assert (message["text"], message["encoding"], message["parts"]) == (text, encoding, parts)
    assert (message["to"], message["modem"]) == ("+15145550100", "counter")
    assert (message["inbox"], message["kind"], message["complete"]) == ("main", "text", True)
    listed = gateway.http("GET", f"/v1/messages?direction=in&contact={quote(sender)}")
    assert [item["id"] for item in listed.json["items"]] == [message["id"]]
    shown = gateway.cli("messages", "show", message["id"], "--json").json
    assert shown.items() >= listed.json["items"][0].items() >= message.items()


def test_nothing_stays_in_the_modem(gateway: Any) -> None:
    stick = gateway.sticks["counter"]
    stick.order("text_in", **{"from": "+15145550311", "text": "Long enough for two. " * 9})
    gateway.incoming(**{"from": "+15145550311"})

    stick.emptied()


def test_parts_come_in_any_order(gateway: Any) -> None:
    """Cut inside an emoji, as some phones do."""
    sender, text = "+15145550312", "Bonjour 🎁 et à demain"
    units = text.encode("utf-16-be")
    pieces = {1: units[:18], 2: units[18:30], 3: units[30:]}

    for number in (3, 1, 2):
        tpdu = tpdu_of_part(sender, number, 3, pieces[number])
        gateway.sticks["counter"].order("deliver", tpdu=tpdu)

    message = gateway.incoming(**{"from": sender})
    assert (message["text"], message["parts"], message["complete"]) == (text, 3, True)
    assert message["missing_parts"] in ([], 0)


def test_a_person_lists_and_shows_what_came(gateway: Any) -> None:
    text = "Line one\nline two\t\x1b[31mred [bold]"
    stick = gateway.sticks["counter"]
    stick.order("text_in", **{"from": "+15145550313", "text": text})
    message = gateway.incoming(**{"from": "+15145550313"})
    assert message["text"] == text

    listed = gateway.cli("messages", "list", "--contact", "514-555-0313", "--direction", "in")
    shown = gateway.cli("messages", "show", message["id"])

    names, row = listed.out.splitlines()
    assert dict(zip(names.split("\t"), row.split("\t"), strict=True)) == {
        "id": message["id"],
        "created_at": message["created_at"],
        "direction": "in",
        "state": "received",
        "from": "+15145550313",
        "to": "+15145550100",
        # An SMS must not steer the terminal.
        "text": r"Line one\nline two �[31mred [bold]",
    }
    assert "from\t+15145550313\n" in shown.out
    assert "\x1b" not in listed.out + shown.out


@pytest.mark.skipif(shutil.which("script") is None, reason="script(1) is not installed")
def test_a_terminal_shows_it_whole_however_narrow(gateway: Any) -> None:
    gateway.sticks["counter"].order("text_in", **{"from": "+15145550314", "text": "[bold]?"})
    gateway.incoming(**{"from": "+15145550314"})
    command = f"{gateway.program} --config {gateway.file} messages list --contact 5145550314"
    for columns in (80, 200):
        shown = subprocess.run(
            [
                *("script", "--quiet", "--return", "/dev/null", "--command"),
                f"stty cols {columns}; {command}",
            ],
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for whole in ("created at", "+15145550314", "+15145550100", "received", "[bold]?"):
            assert whole in shown


def test_the_same_message_again_is_not_shown_twice(gateway: Any) -> None:
    """A part that the network repeats is a copy, whenever it comes."""
    sender = "+15145550315"
    stick = gateway.sticks["counter"]
    for number in (1, 1, 2):
        stick.order("deliver", tpdu=tpdu_of_part(sender, number, 2, b"\0a\0b"))
    gateway.incoming(**{"from": sender})
    stick.order("redeliver")
    stick.order("text_in", **{"from": sender, "text": "Something else"})
    gateway.incoming(**{"from": sender, "text": "Something else"})

    listed = gateway.cli("messages", "list", "--contact", sender, "--json").json
    assert [message["text"] for message in listed] == ["Something else", "abab"]


def test_events_go_on_over_a_restart(new_gateway: Any) -> None:
    """By Last-Event-ID and by `--follow`: what came before, during and after, each exactly once."""
    gateway = new_gateway()
    stick = gateway.stick()
    gateway.configure()
    gateway.start()
    with gateway.events(types="message.received") as events:
        stick.order("text_in", **{"from": "+15145550321", "text": "0"})
        last = next(events)
    words = ("events", "--json", "--type", "message.received")
    follower = gateway.spawn(*words, "--follow", "--after", last["id"])
    for text in ("1", "2"):
        stick.order("text_in", **{"from": "+15145550321", "text": text})
    followed = [json.loads(follower.until("{")) for _ in range(2)]
    assert gateway.stop() == 0
    for text in ("3", "4"):
        stick.order("text_in", **{"from": "+15145550321", "text": text})
    gateway.start()

    with gateway.events(after=last["id"], types="message.received") as events:
        missed = [next(events) for _ in range(4)]
        stick.order("text_in", **{"from": "+15145550321", "text": "5"})
        missed.append(next(events))

    assert [event["data"]["text"] for event in missed] == ["1", "2", "3", "4", "5"]
    assert len({event["id"] for event in [last, *missed]}) == 6
    followed += [json.loads(follower.until("{")) for _ in range(3)]
    assert followed == missed
    page = gateway.http(
        "GET",
        f"/v1/events?after={last['id']}&types=message.received",
        headers={"Accept": "application/json"},
    )
    assert page.json == {"items": missed, "next": None}
    told = gateway.cli(*words).out
    assert [json.loads(line) for line in told.splitlines()] == [last, *missed]

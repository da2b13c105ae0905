"""Several modems, each on its own; and a modem that goes away and comes back."""

from typing import Any


def test_two_modems_serve_two_inboxes_each_on_its_own(new_gateway: Any) -> None:
    gateway = new_gateway()
    counter = gateway.stick("counter")
    workshop = gateway.stick("workshop", "--number", "+15145550101", "--personality", "huawei")
    gateway.configure(workshop="repairs")
    gateway.start()
    for name in ("counter", "workshop"):
        gateway.modem(name, "ready")

    for name, inbox, number in (
        ("counter", "main", "+15145550601"),
        ("workshop", "repairs", "+15145550602"),
    ):
        stick = gateway.sticks[name]
        sent = gateway.cli("send", number, "Ready", "--inbox", inbox, "--wait", "--json").json
        assert (sent["modem"], sent["inbox"]) == (name, inbox)
        assert len(stick.ledger("accepted", number)) == 1
        stick.order("text_in", **{"from": number, "text": "Thanks"})
        came = gateway.incoming(**{"from": number})
        assert (came["modem"], came["inbox"]) == (name, inbox)

    workshop.order("unplug")
    gateway.modem("workshop", "absent")
    waits = gateway.cli("send", "+15145550603", "Wait", "--inbox", "repairs", "--json").json
    assert gateway.http("GET", "/v1/modems").status == 200
    assert gateway.http("GET", "/readyz").status == 200
    for place in range(5):
        assert gateway.cli("send", f"+1514555061{place}", "Goes on", "--wait").status == 0
    counter.order("text_in", **{"from": "+15145550604", "text": "Still there?"})
    assert gateway.incoming(text="Still there?")["modem"] == "counter"
    assert gateway.message(waits["id"])["state"] == "queued"

    workshop.order("replug")
    assert gateway.message(waits["id"], "delivered")["modem"] == "workshop"
    states = {
        item["name"]: item["state"] for item in gateway.http("GET", "/v1/modems").json["items"]
    }
    assert states == {"counter": "ready", "workshop": "ready"}


def test_unplugged_in_the_middle_nothing_is_lost_or_doubled(new_gateway: Any) -> None:
    """What was on the air at that moment may be unknown, until its report comes.

    For ever if it died with the line: then the network never had it.
    """
    gateway = new_gateway()
    stick = gateway.stick("counter", "--submit-ms", "20")
    gateway.configure()
    gateway.start()
    numbers = [f"+1514555{7000 + place}" for place in range(20)]
    for number in numbers:
        assert gateway.http("POST", "/v1/messages", {"to": number, "text": "x"}).status == 202
    stick.order("wait", what="accepted", count=5)

    stick.order("unplug")
    stick.order("text_in", **{"from": "+15145550621", "text": "While it was out"})
    gateway.modem("counter", "absent", "backoff")
    stick.order("replug")

    def settled() -> dict[str, str] | None:
        accepted = {entry["peer"] for entry in stick.ledger("accepted")}
        found = gateway.http("GET", "/v1/messages?direction=out&limit=50").json["items"]
        states = {each["to"]: each["state"] for each in found}
        for number, state in states.items():
            if state != ("delivered" if number in accepted else "unknown"):
                return None
        return states

    states = gateway.until(settled)
    assert sorted(states) == numbers
    assert list(states.values()).count("unknown") <= 1
    assert gateway.incoming(**{"from": "+15145550621"})["text"] == "While it was out"
    accepted = sorted(entry["peer"] for entry in stick.ledger("accepted"))
    assert accepted == [number for number in numbers if states[number] == "delivered"]


def test_makes_differ_and_all_serve(new_gateway: Any) -> None:
    """One daemon, four modems at once, one of them at a serial server on the network."""
    gateway = new_gateway()
    makes = ("sim800", "quectel", "lte", "remote")
    gateway.stick("remote", "--tcp", "127.0.0.1:0")
    for make in makes[:3]:
        gateway.stick(make, "--personality", make)
    gateway.configure(**{make: make for make in makes})
    gateway.start()

    for place, make in enumerate(makes):
        number = f"+1514555064{place}"
        sent = gateway.cli(
            *("send", number, "À bientôt 🎁", "--inbox", make, "--wait=delivered", "--json")
        )
        assert (sent.status, sent.json["state"], sent.json["modem"]) == (0, "delivered", make)
        gateway.sticks[make].order("text_in", **{"from": number, "text": "In parts. " * 40})
        came = gateway.incoming(**{"from": number})
        assert (came["parts"], came["complete"], came["inbox"]) == (3, True, make)

    # A report that is pushed ends the wait for an answer that never comes.
    stick = gateway.sticks["sim800"]
    stick.order("fault", kind="accept_then_silence", match="CMGS")
    words = ("--inbox", "sim800", "--wait=delivered")
    assert gateway.cli("send", "+15145550646", "Silence", *words).status == 0
    assert gateway.cli("send", "+15145550647", "The line works again", *words).status == 0
    assert len(stick.ledger("accepted", "+15145550646")) == 1


def test_a_muted_modem_receives_but_does_not_send(gateway: Any) -> None:
    done = gateway.cli("modems", "mute", "counter")
    assert (done.status, done.out) == (0, "")
    assert "counter receives but does not send any more." in done.err
    try:
        assert gateway.http("GET", "/v1/modems/counter").json["muted"] is True
        sent = gateway.cli("send", "+15145550651", "Wait", "--json").json
        stick = gateway.sticks["counter"]
        stick.order("text_in", **{"from": "+15145550651", "text": "Me first"})
        assert gateway.incoming(**{"from": "+15145550651"})["text"] == "Me first"
        assert gateway.message(sent["id"])["state"] == "queued"
    finally:
        done = gateway.cli("modems", "unmute", "counter", "--json")
    assert (done.status, done.json["muted"]) == (0, False)
    gateway.message(sent["id"], "sent", "delivered")


def test_a_modem_is_restarted_by_hand(gateway: Any, faults: Any) -> None:
    with gateway.events(types="modem.state") as events:
        done = gateway.cli("modems", "restart", "counter", "--json")
        states = [next(events)["data"]["state"]]
        while states[-1] != "ready":
            states.append(next(events)["data"]["state"])
    assert (done.status, done.json["name"]) == (0, "counter")
    assert "initialising" in states
    assert gateway.cli("send", "+15145550652", "Back", "--wait").status == 0
    assert faults() == []


def test_there_is_no_such_modem(gateway: Any) -> None:
    for command in ("restart", "mute", "unmute"):
        done = gateway.cli("modems", command, "nope")
        assert (done.status, done.out) == (1, "")
        assert "There is no modem 'nope'." in done.err


def test_a_full_store_is_emptied_and_nothing_is_lost(gateway: Any) -> None:
    """More wait at the service centre than the SIM holds."""
    stick = gateway.sticks["counter"]
    for place in range(40):
        stick.order("text_in", **{"from": "+15145550653", "text": f"{place}"})

    def look() -> Any:
        items = gateway.http("GET", "/v1/messages?contact=%2B15145550653&limit=200").json["items"]
        return items if len(items) >= 40 else None

    found = gateway.until(look, types="message.received")
    assert sorted(int(item["text"]) for item in found) == list(range(40))


def test_a_call_is_told_and_hung_up(gateway: Any) -> None:
    with gateway.events(types="call.missed") as events:
        gateway.sticks["counter"].order("ring", **{"from": "+15145550654"})
        call = next(events)["data"]
    assert call.pop("conversation_id").startswith("cnv_")
    assert call == {"modem": "counter", "caller_known": True}
    assert gateway.cli("send", "+15145550654", "We only text", "--wait").status == 0

"""Which number a customer hears from, and a SIM that the network refuses."""

import json
from typing import Any

SHOP, BRANCH = "+15145550100", "+15145550101"


def test_the_same_number_over_a_restart_and_another_only_where_allowed(new_gateway: Any) -> None:
    gateway = new_gateway()
    gateway.stick("counter")
    branch = gateway.stick("branch", "--number", BRANCH, "--iccid", "8930272000000000025")
    allowed = '[[inboxes]]\nname = "main"\nfailover_to = ["counter"]\nfailover_after = "1s"\n'
    gateway.configure()
    gateway.start()
    for name in ("counter", "branch"):
        gateway.modem(name, "ready")
    customer = "+15145550701"
    branch.order("text_in", **{"from": customer, "text": "Is it ready?"})
    gateway.incoming(**{"from": customer})
    for _ in range(4):
        sent = gateway.cli("send", customer, "Yes", "--wait", "--json").json
        assert (sent["from"], sent["failover"]) == (BRANCH, False)

    branch.order("unplug")
    gateway.modem("branch", "absent")
    waits = gateway.cli("send", customer, "Until seven", "--json").json
    assert gateway.cli("send", "+15145550702", "To somebody new", "--wait", "--json").json[
        "from"
    ] == (SHOP)
    assert gateway.message(waits["id"])["state"] == "queued"
    assert gateway.stop() == 0

    gateway.configure(tables=allowed)
    gateway.start()
    went = gateway.message(waits["id"], "delivered")
    assert (went["from"], went["modem"], went["failover"]) == (SHOP, "counter", True)
    assert [attempt["modem"] for attempt in went["attempts"]] == ["counter"]
    page = gateway.http("GET", "/v1/events?limit=200", headers={"Accept": "application/json"}).json[
        "items"
    ]
    told = [event["data"] for event in page if event["type"] == "message.sending"]
    assert [each["failover"] for each in told if each["id"] == waits["id"]] == [True]


def test_a_sim_without_credit_says_so_and_its_queue_waits(new_gateway: Any) -> None:
    gateway = new_gateway()
    stick = gateway.stick("counter")
    gateway.configure(tables="[sending]\npause_after_refused = 3\n")
    gateway.start()
    gateway.modem("counter", "ready")
    stick.order("fault", kind="submit_error", code="CMS 50", forever=True)
    ids = [
        gateway.http("POST", "/v1/messages", {"to": f"+1514555080{place}", "text": "x"}).json["id"]
        for place in range(8)
    ]

    def paused() -> Any:
        view = gateway.http("GET", "/v1/modems/counter").json
        return view if view["paused"] else None

    view = gateway.until(paused, types="modem.incident")
    assert "Texting is not part of this SIM's plan" in view["paused"]["detail"]
    assert incidents(gateway) == [("sending_refused", "open")]
    states = [gateway.message(each)["state"] for each in ids]
    assert states == ["failed"] * 3 + ["queued"] * 5
    assert gateway.message(ids[0])["error"]["detail"].startswith("Texting is not part")
    assert gateway.message(ids[7])["waiting"] == {
        "code": "sending_paused",
        "until": view["paused"]["next_try_at"],
    }
    found = json.loads(gateway.cli("doctor", "--json").out)["findings"]
    assert "sending_paused" in [each["code"] for each in found]
    assert view["paused"]["next_try_at"] in gateway.cli("modems", "list").out

    stick.order("clear")
    assert gateway.cli("modems", "unmute", "counter").status == 0
    for each in ids[3:]:
        gateway.message(each, "delivered")
    assert gateway.http("GET", "/v1/modems/counter").json["paused"] is None
    assert incidents(gateway) == [("sending_refused", "open"), ("sending_refused", "closed")]


def incidents(gateway: Any) -> list[tuple[str, str]]:
    path = "/v1/events?limit=200&types=modem.incident"
    page = gateway.http("GET", path, headers={"Accept": "application/json"}).json["items"]
    return [(event["data"]["code"], event["data"]["state"]) for event in page]

"""A modem that texts itself, from outside."""

from collections.abc import Callable
from typing import Any

SHOP = "+15145550100"
JSON = {"Accept": "application/json"}


def test_it_comes_home_and_nobody_is_bothered(new_gateway: Callable[[], Any]) -> None:
    gateway = new_gateway()
    stick = gateway.stick()
    gateway.configure(tables='canary_to = "self"\ncanary_every = "1h"\n')
    gateway.start()

    with gateway.events(types="modem.canary") as stream:
        told = gateway.http("GET", "/v1/events?types=modem.canary", headers=JSON).json["items"]
        while not any(event["data"]["state"] == "arrived" for event in told):
            told.append(next(stream))
    # The figures of a view are up to a second old.
    while not (canary := gateway.cli("modems", "list", "--json").json[0]["canary"])["last_ok_at"]:
        pass

    assert canary["awaiting_since"] is None
    assert gateway.http("GET", "/v1/messages?direction=in").json["items"] == []
    (message,) = gateway.http("GET", "/v1/messages?direction=out").json["items"]
    assert message["author"] == {"type": "canary", "id": "counter", "name": "counter"}
    (sent,) = stick.ledger("text", SHOP)
    assert sent["text"] == message["text"]
    assert gateway.http("GET", "/v1/modems/counter").json["canary"] == canary
    assert gateway.stop() == 0

    gateway.start()
    gateway.modem("counter", "ready")
    done = gateway.cli("send", "+15145550123", "Your order is ready", "--wait", "--json")

    assert done.status == 0
    assert len(stick.ledger("text", SHOP)) == 1, "the next is due in an hour"


def test_a_name_that_is_none_is_refused(new_gateway: Callable[[], Any]) -> None:
    gateway = new_gateway()
    gateway.stick()
    gateway.configure(tables='canary_to = "spare"\n')

    checked = gateway.cli("config", "check")

    assert checked.status == 78
    assert "canary_to" in checked.out + checked.err
    assert 'expected "self"' in checked.out + checked.err

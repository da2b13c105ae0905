"""Urgent at a closed shop: who is on call is reached by SMS, others by e-mail and webhook."""

import http.server
import json
import queue
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from typing import Any

CUSTOMER, LEA = "+15145550921", "+15145550922"
PATIENCE_SECONDS = 120


@contextmanager
def receiver() -> Iterator[tuple[str, "queue.SimpleQueue[dict[str, Any]]"]]:
    got: queue.SimpleQueue[dict[str, Any]] = queue.SimpleQueue()

    class Hook(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            got.put(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(204)
            self.end_headers()

        def log_message(self, *_args: object) -> None:
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Hook)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}/rules", got
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def closed_shop(new_gateway: Callable[[], Any], *, tables: str, do: dict[str, Any]) -> Any:
    shop = new_gateway()
    shop.stick()
    shop.configure(tables=tables)
    shop.start()
    shop.modem("counter", "ready")
    person = {"name": "lea", "display_name": "Léa", "phone": LEA}
    lea = shop.http("POST", "/v1/users", person).json["id"]
    team = {"name": "shop", "display_name": "Shop", "members": [lea], "on_call": [lea]}
    team_id = shop.http("POST", "/v1/teams", team).json["id"]
    assert shop.http("PATCH", "/v1/inboxes/main", {"team": team_id}).status == 200
    rules = {
        "inboxes": {
            "main": {
                "hours": {"weekly": "off"},
                "answers": {"texts": {"urgent": {"en": "Léa knows."}}},
            }
        },
        "rules": [{"name": "all", "do": do, "then": "continue"}] if do else [],
    }
    assert shop.http("PUT", "/v1/rules", {"document": rules}).status == 200
    return shop


def text_to(shop: Any, number: str) -> Any:
    """Give the first SMS to a number that is on the air, as soon as it is."""

    def look() -> Any:
        items = shop.http("GET", f"/v1/messages?direction=out&contact=%2B{number[1:]}").json
        sent = [each for each in items["items"] if each["state"] in {"sent", "delivered"}]
        return sent[-1] if sent else None

    return shop.until(look)


def test_an_urgent_word_reaches_the_phone_and_its_reply_reaches_the_customer(
    new_gateway: Callable[[], Any],
) -> None:
    shop = closed_shop(new_gateway, tables="", do={})
    stick = shop.sticks["counter"]
    stick.order("text_in", **{"from": CUSTOMER, "text": "URGENT: water everywhere"})
    alert = text_to(shop, LEA)
    assert alert["author"]["type"] == "notice"
    (on_phone,) = stick.ledger("text", LEA)
    code = on_phone["text"].split("\n")[-1].split()[2]
    assert on_phone["text"].startswith(f"URGENT {CUSTOMER}: URGENT: water everywhere\n")

    stick.order("text_in", **{"from": LEA, "text": f"{code} I am on my way"})

    business = shop.http("GET", "/v1/inboxes/main").json["display_name"]
    signed = f"I am on my way\nLéa @ {business}"

    def replied() -> Any:
        texts = [each["text"] for each in stick.ledger("text", CUSTOMER)]
        return texts if signed in texts else None

    assert shop.until(replied) == ["Léa knows.", signed]
    (found,) = shop.http("GET", f"/v1/conversations?q={CUSTOMER[1:]}").json["items"]
    path = f"/v1/conversations/{found['id']}"
    shown = shop.http("GET", path).json
    assert shown["assignee"]["name"] == "Léa"
    newest = next(each for each in shown["timeline"]["items"] if each["message"])["message"]
    assert (newest["author"]["type"], newest["author"]["name"]) == ("person", "Léa")
    assert LEA not in json.dumps(shop.http("GET", path).json)
    assert shop.http("GET", f"/v1/conversations?q={LEA[1:]}").json["items"] == []


def test_a_rule_tells_a_mailbox_and_a_program(
    new_gateway: Callable[[], Any], postbox: tuple[int, Any]
) -> None:
    port, box = postbox
    smtp = f'[smtp]\nhost = "127.0.0.1"\nport = {port}\nsecurity = "none"\n'
    smtp += 'from_address = "texts@shop.example"\n[webhooks]\nallowed_networks = ["127.0.0.1"]\n'
    with receiver() as (url, posted):
        do = {"email": ["boss@shop.example"], "webhook": [url]}
        shop = closed_shop(new_gateway, tables=smtp, do=do)
        shop.sticks["counter"].order("text_in", **{"from": CUSTOMER, "text": "Il pleut"})
        mail = box.got.get(timeout=PATIENCE_SECONDS)
        event = posted.get(timeout=PATIENCE_SECONDS)
    assert (mail["To"], mail["Subject"]) == (
        "boss@shop.example",
        f"gatewayd: {CUSTOMER} wrote",
    )
    assert "Il pleut" in mail.get_content()
    assert (event["type"], event["data"]["rule"], event["data"]["text"]) == (
        *("rule.fired", "all", "Il pleut"),
    )
    (webhook,) = shop.http("GET", "/v1/webhooks").json["items"]
    assert (webhook["url"], webhook["types"], webhook["state"]) == (url, [], "active")


def test_a_silent_mail_server_holds_up_no_sms_and_no_end(new_gateway: Callable[[], Any]) -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as silent:
        port = silent.getsockname()[1]
        smtp = f'[smtp]\nhost = "127.0.0.1"\nport = {port}\nsecurity = "none"\n'
        smtp += 'from_address = "texts@shop.example"\n'
        shop = closed_shop(new_gateway, tables=smtp, do={"email": ["boss@shop.example"]})
        shop.sticks["counter"].order("text_in", **{"from": CUSTOMER, "text": "urgent"})
        line, _ = silent.accept()
        with closing(line):
            assert text_to(shop, LEA)["author"]["type"] == "notice"
            figures = shop.http("GET", "/metrics").body.decode()
            assert "\ngatewayd_mail_pending 1.0\n" in figures
            assert shop.stop() == 0

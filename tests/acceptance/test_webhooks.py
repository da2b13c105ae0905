"""A receiver with its moods, over a kill -9 of the daemon: each event arrives, none is invented."""

import http.server
import json
import signal
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any

import pytest
from standardwebhooks import Webhook

ALLOWED = '[webhooks]\nallowed_networks = ["127.0.0.1"]\n'


class Moody(http.server.ThreadingHTTPServer):
    """Answers 500, 429, a redirect, by hanging up and with half a body before it takes anything."""

    daemon_threads = True
    block_on_close = False

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Hook)
        self.moods = ["500", "429", "307", "hang up", "half"]
        self.taken: list[tuple[str, str, dict[str, str]]] = []
        self.changed = threading.Condition()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}/hook"

    def until(self, condition: Callable[[], bool]) -> None:
        with self.changed:
            assert self.changed.wait_for(condition, timeout=120), self.taken

    def ids(self) -> list[str]:
        return [event_id for event_id, _, _ in self.taken]


class Hook(http.server.BaseHTTPRequestHandler):
    server: Moody

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        with self.server.changed:
            mood = self.server.moods.pop(0) if self.server.moods else ""
            if not mood:
                head = dict(self.headers)
                self.server.taken.append((self.headers["webhook-id"], body, head))
            self.server.changed.notify_all()
        if mood == "hang up":
            self.connection.close()
            return
        with suppress(BrokenPipeError, ConnectionResetError):
            self.send_response(int(mood) if mood.isdigit() else 200 if not mood else 502)
            if mood == "307":
                self.send_header("Location", self.server.url)
            self.send_header("Content-Length", "10" if mood == "half" else "0")
            self.end_headers()
            if mood == "half":
                self.wfile.write(b"hal")

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the library's name
        """Say nothing."""


@pytest.fixture
def receiver() -> Iterator[Moody]:
    with Moody() as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def happened(gateway: Any) -> dict[str, str]:
    headers = {"Accept": "application/json"}
    page = gateway.http("GET", "/v1/events?types=message.received,message.sent", headers=headers)
    return {event["id"]: event["type"] for event in page.json["items"]}


def test_each_event_arrives_over_moods_and_a_kill(
    new_gateway: Callable[[], Any], receiver: Moody
) -> None:
    gateway = new_gateway()
    gateway.stick()
    gateway.configure(tables=ALLOWED)
    gateway.start()
    gateway.modem("counter", "ready")
    wanted = {"url": receiver.url, "types": ["message.received", "message.sent"]}
    made = gateway.http("POST", "/v1/webhooks", wanted).json
    for number in range(4):
        body = {"to": f"+1514555000{number}", "text": f"No. {number} is ready"}
        assert gateway.http("POST", "/v1/messages", body).status == 202
    receiver.until(lambda: len(receiver.moods) <= 3)
    gateway.stop(signal.SIGKILL)

    gateway.start()
    gateway.modem("counter", "ready")
    gateway.sticks["counter"].order("text_in", **{"from": "+15145550777", "text": "Déjà prête?"})
    gateway.incoming(**{"from": "+15145550777"})
    told = happened(gateway)
    receiver.until(lambda: told.keys() <= set(receiver.ids()))

    told = happened(gateway)  # the last messages may have gone out meanwhile
    assert set(receiver.ids()) <= told.keys()
    assert "message.received" in told.values()
    for event_id, body, head in receiver.taken:
        assert json.loads(body)["type"] == told[event_id]
        assert Webhook(made["secret"]).verify(body, head)["id"] == event_id
    assert max(Counter(receiver.ids()).values()) <= 2  # once more for the kill, no more

"""Programs that know Kannel send through us: their requests, byte for byte, and their reports."""

import http.server
import signal
import threading
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import quote

import pytest

from tests.sharing import shared

SENDSMS = "/cgi-bin/sendsms?"
ACCEPTED = (202, "0: Accepted for delivery")


class Reports(http.server.ThreadingHTTPServer):
    """A client's address for reports, which first answers with ``moods``."""

    daemon_threads = True
    block_on_close = False

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Report)
        self.moods: list[int] = []
        self.paths: list[str] = []
        self.refused: list[str] = []
        self.changed = threading.Condition()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"

    def until(self, condition: Callable[[], bool]) -> None:
        with self.changed:
            assert self.changed.wait_for(condition, timeout=120), (self.paths, self.refused)


class _Report(http.server.BaseHTTPRequestHandler):
    server: Reports

    def do_GET(self) -> None:
        with self.server.changed:
            status = self.server.moods.pop(0) if self.server.moods else 200
            (self.server.paths if status == 200 else self.server.refused).append(self.path)
            self.server.changed.notify_all()
        self.send_response(status)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the library's name
        """Say nothing."""


@pytest.fixture
def reports() -> Iterator[Reports]:
    server = Reports()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture(scope=shared)
def token(gateway: Any) -> str:
    body = {"name": "sachet", "scopes": ["messages:send"]}
    made: str = gateway.http("POST", "/v1/tokens", body).json["token"]
    return made


def ask(gateway: Any, parameters: str, *, post: bool = False) -> tuple[int, str]:
    """Ask without a header of ours."""
    if post:
        headers = {"Authorization": "", "Content-Type": "application/x-www-form-urlencoded"}
        answer = gateway.http("POST", SENDSMS, raw=parameters.encode(), headers=headers)
    else:
        answer = gateway.http("GET", SENDSMS + parameters, headers={"Authorization": ""})
    return answer.status, answer.body.decode()


def texts(gateway: Any, number: str) -> list[str]:
    path = f"/v1/messages?contact={quote(number)}&direction=out"
    for message in gateway.http("GET", path).json["items"]:
        gateway.message(message["id"], "delivered")
    return [entry["text"] for entry in gateway.sticks["counter"].ledger("text", number)]


@pytest.mark.parametrize("post", [False, True])
@pytest.mark.parametrize("words", ["username=sachet&password=", "user=sachet&pass="])
def test_a_request_as_sachet_makes_it(gateway: Any, token: str, post: bool, words: str) -> None:
    number = f"+1514555800{len(words) % 2}"
    before = len(texts(gateway, number))
    parameters = f"from=Shop&text=Disk+full%21&to={quote(number)}&{words}{token}"

    assert ask(gateway, parameters, post=post) == ACCEPTED
    assert texts(gateway, number)[before:] == ["Disk full!"]


@pytest.mark.parametrize(
    ("coded", "text"),
    [
        ("text=caf%C3%A9", "café"),
        ("text=caf%E9&charset=ISO-8859-1", "café"),
        ("text=caf%e9&charset=windows-1252&coding=0", "café"),
        ("coding=2&text=%04%1f%04%40%d8%3c%df%81", "Пр🎁"),
        ("coding=2&charset=UTF-8&text=%D0%9F%D1%80", "Пр"),
        ("coding=2&charset=ucs-2&text=%04%1f", "П"),
        ("mclass=0&text=now", "now"),
    ],
)
def test_a_text_in_its_character_set(gateway: Any, token: str, coded: str, text: str) -> None:
    before = len(texts(gateway, "+15145558010"))
    parameters = f"username=sachet&password={token}&to=5145558010&{coded}"
    assert ask(gateway, parameters) == ACCEPTED
    assert texts(gateway, "+15145558010")[before:] == [text]


def test_several_receivers_by_blanks_and_an_unescaped_plus(gateway: Any, token: str) -> None:
    parameters = f"username=sachet&password={token}&text=x&to=+15145558021++15145558022+5145558023"
    assert ask(gateway, parameters) == ACCEPTED
    for number in ("+15145558021", "+15145558022", "+15145558023"):
        assert texts(gateway, number) == ["x"]

    parameters = f"username=sachet&password={token}&text=y&to=5145558021+12ab"
    status, said = ask(gateway, parameters)
    assert (status, said) == (202, f"{ACCEPTED[1]} Denied receivers are: 12ab")


@pytest.mark.parametrize(
    ("parameters", "status", "said"),
    [
        ("username=sachet&password=no&to=1&text=x", 403, "Authorization failed for sendsms"),
        ("username=other&password={token}&to=1&text=x", 403, "Authorization failed for sendsms"),
        ("password={token}&to=1&text=x", 403, "Authorization failed for sendsms"),
        ("text=x", 403, "Authorization failed for sendsms"),
        ("{in}&text=x", 400, "Missing receiver number, rejected"),
        ("{in}&to=+&text=x", 400, "Missing receiver number, rejected"),
        ("{in}&to=5145558001", 400, "Empty text not allowed, rejected"),
        ("{in}&to=12ab&text=x", 400, "12ab: can't be sent to: it has letters in it"),
        ("{in}&to=5145558001&text=%FF", 400, "text is not text in utf-8"),
        ("{in}&to=5145558001&text=x&charset=zlib", 400, "Charset not known, rejected"),
        ("{in}&to=5145558001&text=x&charset=unicode_escape", 400, "Charset not known, rejected"),
        ("{in}&to=5145558001&text=x&dlr-mask=x", 400, None),
        ("{in}&to=5145558001&text=x&dlr-mask=32", 400, None),
        ("{in}&to=5145558001&text=x&coding=1", 400, None),
        ("{in}&to=5145558001&text=x&udh=%06", 400, None),
        ("{in}&to=5145558001&text=x&dlr-mask=1&dlr-url=ftp://x", 400, None),
        ("{in}&to=5145558001&text=x&dlr-mask=1&dlr-url=http://127.0.0.1/", 400, None),
    ],
)
def test_what_is_wrong_is_said_as_kannel_says_it(
    gateway: Any, token: str, parameters: str, status: int, said: str | None
) -> None:
    entry = f"username=sachet&password={token}"
    given = parameters.replace("{in}", entry).replace("{token}", token)
    answered = ask(gateway, given)
    assert answered[0] == status
    assert said in (None, answered[1])


def test_over_the_limit_is_a_failure_for_now(gateway: Any) -> None:
    body = {"name": "hasty", "scopes": ["messages:send"]}
    token = gateway.http("POST", "/v1/tokens", body).json["token"]
    many = "+".join(f"a{n}" for n in range(100))
    parameters = f"username=hasty&password={token}&text=x&to={many}"
    answers = (ask(gateway, parameters) for _ in range(20))
    last = next(answer for answer in answers if answer[0] != 400)
    assert last == (503, "Temporal failure, try again later.")


def test_from_names_the_inbox_by_its_number(gateway: Any, token: str) -> None:
    parameters = f"username=sachet&password={token}&text=x&to=5145558031&from=%2B15145550100"
    assert ask(gateway, parameters + "&deferred=60&validity=30") == ACCEPTED
    (message,) = gateway.http("GET", "/v1/messages?contact=5145558031").json["items"]
    assert (message["inbox"], message["from"]) == ("main", "+15145550100")
    shown = gateway.http("GET", f"/v1/messages/{message['id']}").json
    assert shown["created_at"] < shown["send_at"] < shown["expires_at"]
    gateway.http("POST", f"/v1/messages/{message['id']}/cancel")


def test_reports_are_called_also_after_a_kill_and_a_refusal(
    new_gateway: Any, reports: Reports
) -> None:
    gateway = new_gateway()
    stick = gateway.stick()
    tables = '[compat]\nkannel = true\n[webhooks]\nallowed_networks = ["127.0.0.1"]\n'
    gateway.configure(tables=tables)
    gateway.start()
    gateway.modem("counter", "ready")
    stick.order("recipient", number="+15145558042", reports=False)
    reports.moods = [500]
    url = quote(f"{reports.url}/dlr?id=7&code=%d&from=%p&to=%P&by=%n", safe="")
    entry = f"username=test&password={gateway.token}&text=x&dlr-url={url}"

    assert ask(gateway, f"{entry}&dlr-mask=31&to=5145558041") == ACCEPTED
    assert ask(gateway, f"{entry}&dlr-mask=1&to=5145558042") == ACCEPTED  # is never told
    reports.until(lambda: bool(reports.refused))
    gateway.stop(signal.SIGKILL)
    gateway.start()
    # What was called when it was killed may be called twice.
    reports.until(lambda: len(set(reports.paths)) >= 2)

    known = "&from=%2B15145550100&to=%2B15145558041&by=test"
    assert set(reports.paths) == {f"/dlr?id=7&code={code}{known}" for code in (1, 8)}
    assert gateway.token not in "".join(gateway.daemon.log)

    # One that is refused for good has its own code.
    stick.order("recipient", number="+15145558043", reports=False)
    assert ask(gateway, f"{entry}&dlr-mask=16&to=5145558043&deferred=600") == ACCEPTED
    (message,) = gateway.http("GET", "/v1/messages?contact=5145558043").json["items"]
    gateway.http("POST", f"/v1/messages/{message['id']}/cancel")
    reports.until(lambda: any("code=16" in path for path in reports.paths))
    assert not any("15145558042" in path for path in reports.paths)

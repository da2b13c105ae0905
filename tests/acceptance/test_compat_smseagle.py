"""Programs that know an SMSEagle send through us: their requests, byte for byte."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote

import pytest

from tests.sharing import shared

TO = "+15145556001"


@pytest.fixture(scope=shared)
def token(gateway: Any) -> str:
    body = {"name": "monitor", "scopes": ["messages:send"]}
    made: str = gateway.http("POST", "/v1/tokens", body).json["token"]
    return made


@pytest.fixture
def texts(gateway: Any) -> Callable[[str], list[str]]:
    """What the network has for a number, once everything to it is delivered."""

    def look(number: str) -> list[str]:
        path = f"/v1/messages?contact={quote(number)}&direction=out"
        for message in gateway.http("GET", path).json["items"]:
            gateway.message(message["id"], "delivered")
        return [entry["text"] for entry in gateway.sticks["counter"].ledger("text", number)]

    return look


def plain(gateway: Any, method: str, path: str, raw: bytes | None = None) -> tuple[int, str]:
    """Ask without a header of ours."""
    headers = {"Authorization": ""}
    if raw is not None:
        headers["Content-Type"] = "application/x-www-form-urlencoded"
    answer = gateway.http(method, path, raw=raw, headers=headers)
    return answer.status, answer.body.decode()


@pytest.mark.parametrize("prefix", ["", "/index.php"])
def test_v1_by_get(gateway: Any, token: str, texts: Any, prefix: str) -> None:
    number = f"+151455560{10 + len(prefix)}"
    path = f"{prefix}/http_api/send_sms?access_token={token}&to={number}&message=It%20is+ready"
    # The plus of the number is not escaped, as in these programs.
    status, body = plain(gateway, "GET", path)

    assert (status, body[:7]) == (200, "OK; ID=")
    assert int(body[7:]) > 0
    assert texts(number) == ["It is ready"]


def test_v1_by_post_with_login_to_several(gateway: Any, token: str, texts: Any) -> None:
    form = f"login=monitor&pass={token}&to=5145556031,%2B15145556032&message=caf%C3%A9&flash=1"
    status, body = plain(gateway, "POST", "/http_api/send_sms", form.encode())

    assert status == 200
    first, second = map(int, body.removeprefix("OK; ID=").split(","))
    assert first < second
    assert texts("+15145556031") == texts("+15145556032") == ["café"]


def test_v1_says_what_each_recipient_came_to(gateway: Any, token: str, texts: Any) -> None:
    path = f"/http_api/send_sms?access_token={token}&to=%2B15145556041,12ab&message=x"
    status, body = plain(gateway, "GET", path)

    assert status == 200
    assert body.startswith("OK; ID=")
    assert body.endswith("; refused 12ab: can't be sent to: it has letters in it")
    assert texts("+15145556041") == ["x"]


def test_v1_later_and_urgent_and_as_a_test(gateway: Any, token: str) -> None:
    to = "%2B15145556051"
    path = f"/http_api/send_sms?access_token={token}&to={to}&message=x"
    assert plain(gateway, "GET", path + "&test=1") == (200, "OK; ID=0")
    at = datetime.now(UTC).replace(second=0, microsecond=0) + timedelta(days=30)
    status, _ = plain(gateway, "GET", path + f"&date={at:%Y%m%d%H%M}&highpriority=1&oid=o-1")
    assert status == 200

    (message,) = gateway.http("GET", f"/v1/messages?contact={to}").json["items"]
    assert message["client_reference"] == "o-1"
    assert message["author"]["name"] == "monitor"
    shown = gateway.http("GET", f"/v1/messages/{message['id']}").json
    assert shown["priority"] == "urgent"
    assert datetime.fromisoformat(shown["send_at"]) == at
    gateway.http("POST", f"/v1/messages/{message['id']}/cancel")


def test_v1_in_xml(gateway: Any, token: str) -> None:
    path = f"/http_api/send_sms?access_token={token}&to=%2B15145556061&message=x&responsetype=xml"
    status, body = plain(gateway, "GET", path)
    assert status == 200
    assert body.startswith("<xml><message_id>")
    assert body.endswith("</message_id><status>ok</status></xml>")

    path = "/http_api/send_sms?access_token=no&to=1&message=x&responsetype=xml"
    said = "<xml><error_text>Invalid access token</error_text><status>error</status></xml>"
    assert plain(gateway, "GET", path) == (401, said)


@pytest.mark.parametrize(
    ("parameters", "status", "said"),
    [
        ("access_token=gw_no&to=1&message=x", 401, "Invalid access token"),
        ("login=monitor&pass=no&to=1&message=x", 401, "Invalid login or password"),
        ("login=other&pass={token}&to=1&message=x", 401, "Invalid login or password"),
        ("to=1&message=x", 401, "Invalid login or password"),
        ("access_token={token}&message=x", 400, "Wrong parameters: to: is required"),
        ("access_token={token}&to=1&message=", 400, "Wrong parameters: message: is required"),
        (
            "access_token={token}&to=12ab&message=x",
            400,
            "Wrong parameters: to: 12ab: can't be sent to: it has letters in it",
        ),
        (
            "access_token={token}&to=5145556001&message=x&date=soon",
            400,
            "Wrong parameters: date: must be YYYYmmddHHMM",
        ),
        ("access_token={token}&to=5145556001&message=%FF", 400, "message is not text in utf-8"),
    ],
)
def test_v1_says_what_is_wrong(
    gateway: Any, token: str, parameters: str, status: int, said: str
) -> None:
    path = "/http_api/send_sms?" + parameters.format(token=token)
    assert plain(gateway, "GET", path) == (status, said)


def test_a_text_of_too_many_parts_and_a_token_that_may_not_send(gateway: Any, token: str) -> None:
    long = f"access_token={token}&to=5145556001&message=" + "a" * 3000
    status, said = plain(gateway, "POST", "/http_api/send_sms", long.encode())
    assert (status, said[:17]) == (400, "Wrong parameters:")
    assert "at most 10 are sent" in said

    body = {"name": "reader", "scopes": ["messages:read"]}
    reader = gateway.http("POST", "/v1/tokens", body).json["token"]
    path = f"/http_api/send_sms?access_token={reader}&to=5145556001&message=x"
    assert plain(gateway, "GET", path) == (403, "Access denied")


def test_over_the_limit_each_recipient_counts(gateway: Any) -> None:
    body = {"name": "hasty", "scopes": ["messages:send"]}
    token = gateway.http("POST", "/v1/tokens", body).json["token"]
    # Nothing of it can be sent, so that only the limit is tried.
    many = ",".join(f"a{n}" for n in range(100))
    path = f"/http_api/send_sms?access_token={token}&message=x&to={many}"

    answers = (plain(gateway, "GET", path) for _ in range(20))
    status, said = next(answer for answer in answers if answer[0] != 400)
    assert status == 429
    assert said.startswith("this token asks too often; try again in ")


def test_json_rpc(gateway: Any, token: str, texts: Any) -> None:
    params = {"access_token": token, "to": "5145556071,5145556072", "message": "é", "unicode": 1}
    asked = {"method": "sms.send_sms", "params": params}
    said = gateway.http("POST", "/jsonrpc/sms", asked).json["result"]
    assert said.startswith("OK; ID=")

    asked = {"method": "sms.send_sms", "params": params | {"responsetype": "extended"}}
    rows = gateway.http("POST", "/index.php/jsonrpc/sms", asked).json["result"]
    assert [row["status"] for row in rows] == ["ok", "ok"]
    assert texts("+15145556071") == ["é", "é"]

    params |= {"to": "5145556071", "responsetype": "extended"}
    one = gateway.http("POST", "/jsonrpc/sms", asked | {"params": params}).json["result"]
    assert one.keys() == {"message_id", "status"}


@pytest.mark.parametrize(
    ("asked", "status", "result"),
    [
        ({"method": "sms.send_sms"}, 400, None),
        ({"method": "sms.send_sms", "params": {"access_token": "no"}}, 401, "Invalid access token"),
        (
            {
                "method": "sms.send_sms",
                "params": {"access_token": "no", "responsetype": "extended"},
            },
            401,
            {"error_text": "Invalid access token", "status": "error"},
        ),
        (
            {
                "method": "sms.send_sms",
                "params": {"access_token": "TOKEN", "to": "", "message": ""},
            },
            400,
            "Wrong parameters: to: is required",
        ),
        (
            {"method": "sms.send_togroup", "params": {"access_token": "TOKEN"}},
            404,
            "Unknown method: only sms.send_sms is here",
        ),
        ({"method": 1, "params": {"access_token": []}}, 400, None),
    ],
)
def test_json_rpc_says_what_is_wrong(
    gateway: Any, token: str, asked: Any, status: int, result: Any
) -> None:
    raw = json.dumps(asked).replace("TOKEN", token).encode()
    answer = gateway.http("POST", "/jsonrpc/sms", raw=raw)
    assert answer.status == status
    assert result in (None, answer.json["result"])


def test_v2(gateway: Any, token: str, texts: Any) -> None:
    body = {"to": ["+15145556081", "12ab"], "text": "Bonjour 🎁", "priority": 5}
    answer = gateway.http("POST", "/api/v2/messages/sms", body, headers={"access-token": token})

    assert answer.status == 200
    good, bad = answer.json
    assert (good["status"], good["number"]) == ("queued", "+15145556081")
    assert good["id"] > 0
    assert (bad["status"], bad["id"]) == ("error", None)
    assert texts("+15145556081") == ["Bonjour 🎁"]


@pytest.mark.parametrize(
    ("body", "given", "status", "message"),
    [
        ({"to": ["5145556001"], "text": "x"}, "no", 401, "Invalid access token"),
        ({"to": ["5145556001"], "text": ""}, "TOKEN", 400, "Wrong parameters: text: is required"),
        ({"contacts": [1], "text": "x"}, "TOKEN", 400, None),
        ({"to": ["\ud800"], "text": "x"}, "TOKEN", 400, None),
        ({"to": [], "text": "x"}, "TOKEN", 400, "Wrong parameters: to: names nobody"),
    ],
)
def test_v2_says_what_is_wrong(
    gateway: Any, token: str, body: Any, given: str, status: int, message: str | None
) -> None:
    headers = {"access-token": given.replace("TOKEN", token)}
    answer = gateway.http("POST", "/api/v2/messages/sms", body, headers=headers)
    assert answer.status == status
    assert message in (None, answer.json["message"])


def test_the_same_key_sends_once(gateway: Any, token: str, texts: Any) -> None:
    headers = {"access-token": token, "Idempotency-Key": "order-7"}
    body = {"to": ["+15145556091"], "text": "once"}
    first, again = (
        gateway.http("POST", "/api/v2/messages/sms", body, headers=headers).json for _ in range(2)
    )
    assert first == again
    assert texts("+15145556091") == ["once"]
    body["text"] = "another"
    assert gateway.http("POST", "/api/v2/messages/sms", body, headers=headers).status == 400


def test_what_is_off_is_not_there_and_no_password_is_logged(new_gateway: Any) -> None:
    gateway = new_gateway()
    gateway.stick()
    gateway.configure()
    gateway.start()
    path = f"/http_api/send_sms?access_token={gateway.token}&to=5145556001&message=hush"
    assert gateway.http("GET", path).status == 404
    assert gateway.http("POST", "/compat/alertmanager/oncall", {}).status == 404
    gateway.stop()

    gateway.configure(tables="[compat]\nsmseagle = true\n[logging]\nlevel = 'debug'\n")
    gateway.start()
    assert gateway.http("GET", path).status == 200
    metrics = gateway.http("GET", "/metrics").body.decode()
    assert 'route="/http_api/send_sms"' in metrics
    log = "".join(gateway.daemon.log)
    assert gateway.token not in metrics + log
    assert "hush" not in metrics + log

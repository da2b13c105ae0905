"""Bad input over HTTP and on the command line, tried and told.

Each case: the status, that the words say what was wrong and what was expected, and that nothing of
it is a fault of the program's.
"""

import socket
from typing import Any

import pytest

GOOD = {"to": "+15145550401", "text": "Hi"}
JSON = b'{"to": "+15145550401", "text": "Hi"%s}'


@pytest.mark.parametrize(
    ("body", "status", "code", "says"),
    [
        (GOOD | {"text": ""}, 422, "text_empty", "/text: is empty"),
        (GOOD | {"text": "x" * 100_000}, 422, "text_too_long", "at most 10"),
        (GOOD | {"to": ""}, 422, "number_empty", "/to: can't be sent to: it is empty"),
        (GOOD | {"to": "+"}, 422, "number_no_digits", "it has no digits"),
        (GOOD | {"to": "514-CALL-NOW"}, 422, "number_has_letters", "it has letters in it"),
        (GOOD | {"to": "555 0123"}, 422, "number_without_area_code", "area code"),
        (GOOD | {"to": "+1514555012345678"}, 422, "number_too_long", "too"),
        (GOOD | {"to": "+15145550401\0"}, 422, "number_bad_character", "character"),
        (GOOD | {"to": 15145550401}, 422, "invalid_request", "/to: input should be a valid string"),
        (GOOD | {"text": None}, 422, "invalid_request", "/text: input should be a valid string"),
        (GOOD | {"delivery_report": "yes"}, 422, "invalid_request", "should be a valid boolean"),
        ({}, 422, "invalid_request", "/to: is required; /text: is required"),
        (GOOD | {"txt": "Hi"}, 422, "invalid_request", "/txt: is not known here; did you mean 'te"),
        (GOOD | {"inbox": "nope"}, 422, "inbox_unknown", "no modem serves 'nope'; known: main"),
        (GOOD | {"priority": "high"}, 422, "invalid_request", "must be 'urgent', 'normal' or 'b"),
        (GOOD | {"send_at": "tomorrow"}, 422, "invalid_request", "/send_at: "),
        (GOOD | {"send_at": "2026-01-01T00:00:00Z"}, 422, "send_at_in_the_past", "past"),
        (GOOD | {"expires_at": "2026-01-01T00:00:00Z"}, 422, "expiry_in_the_past", "past"),
        (b"", 400, "not_json", "the body is not JSON"),
        (b"to=+15145550401&text=Hi", 400, "not_json", "the body is not JSON"),
        (JSON % b",", 400, "not_json", "at line 1 column"),
        (b'["+15145550401", "Hi"]', 400, "not_json", "the body must be a JSON object"),
        (b"null", 400, "not_json", "the body must be a JSON object"),
        (JSON % b', "to": "+15145550402"', 400, "not_json", "the key 'to' twice"),
        (JSON % b', "text": NaN', 400, "not_json", "NaN is not JSON"),
        (b"[" * 100_000, 400, "not_json", "nested too deeply"),
        (b'{"to": "\xff", "text": "Hi"}', 400, "not_json", "not UTF-8 at byte 8"),
        (b'{"to": "+15145550401", "text": "\\ud83d"}', 422, "lone_surrogate", "/text: has a lone"),
        (b'{"to": "\\udc00", "text": "Hi"}', 422, "lone_surrogate", "/to: has a lone surrogate"),
        (b"x" * 10_000_000, 413, "body_too_large", "larger than 262144 bytes"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_message_that_cannot_be_is_refused(
    gateway: Any, faults: Any, body: object, status: int, code: str, says: str
) -> None:
    sent = {"raw": body} if isinstance(body, bytes) else {"body": body}
    answer = gateway.http("POST", "/v1/messages", **sent)

    assert answer.headers["Content-Type"] == "application/problem+json"
    problem = answer.json
    assert (answer.status, problem["status"], problem["code"]) == (status, status, code)
    assert says in problem["detail"]
    assert answer.headers["X-Request-Id"] == problem["request_id"]
    if status == 422:
        assert all(error["pointer"].startswith("/") for error in problem["errors"])
    assert faults() == []


def test_nul_is_text_and_arrives_as_such(gateway: Any) -> None:
    asked = {"to": "+15145550402", "text": "a\0b"}
    message = gateway.http("POST", "/v1/messages", asked).json
    assert gateway.message(message["id"], "delivered")["text"] == "a\0b"
    (whole,) = gateway.sticks["counter"].ledger("text", "+15145550402")
    assert whole["text"] == "a\0b"


@pytest.mark.parametrize(
    ("path", "status", "code", "says"),
    [
        ("/v1/messages?limit=0", 422, "invalid_request", "/query/limit: "),
        ("/v1/messages?limit=201", 422, "invalid_request", "less than or equal to 200"),
        ("/v1/messages?limit=abc", 422, "invalid_request", "valid integer"),
        ("/v1/messages?limit=1&limit=2", 422, "invalid_request", "/query/limit: is given twice"),
        ("/v1/messages?cursor=zzz", 422, "cursor_unknown", "/query/cursor: "),
        ("/v1/messages?state=lost", 422, "invalid_request", "must be 'queued', "),
        ("/v1/messages?since=monday", 422, "invalid_request", "/query/since: "),
        ("/v1/messages?colour=red", 422, "invalid_request", "known: limit, cursor, direction"),
        ("/v1/messages/msg_nope", 404, "not_found", "there is no message 'msg_nope'"),
        ("/v1/messages/%00", 404, "not_found", "there is no message"),
        ("/v1/modems/nope", 404, "not_found", "there is no modem 'nope'"),
        ("/v1/events?after=evt_nope", 410, "cursor_expired", "begin again without"),
        ("/v1/events?types=message.lost", 422, "event_type_unknown", "known: message.received"),
        ("/v2/messages", 404, "not_found", "there is nothing at /v2/messages"),
        ("/v1/messages/preview", 405, "method_not_allowed", "POST"),
    ],
)
def test_a_question_that_cannot_be_is_refused(
    gateway: Any, path: str, status: int, code: str, says: str
) -> None:
    answer = gateway.http("GET", path)
    assert (answer.status, answer.json["code"]) == (status, code)
    assert says in answer.json["detail"]


@pytest.mark.parametrize(
    ("headers", "status", "code", "says"),
    [
        ({"Authorization": "Bearer gw_wrong"}, 401, "token_invalid", "unknown or was revoked"),
        ({"Authorization": "Basic YTpi"}, 401, "token_invalid", "expected Authorization: Bearer"),
        ({"Authorization": "Bearer \xff"}, 401, "token_invalid", "unknown or was revoked"),
        ({"Host": "sms.attacker.example"}, 421, "wrong_host", "[http] allowed_hosts"),
        ({"Host": ""}, 421, "wrong_host", "[http] allowed_hosts"),
        ({"Idempotency-Key": "k" * 256}, 422, "idempotency_key_invalid", "255"),
    ],
)
def test_a_request_that_may_not_is_refused(
    gateway: Any, headers: dict[str, str], status: int, code: str, says: str
) -> None:
    answer = gateway.http("POST", "/v1/messages", GOOD, headers=headers)
    assert (answer.status, answer.json["code"]) == (status, code)
    assert says in answer.json["detail"]
    assert ("WWW-Authenticate" in answer.headers) == (status == 401)


def test_a_token_opens_only_its_scopes(gateway: Any) -> None:
    made = gateway.cli("token", "create", "till", "--scope", "messages:send", "--json").json
    headers = {"Authorization": f"Bearer {made['token']}"}

    refused = gateway.http("GET", "/v1/messages", headers=headers)
    assert (refused.status, refused.json["code"]) == (403, "scope_missing")
    assert "the scope messages:read, which the token 'till' lacks" in refused.json["detail"]
    assert gateway.http("POST", "/v1/messages", GOOD, headers=headers).status == 202

    assert gateway.cli("token", "revoke", made["id"]).status == 0
    assert gateway.http("POST", "/v1/messages", GOOD, headers=headers).status == 401


@pytest.mark.parametrize(
    ("request_head", "status"),
    [
        (b"GET /v1/messages HTTP/1.1\r\nHost: localhost\r\nX: " + b"x" * 100_000, b"400"),
        (b"GET / HTTP/9.9\r\n\r\n", b"400"),
        (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n", b"400"),
        (b"GET /" + b"x" * 100_000 + b" HTTP/1.1\r\n", b"400"),
    ],
    ids=["huge header", "no such version", "tls", "huge path"],
)
def test_what_is_no_request_is_answered_and_harms_nothing(
    gateway: Any, faults: Any, request_head: bytes, status: bytes
) -> None:
    with socket.create_connection(gateway.address, timeout=120) as line:
        line.sendall(request_head)
        answer = line.makefile("rb").read()
    assert answer.split(b" ")[1] == status
    assert b"Traceback" not in answer
    assert gateway.http("GET", "/healthz").status == 200
    assert faults() == []


@pytest.mark.parametrize(
    ("words", "status", "says"),
    [
        (("+15145550403", ""), 1, "Text: is empty."),
        (("+15145550403", "x" * 100_000), 1, "at most 10"),
        (("+", "Hi"), 1, "To: can't be sent to: it has no digits."),
        (("abc", "Hi"), 1, "To: can't be sent to: it has letters in it."),
        (("+15145550403", "\udcff"), 1, "Text: has a lone surrogate"),
        (("+15145550403", "Hi", "--inbox", "nope"), 1, "no modem serves 'nope'; known: main."),
        (("+15145550403",), 2, "Missing argument 'TEXT'"),
        (("+15145550403", "Hi", "--at", "later"), 2, "expected a time such as"),
        (("+15145550403", "Hi", "--timeout", "5"), 2, 'expected a duration such as "90s"'),
        (("+15145550403", "Hi", "--wait=ever"), 2, "is not one of 'sent', 'delivered'"),
        (("+15145550403", "Hi", "--loud"), 2, "No such option"),
    ],
)
def test_send_says_why_not(gateway: Any, words: tuple[str, ...], status: int, says: str) -> None:
    done = gateway.cli("send", *words)
    assert (done.status, done.out) == (status, "")
    assert says in done.err


@pytest.mark.parametrize(
    "tpdu",
    [
        "04",
        "040B914151550504F1000862112221000000FF0041",
        "FF" * 40,
        "00" * 5,
    ],
    ids=["one octet", "truncated", "ones", "zeros"],
)
def test_a_broken_pdu_is_kept_shown_and_taken_out_of_the_way(
    gateway: Any, faults: Any, tpdu: str
) -> None:
    stick = gateway.sticks["counter"]
    sender = f"+1514555{5000 + len(tpdu)}"

    with gateway.events(types="message.received") as events:
        stick.order("deliver", tpdu=tpdu)
        broken = next(each["data"] for each in events if each["data"]["kind"] == "undecoded")
        stick.order("text_in", **{"from": sender, "text": "I come behind it"})
        behind = next(event for event in events if event["data"]["from"] == sender)

    assert behind["data"]["text"] == "I come behind it"
    assert (broken["state"], broken["kind"], broken["text"]) == ("received", "undecoded", None)
    assert "its bytes are kept" in broken["error"]["detail"]
    shown = gateway.cli("messages", "show", broken["id"])
    assert "kind\tundecoded\n" in shown.out
    assert "this message cannot be read" in shown.out
    stick.emptied()
    assert faults() == []

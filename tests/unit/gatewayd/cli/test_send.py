import io
import json
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

QUEUED = {
    "id": "msg_1",
    "direction": "out",
    "state": "queued",
    "from": None,
    "to": "+15145550123",
    "text": "hi",
    "parts": 1,
    "error": None,
}


def at(state: str, **more: Any) -> dict[str, Any]:
    return {**QUEUED, "state": state, **more}


def test_send_posts_the_message_and_prints_it(daemon: Any, run: Any, script: Any) -> None:
    daemon.on("POST", "/v1/messages", script.answer(QUEUED, 202))

    ran = run("send", "+1 514 555-0123", "hé [b]", "--inbox", "main")

    assert ran.status == 0
    assert ran.out.splitlines() == [
        "id\tmsg_1",
        "state\tqueued",
        "to\t+15145550123",
        "parts\t1",
    ]
    (asked,) = daemon.asked
    assert asked.body == {"to": "+1 514 555-0123", "text": "hé [b]", "inbox": "main"}
    assert len(asked.headers["Idempotency-Key"]) > 20


def test_json_is_the_message_alone(daemon: Any, run: Any, script: Any) -> None:
    daemon.on("POST", "/v1/messages", script.answer(QUEUED, 202))

    assert json.loads(run("send", "514", "x", "--json").out) == QUEUED


def test_a_text_of_dash_is_read_from_standard_input(
    daemon: Any, run: Any, script: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    daemon.on("POST", "/v1/messages", script.answer(QUEUED, 202))
    monkeypatch.setattr("sys.stdin", io.StringIO("line 1\nline 2\n"))

    run("send", "514", "-")

    assert daemon.asked[0].body["text"] == "line 1\nline 2"


def test_at_takes_a_time_with_its_zone(daemon: Any, run: Any, script: Any) -> None:
    daemon.on("POST", "/v1/messages", script.answer(QUEUED, 202))

    run("send", "514", "x", "--at", "2026-12-01T09:00:00-05:00")

    assert daemon.asked[0].body["send_at"] == "2026-12-01T14:00:00.000Z"


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize("when", ["tomorrow", "+soon", "2026-13-01"])
def test_a_time_that_is_none_is_wrong_usage(run: Any, when: str) -> None:
    ran = run("send", "514", "x", "--at", when)

    assert ran.status == 2
    assert "expected a time such as" in ran.err


def test_wait_follows_the_events_until_the_network_has_it(
    daemon: Any, run: Any, script: Any
) -> None:
    daemon.on("POST", "/v1/messages", script.answer(QUEUED, 202))
    daemon.on("GET", "/v1/messages/msg_1", script.answer(at("queued")))
    daemon.on(
        "GET",
        "/v1/events",
        script.stream(
            ": still here\n\n",
            script.event(1, "message.sending", {**at("sending"), "id": "msg_other"}),
            script.event(2, "message.sending", at("sending")),
            script.event(3, "message.sent", at("sent", sent_at="2026-11-22T15:00:00.000Z")),
        ),
    )

    ran = run("send", "--wait", "+15145550123", "hi")

    assert ran.status == 0
    assert "state\tsent" in ran.out
    assert daemon.asked[0].body["to"] == "+15145550123"


def test_wait_for_the_report_goes_on_after_sent_and_over_a_broken_stream(
    daemon: Any, run: Any, script: Any
) -> None:
    daemon.on("POST", "/v1/messages", script.answer(QUEUED, 202))
    daemon.on(
        "GET",
        "/v1/messages/msg_1",
        script.answer(at("queued")),
        script.answer(at("sent")),
        script.answer(at("delivered")),
    )
    daemon.on("GET", "/v1/events", script.stream(script.event(1, "message.sent", at("sent"))))

    ran = run("send", "514", "hi", "--wait=delivered")

    assert ran.status == 0
    assert "state\tdelivered" in ran.out


@pytest.mark.parametrize(
    ("state", "error", "expected"),
    [
        ("failed", {"code": "x", "detail": "the number is not in use."}, "ended failed: the numb"),
        ("undelivered", None, "The message ended undelivered."),
        ("expired", None, "The message ended expired."),
        ("unknown", {"code": "x", "detail": "no answer"}, "Nobody knows whether"),
    ],
)
def test_a_bad_end_is_said_and_is_status_1(
    daemon: Any, run: Any, script: Any, state: str, error: Any, expected: str
) -> None:
    daemon.on("POST", "/v1/messages", script.answer(QUEUED, 202))
    daemon.on("GET", "/v1/messages/msg_1", script.answer(at(state, error=error)))
    daemon.on("GET", "/v1/events", script.stream())

    ran = run("send", "514", "hi", "--wait")

    assert ran.status == 1
    assert expected in ran.err
    assert f"state\t{state}" in ran.out


def test_an_unknown_message_comes_with_what_to_do(daemon: Any, run: Any, script: Any) -> None:
    daemon.on("POST", "/v1/messages", script.answer(QUEUED, 202))
    daemon.on("GET", "/v1/messages/msg_1", script.answer(at("unknown")))
    daemon.on("GET", "/v1/events", script.stream())

    assert "gatewayd messages resolve msg_1 --as resend" in run("send", "5", "hi", "--wait").err


def test_a_timeout_says_that_the_message_goes_on(daemon: Any, run: Any, script: Any) -> None:
    daemon.on("POST", "/v1/messages", script.answer(QUEUED, 202))
    daemon.on("GET", "/v1/messages/msg_1", script.answer(at("queued")))
    daemon.on("GET", "/v1/events", script.stream())

    ran = run("send", "514", "hi", "--wait", "--timeout", "50ms")

    assert ran.status == 1
    assert "After 50ms the message is still queued" in ran.err
    assert "gatewayd messages show msg_1" in ran.err


def test_a_refusal_names_each_field(daemon: Any, run: Any, script: Any) -> None:
    errors = [{"pointer": "/to", "detail": "it has letters in it"}]
    daemon.on("POST", "/v1/messages", script.refuse(422, "invalid_request", "bad", errors))

    ran = run("send", "abc", "hi")

    assert ran.status == 1
    assert ran.err == "gatewayd: To: it has letters in it.\n"


def test_no_daemon_is_69_and_says_how_to_start_it(folder: Path, run: Any) -> None:
    ran = run("send", "514", "hi")

    assert ran.status == 69
    assert f"there is no socket {folder}/data/gatewayd.sock" in ran.err
    assert "gatewayd run" in ran.err


def test_a_daemon_that_shuts_down_is_69(daemon: Any, run: Any, script: Any) -> None:
    daemon.on("POST", "/v1/messages", script.refuse(503, "stopping", "it is shutting down"))

    ran = run("send", "514", "hi")

    assert ran.status == 69
    assert "It is shutting down." in ran.err


def test_a_lost_answer_is_asked_for_again_under_the_same_key(
    daemon: Any, run: Any, script: Any
) -> None:
    def hang_up(request: web.Request, _body: Any) -> web.Response:
        assert request.transport is not None
        request.transport.abort()
        return web.Response()

    daemon.on("POST", "/v1/messages", hang_up, script.answer(QUEUED, 202))

    assert run("send", "514", "hi").status == 0
    first, second = daemon.asked
    assert first.headers["Idempotency-Key"] == second.headers["Idempotency-Key"]


def test_no_configuration_is_78(tmp_path: Path, run: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GATEWAYD_CONFIG", str(tmp_path / "absent.toml"))

    ran = run("send", "514", "hi")

    assert ran.status == 78
    assert "There is no configuration file at" in ran.err
    assert "gatewayd init" in ran.err

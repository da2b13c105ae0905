"""Both clients, word for word the same, against a gateway that answers as scripted."""

import inspect
import json
from typing import Any

import pytest

from gatewayd.client import (
    Client,
    ConflictError,
    Fault,
    GoneError,
    InvalidError,
    LostError,
    NotFoundError,
    RefusedError,
    RetryPolicy,
    TooManyRequestsError,
    UnauthorizedError,
    UnavailableError,
    UnexpectedAnswerError,
    UnreachableError,
)
from gatewayd.client.aio import AsyncClient

MESSAGE = {"id": "msg_1", "state": "queued"}


def problem(status: int, code: str, **more: Any) -> tuple[int, dict[str, Any]]:
    return status, {"code": code, "detail": f"because of {code}", "request_id": "r1"} | more


def event(number: int) -> str:
    envelope = {"id": f"evt_{number}", "type": "message.sent", "created_at": "…", "data": {}}
    return f"id: evt_{number}\nevent: message.sent\ndata: {json.dumps(envelope)}\n\n"


def test_they_have_the_same_methods() -> None:
    def methods(of: type) -> dict[str, list[str]]:
        return {
            name: [one for one in inspect.signature(member).parameters if one != "answer_seconds"]
            for name, member in inspect.getmembers(of, inspect.isfunction)
            if not name.startswith("_")
        }

    ours, theirs = methods(Client), methods(AsyncClient)

    assert theirs.pop("close") == ["self"]
    del ours["download"]
    ours["stream"].remove("deadline")
    assert ours == theirs


def test_a_message_is_sent_with_a_key_of_its_own(ask: Any, script: Any) -> None:
    script.answers = [(202, MESSAGE)]

    assert ask(script.url, lambda gw: gw.send("514 555 0123", "Prêt"), token="gw_1") == MESSAGE
    ask(script.url, lambda gw: gw.send("514 555 0123", "Prêt"))
    ask(script.url, lambda gw: gw.send("514 555 0123", "Prêt", key="order-1"))

    (method, path, headers, body), second, third = script.asked
    assert (method, path, body) == (
        "POST",
        "/v1/messages",
        {"to": "514 555 0123", "text": "Prêt"},
    )
    assert headers["Authorization"] == "Bearer gw_1"
    assert "Authorization" not in second[2]
    keys = [one[2]["Idempotency-Key"] for one in script.asked]
    assert len(set(keys)) == 3
    assert keys[2] == third[2]["Idempotency-Key"] == "order-1"


def test_on_a_unix_socket(ask: Any, script: Any) -> None:
    script.answers = [(200, MESSAGE)]

    assert ask(script.socket, lambda gw: gw.message("a/b?c")) == MESSAGE
    assert ask(f"unix:{script.socket}", lambda gw: gw.message("a/b?c")) == MESSAGE
    assert {one[1] for one in script.asked} == {"/v1/messages/a%2Fb%3Fc"}


@pytest.mark.parametrize("address", ["", "127.0.0.1:8767", "ftp://x", "http://", "http://x/v1"])
def test_what_is_no_address_is_said_at_once(address: str) -> None:
    with pytest.raises(ValueError, match="must be http://host:port"):
        Client(address)


def test_what_was_lost_is_asked_again_with_the_same_key(ask: Any, script: Any, cut: Any) -> None:
    script.answers = [cut, (503, {}), problem(409, "idempotency_in_progress"), (202, MESSAGE)]

    assert ask(script.url, lambda gw: gw.send("1", "x")) == MESSAGE

    assert len({one[2]["Idempotency-Key"] for one in script.asked}) == 1
    assert ask.slept == [0.5, 1.0, 2.0]


def test_what_may_have_taken_effect_is_not_asked_again(ask: Any, script: Any, cut: Any) -> None:
    script.answers = [cut]
    with pytest.raises(LostError):
        ask(script.url, lambda gw: gw.edit_contact("con_1", name="x"))
    script.answers = [(503, {})]
    with pytest.raises(UnavailableError):
        ask(script.url, lambda gw: gw.edit_contact("con_1", name="x", version=3))

    assert len(script.asked) == 2
    assert script.asked[1][2]["If-Match"] == '"3"'
    assert ask.slept == []


def test_what_was_not_let_in_is_asked_again_when_the_gateway_says(ask: Any, script: Any) -> None:
    script.answers = [(429, {}, {"Retry-After": "7"}), (200, {"id": "ent_1"})]

    assert ask(script.url, lambda gw: gw.note("cnv_1", "x")) == {"id": "ent_1"}
    assert ask.slept == [7.0]


def test_a_pause_that_is_too_long_is_the_caller_s(ask: Any, script: Any) -> None:
    script.answers = [(429, {}, {"Retry-After": "3600"})]

    with pytest.raises(TooManyRequestsError) as raised:
        ask(script.url, lambda gw: gw.message("msg_1"))

    assert raised.value.retry_after == 3600
    assert len(script.asked) == 1


def test_it_gives_up_in_the_end(ask: Any, tmp_path: Any) -> None:
    with pytest.raises(UnreachableError):
        ask(tmp_path / "nobody", lambda gw: gw.send("1", "x"), retry=RetryPolicy(attempts=3))

    assert len(ask.slept) == 2
    assert 0.25 <= ask.slept[0] <= 0.5 <= ask.slept[1] <= 1.0


@pytest.mark.parametrize(
    ("status", "kind"),
    [(401, UnauthorizedError), (404, NotFoundError), (409, ConflictError), (410, GoneError)],
)
def test_a_refusal_is_an_error_of_its_own(ask: Any, script: Any, status: int, kind: type) -> None:
    script.answers = [problem(status, "why")]

    with pytest.raises(kind) as raised:
        ask(script.url, lambda gw: gw.message("msg_1"))

    error = raised.value
    assert isinstance(error, RefusedError)
    assert (error.status, error.code, str(error), error.request_id) == (
        status,
        "why",
        "because of why",
        "r1",
    )
    assert len(script.asked) == 1


def test_what_is_wrong_is_pointed_at(ask: Any, script: Any) -> None:
    errors = [{"pointer": "/to", "detail": "has letters"}, "odd"]
    script.answers = [problem(422, "number_has_letters", errors=errors)]

    with pytest.raises(InvalidError) as raised:
        ask(script.url, lambda gw: gw.send("x", "x"))

    assert raised.value.faults == (Fault(pointer="/to", detail="has letters"),)


@pytest.mark.parametrize("body", [b"<html>", b"[1]"])
def test_what_is_no_gateway_is_said(ask: Any, script: Any, body: bytes) -> None:
    script.answers = [(200, body)]
    with pytest.raises(UnexpectedAnswerError):
        ask(script.url, lambda gw: gw.message("msg_1"))
    script.answers = [(502, body)]
    with pytest.raises(RefusedError, match="HTTP status 502"):
        ask(script.url, lambda gw: gw.message("msg_1"))


def test_a_list_is_gone_through_page_by_page(ask: Any, script: Any) -> None:
    pages = [
        (200, {"items": [{"id": 1}, {"id": 2}], "next": "c"}),
        (200, {"items": [{"id": 3}], "next": None}),
    ]
    for words, path in (
        (lambda gw: gw.messages(state="sent"), "/v1/messages?limit=200&state=sent"),
        (lambda gw: gw.conversations(waiting=True), "/v1/conversations?limit=200&waiting=true"),
        (lambda gw: gw.contacts(external_id="7"), "/v1/contacts?limit=200&external_id=7"),
        (lambda gw: gw.former_contacts("t"), "/v1/contacts/former?limit=200&since=t"),
    ):
        script.asked.clear()
        script.answers = list(pages)

        assert [one["id"] for one in ask(script.url, words)] == [1, 2, 3]
        assert [one[1] for one in script.asked] == [path, f"{path}&cursor=c"]


def test_a_timeline_is_gone_through_page_by_page(ask: Any, script: Any) -> None:
    script.answers = [
        (200, {"id": "cnv_1", "timeline": {"items": [{"id": 1}], "next": "c"}}),
        (200, {"id": "cnv_1", "timeline": {"items": [{"id": 2}], "next": None}}),
    ]

    assert [one["id"] for one in ask(script.url, lambda gw: gw.timeline("cnv_1"))] == [1, 2]
    assert script.asked[1][1] == "/v1/conversations/cnv_1?limit=200&cursor=c"


def test_past_events_are_gone_through(ask: Any, script: Any) -> None:
    one = json.loads(event(1).split("data: ")[1])
    script.answers = [(200, {"items": [one], "next": "evt_1"}), (200, {"items": [], "next": None})]

    found = ask(script.url, lambda gw: gw.past_events(types=["message.sent", "message.failed"]))

    assert [each.id for each in found] == ["evt_1"]
    assert script.asked[1][1].endswith("&after=evt_1")


def test_a_stream_resumes_where_it_was(ask: Any, script: Any) -> None:
    script.answers = [
        ["id: evt_0\n: gatewayd\n\n"],
        (503, {}),
        [": still here\n\n", event(1), "data: {"],
        [event(2)],
    ]

    found = ask(script.url, lambda gw: (gw.events(types=["message.sent"]), 2))

    assert [each.id for each in found] == ["evt_1", "evt_2"]
    assert [one[2].get("Last-Event-ID") for one in script.asked] == [
        None,
        "evt_0",
        "evt_0",
        "evt_1",
    ]
    assert script.asked[0][1] == "/v1/events?types=message.sent"
    assert ask.slept == [0.5, 1.0, 0.5]


def test_a_cursor_that_is_too_old_ends_the_stream(ask: Any, script: Any) -> None:
    script.answers = [problem(410, "cursor_expired")]

    with pytest.raises(GoneError):
        ask(script.url, lambda gw: (gw.events(after="evt_0"), 1))

    assert len(script.asked) == 1


def test_an_event_that_cannot_be_read_ends_the_stream(ask: Any, script: Any) -> None:
    script.answers = [["data: {}\n\n"]]
    with pytest.raises(UnexpectedAnswerError):
        ask(script.url, lambda gw: (gw.events(), 1))
    script.answers = [["data: {\n\n"]]
    with pytest.raises(UnexpectedAnswerError):
        ask(script.url, lambda gw: (gw.events(), 1))


def test_the_rest_of_what_can_be_asked(ask: Any, script: Any) -> None:
    script.answers = [(200, {})]
    for words, asked in (
        (lambda gw: gw.preview("x"), ("POST", "/v1/messages/preview")),
        (lambda gw: gw.cancel("m"), ("POST", "/v1/messages/m/cancel")),
        (lambda gw: gw.conversation("c"), ("GET", "/v1/conversations/c")),
        (lambda gw: gw.answer("c", "x", key="k"), ("POST", "/v1/conversations/c/messages")),
        (lambda gw: gw.contact("c"), ("GET", "/v1/contacts/c")),
        (lambda gw: gw.request("DELETE", "/v1/tokens/t"), ("DELETE", "/v1/tokens/t")),
    ):
        ask(script.url, words)
        assert script.asked[-1][:2] == asked

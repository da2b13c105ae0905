import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from gatewayd.cli.root import COMMANDS

MESSAGE = {
    "id": "msg_1",
    "created_at": "2026-11-22T15:00:00.000Z",
    "direction": "in",
    "state": "received",
    "from": "+15145550123",
    "to": "+15145550100",
    "text": "tab\there\nred \x1b[31m",
    "author": {"type": "token", "id": "tok_1", "name": "till"},
    "error": {"code": "x", "detail": "plain words"},
}


def test_messages_are_listed_over_pages(daemon: Any, run: Any, script: Any) -> None:
    daemon.on(
        "GET",
        "/v1/messages",
        script.answer({"items": [MESSAGE], "next": "c1"}),
        script.answer({"items": [MESSAGE], "next": None}),
    )

    ran = run("messages", "list", "--state", "received", "--query", "red", "--limit", "300")

    header, first, _second = ran.out.splitlines()
    assert header == "id\tcreated_at\tdirection\tstate\tfrom\tto\ttext"
    # Nothing that a customer writes may break the columns or steer the terminal.
    assert first.split("\t")[-1] == "tab here\\nred \N{REPLACEMENT CHARACTER}[31m"
    assert daemon.asked[0].query == {"state": "received", "q": "red", "limit": "200"}
    assert daemon.asked[1].query["cursor"] == "c1"


def test_messages_as_json_are_untouched(daemon: Any, run: Any, script: Any) -> None:
    daemon.on("GET", "/v1/messages", script.answer({"items": [MESSAGE], "next": None}))

    assert json.loads(run("messages", "list", "--json").out) == [MESSAGE]


def test_a_message_is_shown_with_its_attempts(daemon: Any, run: Any, script: Any) -> None:
    attempt = {"part": 1, "modem": "counter", "outcome": "accepted", "reference": 7}
    daemon.on("GET", "/v1/messages/msg_1", script.answer({**MESSAGE, "attempts": [attempt]}))

    out = run("messages", "show", "msg_1").out

    assert "author\ttill (token)" in out
    assert "error\tplain words (x)" in out
    assert "1\tcounter\t\t\t7\taccepted" in out


@pytest.mark.parametrize(
    ("arguments", "path", "body"),
    [
        (("messages", "cancel", "msg_1"), "/v1/messages/msg_1/cancel", None),
        (
            ("messages", "resolve", "msg_1", "--as", "resend"),
            "/v1/messages/msg_1/resolve",
            {"as": "resend"},
        ),
        (("modems", "restart", "counter"), "/v1/modems/counter/restart", None),
        (("modems", "mute", "counter"), "/v1/modems/counter/mute", None),
        (("modems", "unmute", "counter"), "/v1/modems/counter/unmute", None),
        (("modems", "confirm-sim", "counter"), "/v1/modems/counter/confirm-sim", None),
    ],
)
def test_commands_post_to_their_routes(
    daemon: Any, run: Any, script: Any, arguments: tuple[str, ...], path: str, body: Any
) -> None:
    daemon.on("POST", path, script.answer(MESSAGE))

    assert run(*arguments).status == 0
    assert json.loads(run(*arguments, "--json").out) == MESSAGE
    assert daemon.asked[0].body == body


def test_decode_tells_what_stays_unreadable(daemon: Any, run: Any, script: Any) -> None:
    left = {"id": "pdu_1", "message_id": "msg_1", "code": "truncated", "detail": "too short"}
    outcome = {"tried": 3, "read": 2, "unreadable": 1, "items": [left]}
    daemon.on("POST", "/v1/messages/decode", script.answer(outcome))

    ran = run("messages", "decode")

    assert ran.status == 0
    assert ran.out.startswith("tried\t3\nread\t2\nunreadable\t1\n\nid\tmessage_id\t")
    assert ran.out.endswith("pdu_1\tmsg_1\t\t\ttruncated\ttoo short\n")
    assert json.loads(run("messages", "decode", "--json").out) == outcome


def test_decode_with_nothing_left(daemon: Any, run: Any, script: Any) -> None:
    outcome = {"tried": 0, "read": 0, "unreadable": 0, "items": []}
    daemon.on("POST", "/v1/messages/decode", script.answer(outcome))

    assert run("messages", "decode").out == "tried\t0\nread\t0\nunreadable\t0\n"


def test_what_a_person_types_stays_one_name(daemon: Any, run: Any) -> None:
    ran = run("messages", "show", "../tokens?x")

    assert ran.status == 1
    assert daemon.asked[0].path == "/v1/messages/..%2Ftokens%3Fx"


@pytest.mark.parametrize(
    ("amount", "currency", "low", "shown"),
    [
        ("12.34", "CAD", False, "12.34 CAD"),
        ("3.20", "CAD", True, "3.20 CAD (low)"),
        ("500.00", None, False, "500.00"),
        (None, None, False, ""),
    ],
)
def test_a_sim_s_balance_is_listed(
    daemon: Any, run: Any, script: Any, amount: Any, currency: Any, low: bool, shown: str
) -> None:
    balance = {"amount": amount, "currency": currency, "low": low}
    modem = {"name": "counter", "muted": False, "balance": balance, "reason": "why"}
    daemon.on("GET", "/v1/modems", script.answer({"items": [modem], "next": None}))

    assert f"\tno\t{shown}\twhy\t" in run("modems", "list").out


def test_modems_are_listed(daemon: Any, run: Any, script: Any) -> None:
    modem = {"name": "counter", "state": "ready", "signal_dbm": -71, "muted": False}
    daemon.on("GET", "/v1/modems", script.answer({"items": [modem], "next": None}))

    assert "counter\tready\t\t\t\t-71\t\t\tno\t" in run("modems", "list").out
    assert json.loads(run("modems", "list", "--json").out) == [modem]


def test_a_modem_that_waits_for_a_limit_says_until_when(daemon: Any, run: Any, script: Any) -> None:
    until = "2026-12-01T13:00:00.000Z"
    modem = {"name": "counter", "limits": {"waits_for": "limit_hour", "next_at": until}}
    daemon.on("GET", "/v1/modems", script.answer({"items": [modem], "next": None}))

    assert run("modems", "list").out.endswith(f"\t{until}\n")
    paused = {"name": "counter", "limits": {}, "paused": {"next_try_at": until}}
    daemon.on("GET", "/v1/modems", script.answer({"items": [paused], "next": None}))
    assert run("modems", "list").out.endswith(f"\t{until}\n")


def envelope(number: int, kind: str = "message.received") -> dict[str, Any]:
    return {"id": f"evt_{number}", "type": kind, "created_at": "T", "data": MESSAGE}


def test_events_shows_the_newest_of_all_pages(daemon: Any, run: Any, script: Any) -> None:
    daemon.on(
        "GET",
        "/v1/events",
        script.answer({"items": [envelope(1), envelope(2)], "next": "evt_2"}),
        script.answer({"items": [envelope(3)], "next": None}),
    )

    ran = run("events", "--limit", "2", "--type", "message.received")

    assert [line.split("\t")[-1] for line in ran.out.splitlines()] == ["id", "evt_2", "evt_3"]
    assert "msg_1 from +15145550123" in ran.out
    assert daemon.asked[1].query == {
        "after": "evt_2",
        "limit": "200",
        "types": "message.received",
    }


def test_events_after_shows_the_first_ones(daemon: Any, run: Any, script: Any) -> None:
    daemon.on(
        "GET",
        "/v1/events",
        script.answer({"items": [envelope(1), envelope(2)], "next": "evt_2"}),
    )

    out = run("events", "--after", "evt_0", "--limit", "1", "--json").out

    assert [json.loads(line)["id"] for line in out.splitlines()] == ["evt_1"]


def test_follow_resumes_after_the_last_event_and_ends_with_an_error(
    daemon: Any, run: Any, script: Any
) -> None:
    daemon.on(
        "GET",
        "/v1/events",
        script.stream(script.event(1, "message.received", MESSAGE)),
        script.refuse(410, "cursor_expired", "no event evt_1 is kept (any more)"),
    )

    ran = run("events", "--follow", "--json")

    assert json.loads(ran.out)["id"] == "evt_1"
    assert daemon.asked[1].headers["Last-Event-ID"] == "evt_1"
    assert ran.status == 1
    assert "No event evt_1 is kept" in ran.err


def test_a_token_is_made_by_the_running_daemon(daemon: Any, run: Any, script: Any) -> None:
    made = {"id": "tok_1", "name": "till", "token": "gw_secret"}
    daemon.on("POST", "/v1/tokens", script.answer(made, 201))

    ran = run("token", "create", "till", "--scope", "events", "--scope", "events")

    assert ran.out == "gw_secret\n"
    assert "tok_1" in ran.err
    assert daemon.asked[0].body == {"name": "till", "scopes": ["events"]}


def test_tokens_are_listed_and_revoked_by_the_running_daemon(
    daemon: Any, run: Any, script: Any
) -> None:
    token = {"id": "tok_1", "name": "till", "scopes": ["events", "inbox"]}
    daemon.on("GET", "/v1/tokens", script.answer({"items": [token], "next": None}))
    daemon.on("DELETE", "/v1/tokens/tok_1", script.answer(None))

    assert "tok_1\ttill\tevents, inbox\t" in run("token", "list").out
    assert run("token", "revoke", "tok_1").status == 1  # null is no object of ours
    daemon.on("DELETE", "/v1/tokens/tok_1", script.answer({}))
    assert run("token", "revoke", "tok_1").status == 0


@pytest.mark.usefixtures("folder")
def test_tokens_work_while_the_daemon_is_stopped(run: Any) -> None:
    made = run("token", "create", "till", "--scope", "messages:send")
    assert made.status == 0
    assert made.out.startswith("gw_")

    (listed,) = json.loads(run("token", "list", "--json").out)
    assert (listed["name"], listed["scopes"]) == ("till", ["messages:send"])
    assert made.out.strip() not in run("token", "list").out

    assert run("token", "revoke", listed["id"]).status == 0
    again = run("token", "revoke", listed["id"])
    assert again.status == 1
    assert "There is no token" in again.err


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (("token", "create", "x", "--scope", "everything"), "'everything' is not one of"),
        (("token", "create", "x" * 65, "--scope", "events"), "1 to 64 characters"),
        (("token", "create", "x"), "Missing option '--scope'"),
        (("snd",), "Did you mean `gatewayd send`?"),
        (("zzzz",), "See `gatewayd --help`."),
        (("send", "1", "x", "--timeout", "soon"), "expected a duration"),
        (("send", "1", "x", "--wait=read"), "'read' is not one of 'sent', 'delivered'"),
        (("messages", "list", "--limit", "0"), "not in the range"),
    ],
)
def test_wrong_usage_is_2_and_says_what_is_right(
    run: Any, arguments: tuple[str, ...], expected: str
) -> None:
    ran = run(*arguments)

    assert ran.status == 2
    assert expected in ran.err


def test_help_and_version_are_done(run: Any) -> None:
    assert run("--version").out.startswith("gatewayd 0.")
    out = run("--help").out
    for name, entry in COMMANDS.items():
        assert name in out
        assert entry.summary in out


def test_a_bug_is_70_and_names_the_file_with_the_traceback(
    run: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(_arguments: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("gatewayd.__main__.invoke", broken)

    ran = run("modems", "list")

    assert ran.status == 70
    assert "This is a bug in gatewayd: ZeroDivisionError." in ran.err
    assert "Traceback" not in ran.err
    file = Path(next(word for word in ran.err.replace(";", " ").split() if word.endswith(".log")))
    assert "ZeroDivisionError" in file.read_text(encoding="utf-8")
    file.unlink()


def test_help_imports_neither_http_nor_store() -> None:
    code = (
        "import sys; from gatewayd.__main__ import run; run(['--help']);"
        "sys.exit(any(m in sys.modules for m in ('aiohttp', 'sqlalchemy', 'rich', 'pydantic')))"
    )

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=False)

    assert done.returncode == 0


def test_send_imports_neither_http_server_nor_store(folder: Path) -> None:
    code = (
        "import sys; from gatewayd.__main__ import run; assert run(['send', '1', 'x']) == 69;"
        "sys.exit(any(m in sys.modules for m in ('aiohttp', 'sqlalchemy', 'pydantic', 'asyncio')))"
    )

    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, check=False, cwd=folder
    )

    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    "group", ["", "audit", "config", "messages", "modems", "rules", "token", "user"]
)
def test_what_a_command_does_is_said_whole(
    run: Any, monkeypatch: pytest.MonkeyPatch, group: str
) -> None:
    """On a terminal of 80 columns, in the list of commands."""
    monkeypatch.setenv("COLUMNS", "80")
    ran = run(*([group] if group else []), "--help")
    assert "Commands:" in ran.out
    assert not [line for line in ran.out.splitlines() if line[:2] == "  " and line.endswith("...")]

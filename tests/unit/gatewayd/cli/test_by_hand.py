"""`gatewayd modems ussd` and `gatewayd modems at` against a daemon that a test scripts."""

import io
import sys
from typing import Any

import pytest

USSD, AT = "/v1/modems/counter/ussd", "/v1/modems/counter/at"
MENU = {"text": "1 Balance\n2 Plan", "dcs": 15, "session": "open"}
BALANCE = {"text": "12.34 CAD", "dcs": 15, "session": "ended"}
CANCELED = {"text": "", "dcs": None, "session": "canceled"}


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.fixture
def types(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Let a person type on a terminal, where the output is one too."""

    def types(text: str) -> None:
        monkeypatch.setattr(sys, "stdin", Terminal(text))
        monkeypatch.setattr(sys.stdout, "isatty", lambda: True)

    return types


def steps(daemon: Any) -> list[Any]:
    return [asked.body for asked in daemon.asked]


def test_an_answer_is_printed_and_nothing_else(daemon: Any, run: Any, script: Any) -> None:
    daemon.on("POST", USSD, script.answer(BALANCE))
    ran = run("modems", "ussd", "counter", "*100#")
    assert (ran.status, ran.out, ran.err) == (0, "12.34 CAD\n", "")
    assert '"session": "ended"' in run("modems", "ussd", "counter", "*100#", "--json").out
    assert steps(daemon) == [{"code": "*100#"}] * 2


def test_an_operator_s_text_does_not_steer_the_terminal(daemon: Any, run: Any, script: Any) -> None:
    daemon.on("POST", USSD, script.answer(BALANCE | {"text": "a\x1b[2Jb"}))
    assert "\x1b" not in run("modems", "ussd", "counter", "*100#").out


def test_a_menu_in_a_pipe_says_how_to_go_on(daemon: Any, run: Any, script: Any) -> None:
    daemon.on("POST", USSD, *map(script.answer, (MENU, BALANCE, CANCELED)))
    opened = run("modems", "ussd", "counter", "*101#")
    assert opened.out == "1 Balance\n2 Plan\n"
    assert "`gatewayd modems ussd counter --reply TEXT`" in opened.err
    assert run("modems", "ussd", "counter", "--reply", "1").out == "12.34 CAD\n"
    canceled = run("modems", "ussd", "counter", "--cancel")
    assert (canceled.out, canceled.err) == ("", "The menu is closed.\n")
    assert steps(daemon) == [{"code": "*101#"}, {"reply": "1"}, {"cancel": True}]


@pytest.mark.parametrize(
    ("typed", "answers", "asked", "status"),
    [
        ("1\n", (MENU, BALANCE), [{"reply": "1"}], 0),
        ("2\n1\n", (MENU, MENU, BALANCE), [{"reply": "2"}, {"reply": "1"}], 0),
        ("\n", (MENU, CANCELED), [{"cancel": True}], 0),
        ("", (MENU, CANCELED), [{"cancel": True}], 130),  # the end of the input: Ctrl-D
    ],
)
def test_a_menu_on_a_terminal_asks_for_replies(  # the person, the network, and what came of it
    daemon: Any,
    run: Any,
    script: Any,
    types: Any,
    typed: str,
    answers: Any,
    asked: Any,
    status: int,
) -> None:
    daemon.on("POST", USSD, *map(script.answer, answers))
    types(typed)
    assert run("modems", "ussd", "counter", "*101#").status == status
    assert steps(daemon) == [{"code": "*101#"}, *asked]


@pytest.mark.parametrize(
    ("status", "code", "left"),
    [(502, "ussd_refused", 1), (504, "ussd_no_answer", 1), (503, "modem_not_ready", 69)],
)
def test_what_came_to_nothing(
    daemon: Any, run: Any, script: Any, status: int, code: str, left: int
) -> None:
    daemon.on("POST", USSD, script.refuse(status, code, "in plain words"))
    ran = run("modems", "ussd", "counter", "*100#")
    assert (ran.status, ran.out) == (left, "")
    assert "In plain words." in ran.err


def test_exactly_one_step(daemon: Any, run: Any) -> None:
    for words in ((), ("*100#", "--cancel"), ("--reply", "1", "--cancel")):
        assert run("modems", "ussd", "counter", *words).status == 2
    assert not daemon.asked


def typed(result: str | None, *lines: str) -> dict[str, Any]:
    return {"command": "AT", "lines": list(lines), "result": result, "done": result == "OK"}


def test_one_command(daemon: Any, run: Any, script: Any) -> None:
    answers = (typed("OK", "+CSQ: 21,99"), typed("ERROR"), typed(None))
    daemon.on("POST", AT, *map(script.answer, answers))
    ran = run("modems", "at", "counter", "AT+CSQ")
    assert (ran.status, ran.out) == (0, "+CSQ: 21,99\nOK\n")
    ran = run("modems", "at", "counter", "AT+CEER")
    assert (ran.status, ran.out) == (1, "ERROR\n")
    ran = run("modems", "at", "counter", "AT+CEER")
    assert (ran.status, ran.out) == (1, "")
    assert "did not answer in time" in ran.err


def test_a_console_goes_on_after_what_is_not_allowed(
    daemon: Any, run: Any, script: Any, types: Any
) -> None:
    refused = script.refuse(422, "at_not_allowed", "only questions")
    daemon.on("POST", AT, refused, script.answer(typed("OK", "+CSQ: 21,99")))
    types("ATZ\n\nAT+CSQ\nexit\nAT\n")
    ran = run("modems", "at", "counter", "--json")
    assert ran.status == 1
    assert ran.out.count("\n") == 1
    assert ran.err.count("counter> ") == 4
    assert "Only questions." in ran.err
    assert steps(daemon) == [{"command": "ATZ"}, {"command": "AT+CSQ"}]


def test_a_console_ends_where_the_modem_has_gone(
    daemon: Any, run: Any, script: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    daemon.on("POST", AT, script.refuse(503, "modem_lost", "it went away"))
    monkeypatch.setattr(sys, "stdin", io.StringIO("AT\nAT\n"))
    assert run("modems", "at", "counter").status == 69
    assert len(daemon.asked) == 1

"""USSD and the AT console, as a person uses them: on the command line, in a pipe, over HTTP."""

import os
import pty
import subprocess
from typing import Any

import pytest

BALANCE = "Solde / balance: 12.34 CAD"


def test_the_balance_by_command_line_and_by_http(gateway: Any) -> None:
    done = gateway.cli("modems", "ussd", "counter", "*100#")
    assert (done.status, done.out, done.err) == (0, f"{BALANCE}\n", "")
    answer = gateway.http("POST", "/v1/modems/counter/ussd", {"code": "*100#"})
    assert answer.json == {"text": BALANCE, "dcs": 15, "session": "ended"}
    done = gateway.cli("modems", "ussd", "counter", "*100#", "--json")
    assert done.json == answer.json


def test_a_menu_in_a_pipe(gateway: Any) -> None:
    opened = gateway.cli("modems", "ussd", "counter", "*101#")
    assert opened.status == 0
    assert "1. Solde / balance\n" in opened.out
    assert "--reply TEXT" in opened.err
    busy = gateway.cli("modems", "ussd", "counter", "*100#")
    assert busy.status == 1
    assert "menu is open" in busy.err
    assert gateway.http("POST", "/v1/modems/counter/ussd", {"code": "*100#"}).status == 409
    assert gateway.cli("send", "+15145550661", "Meanwhile", "--wait").status == 0
    done = gateway.cli("modems", "ussd", "counter", "--reply", "1")
    assert (done.status, done.out) == (0, f"{BALANCE}\n")
    late = gateway.cli("modems", "ussd", "counter", "--cancel")
    assert late.status == 1
    assert "No USSD menu is open" in late.err


def on_a_terminal(gateway: Any, typed: str, *words: str) -> tuple[int, str]:
    """Run a command as in a terminal window, with what a person types."""
    ours, theirs = pty.openpty()
    command = [*gateway.su, gateway.program, "--config", gateway.file, *words]
    with subprocess.Popen(command, stdin=theirs, stdout=theirs, stderr=theirs) as process:
        os.close(theirs)
        os.write(ours, typed.encode())
        seen = b""
        try:
            while chunk := os.read(ours, 4096):
                seen += chunk
        except OSError:  # the terminal's other side has been closed: EIO
            pass
    os.close(ours)
    return process.returncode, seen.decode().replace("\r\n", "\n")


def test_a_menu_on_a_terminal(gateway: Any) -> None:
    status, seen = on_a_terminal(gateway, "1\n", "modems", "ussd", "counter", "*101#")
    assert status == 0
    assert "2. Forfait / plan\n" in seen
    assert seen.endswith(f"{BALANCE}\n")
    status, seen = on_a_terminal(gateway, "\n", "modems", "ussd", "counter", "*101#")
    assert status == 0
    assert "The menu is closed." in seen
    status, _ = on_a_terminal(gateway, "\x04", "modems", "ussd", "counter", "*101#")
    assert status == 130
    assert gateway.cli("modems", "ussd", "counter", "*100#").status == 0


@pytest.mark.parametrize("coding", ["plain", "packed", "ucs2", "octets"])
def test_every_coding_over_several_lines(gateway: Any, coding: str) -> None:
    text = "Crédit: 5,00 $\n100 textos\nExpire le 31 décembre"
    gateway.sticks["counter"].order("ussd", code="*102#", text=text, coding=coding)
    answer = gateway.http("POST", "/v1/modems/counter/ussd", {"code": "*102#"})
    assert answer.json["text"] == text


def test_refused_unknown_and_impossible(gateway: Any) -> None:
    stick = gateway.sticks["counter"]
    done = gateway.cli("modems", "ussd", "counter", "*999#")
    assert (done.status, done.out) == (1, "")
    assert "does not know this code" in done.err
    assert gateway.http("POST", "/v1/modems/counter/ussd", {"code": "*999#"}).status == 502

    before = len(stick.ledger("ussd"))
    for body in (
        *({"code": "*100"}, {"code": "hello"}, {"code": '*1"#'}, {"code": ""}, {"code": "*1#\r"}),
        *({"code": "**04*1234*0000*0000#"}, {"code": "**05*12345678*1*1#"}, {"reply": 'a"'}, {}),
        *({"code": "*100#", "reply": "1"}, {"cancel": False}, {"reply": "é"}),
    ):
        answer = gateway.http("POST", "/v1/modems/counter/ussd", body)
        assert answer.status == 422, (body, answer.body)
    assert len(stick.ledger("ussd")) == before

    assert gateway.cli("modems", "ussd", "nope", "*100#").status == 1
    for words in ((), ("*100#", "--cancel"), ("--cancel", "--reply", "1")):
        assert gateway.cli("modems", "ussd", "counter", *words).status == 2


def test_the_console_only_asks(gateway: Any, faults: Any) -> None:
    done = gateway.cli("modems", "at", "counter", "AT+CSQ")
    assert (done.status, done.out, done.err) == (0, "+CSQ: 21,99\nOK\n", "")
    answer = gateway.http("POST", "/v1/modems/counter/at", {"command": "at+cgsn"})
    assert answer.json == {
        "command": "AT+CGSN",
        "lines": ["490154203237518"],
        "result": "OK",
        "done": True,
    }
    for command in ("AT+CMGD=1,4", 'AT+CPIN="7391"', "ATZ", "ATD112", "AT+CMGS=12", "AT\rATZ"):
        answer = gateway.http("POST", "/v1/modems/counter/at", {"command": command})
        assert (answer.status, answer.json["code"]) == (422, "at_not_allowed")
    denied = gateway.cli("modems", "at", "counter", "AT+CFUN=0")
    assert denied.status == 1
    assert "only questions are allowed" in denied.err
    log = "".join(gateway.daemon.log)
    assert "AT+CGSN" in log
    assert "7391" not in log
    assert gateway.cli("send", "+15145550662", "As before", "--wait").status == 0
    assert faults() == []


def test_a_console_for_several_commands(gateway: Any) -> None:
    done = gateway.cli("modems", "at", "counter", stdin="AT\n\nAT+CREG?\nexit\nAT+CSQ\n")
    assert (done.status, done.out) == (0, "OK\n+CREG: 0,1\nOK\n")
    done = gateway.cli("modems", "at", "counter", "--json", stdin="ATZ\nAT+CMEE?\n")
    assert done.status == 1
    assert "only questions" in done.err
    assert done.json["lines"] == ["+CMEE: 1"]
    status, seen = on_a_terminal(gateway, "AT+CSQ\nexit\n", "modems", "at", "counter")
    assert status == 0
    assert "counter> " in seen


def test_a_modem_that_is_not_there(new_gateway: Any) -> None:
    gateway = new_gateway()
    stick = gateway.stick("counter", "--personality", "huawei")
    gateway.configure()
    gateway.start()
    gateway.modem("counter", "ready")
    # Packed is what this make wants, and it is remembered over a restart.
    assert gateway.cli("modems", "ussd", "counter", "*100#").out == f"{BALANCE}\n"
    before = len(stick.ledger("ussd"))
    gateway.stop()
    gateway.start()
    gateway.modem("counter", "ready")
    assert gateway.cli("modems", "ussd", "counter", "*100#").out == f"{BALANCE}\n"
    assert [entry["text"] for entry in stick.ledger("ussd")[before:]] == ["*100#"]

    stick.order("unplug")
    gateway.modem("counter", "absent")
    for words in (("ussd", "counter", "*100#"), ("at", "counter", "AT")):
        done = gateway.cli("modems", *words)
        assert (done.status, done.out) == (69, "")
        assert "The modem is not ready but absent" in done.err
    assert gateway.http("POST", "/v1/modems/counter/ussd", {"code": "*100#"}).status == 503


def test_low_credit_over_a_restart(new_gateway: Any) -> None:
    gateway = new_gateway()
    stick = gateway.stick("counter", "--personality", "lte")
    stick.order("ussd", code="*102#", text="Votre solde: 4,20 $\nMerci!")
    gateway.configure(
        tables='balance_code = "*102#"\nbalance_pattern = "solde: {amount} $"\n'
        'balance_low = "5.00 CAD"\n'
    )
    gateway.start()

    def low() -> Any:
        found = gateway.http("GET", "/v1/modems/counter").json["balance"]
        return found if found["low"] else None

    assert gateway.until(low)["amount"] == "4.20"
    assert "4.20 CAD (low)" in gateway.cli("modems", "list").out
    metrics = gateway.http("GET", "/metrics").body.decode()
    assert 'gatewayd_modem_balance{modem="counter"} 4.2' in metrics
    told = gateway.cli("events", "--type", "modem.incident", "--json").json["data"]
    assert (told["code"], told["state"]) == ("low_credit", "open")
    gateway.stop()
    gateway.start()
    gateway.modem("counter", "ready")

    def counted() -> Any:
        found = gateway.http("GET", "/v1/modems/counter").json
        return found if found["incidents"] else None

    again = gateway.until(counted)
    assert [each["id"] for each in again["incidents"]] == [told["id"]]
    assert again["balance"]["amount"] == "4.20"
    assert [entry["text"] for entry in stick.ledger("ussd")] == ["*102#"]


def test_whoever_waits_is_told_when_the_modem_or_the_daemon_goes(new_gateway: Any) -> None:
    gateway = new_gateway()
    stick = gateway.stick("counter")
    stick.order("ussd", code="*103#", silent=True)
    gateway.configure()
    gateway.start()
    gateway.modem("counter", "ready")

    waiting = gateway.spawn("modems", "ussd", "counter", "*103#")
    assert stick.order("wait", what="ussd", count=1)["reached"]
    stick.order("unplug")
    assert waiting.wait() == 69
    assert "went away" in "".join(waiting.log)

    stick.order("replug")
    gateway.modem("counter", "ready")
    waiting = gateway.spawn("modems", "ussd", "counter", "*103#")
    assert stick.order("wait", what="ussd", count=2)["reached"]
    assert gateway.stop() == 0
    assert waiting.wait() == 69
    assert "is stopping" in "".join(waiting.log)

"""A text goes out: by the command line and by HTTP, and what the network then has of it."""

import json
import os
import pty
import signal
import subprocess
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest


def report_on(accepted: dict[str, Any]) -> str:
    """Write the SMS-STATUS-REPORT of a delivery by hand (23.040 §9.2.2.3)."""
    digits = accepted["peer"].removeprefix("+")
    moment = datetime.fromisoformat(accepted["at"]).astimezone(UTC)
    stamp = _swapped(f"{moment:%y%m%d%H%M%S}00")
    return f"06{accepted['reference']:02X}{len(digits):02X}91{_swapped(digits)}{stamp}{stamp}00"


def _swapped(digits: str) -> str:
    padded = digits + "F" * (len(digits) % 2)
    return "".join(padded[place + 1] + padded[place] for place in range(0, len(padded), 2))


@pytest.mark.parametrize(
    ("to", "text", "dialled", "encoding", "parts"),
    [
        ("+15145550201", "Your order is ready. {[€]}", "+15145550201", "gsm7", 1),
        ("514 555-0202", "Prêt à Noël", "+15145550202", "ucs2", 1),
        ("+15145550203", "Ready 🎁👍🏽", "+15145550203", "ucs2", 1),
        ("+15145550204", "0123456789" * 31, "+15145550204", "gsm7", 3),
        ("+15145550205", "🎁" * 100, "+15145550205", "ucs2", 4),
        ("24365", "STOP", "24365", "gsm7", 1),
    ],
    ids=["extension table", "national number", "emoji", "long", "long emoji", "short code"],
)
def test_what_is_sent_is_what_the_network_has(
    gateway: Any, to: str, text: str, dialled: str, encoding: str, parts: int
) -> None:
    done = gateway.cli("send", to, text, "--wait=delivered", "--json")

    assert (done.status, done.err) == (0, "")
    message = done.json
    assert (message["state"], message["to"]) == ("delivered", dialled)
    assert (message["encoding"], message["parts"]) == (encoding, parts)
    assert (message["from"], message["modem"]) == ("+15145550100", "counter")
    assert message["created_at"] <= message["sent_at"] <= message["delivered_at"]
    (whole,) = gateway.sticks["counter"].ledger("text", dialled)
    assert whole["text"] == text
    assert len(gateway.sticks["counter"].ledger("accepted", dialled)) == parts


def test_wait_alone_waits_until_the_network_has_it(gateway: Any) -> None:
    stick = gateway.sticks["counter"]
    stick.order("recipient", number="+15145550211", reports=False)

    done = gateway.cli("send", "+15145550211", "-", "--wait", stdin="From a pipe\n")

    assert (done.status, done.err) == (0, "")
    assert "state\tsent\n" in done.out
    (whole,) = stick.ledger("text", "+15145550211")
    assert whole["text"] == "From a pipe"


def test_a_person_sees_progress_and_a_program_gets_json(gateway: Any) -> None:
    """Progress goes to the terminal on stderr; stdout stays one JSON document."""
    number, stick = "+15145550212", gateway.sticks["counter"]
    terminal, theirs = pty.openpty()
    words = ("--config", gateway.file, "send", number, "Hi", "--wait=delivered", "--json")
    stick.order("recipient", number=number, reports=False)
    with subprocess.Popen(
        [gateway.program, *words], stdout=subprocess.PIPE, stderr=theirs
    ) as process:
        os.close(theirs)
        shown = seen = _read(terminal)
        while seen and "sent" not in shown:
            shown += (seen := _read(terminal))
        stick.order("deliver", tpdu=report_on(*stick.ledger("accepted", number)))
        shown += "".join(iter(lambda: _read(terminal), ""))
        out, _ = process.communicate()
    os.close(terminal)

    assert process.returncode == 0
    assert json.loads(out)["state"] == "delivered"
    assert number in shown
    assert "until it is delivered" in shown


def _read(terminal: int) -> str:
    try:
        return os.read(terminal, 4096).decode(errors="replace")
    except OSError:  # EIO: the other side has closed it
        return ""


def test_send_at_waits_for_its_time(gateway: Any) -> None:
    at = datetime.now(UTC) + timedelta(seconds=1.5)
    asked = {"to": "+15145550221", "text": "Later", "send_at": at.isoformat()}
    answer = gateway.http("POST", "/v1/messages", asked)
    assert answer.status == 202

    sent = gateway.message(answer.json["id"], "sent", "delivered")

    assert datetime.fromisoformat(sent["sent_at"]) >= at
    (entry,) = gateway.sticks["counter"].ledger("accepted", "+15145550221")
    assert datetime.fromisoformat(entry["at"]) >= at


def test_a_message_that_still_waits_can_be_canceled(gateway: Any) -> None:
    message = gateway.cli("send", "+15145550222", "Never", "--at", "+1h", "--json").json
    assert (message["state"], message["sent_at"]) == ("queued", None)

    for _ in range(2):
        done = gateway.cli("messages", "cancel", message["id"], "--json")
        assert (done.status, done.json["state"]) == (0, "canceled")

    assert gateway.sticks["counter"].ledger("accepted", "+15145550222") == []


def test_it_is_too_late_to_cancel_what_was_sent(gateway: Any) -> None:
    message = gateway.cli("send", "+15145550223", "Gone", "--wait", "--json").json

    done = gateway.cli("messages", "cancel", message["id"])

    assert (done.status, done.out) == (1, "")
    assert "on the air" in done.err


def test_waiting_ends_in_time(gateway: Any) -> None:
    done = gateway.cli("send", "+15145550224", "x", "--at", "+1h", "--wait", "--timeout", "1s")
    assert done.status == 1
    assert "After 1s the message is still queued" in done.err
    assert "gatewayd messages show msg_" in done.err


def test_a_refused_number_fails_at_once_in_plain_words(gateway: Any) -> None:
    stick = gateway.sticks["counter"]
    stick.order("recipient", number="+15145550231", refuse=1)

    done = gateway.cli("send", "+15145550231", "Anybody there?", "--wait=delivered", "--json")

    assert (done.status, done.json["state"]) == (1, "failed")
    assert done.json["error"]["code"] == "cms_1"
    assert "number" in done.json["error"]["detail"]
    assert done.err.startswith("gatewayd: The message ended failed: ")
    assert len(stick.ledger("refused", "+15145550231")) == 1


def test_a_temporary_refusal_is_tried_again(gateway: Any) -> None:
    stick = gateway.sticks["counter"]
    gateway.idle()
    stick.order("fault", kind="submit_error", match="CMGS", code="CMS 42")

    done = gateway.cli("send", "+15145550232", "Again", "--wait", "--json")

    assert (done.status, done.json["error"]) == (0, None)
    shown = gateway.cli("messages", "show", done.json["id"], "--json").json
    first, second = shown["attempts"]
    assert (first["outcome"], first["error"]["code"]) == ("requeued", "cms_42")
    assert second["outcome"] == "accepted"
    assert len(stick.ledger("accepted", "+15145550232")) == 1


def test_what_the_network_could_not_deliver_is_told(gateway: Any) -> None:
    number = "+15145550233"
    gateway.sticks["counter"].order("recipient", number=number, status=0x41)

    done = gateway.cli("send", number, "Wrong line", "--wait=delivered", "--json")

    assert (done.status, done.json["state"]) == (1, "undelivered")
    assert done.json["error"]["detail"]
    assert done.err.startswith("gatewayd: The message ended undelivered: ")


@pytest.mark.parametrize(
    ("outcome", "number", "ends", "accepted"),
    [
        ("sent", "+15145550241", "sent", 1),
        ("failed", "+15145550242", "failed", 1),
        ("resend", "+15145550243", "sent", 2),
    ],
)
def test_a_person_settles_what_is_unknown(
    gateway: Any, outcome: str, number: str, ends: str, accepted: int
) -> None:
    """The network has it, the modem says 332, and no report comes: only a person knows."""
    stick = gateway.sticks["counter"]
    stick.order("recipient", number=number, reports=False)
    gateway.idle()
    stick.order("fault", kind="accept_then_error", match="CMGS", code="CMS 332")

    done = gateway.cli("send", number, "Did it?", "--wait", "--json")

    assert (done.status, done.json["state"]) == (1, "unknown")
    assert "Nobody knows whether the message was sent" in done.err
    assert f"gatewayd messages resolve {done.json['id']} --as resend" in done.err

    done = gateway.cli("messages", "resolve", done.json["id"], "--as", outcome, "--json")
    assert done.status == 0
    assert gateway.message(done.json["id"], ends)["id"] == done.json["id"]
    assert len(stick.ledger("accepted", number)) == accepted


def test_only_what_is_unknown_can_be_settled(gateway: Any) -> None:
    message = gateway.cli("send", "+15145550244", "Sure", "--wait", "--json").json
    done = gateway.cli("messages", "resolve", message["id"], "--as", "failed")
    assert (done.status, done.out) == (1, "")
    assert "only an unknown message can be resolved" in done.err


def test_a_report_settles_what_is_unknown(gateway: Any) -> None:
    number = "+15145550245"
    stick = gateway.sticks["counter"]
    gateway.idle()
    stick.order("fault", kind="accept_then_error", match="CMGS", code="CMS 332")
    stick.order("recipient", number=number, reports=False)

    unknown = gateway.cli("send", number, "It did", "--wait", "--json").json
    assert unknown["state"] == "unknown"
    stick.order("deliver", tpdu=report_on(*stick.ledger("accepted", number)))

    delivered = gateway.message(unknown["id"], "delivered")
    assert delivered["error"] is None
    assert len(stick.ledger("accepted", number)) == 1


def test_a_restart_forgets_nothing(new_gateway: Any) -> None:
    """SIGTERM while the network thinks: exit 0, the message accounted; an Idempotency-Key holds."""
    gateway = new_gateway()
    stick = gateway.stick()
    gateway.configure()
    gateway.start()
    gateway.modem("counter", "ready")
    stick.order("recipient", number="+15145550252", reports=False)
    stick.order("fault", kind="accept_then_silence", match="CMGS")
    asked = {"to": "+15145550252", "text": "Only once", "client_reference": "order-7"}
    key = {"Idempotency-Key": "order-7"}
    first = gateway.http("POST", "/v1/messages", asked, headers=key)
    assert first.status == 202
    assert first.headers["Location"] == f"/v1/messages/{first.json['id']}"
    stick.order("wait", what="accepted")
    assert gateway.http("GET", first.headers["Location"]).json["state"] == "sending"

    gateway.daemon.tell(signal.SIGTERM)
    gateway.daemon.until("daemon_stopping")
    for line in ("+CMGS: 1", "OK"):  # what the modem has not answered yet
        stick.order("say", line=line)
    assert gateway.stop() == 0
    gateway.start()

    message = gateway.http("GET", first.headers["Location"]).json
    assert (message["state"], message["error"]) == ("sent", None)
    again = gateway.http("POST", "/v1/messages", asked, headers=key)
    assert (again.status, again.json) == (202, first.json)
    assert again.headers["Idempotency-Replayed"] == "true"
    other = gateway.http("POST", "/v1/messages", asked | {"text": "Another"}, headers=key)
    assert (other.status, other.json["code"]) == (422, "idempotency_mismatch")
    listed = gateway.cli("messages", "list", "--reference", "order-7", "--json").json
    assert [message["state"] for message in listed] == ["sent"]
    assert len(stick.ledger("accepted", "+15145550252")) == 1

"""A backup while it works, and a restore that sends nothing twice."""

import json
import signal
import socket
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest


@pytest.fixture
def shop(new_gateway: Callable[[], Any]) -> Any:
    gateway = new_gateway()
    gateway.stick()
    gateway.configure()
    gateway.start()
    gateway.modem("counter", "ready")
    return gateway


def send(shop: Any, number: int, **fields: Any) -> str:
    body = {"to": f"+1514555{number:04d}", "text": f"No. {number} is ready"} | fields
    answer = shop.http("POST", "/v1/messages", body)
    assert answer.status == 202
    message_id: str = answer.json["id"]
    return message_id


def test_a_restored_backup_sends_nothing_again(shop: Any) -> None:
    stick = shop.sticks["counter"]
    before = send(shop, 1)
    shop.message(before, "delivered", "sent")
    assert shop.http("POST", "/v1/modems/counter/mute").status == 200
    waiting = [send(shop, number) for number in range(2, 6)]
    later = send(shop, 6, send_at=(datetime.now(UTC) + timedelta(days=30)).isoformat())
    backup = shop.cli("backup", "shop.db")
    assert (backup.status, backup.out) == (0, "")
    assert "checked" in backup.err
    assert shop.cli("backup", "shop.db").status == 1

    assert shop.http("POST", "/v1/modems/counter/unmute").status == 200
    for message_id in waiting:
        shop.message(message_id, "delivered", "sent")
    running = shop.cli("restore", "shop.db", "--replace")
    assert (running.status, "Stop it first" in running.err) == (1, True)
    shop.stop()
    there = shop.cli("restore", "shop.db")
    assert (there.status, "--replace" in there.err) == (1, True)
    done = shop.cli("restore", "shop.db", "--replace", "--json")
    assert done.status == 0, done.err
    assert done.json["held"] == len(waiting)
    assert Path(done.json["replaced"]).exists()

    shop.start()
    shop.modem("counter", "ready")
    assert shop.http("POST", "/v1/modems/counter/unmute").status == 200
    for message_id in waiting:
        held = shop.message(message_id, "unknown")
        assert held["error"]["code"] == "restored"
    assert shop.message(later)["state"] == "queued"
    after = send(shop, 7)  # what is new goes out, and the held ones do not go with it
    shop.message(after, "delivered", "sent")
    accepted = Counter(entry["peer"] for entry in stick.ledger("accepted"))
    assert accepted == Counter(f"+1514555{number:04d}" for number in (1, 2, 3, 4, 5, 7))
    resolved = shop.cli("messages", "resolve", waiting[0], "--as", "sent")
    assert resolved.status == 0, resolved.err


def test_what_is_no_backup_is_refused_and_nothing_is_touched(shop: Any) -> None:
    shop.stop()
    store = shop.folder / "data" / "gatewayd.db"
    before = store.read_bytes()
    (shop.folder / "text.db").write_text("hello")
    for name in ("text.db", "absent.db"):
        done = shop.cli("restore", name, "--replace")
        assert done.status == 1
        assert "Nothing was restored" in done.err
    assert store.read_bytes() == before
    shop.start()


def test_a_backup_needs_a_place(shop: Any) -> None:
    done = shop.cli("backup", "no/such/folder/shop.db")
    assert done.status == 1
    assert "cannot be written" in done.err


def test_systemd_is_told_and_a_reload_is_answered(
    new_gateway: Callable[[], Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    gateway = new_gateway()
    gateway.stick()
    gateway.configure()
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as systemd:
        systemd.settimeout(120)
        systemd.bind(str(gateway.folder / "notify"))
        monkeypatch.setenv("NOTIFY_SOCKET", str(gateway.folder / "notify"))
        # Often enough to be seen, and not more than a socket holds while nobody reads it.
        monkeypatch.setenv("WATCHDOG_USEC", "60000000")

        def until(sign: str) -> str:
            while sign not in (text := systemd.recv(4096).decode()):
                pass
            return text

        gateway.start()
        until("READY=1")
        until("STATUS=counter ready")
        gateway.configure(tables='[logging]\nlevel = "debug"\n[sending]\nmax_parts = 3\n')
        gateway.daemon.tell(signal.SIGHUP)
        assert json.loads(gateway.daemon.until("configuration_reloaded"))["applied"] == [
            "logging.level"
        ]
        late = json.loads(gateway.daemon.until("reload_needs_a_restart"))
        assert "sending.max_parts" in late["keys"]
        assert gateway.stop() == 0
        assert "STOPPING=1" in until("STOPPING=1")

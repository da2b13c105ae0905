"""The worked example of docs/examples: a CRM in step, each change once, killed in the middle."""

import signal
import sqlite3
import sys
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / "docs" / "examples" / "crm_mirror.py"


@pytest.fixture
def crm(tmp_path: Path) -> Path:
    """The client as its distribution installs it, and a place for the CRM's file."""
    (tmp_path / "gatewayd_client").symlink_to(ROOT / "gatewayd" / "client")
    return tmp_path / "crm.db"


def start(gateway: Any, crm: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setenv("GATEWAYD_TOKEN", gateway.token)
    monkeypatch.setenv("PYTHONPATH", str(crm.parent))
    address = f"unix:{gateway.folder}/data/gatewayd.sock"
    return gateway.spawn_other(sys.executable, EXAMPLE, address, crm, sign="in step")


def rows(crm: Path, question: str) -> list[Any]:
    with closing(sqlite3.connect(crm, timeout=120)) as file:
        return file.execute(question).fetchall()


def write(crm: Path, *statements: str) -> None:
    with closing(sqlite3.connect(crm, timeout=120)) as file, file:
        for statement in statements:
            file.execute(statement)


def test_a_crm_is_in_step_over_kills(
    new_gateway: Any, crm: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    gateway = new_gateway()
    stick = gateway.stick()
    gateway.configure()
    gateway.start()
    gateway.modem("counter", "ready")
    mirror = start(gateway, crm, monkeypatch)

    # Texts come in and wait to go out, and it is killed when it has done some of it.
    write(
        crm,
        *(
            f"INSERT INTO outbox (phone, text) VALUES ('514 555 73{n:02}', 'Ready {n}')"  # noqa: S608 - the test's own
            for n in range(10)
        ),
    )
    for n in range(10):
        stick.order("text_in", **{"from": f"+151455574{n:02}", "text": f"Is it ready? {n}"})
        if n == 5:
            gateway.stop()
            gateway.start()
            gateway.modem("counter", "ready")
        if n in {2, 7}:
            mirror.until("message.received")
            mirror.end(signal.SIGKILL)
            mirror = start(gateway, crm, monkeypatch)
    while not all_there(crm):
        mirror.until("message.")

    assert sorted(texts(crm, "in")) == sorted((f"Is it ready? {n}",) for n in range(10))
    assert sorted(texts(crm, "out")) == sorted((f"Ready {n}",) for n in range(10))
    assert len(stick.ledger("text")) == 10
    assert len({outcome for (outcome,) in rows(crm, "SELECT outcome FROM outbox")}) == 10

    # A name that the CRM knows goes in; one that somebody changed meanwhile comes out.
    ((number, contact),) = rows(crm, "SELECT id, contact FROM customers WHERE phone LIKE '%7400'")
    write(crm, f"UPDATE customers SET name = 'Amélie', changed_here = 1 WHERE id = {number}")  # noqa: S608 - ours

    def named() -> Any:
        found = gateway.http("GET", f"/v1/contacts/{contact}").json
        return found if found["name"] == "Amélie" else None

    assert gateway.until(named, types="contact.updated")["external_id"] == f"crm-{number}"
    mirror.until(f"contact.updated {contact}")
    found = gateway.http("GET", f"/v1/conversations?external_id=crm-{number}").json["items"]
    assert [one["contact"]["id"] for one in found] == [contact]
    mirror.end(signal.SIGKILL)


def texts(crm: Path, direction: str) -> list[Any]:
    return rows(crm, f"SELECT text FROM messages WHERE direction = '{direction}'")  # noqa: S608 - ours


def all_there(crm: Path) -> bool:
    sent = rows(crm, "SELECT id FROM messages WHERE state IN ('sent', 'received')")
    return len(sent) == 20

"""What a business owes its customers' data: erased on request, from every place where it lies."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from gatewayd.services.erasures import semi_octets
from modem.pdu.gsm7 import encode, pack

SENDER = "+15145550861"
SECRET = "My door code is walrus-galaxy-77 please tell nobody"
ANSWER = "We will not tell anybody about walrus-galaxy-77"


def contact_of(gateway: Any, number: str) -> Any:
    (contact,) = gateway.http("GET", f"/v1/contacts?q={number[1:]}").json["items"]
    return contact


def files_of(folder: Path) -> dict[str, bytes]:
    """All that the database's files hold at this moment."""
    return {file.name: file.read_bytes() for file in folder.rglob("gatewayd.db*")}


def test_a_customer_is_erased_from_everywhere_they_lay(new_gateway: Any) -> None:
    gateway = new_gateway()
    stick = gateway.stick()
    gateway.configure()
    gateway.start()
    gateway.modem("counter", "ready")
    stick.order("text_in", **{"from": SENDER, "text": SECRET})
    first = gateway.incoming(**{"from": SENDER})
    path = f"/v1/conversations/{first['conversation_id']}"
    answer = gateway.http("POST", f"{path}/messages", {"text": ANSWER}).json
    gateway.message(answer["id"], "delivered")
    gateway.http("POST", f"{path}/notes", {"text": "Their code is walrus-galaxy-77"})
    tomorrow = datetime.now(tz=UTC) + timedelta(days=1)
    later = {"text": "walrus-galaxy-77 again", "send_at": tomorrow.isoformat()}
    waiting = gateway.http("POST", f"{path}/messages", later).json
    contact = contact_of(gateway, SENDER)
    gateway.http("PATCH", f"/v1/contacts/{contact['id']}", {"notes": "walrus-galaxy-77"})
    stick.order("text_in", **{"from": "+15145550862", "text": "Somebody else's words"})
    gateway.incoming(**{"from": "+15145550862"})
    backup = gateway.folder / "before.db"
    assert gateway.cli("backup", str(backup)).status == 0

    erased = gateway.http(
        "POST", f"/v1/contacts/{contact['id']}/erase", {"reason": "asked by letter of 3 May"}
    )

    assert erased.status == 200, erased.json
    assert (erased.json["messages"], erased.json["canceled"]) == (3, 1)
    assert erased.json["files"] in {"clean", "rewritten"}
    assert str(backup) in [copy["file"] for copy in erased.json["backups"]]
    packed = [pack(encode(text))[:24] for text in (SECRET, ANSWER)]
    needles = [b"walrus", SENDER[1:].encode(), semi_octets(SENDER[1:]), *packed]
    lying = files_of(gateway.folder)
    assert lying
    for name, octets in lying.items():
        assert [needle for needle in needles if needle in octets] == [], name
    assert all(needle in backup.read_bytes() for needle in needles)

    after = gateway.http("GET", path).json
    assert after["timeline"]["items"][0]["type"] == "erased"
    assert {
        entry["message"]["text"] for entry in after["timeline"]["items"] if entry["message"]
    } == {None}
    assert gateway.message(waiting["id"])["state"] == "canceled"
    assert gateway.message(answer["id"])["state"] == "delivered"
    others = gateway.http("GET", "/v1/messages?contact=%2B15145550862").json["items"]
    assert [each["text"] for each in others] == ["Somebody else's words"]
    events = gateway.http("GET", "/v1/events?limit=200", headers={"Accept": "application/json"})
    assert "walrus" not in str(events.json)
    (told,) = gateway.http("GET", "/v1/audit?action=contact.erased").json["items"]
    assert told["data"]["reason"] == "asked by letter of 3 May"
    assert gateway.cli("audit", "verify").status == 0

    stick.order("text_in", **{"from": SENDER, "text": "It is me again"})
    again = gateway.incoming(**{"from": SENDER})
    assert again["conversation_id"] != first["conversation_id"]

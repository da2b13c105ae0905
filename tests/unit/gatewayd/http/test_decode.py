"""Trying unread PDUs again, over HTTP."""

from datetime import UTC, datetime
from typing import Any

from gatewayd.services.tokens import Scope
from modem.pdu import Address, Frame, build_delivers
from storage import inbound
from storage.ids import Prefix, new_id
from storage.inbound import NewIncoming, NewPdu, PduKind
from storage.unread import PLACEHOLDER

UNREADABLE = b"\x00\x04\x0b"


def a_text(text: str) -> bytes:
    (deliver,) = build_delivers(
        originator="+15145550123",
        text=text,
        time=datetime(2026, 12, 1, 12, tzinfo=UTC),
        concat_reference=1,
    )
    return Frame(smsc=Address.parse("+15149876543"), tpdu=deliver.to_bytes()).to_bytes()


async def keep_unread(api: Any, raw: bytes) -> str:
    """Keep it as a former version did; gives the id of the message that shows it."""
    now_ms = api.clock.now_ms()
    message = NewIncoming(
        id=new_id(Prefix.MESSAGE, now_ms=now_ms),
        from_="unknown",
        to_number="+15145550100",
        text=None,
        encoding="unknown",
        inbox="main",
        modem="counter",
        iccid="8930",
        kind=PLACEHOLDER,
        sc_time_ms=None,
        parts_total=1,
        parts_present=1,
        complete=True,
        error_code="undecoded",
        error_detail="cannot be read",
    )
    pdu = NewPdu(
        id=new_id(Prefix.PDU, now_ms=now_ms),
        raw=raw,
        digest=raw,
        modem="counter",
        holder="8930",
        kind=PduKind.UNDECODED,
        received_at_ms=now_ms,
        message_id=message.id,
    )
    async with api.context.store.write() as tx:
        await inbound.insert_incoming(tx, message, now_ms=now_ms)
        await inbound.insert_pdu(tx, pdu)
    return message.id


async def test_what_can_be_read_is_read_and_the_rest_is_told(api: Any) -> None:
    read = await keep_unread(api, a_text("Où est ma commande?"))
    left = await keep_unread(api, UNREADABLE)

    answer = await api.admin("POST", "/v1/messages/decode")

    (item,) = answer.pop("items")
    assert answer == {"tried": 2, "read": 1, "unreadable": 1}
    assert item.pop("id").startswith("pdu_")
    assert item.pop("detail")
    assert item == {
        "message_id": left,
        "modem": "counter",
        "received_at": "2026-12-01T12:00:00.000Z",
        "code": "truncated",
    }
    message = await api.admin("GET", f"/v1/messages/{read}")
    assert (message["text"], message["from"]) == ("Où est ma commande?", "+15145550123")
    assert (message["kind"], message["error"]) == ("text", None)
    events = await api.admin("GET", "/v1/events", headers={"Accept": "application/json"})
    (last, *_) = reversed(events["items"])
    assert (last["type"], last["data"]["id"]) == ("message.updated", read)
    assert last["data"]["text"] == "Où est ma commande?"


async def test_only_administrators(api: Any) -> None:
    headers = await api.token(Scope.MESSAGES_SEND, Scope.MESSAGES_READ)
    async with api.tcp.post("/v1/messages/decode", headers=headers) as answer:
        assert answer.status == 403

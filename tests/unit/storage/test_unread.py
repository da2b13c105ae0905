from typing import Any

from storage import inbound, queries, unread
from storage.engine import Store
from storage.ids import Prefix, new_id
from storage.inbound import NewIncoming, NewPdu, PduKind
from storage.unread import PLACEHOLDER, Reading

NOW = 1_800_000_000_000


def pdu(kind: PduKind = PduKind.UNDECODED, *, at: int = NOW, **fields: Any) -> NewPdu:
    values: dict[str, Any] = {
        "id": new_id(Prefix.PDU, now_ms=NOW),
        "raw": b"\x00\x04",
        "digest": b"digest",
        "modem": "counter",
        "holder": "8930",
        "kind": kind,
        "received_at_ms": at,
    }
    return NewPdu(**{**values, **fields})


def placeholder(**fields: Any) -> NewIncoming:
    values: dict[str, Any] = {
        "id": new_id(Prefix.MESSAGE, now_ms=NOW),
        "from_": "unknown",
        "to_number": "+15145550100",
        "text": None,
        "encoding": "unknown",
        "inbox": "main",
        "modem": "counter",
        "iccid": "8930",
        "kind": PLACEHOLDER,
        "sc_time_ms": None,
        "parts_total": 1,
        "parts_present": 1,
        "complete": True,
        "error_code": "undecoded",
        "error_detail": "cannot be read",
    }
    return NewIncoming(**{**values, **fields})


async def test_pages_hold_what_is_unread_and_no_copy(store: Store) -> None:
    late = pdu(at=NOW + 2)
    first = pdu(error="truncated")
    second = pdu(PduKind.QUARANTINED)
    others = [
        pdu(PduKind.DELIVER),
        pdu(PduKind.REPORT),
        pdu(at=NOW + 1, copy_of=first.id),
    ]
    async with store.write() as tx:
        for one in (late, first, second, *others):
            await inbound.insert_pdu(tx, one)
        assert await unread.page(tx, after=None, limit=2) == [first, second]
        assert await unread.page(tx, after=second, limit=2) == [late]
        assert await unread.page(tx, after=late, limit=2) == []


async def test_a_pdu_and_its_copies_are_settled_once(store: Store) -> None:
    original = pdu(error="truncated")
    copy = pdu(copy_of=original.id)
    message = placeholder()
    reading = Reading(kind=PduKind.DELIVER, digest=b"identity", message_id=message.id)
    async with store.write() as tx:
        await inbound.insert_pdu(tx, original)
        await inbound.insert_pdu(tx, copy)
        await inbound.insert_incoming(tx, message, now_ms=NOW)
        assert await unread.settle(tx, original, reading)
        assert not await unread.settle(tx, original, reading)
        found = await inbound.find_pdu(tx, digest=b"identity")
        kinds = (await tx.exec_driver_sql("SELECT DISTINCT kind FROM pdus")).scalars().all()
    assert found is not None
    assert (found.id, found.message_id, found.error) == (original.id, message.id, None)
    assert kinds == ["deliver"]


async def test_which_modem_has_something_quarantined(store: Store) -> None:
    async with store.write() as tx:
        await inbound.insert_pdu(tx, pdu())
        assert not await unread.any_quarantined(tx, "counter")
        await inbound.insert_pdu(tx, pdu(PduKind.QUARANTINED))
        assert await unread.any_quarantined(tx, "counter")
        assert not await unread.any_quarantined(tx, "spare")


async def test_a_message_is_replaced_where_it_stands(store: Store, desk: Any) -> None:
    before = placeholder()
    now = placeholder(
        id=before.id,
        from_="+15145550199",
        text="hello",
        encoding="gsm7",
        kind="text",
        inbox="elsewhere",
        error_code=None,
        error_detail=None,
    )
    async with store.write() as tx:
        await inbound.insert_incoming(tx, before, now_ms=NOW)
        assert await unread.replace_message(tx, now, now_ms=NOW + 9)
        row = await queries.get_message(tx, before.id)
        unknown = placeholder(id="msg_none")
        assert not await unread.replace_message(tx, unknown, now_ms=NOW)
    assert row is not None
    assert (row.from_number, row.contact, row.text) == ("+15145550199", "+15145550199", "hello")
    assert (row.kind, row.error_code, row.inbox) == ("text", None, "main")
    assert row.created_at_ms == NOW
    assert await desk.events() == ["message.received", "message.updated"]


async def test_only_a_placeholder_that_no_pdu_names_is_taken_back(store: Store, desk: Any) -> None:
    named, text, loose = placeholder(), placeholder(kind="text"), placeholder()
    async with store.write() as tx:
        for message in (named, text, loose):
            await inbound.insert_incoming(tx, message, now_ms=NOW)
        await inbound.insert_pdu(tx, pdu(message_id=named.id))
        gone = [
            await unread.remove_placeholder(tx, one.id, merged_into=text.id, now_ms=NOW)
            for one in (named, text, loose)
        ]
        assert await queries.get_message(tx, loose.id) is None
    assert gone == [False, False, True]
    assert (await desk.events())[-1] == "message.updated"

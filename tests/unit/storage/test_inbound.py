from typing import Any

import pytest
from sqlalchemy.exc import IntegrityError

from storage import groups, inbound, queries
from storage.engine import Store
from storage.groups import GroupKey
from storage.ids import Prefix, new_id
from storage.inbound import NewIncoming, NewPdu, PduKind

NOW = 1_800_000_000_000
SLOT = {"holder": "8930", "store": "SM", "index": 0}


def pdu(raw: bytes = b"\x00\x04", *, at: int = NOW, **fields: Any) -> NewPdu:
    values: dict[str, Any] = {
        "id": new_id(Prefix.PDU, now_ms=at),
        "raw": raw,
        "digest": b"digest of " + raw,
        "modem": "counter",
        "holder": "8930",
        "kind": PduKind.DELIVER,
        "received_at_ms": at,
    }
    return NewPdu(**{**values, **fields})


def incoming(**fields: Any) -> NewIncoming:
    values: dict[str, Any] = {
        "id": new_id(Prefix.MESSAGE, now_ms=NOW),
        "from_": "+15145550199",
        "to_number": "+15145550100",
        "text": "hello",
        "encoding": "gsm7",
        "inbox": "main",
        "modem": "counter",
        "iccid": "8930",
        "kind": "text",
        "sc_time_ms": NOW - 5000,
        "parts_total": 1,
        "parts_present": 1,
        "complete": True,
    }
    return NewIncoming(**{**values, **fields})


async def test_a_message_is_stored_with_its_pdu_and_slot_at_once(store: Store, desk: Any) -> None:
    message = incoming()
    raw = pdu(message_id=message.id, part_number=1)
    async with store.write() as tx:
        await inbound.insert_pdu(tx, raw)  # before its message: the reference is deferred
        await inbound.set_slot(tx, **SLOT, digest=raw.digest, pdu_id=raw.id, now_ms=NOW)
        await inbound.insert_incoming(tx, message, now_ms=NOW)
    async with store.read() as tx:
        row = await queries.get_message(tx, message.id)
        slot = await inbound.slot(tx, **SLOT)
        assert await inbound.slots_of(tx, "8930") == [slot]
        assert await inbound.slots_of(tx, "9999") == []
        assert await inbound.find_pdu(tx, digest=raw.digest) == raw
    assert row is not None
    assert (row.direction, row.state, row.contact) == ("in", "received", "+15145550199")
    assert (row.sc_time_ms, row.complete, row.author_id) == (NOW - 5000, True, None)
    assert slot is not None
    assert (slot.index, slot.digest, slot.pdu_id) == (0, raw.digest, raw.id)
    assert await desk.events() == ["message.received"]


async def test_a_pdu_of_no_message_is_refused_at_commit(store: Store) -> None:
    async def unit() -> None:
        async with store.write() as tx:
            await inbound.insert_pdu(tx, pdu(message_id="msg_none"))

    with pytest.raises(IntegrityError, match="FOREIGN KEY"):
        await unit()
    await store.check()


async def test_a_slot_is_taken_over_and_forgotten(store: Store) -> None:
    async with store.write() as tx:
        await inbound.set_slot(tx, **SLOT, digest=b"1", pdu_id="pdu_1", now_ms=NOW)
        await inbound.set_slot(tx, **SLOT, digest=b"2", pdu_id="pdu_2", now_ms=NOW)
        slot = await inbound.slot(tx, **SLOT)
        assert slot is not None
        assert slot.digest == b"2"
        assert await inbound.forget_slot(tx, **SLOT)
        assert not await inbound.forget_slot(tx, **SLOT)
        assert await inbound.slot(tx, **SLOT) is None


async def test_the_first_of_identical_pdus_is_found_never_a_copy(store: Store) -> None:
    first, second = pdu(at=NOW), pdu(at=NOW + 5)
    async with store.write() as tx:
        for one in (first, second, pdu(at=NOW + 40, copy_of=first.id)):
            await inbound.insert_pdu(tx, one)
        assert await inbound.find_pdu(tx, digest=first.digest) == first
        assert await inbound.find_pdu(tx, digest=first.digest, since_ms=NOW + 1) == second
        assert await inbound.find_pdu(tx, digest=first.digest, since_ms=NOW + 6) is None
        assert await inbound.find_pdu(tx, digest=b"other") is None


KEY = GroupKey(holder="8930", sender="+15145550199", reference=7, wide=False, total=3)


async def add(store: Store, group_id: str, number: int) -> groups.GroupRow:
    async with store.write() as tx:
        part = pdu(bytes([number]))
        await inbound.insert_pdu(tx, part)
        return await groups.add_to_group(
            tx, group_id=group_id, number=number, pdu_id=part.id, now_ms=NOW
        )


async def create(store: Store, key: GroupKey = KEY, *, at: int = NOW) -> str:
    async with store.write() as tx:
        return await groups.create_group(tx, key, now_ms=at)


async def test_parts_gather_in_their_group_in_any_order(store: Store) -> None:
    group_id = await create(store)
    await add(store, group_id, 3)
    row = await add(store, group_id, 1)
    assert (row.key, row.present, row.complete) == (KEY, 2, False)
    async with store.read() as tx:
        parts = await groups.group_parts(tx, group_id)
        assert [(part.number, part.raw) for part in parts] == [(1, b"\x01"), (3, b"\x03")]
        assert await groups.open_groups(tx, KEY, number=2) == [row]
        # A part that is here already belongs to another message with the same reference.
        assert await groups.open_groups(tx, KEY, number=3) == []
        assert await groups.open_groups(tx, KEY, number=2, since_ms=NOW + 1) == []
        other = GroupKey(holder="8930", sender="+1", reference=7, wide=False, total=3)
        assert await groups.open_groups(tx, other, number=2) == []


async def test_of_groups_with_one_reference_the_newer_is_first(store: Store) -> None:
    older, newer = await create(store, at=NOW), await create(store, at=NOW + 1)
    async with store.read() as tx:
        found = await groups.open_groups(tx, KEY, number=1)
    assert [group.id for group in found] == [newer, older]


async def test_a_group_is_shown_with_gaps_and_completed_later(store: Store, desk: Any) -> None:
    group_id = await create(store)
    await add(store, group_id, 1)
    message = incoming(text="he[…]", parts_total=3, parts_present=1, complete=False)
    finish = {"group_id": group_id, "message_id": message.id}
    async with store.write() as tx:
        assert await groups.due_groups(tx, before_ms=NOW - 1) == []
        (due,) = await groups.due_groups(tx, before_ms=NOW)
        assert due.id == group_id
        await inbound.insert_incoming(tx, message, now_ms=NOW)
        assert await groups.finish_group(tx, **finish, complete=False)
        assert await groups.due_groups(tx, before_ms=NOW) == []
    assert await desk.column("SELECT message_id FROM pdus") == [message.id]
    await add(store, group_id, 2)
    row = await add(store, group_id, 3)
    assert row.present == 3
    filled = {"message_id": message.id, "text": "hello", "encoding": "gsm7", "parts_present": 3}
    async with store.write() as tx:
        assert await inbound.update_incoming_text(tx, **filled, complete=True, now_ms=NOW)
        assert not await inbound.update_incoming_text(tx, **filled, complete=True, now_ms=NOW)
        assert await groups.finish_group(tx, **finish, complete=True)
        assert not await groups.finish_group(tx, **finish, complete=True)
        assert await groups.open_groups(tx, KEY, number=1) == []
        found = await queries.get_message(tx, message.id)
    assert found is not None
    assert (found.text, found.parts_present, found.complete) == ("hello", 3, True)
    assert await desk.column("SELECT DISTINCT message_id FROM pdus") == [message.id]
    assert await desk.events() == ["message.received", "message.updated"]

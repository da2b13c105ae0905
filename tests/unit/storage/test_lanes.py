"""Which modem may claim what, where several can: the same SIM for the same customer, failover."""

from typing import Any

import pytest
from sqlalchemy import event

from storage import inbound, modems, outbox
from storage.engine import Store
from storage.modems import ModemRow
from storage.outbox import lanes

NOW = 1_800_000_000_000
TEAM = ("counter", "back")
SHARED = outbox.Sharing(by_sim=True)
STAND_IN = outbox.Sharing(by_sim=True, stands_in_for=("main",))
COUNTER = {"modem": "counter", "iccid": "8930", "sharing": SHARED}
BACK = {"modem": "back", "iccid": "8931", "sharing": SHARED}
CONTACT, OTHER = "+15145550123", "+15145550124"


@pytest.fixture
async def _team(store: Store) -> None:
    async with store.write() as tx:
        for name, iccid, number in (
            ("counter", "8930", "+15145550100"),
            ("back", "8931", "+15145550200"),
        ):
            row = ModemRow(name=name, iccid=iccid, number=number)
            await modems.upsert(tx, row, now_ms=NOW)


pytestmark = pytest.mark.usefixtures("_team")


async def enqueue(desk: Any, **fields: Any) -> str:
    message_id: str = await desk.enqueue(sharing=TEAM, **fields)
    return message_id


async def send(desk: Any, way: dict[str, Any], *, reference: int = 1) -> None:
    part = await desk.submit(**way)
    await desk.do(outbox.accept, part_id=part, reference=reference, now_ms=NOW)


async def claimed_by(desk: Any, way: dict[str, Any]) -> str | None:
    part = await desk.claim(**way)
    return None if part is None else part.message_id


async def test_a_new_contact_goes_to_whoever_is_free(desk: Any) -> None:
    first, second = await enqueue(desk), await enqueue(desk, to=OTHER)
    assert await claimed_by(desk, BACK) == first
    assert await claimed_by(desk, COUNTER) == second


async def test_a_known_contact_keeps_its_sim(desk: Any) -> None:
    await enqueue(desk)
    await send(desk, BACK)
    again = await enqueue(desk)
    assert await desk.value("SELECT from_number FROM messages WHERE id = :id", id=again) == (
        "+15145550200"
    )
    assert await claimed_by(desk, COUNTER) is None
    assert await claimed_by(desk, BACK) == again
    assert await desk.value("SELECT failover FROM messages WHERE id = :id", id=again) == 0


async def test_the_sim_of_the_last_message_counts_whichever_way_it_went(
    desk: Any, store: Store
) -> None:
    await enqueue(desk)
    await send(desk, BACK)
    async with store.write() as tx:
        await inbound.insert_incoming(
            tx,
            inbound.NewIncoming(
                id="msg_in",
                from_=CONTACT,
                to_number=None,
                text="hi",
                encoding="gsm7",
                inbox="main",
                modem="counter",
                iccid="8930",
                kind="text",
                sc_time_ms=None,
                parts_total=1,
                parts_present=1,
                complete=True,
            ),
            now_ms=NOW,
        )
    again = await enqueue(desk)
    assert await claimed_by(desk, BACK) is None
    assert await claimed_by(desk, COUNTER) == again


async def test_another_inbox_s_talk_does_not_count(desk: Any) -> None:
    await enqueue(desk, inbox="branch")
    await send(desk, BACK | {"inboxes": ("branch",)})
    here = await enqueue(desk)
    assert await claimed_by(desk, COUNTER) == here


async def test_two_modems_never_write_to_one_new_contact_at_once(desk: Any) -> None:
    first, second = await enqueue(desk), await enqueue(desk)
    part = await desk.submit(**COUNTER)
    assert await claimed_by(desk, BACK) is None
    await desk.do(outbox.accept, part_id=part, reference=1, now_ms=NOW)
    await desk.do(outbox.follow, inbox="main", contact=CONTACT, pin="8930")
    assert await desk.value("SELECT sim FROM messages WHERE id = :id", id=second) == "8930"
    assert await claimed_by(desk, BACK) is None
    assert await claimed_by(desk, COUNTER) == second
    assert first != second


async def test_what_was_put_back_is_anyone_s_again(desk: Any) -> None:
    message_id = await enqueue(desk)
    part = await desk.claim(**COUNTER)
    await desk.do(
        outbox.requeue,
        part_id=part.part_id,
        now_ms=NOW,
        due_at_ms=NOW,
        code="released",
        detail=None,
        counts=False,
    )
    assert await claimed_by(desk, BACK) == message_id


async def test_a_modem_that_could_not_tell_its_sim_keeps_its_contacts(desk: Any) -> None:
    await enqueue(desk)
    await send(desk, COUNTER | {"iccid": None})
    again = await enqueue(desk)
    assert await claimed_by(desk, BACK) is None
    assert await claimed_by(desk, COUNTER) == again


async def test_a_sim_that_is_gone_leaves_its_contacts_to_all_and_it_is_shown(
    desk: Any, store: Store
) -> None:
    await enqueue(desk)
    await send(desk, BACK)
    async with store.write() as tx:
        await modems.upsert(tx, ModemRow(name="back", iccid="8939"), now_ms=NOW)
    again = await enqueue(desk)
    assert await claimed_by(desk, COUNTER) == again
    assert await desk.value("SELECT failover FROM messages WHERE id = :id", id=again) == 1
    told = await desk.value("SELECT data FROM changes ORDER BY seq DESC LIMIT 1")
    assert '"failover": true' in str(told)
    assert '"modem": "counter"' in str(told)


async def test_what_waited_for_a_sim_that_is_gone_is_mended(desk: Any) -> None:
    await enqueue(desk)
    await send(desk, BACK)
    again = await enqueue(desk)
    assert await desk.do(outbox.mend, inbox="main", in_use=["main/8930"]) == 1
    assert await desk.do(outbox.mend, inbox="main", in_use=["main/8930"]) == 0
    assert await claimed_by(desk, COUNTER) == again
    assert await desk.value("SELECT failover FROM messages WHERE id = :id", id=again) == 1


async def stranded(desk: Any, lane: str, before: int) -> list[str]:
    found: list[str] = await desk.do(outbox.stranded, lane=lane, before_ms=before)
    return found


async def test_only_what_is_due_for_long_and_not_begun_may_go_elsewhere(desk: Any) -> None:
    old = await desk.enqueue(at=NOW - 1000)
    await desk.enqueue(at=NOW)
    await desk.enqueue(at=NOW - 5000, send_at_ms=NOW)
    begun = await desk.enqueue(parts=2, at=NOW - 3000)
    taken = await desk.enqueue(parts=2, at=NOW - 2000)
    part = await desk.submit()  # of begun
    await desk.do(outbox.accept, part_id=part, reference=1, now_ms=NOW)
    assert (await desk.claim()).message_id == begun
    assert (await desk.claim()).message_id == taken
    found = await stranded(desk, "main", NOW - 1000)
    assert found == await desk.column("SELECT id FROM parts WHERE message_id = :id", id=old)


async def test_what_is_in_doubt_never_goes_elsewhere(desk: Any) -> None:
    await desk.enqueue(on_unknown="resend", at=NOW - 9000)
    part = await desk.submit()
    await desk.do(
        outbox.mark_unknown, part_id=part, code="no_answer", detail=None, now_ms=NOW - 8000
    )
    assert await desk.do(outbox.resend_unknown, now_ms=NOW, resend_after_ms=1000) == 1
    assert await stranded(desk, "main", NOW) == []
    await desk.do(outbox.stand_by, part_ids=[part], inbox="main")
    way = {"modem": "back", "iccid": "8931", "inboxes": ("branch",), "sharing": STAND_IN}
    assert await claimed_by(desk, way) is None
    assert await claimed_by(desk, {}) is not None


async def test_a_part_that_stands_by_goes_by_another_number_and_it_is_shown(desk: Any) -> None:
    message_id = await desk.enqueue()
    way = {"modem": "back", "iccid": "8931", "inboxes": ("branch",), "sharing": STAND_IN}
    assert await claimed_by(desk, way) is None
    await desk.do(outbox.stand_by, part_ids=await stranded(desk, "main", NOW), inbox="main")
    assert await claimed_by(desk, way) == message_id
    assert await desk.value("SELECT failover FROM messages WHERE id = :id", id=message_id) == 1


async def test_a_part_that_stands_by_can_still_go_by_its_own(desk: Any) -> None:
    message_id = await desk.enqueue()
    await desk.do(outbox.stand_by, part_ids=await stranded(desk, "main", NOW), inbox="main")
    own = outbox.Sharing(stands_in_for=("main",))
    assert await claimed_by(desk, {"sharing": own}) == message_id
    assert await desk.value("SELECT failover FROM messages WHERE id = :id", id=message_id) == 0


async def test_long_queues_and_histories_are_read_by_an_index(store: Store) -> None:
    asked: list[tuple[str, Any]] = []

    def note(_1: Any, _2: Any, sql: str, values: Any, _3: Any, _4: Any) -> None:
        asked.append((sql, values))

    async with store.write() as tx:
        assert tx.sync_connection
        event.listen(tx.sync_connection, "before_cursor_execute", note)
        await lanes.choose(tx, inbox="main", contact=CONTACT, sharing=TEAM)
        await lanes.take_up(tx, inbox="main", sharing=TEAM)
        await lanes.stranded(tx, lane="main", before_ms=NOW)
        event.remove(tx.sync_connection, "before_cursor_execute", note)
        plan = [
            row.detail
            for sql, values in asked
            for row in await tx.exec_driver_sql(f"EXPLAIN QUERY PLAN {sql}", values)
        ]
        for prepared in (lanes._KNOW, lanes._FOLLOW):  # which no event tells of
            compiled = prepared.statement.compile(dialect=tx.dialect)
            known = compiled.construct_params(dict.fromkeys(compiled.binds, "x"))
            values = tuple(known[name] for name in compiled.positiontup)
            rows = await tx.exec_driver_sql(f"EXPLAIN QUERY PLAN {compiled}", values)
            plan += [row.detail for row in rows]
    assert sum("ix_messages_contact_seq (contact=?)" in line for line in plan) == 3
    assert sum("ix_parts_waiting_for (destination=? AND lane=?)" in line for line in plan) == 2
    assert sum("ix_parts_queue (lane=?)" in line for line in plan) == 2
    assert not [line for line in plan if line.startswith("SCAN") and line != "SCAN modems"]

import asyncio
from typing import Any

import pytest

from storage import outbox
from storage.engine import Store
from storage.outbox.claims import _take_next

NOW = 1_800_000_000_000


async def test_an_empty_queue_gives_nothing(desk: Any) -> None:
    assert await desk.claim() is None
    assert await desk.claim(inboxes=()) is None


async def test_a_claim_tells_all_that_a_worker_needs(desk: Any) -> None:
    message_id = await desk.enqueue(expires_at_ms=NOW + 5)
    part = await desk.claim()
    assert part == outbox.ClaimedPart(
        part_id=part.part_id,
        message_id=message_id,
        number=1,
        total=1,
        tpdu=b"\x01",
        to="+15145550123",
        attempt=1,
        expires_at_ms=NOW + 5,
        delivery_report=True,
        on_unknown="hold",
        priority=1,
        inbox="main",
        free=True,
        exempt=False,
    )
    assert await desk.state(message_id) == "sending"
    assert await desk.events() == ["message.queued", "message.sending"]
    assert await desk.claim() is None


async def test_order_is_priority_then_due_time_then_message(desk: Any) -> None:
    bulk = await desk.enqueue(priority=2, send_at_ms=NOW - 9000)
    second = await desk.enqueue(priority=1)
    third = await desk.enqueue(priority=1)
    first = await desk.enqueue(priority=1, send_at_ms=NOW - 5000)
    urgent = await desk.enqueue(priority=0)
    claimed = [(await desk.claim()).message_id for _ in range(5)]
    assert claimed == [urgent, first, second, third, bulk]


async def test_order_holds_over_several_inboxes(desk: Any) -> None:
    late = await desk.enqueue(inbox="a")
    early = await desk.enqueue(inbox="b", send_at_ms=NOW - 1)
    urgent = await desk.enqueue(inbox="b", priority=0)
    foreign = await desk.enqueue(inbox="c", priority=0)
    claimed = [(await desk.claim(inboxes=("a", "b"))).message_id for _ in range(3)]
    assert claimed == [urgent, early, late]
    assert await desk.claim(inboxes=("a", "b")) is None
    assert (await desk.claim(inboxes=("c",))).message_id == foreign


async def test_nothing_is_claimed_before_its_time_or_after_its_expiry(desk: Any) -> None:
    await desk.enqueue(send_at_ms=NOW + 1000, expires_at_ms=NOW + 2000)
    assert await desk.claim(at=NOW + 999) is None
    assert await desk.claim(at=NOW + 2000) is None
    assert await desk.claim(at=NOW + 1000) is not None


async def test_the_parts_of_a_message_go_one_after_the_other(desk: Any, store: Store) -> None:
    message_id = await desk.enqueue(parts=2)
    other = await desk.enqueue()
    first = await desk.submit()
    assert (await desk.claim()).message_id == other  # part 2 waits for part 1's answer
    assert await desk.claim() is None
    async with store.write() as tx:
        assert await outbox.accept(tx, part_id=first, reference=7, now_ms=NOW)
        following = await outbox.claim(
            tx, modem="counter", iccid="8930", inboxes=["main"], now_ms=NOW
        )
    assert (following.message_id, following.number) == (message_id, 2)


async def test_a_part_that_backs_off_holds_its_followers_back(desk: Any) -> None:
    await desk.enqueue(parts=2)
    part_id = await desk.submit()
    await desk.do(
        outbox.requeue,
        part_id=part_id,
        now_ms=NOW,
        due_at_ms=NOW + 1000,
        code="cms_42",
        detail=None,
        counts=True,
    )
    assert await desk.claim() is None
    again = await desk.claim(at=NOW + 1000)
    assert (again.part_id, again.attempt) == (part_id, 2)


async def test_once_on_the_air_a_message_stays_on_its_sim(desk: Any) -> None:
    message_id = await desk.enqueue(parts=2)
    part_id = await desk.submit(iccid="8930")
    await desk.do(outbox.accept, part_id=part_id, reference=7, now_ms=NOW)
    assert await desk.claim(modem="spare", iccid="9999") is None
    assert await desk.claim(modem="counter", iccid=None) is None
    assert (await desk.claim(modem="moved", iccid="8930")).message_id == message_id


async def test_a_sim_without_a_readable_iccid_is_known_by_its_modem(desk: Any) -> None:
    await desk.enqueue(parts=2)
    part_id = await desk.submit(iccid=None)
    await desk.do(outbox.accept, part_id=part_id, reference=7, now_ms=NOW)
    assert await desk.claim(modem="spare", iccid=None) is None
    assert await desk.claim(modem="counter", iccid=None) is not None


async def test_an_unknown_part_does_not_hold_its_followers_back(desk: Any) -> None:
    await desk.enqueue(parts=2)
    part_id = await desk.submit()
    await desk.do(outbox.mark_unknown, part_id=part_id, code="silence", detail=None, now_ms=NOW)
    assert (await desk.claim()).number == 2


async def test_rival_claims_never_take_one_part_twice(desk: Any) -> None:
    for _ in range(12):
        await desk.enqueue()
    claims = await asyncio.gather(*(desk.claim(modem=f"m{n}", iccid=f"{n}") for n in range(16)))
    taken = [part.part_id for part in claims if part is not None]
    assert len(taken) == len(set(taken)) == 12


async def test_marking_fails_once_the_message_was_canceled(desk: Any) -> None:
    message_id = await desk.enqueue()
    part = await desk.claim()
    outcome = await desk.do(outbox.cancel, message_id=message_id, now_ms=NOW)
    assert outcome is outbox.CancelOutcome.CANCELED
    marked = await desk.do(
        outbox.mark_submitting,
        part_id=part.part_id,
        modem="counter",
        iccid="8930",
        imei=None,
        now_ms=NOW,
        deadline_ms=NOW,
    )
    assert marked is None
    assert await desk.value("SELECT count(*) FROM attempts") == 0


async def test_next_due_is_the_next_start_or_expiry(desk: Any, store: Store) -> None:
    async def next_due(at: int) -> int | None:
        async with store.read() as tx:
            return await outbox.next_due_ms(tx, now_ms=at)

    assert await next_due(NOW) is None
    await desk.enqueue(send_at_ms=NOW + 500)
    await desk.enqueue(expires_at_ms=NOW + 300)
    assert await next_due(NOW) == NOW + 300
    assert await next_due(NOW + 300) == NOW + 500
    assert await next_due(NOW + 500) is None


async def test_what_a_modem_began_without_telling_its_sim_goes_on_there(desk: Any) -> None:
    await desk.enqueue(parts=2)
    await desk.do(outbox.accept, part_id=await desk.submit(iccid=None), reference=1, now_ms=NOW)
    assert await desk.claim(modem="another", iccid="8930") is None
    assert (await desk.claim(modem="counter", iccid="8930")).number == 2


@pytest.mark.parametrize("shared", [False, True])
async def test_a_claim_reads_the_queue_by_its_index(store: Store, *, shared: bool) -> None:
    values = {
        "lane_0": "main",
        "now": NOW,
        "pin": "8930",
        "unnamed_pin": "modem:counter",
        "by_modem": "counter",
    }
    async with store.write() as tx:
        compiled = _take_next(1, shared=shared).statement.compile(dialect=tx.dialect)
        known = compiled.construct_params(values)
        plan = await tx.exec_driver_sql(
            f"EXPLAIN QUERY PLAN {compiled}", tuple(known[name] for name in compiled.positiontup)
        )
        details = [row.detail for row in plan]
    heads = [line for line in details if "ix_parts_queue" in line]
    assert len(heads) == 3
    assert all("due_at_ms<?" in line for line in heads)
    assert not [line for line in details if line.startswith("SCAN parts")]
    assert not [line for line in details if "SCAN rival" in line or "SCAN waiting" in line]

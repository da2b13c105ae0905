"""What a SIM was handed, and for how much, as the store remembers it."""

from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.dialects.sqlite import dialect
from sqlalchemy.sql import ClauseElement

from storage import outbox, pacing, queries
from storage.engine import Store


async def handed(store: Store, since_ms: int, *, iccid: str | None = "8930") -> list[int]:
    async with store.read() as tx:
        return await pacing.handed_since(tx, iccid=iccid, modem="counter", since_ms=since_ms)


async def cost(store: Store, since_ms: int, *, iccid: str | None = "8930") -> int:
    async with store.read() as tx:
        return await pacing.cost_since(
            tx, iccid=iccid, modem="counter", currency="CAD", since_ms=since_ms
        )


async def put_price(
    desk: Any, part_id: str, micros: int = 20_000, *, currency: str = "CAD"
) -> None:
    attempt = await desk.value("SELECT attempt_id FROM parts WHERE id = :id", id=part_id)
    await desk.do(pacing.set_price, attempt_id=attempt, micros=micros, currency=currency)


async def test_what_may_be_on_the_air_counts(store: Store, desk: Any, now: int) -> None:
    for _ in range(5):
        await desk.enqueue()
    accepted, unknown, refused, requeued, _running = [
        await desk.submit(at=now + place) for place in range(5)
    ]
    await desk.do(outbox.accept, part_id=accepted, reference=1, now_ms=now + 10)
    for outcome, part_id, more in (
        (outbox.mark_unknown, unknown, {}),
        (outbox.refuse, refused, {}),
        (outbox.requeue, requeued, {"due_at_ms": now + 99, "counts": True}),
    ):
        await desk.do(outcome, part_id=part_id, code="cms_1", detail=None, now_ms=now + 10, **more)
    assert await handed(store, now) == [now, now + 1, now + 4]
    assert await handed(store, now + 1) == [now + 1, now + 4]


async def test_it_is_the_sim_that_counts(store: Store, desk: Any, now: int) -> None:
    for _ in range(4):
        await desk.enqueue()
    await desk.submit(at=now)
    await desk.submit(modem="spare", at=now + 1)  # the SIM was moved
    await desk.submit(iccid="8931", at=now + 2)
    await desk.submit(iccid=None, at=now + 3)
    assert await handed(store, now) == [now, now + 1]
    assert await handed(store, now, iccid=None) == [now + 3]


async def test_a_part_that_was_sent_twice_counts_twice(store: Store, desk: Any, now: int) -> None:
    await desk.enqueue(on_unknown="resend")
    part_id = await desk.submit(at=now)
    await desk.do(outbox.mark_unknown, part_id=part_id, code="x", detail=None, now_ms=now)
    await desk.do(outbox.resend_unknown, now_ms=now + 5, resend_after_ms=1)
    await desk.submit(at=now + 6)
    assert await handed(store, now) == [now, now + 6]


async def test_only_what_was_accepted_costs(store: Store, desk: Any, now: int) -> None:
    parts = []
    for place in range(4):
        await desk.enqueue()
        parts.append(await desk.submit(at=now + place))
        await put_price(desk, parts[-1])
    early, late, doubtful, _running = parts
    await desk.do(outbox.accept, part_id=early, reference=1, now_ms=now)
    await desk.do(outbox.mark_unknown, part_id=late, code="x", detail=None, now_ms=now)
    await desk.do(outbox.accept, part_id=late, reference=None, now_ms=now)
    await desk.do(outbox.mark_unknown, part_id=doubtful, code="x", detail=None, now_ms=now)
    assert await cost(store, now) == 40_000
    assert await cost(store, now + 1) == 20_000
    assert await cost(store, now, iccid=None) == 0


@pytest.mark.parametrize(("as_", "micros"), [("sent", 20_000), ("failed", None)])
async def test_a_persons_word_decides_whether_it_cost(
    store: Store, desk: Any, now: int, as_: str, micros: int | None
) -> None:
    message_id = await desk.enqueue()
    part_id = await desk.submit(at=now)
    await put_price(desk, part_id)
    await desk.do(outbox.mark_unknown, part_id=part_id, code="x", detail=None, now_ms=now)
    await desk.do(outbox.resolve, message_id=message_id, as_=as_, now_ms=now, by="tok_1")
    async with store.read() as tx:
        row = await queries.get_message(tx, message_id)
    assert row is not None
    assert row.cost_micros == micros
    assert await cost(store, now) == (micros or 0)
    assert await handed(store, now) == [now]  # it may have gone all the same


@pytest.mark.parametrize(
    ("currencies", "paid"), [(("CAD", "CAD"), (40_000, "CAD")), (("CAD", "EUR"), (None, None))]
)
async def test_a_message_costs_what_its_parts_cost(
    store: Store, desk: Any, now: int, currencies: tuple[str, str], paid: tuple[Any, Any]
) -> None:
    message_id = await desk.enqueue(parts=2)
    for currency in currencies:
        part_id = await desk.submit(at=now)
        await put_price(desk, part_id, currency=currency)
        await desk.do(outbox.accept, part_id=part_id, reference=1, now_ms=now)
    async with store.read() as tx:
        row = await queries.get_message(tx, message_id)
    assert row is not None
    assert (row.cost_micros, row.cost_currency) == paid


@pytest.mark.parametrize("statement", [pacing._HANDED_TO_SIM, pacing._COST_OF_SIM])
async def test_counting_reads_an_index(store: Store, statement: ClauseElement) -> None:
    explained = f"EXPLAIN QUERY PLAN {statement.compile(dialect=dialect(paramstyle='named'))}"
    values = {"of_iccid": "8930", "since": 0, "in_currency": "CAD"}
    async with store.read() as tx:
        plan = " ".join(row.detail for row in await tx.execute(text(explained), values))
    assert "ix_attempts_iccid_started_at_ms (iccid=? AND started_at_ms>?)" in plan

import asyncio
from typing import Any

import pytest

from storage import changes, modems, outbox, queries
from storage.engine import Store

NOW = 1_800_000_000_000


async def attempts(store: Store, message_id: str) -> list[queries.AttemptRow]:
    async with store.read() as tx:
        return await queries.attempts_of(tx, message_id)


async def message(store: Store, message_id: str) -> Any:
    async with store.read() as tx:
        return await queries.get_message(tx, message_id)


async def test_an_accepted_part_makes_its_message_sent(desk: Any, store: Store) -> None:
    await desk.do(modems.upsert, modem=modems.ModemRow(name="counter", number="+1514"), now_ms=NOW)
    message_id = await desk.enqueue()
    part_id = await desk.submit()
    assert await desk.do(outbox.accept, part_id=part_id, reference=41, now_ms=NOW + 3)
    row = await message(store, message_id)
    assert (row.state, row.sent_at_ms, row.modem, row.iccid) == ("sent", NOW + 3, "counter", "8930")
    assert (row.from_number, row.on_air_at_ms, row.error_code) == ("+1514", NOW + 3, None)
    (attempt,) = await attempts(store, message_id)
    assert (attempt.outcome, attempt.reference, attempt.ended_at_ms) == ("accepted", 41, NOW + 3)
    assert (attempt.imei, attempt.part_number, attempt.deadline_ms) == ("3520", 1, NOW + 60_000)
    assert await desk.events() == ["message.queued", "message.sending", "message.sent"]


async def test_an_outcome_is_written_once(desk: Any) -> None:
    await desk.enqueue()
    part_id = await desk.submit()
    assert await desk.do(outbox.accept, part_id=part_id, reference=1, now_ms=NOW)
    fault = {"code": "x", "detail": None, "now_ms": NOW}
    assert not await desk.do(outbox.accept, part_id=part_id, reference=2, now_ms=NOW)
    assert not await desk.do(outbox.mark_unknown, part_id=part_id, **fault)
    assert not await desk.do(outbox.refuse, part_id=part_id, **fault)
    assert not await desk.do(outbox.requeue, part_id=part_id, due_at_ms=NOW, counts=True, **fault)
    assert await desk.value("SELECT reference FROM parts") == 1
    assert len(await desk.events()) == 3


@pytest.mark.parametrize("name", ["accept", "mark_unknown"])
async def test_what_was_never_submitted_has_no_such_outcome(desk: Any, name: str) -> None:
    await desk.enqueue()
    part = await desk.claim()
    arguments = {"reference": 1} if name == "accept" else {"code": "x", "detail": None}
    function = getattr(outbox, name)
    assert not await desk.do(function, part_id=part.part_id, now_ms=NOW, **arguments)
    assert not await desk.do(function, part_id="prt_none", now_ms=NOW, **arguments)


async def test_a_message_is_sent_when_its_last_part_is_accepted(desk: Any) -> None:
    message_id = await desk.enqueue(parts=3)
    for reference in (1, 2, 3):
        part_id = await desk.submit()
        assert await desk.state(message_id) == "sending"
        await desk.do(outbox.accept, part_id=part_id, reference=reference, now_ms=NOW)
    assert await desk.state(message_id) == "sent"
    # The first part on the air fixes modem and number, which the outside can see.
    assert await desk.events() == [
        "message.queued",
        "message.sending",
        "message.updated",
        "message.sent",
    ]


async def test_doubt_is_shown_and_a_late_answer_ends_it(desk: Any, store: Store) -> None:
    message_id = await desk.enqueue()
    part_id = await desk.submit()
    fault = {"code": "cms_332", "detail": "network time-out"}
    assert await desk.do(outbox.mark_unknown, part_id=part_id, now_ms=NOW, **fault)
    row = await message(store, message_id)
    assert (row.state, row.error_code, row.error_detail) == (
        "unknown",
        "cms_332",
        "network time-out",
    )
    assert (row.on_air_at_ms, row.sent_at_ms) == (NOW, None)
    assert await desk.do(outbox.accept, part_id=part_id, reference=9, now_ms=NOW + 7)
    row = await message(store, message_id)
    assert (row.state, row.error_code, row.sent_at_ms) == ("sent", None, NOW + 7)
    (attempt,) = await attempts(store, message_id)
    assert (attempt.outcome, attempt.reference) == ("accepted", 9)
    assert (await desk.events())[-2:] == ["message.unknown", "message.sent"]


async def test_a_refused_part_fails_the_parts_that_wait(desk: Any, store: Store) -> None:
    message_id = await desk.enqueue(parts=3)
    first = await desk.submit()
    await desk.do(outbox.accept, part_id=first, reference=1, now_ms=NOW)
    second = await desk.submit()
    await desk.do(outbox.refuse, part_id=second, code="cms_1", detail="no such number", now_ms=NOW)
    assert await desk.part_states(message_id) == ["accepted", "failed", "failed"]
    row = await message(store, message_id)
    assert (row.state, row.error_code) == ("failed", "cms_1")
    assert row.error_detail == "part 2 of 3: no such number"
    codes = await desk.column("SELECT error_code FROM parts ORDER BY number")
    assert codes == [None, "cms_1", "sibling_failed"]


async def test_refused_before_the_prompt_is_an_attempt_too(desk: Any, store: Store) -> None:
    message_id = await desk.enqueue()
    part = await desk.claim()
    assert await desk.do(outbox.refuse, part_id=part.part_id, code="cms_8", detail=None, now_ms=NOW)
    (attempt,) = await attempts(store, message_id)
    assert (attempt.outcome, attempt.code, attempt.modem) == ("refused", "cms_8", "counter")
    assert await desk.state(message_id) == "failed"


async def requeue(desk: Any, part_id: str, *, counts: bool) -> Any:
    return await desk.do(
        outbox.requeue,
        part_id=part_id,
        now_ms=NOW,
        due_at_ms=NOW,
        code="cms_42",
        detail="congestion",
        counts=counts,
    )


async def test_only_tries_that_count_are_counted(desk: Any, store: Store) -> None:
    message_id = await desk.enqueue()
    assert await requeue(desk, await desk.submit(), counts=True)
    assert await requeue(desk, await desk.submit(), counts=False)
    assert await requeue(desk, (await desk.claim()).part_id, counts=False)
    assert await requeue(desk, (await desk.claim()).part_id, counts=True)
    assert (await desk.claim()).attempt == 3
    outcomes = [attempt.outcome for attempt in await attempts(store, message_id)]
    assert outcomes == ["requeued"] * 3


async def test_a_requeued_message_is_queued_again(desk: Any) -> None:
    message_id = await desk.enqueue()
    await requeue(desk, await desk.submit(), counts=True)
    assert await desk.state(message_id) == "queued"
    assert await desk.events() == ["message.queued", "message.sending", "message.queued"]


@pytest.mark.parametrize(
    ("delivery", "status", "part", "state", "awaiting"),
    [
        ("delivered", 0x00, "delivered", "delivered", 0),
        ("undelivered", 0x41, "undelivered", "undelivered", 0),
        ("trying", 0x20, "accepted", "sent", 1),
        ("forwarded", 0x01, "accepted", "sent", 0),
        ("replaced", 0x02, "accepted", "sent", 0),
    ],
)
async def test_reports(
    desk: Any, delivery: str, status: int, part: str, state: str, awaiting: int
) -> None:
    message_id = await desk.enqueue()
    part_id = await desk.submit()
    report = {"part_id": part_id, "delivery": delivery, "status": status, "detail": "words"}
    assert not await desk.do(outbox.report_part, now_ms=NOW, **report)
    await desk.do(outbox.accept, part_id=part_id, reference=1, now_ms=NOW)
    assert await desk.do(outbox.report_part, now_ms=NOW, **report)
    assert await desk.part_states(message_id) == [part]
    assert await desk.state(message_id) == state
    assert await desk.value("SELECT awaiting_report FROM parts") == awaiting
    assert await desk.value("SELECT report_status FROM parts") == status


async def test_delivered_when_every_part_is(desk: Any, store: Store) -> None:
    message_id = await desk.enqueue(parts=2)
    part_ids = []
    for reference in (1, 2):
        part_ids.append(await desk.submit())
        await desk.do(outbox.accept, part_id=part_ids[-1], reference=reference, now_ms=NOW)
    report = {"delivery": "delivered", "status": 0, "detail": None}
    await desk.do(outbox.report_part, part_id=part_ids[1], now_ms=NOW + 1, **report)
    assert await desk.state(message_id) == "sent"
    await desk.do(outbox.report_part, part_id=part_ids[0], now_ms=NOW + 2, **report)
    row = await message(store, message_id)
    assert (row.state, row.delivered_at_ms, row.sent_at_ms) == ("delivered", NOW + 2, NOW)


async def test_events_hold_ids_and_states_only(desk: Any, store: Store) -> None:
    message_id = await desk.enqueue(text="very private")
    await desk.do(outbox.accept, part_id=await desk.submit(), reference=1, now_ms=NOW)
    async with store.read() as tx:
        events = await changes.after(tx, None, 10)
    assert [event.data for event in events if event.subject == message_id] == [
        {"id": message_id, "state": state} for state in ("queued", "sending", "sent")
    ]


async def test_a_part_reference_is_found_only_on_its_sim_and_number(
    desk: Any, store: Store
) -> None:
    await desk.enqueue(to="+15145550123")
    await desk.do(outbox.accept, part_id=await desk.submit(), reference=5, now_ms=NOW)
    async with store.read() as tx:
        (row,) = await outbox.accepted_parts(
            tx, iccid="8930", modem="counter", number="+15145550123", reference=5
        )
        assert (row.reference, row.awaiting_report, row.ctrl_z_at_ms) == (5, True, NOW)
        for iccid, modem, number, reference in [
            ("9999", "counter", "+15145550123", 5),
            (None, "another", "+15145550123", 5),
            ("8930", "counter", "+15145550124", 5),
            ("8930", "counter", "+15145550123", 6),
        ]:
            assert not await outbox.accepted_parts(
                tx, iccid=iccid, modem=modem, number=number, reference=reference
            )
        # Its SIM is not told now: the modem stands for it.
        assert await outbox.accepted_parts(
            tx, iccid=None, modem="counter", number="+15145550123", reference=5
        )


async def test_parts_in_doubt_and_in_flight_are_found(desk: Any, store: Store) -> None:
    await desk.enqueue(to="911")
    await desk.enqueue(to="911")
    doubtful = await desk.submit(iccid=None)
    await desk.do(outbox.mark_unknown, part_id=doubtful, code="x", detail=None, now_ms=NOW)
    running = await desk.submit(iccid=None)
    async with store.read() as tx:
        doubts = outbox.doubtful_attempts
        unknown, submitting = await doubts(tx, iccid=None, modem="counter", number="911")
        assert len(await doubts(tx, iccid="8930", modem="counter", number="911")) == 2
        assert await doubts(tx, iccid="8930", modem="another", number="911") == []
    assert (unknown.part_id, unknown.state) == (doubtful, "unknown")
    assert (submitting.part_id, submitting.deadline_ms) == (running, NOW + 60_000)


async def test_of_two_rival_outcomes_one_is_written(desk: Any) -> None:
    for number in range(10):
        message_id = await desk.enqueue()
        part_id = await desk.submit()
        refused = desk.do(outbox.refuse, part_id=part_id, code="x", detail=None, now_ms=NOW)
        accepted = desk.do(outbox.accept, part_id=part_id, reference=1, now_ms=NOW)
        rivals = [refused, accepted] if number % 2 else [accepted, refused]
        assert sorted(await asyncio.gather(*rivals)) == [False, True]
        state = await desk.state(message_id)
        assert [event for event in await desk.events() if event == f"message.{state}"]
        assert await desk.part_states(message_id) in (["accepted"], ["failed"])


async def test_a_cancel_and_a_mark_before_ctrl_z_never_both_win(desk: Any) -> None:
    for number in range(10):
        message_id = await desk.enqueue()
        part = await desk.claim()
        cancel = desk.do(outbox.cancel, message_id=message_id, now_ms=NOW)
        mark = desk.do(
            outbox.mark_submitting,
            part_id=part.part_id,
            modem="counter",
            iccid="8930",
            imei=None,
            now_ms=NOW,
            deadline_ms=NOW,
        )
        answers = await asyncio.gather(*([cancel, mark] if number % 2 else [mark, cancel]))
        canceled = outbox.CancelOutcome.CANCELED in answers
        marked = any(str(answer).startswith("att_") for answer in answers)
        assert canceled != marked

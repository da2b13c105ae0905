"""An answer that never arrives is none: its customer waits again, since they wrote."""

from typing import Any

import pytest
from sqlalchemy import select

from gatewayd.followups import Followups
from storage.outbox import settle
from storage.outbox.rollup import Fault
from storage.schema import waits


async def shown(caller: Any, conversation: str) -> tuple[str, str | None, list[str]]:
    found = await caller.show(conversation)
    kinds = [entry["type"] for entry in found["timeline"]["items"]]
    return found["state"], found["unanswered_since"], kinds


async def waits_of(floor: Any) -> Any:
    async with floor.api.context.store.read() as tx:
        return (await tx.execute(select(waits))).all()


async def expire(floor: Any, _caller: Any, _message: str) -> None:
    await floor.wait(hours=2)
    async with floor.api.context.store.write() as tx:
        assert await settle.expire(tx, now_ms=floor.api.clock.now_ms()) == 1


async def cancel(_floor: Any, caller: Any, message: str) -> None:
    await caller.ask("POST", f"/v1/messages/{message}/cancel")


async def answered(floor: Any, caller: Any) -> tuple[str, str, str]:
    """A conversation, since when its customer waited, and the answer."""
    conversation = await floor.receive()
    since = (await caller.show(conversation))["unanswered_since"]
    await floor.wait(hours=1)
    sent = await caller.answer(conversation, expires_at="2026-12-01T14:30:00Z")
    assert (await shown(caller, conversation))[:2] == ("waiting", None)
    return conversation, since, sent["id"]


@pytest.mark.parametrize("lose", [cancel, expire])
async def test_the_customer_waits_again_since_they_wrote(floor: Any, lose: Any) -> None:
    marie = await floor.person()
    conversation, since, message = await answered(floor, marie)
    await lose(floor, marie, message)
    state, waits_since, kinds = await shown(marie, conversation)
    assert (state, waits_since, kinds[0]) == ("open", since, "answer_lost")
    assert (await marie.show(conversation))["assignee"]["id"] == marie.id
    (wait,) = await waits_of(floor)
    assert (wait.ended_ms, wait.answer_id, wait.look_at_ms) == (None, None, 0)
    events = await marie.ask(
        "GET", "/v1/events?types=conversation.reopened", headers={"Accept": "application/json"}
    )
    assert [one["data"]["id"] for one in events["items"]] == [conversation]
    await marie.answer(conversation, "Again")
    assert (await shown(marie, conversation))[:2] == ("waiting", None)


async def test_what_was_closed_opens_again_unless_a_person_took_the_answer_back(
    floor: Any,
) -> None:
    marie = await floor.person()
    conversation, since, message = await answered(floor, marie)
    await marie.do(conversation, "close")
    await expire(floor, marie, message)
    assert (await shown(marie, conversation))[:2] == ("open", since)
    again = await marie.answer(conversation, "Again")
    await marie.do(conversation, "close")
    await cancel(floor, marie, again["id"])
    assert (await shown(marie, conversation))[:2] == ("closed", None)


async def test_what_a_person_has_written_since_is_the_answer_until_it_is_lost_too(
    floor: Any,
) -> None:
    marie, luc = await floor.person(), await floor.person("luc")
    conversation, since, message = await answered(floor, marie)
    second = await luc.answer(conversation, "And another thing")
    await cancel(floor, marie, message)
    assert (await shown(marie, conversation))[:2] == ("waiting", None)
    await cancel(floor, luc, second["id"])
    assert (await shown(marie, conversation))[:2] == ("open", since)


async def test_what_a_program_sends_is_no_answer_in_its_place(floor: Any) -> None:
    marie = await floor.person()
    conversation, since, message = await answered(floor, marie)
    await floor.api.send(text="Your order is ready")
    await cancel(floor, marie, message)
    assert (await shown(marie, conversation))[:2] == ("open", since)


async def test_who_has_written_again_has_waited_since_they_first_did(floor: Any) -> None:
    marie = await floor.person()
    conversation, since, message = await answered(floor, marie)
    await floor.wait(hours=1)
    await floor.receive("Hello?")
    assert (await shown(marie, conversation))[1] != since
    before = (await marie.show(conversation))["version"]
    await cancel(floor, marie, message)
    state, waits_since, kinds = await shown(marie, conversation)
    assert (state, waits_since, kinds[0]) == ("open", since, "answer_lost")
    assert (await marie.show(conversation))["version"] == before + 1
    (wait,) = await waits_of(floor)
    assert wait.clock_ms == wait.since_ms == floor.api.clock.ms - 2 * 3_600_000
    assert (wait.ended_ms, wait.look_at_ms) == (None, 0)
    events = await marie.ask(
        "GET", "/v1/events?types=conversation.updated", headers={"Accept": "application/json"}
    )
    assert events["items"][-1]["data"]["state"] == "open"


async def test_what_sleeps_goes_on_sleeping_and_its_clock_is_its_own(floor: Any) -> None:
    marie = await floor.person()
    conversation, since, message = await answered(floor, marie)
    await floor.receive("Hello?")
    await marie.do(conversation, "snooze", {"until": "2026-12-03T12:00:00Z"})
    await cancel(floor, marie, message)
    found = await marie.show(conversation)
    assert (found["state"], found["unanswered_since"]) == ("snoozed", since)
    assert found["snoozed_until"] == "2026-12-03T12:00:00.000Z"
    (asleep,) = await waits_of(floor)
    assert (asleep.ended_ms, asleep.look_at_ms) == (None, None)


async def test_a_clock_that_a_sleep_began_anew_is_left_as_it_is(floor: Any) -> None:
    marie = await floor.person()
    conversation, since, message = await answered(floor, marie)
    await floor.receive("Hello?")
    await marie.do(conversation, "snooze", {"until": "2026-12-03T12:00:00Z"})
    await floor.wait(hours=1)
    await marie.do(conversation, "reopen")
    await cancel(floor, marie, message)
    assert (await shown(marie, conversation))[:2] == ("open", since)
    (awake,) = await waits_of(floor)
    assert awake.clock_ms == awake.since_ms + 2 * 3_600_000


async def test_who_opted_out_meanwhile_waits_and_is_answered_when_they_opt_in(floor: Any) -> None:
    marie = await floor.person()
    conversation, since, message = await answered(floor, marie)
    contact = (await marie.show(conversation))["contact"]["id"]
    said = {"what": "opted_out", "reason": "by phone"}
    await marie.ask("POST", f"/v1/contacts/{contact}/consent", said)
    sent = await marie.ask("GET", f"/v1/messages/{message}")
    assert (sent["state"], sent["error"]["code"]) == ("canceled", "opted_out")
    assert (await shown(marie, conversation))[:2] == ("open", since)
    await marie.ask("POST", f"/v1/contacts/{contact}/consent", said | {"what": "opted_in"})
    assert (await shown(marie, conversation))[:2] == ("open", since)
    await marie.answer(conversation, "Yes")
    assert (await shown(marie, conversation))[:2] == ("waiting", None)


@pytest.mark.parametrize("code", ["contact_blocked", "contact_erased"])
async def test_who_is_not_heard_does_not_wait(floor: Any, code: str) -> None:
    marie = await floor.person()
    conversation, _, message = await answered(floor, marie)
    async with floor.api.context.store.write() as tx:
        await settle.cancel(
            tx,
            message_id=message,
            now_ms=floor.api.clock.now_ms(),
            fault=Fault(code=code, detail=None),
        )
    assert (await shown(marie, conversation))[:2] == ("waiting", None)


async def test_what_answered_nobody_reopens_nothing(floor: Any) -> None:
    marie = await floor.person()
    conversation, _, _ = await answered(floor, marie)
    more = await marie.answer(conversation, "By the way")
    await cancel(floor, marie, more["id"])
    assert (await shown(marie, conversation))[:2] == ("waiting", None)


async def test_who_was_told_of_the_wait_before_the_answer_is_told_again(floor: Any) -> None:
    marie = await floor.person()
    context = floor.api.context
    task = Followups(
        settings=context.settings, store=context.store, bus=context.bus, clock=context.clock
    )
    conversation = await floor.receive()
    await floor.wait(hours=2)
    await task.round()
    climbed = ["escalated", "overdue", "due_soon"]
    assert (await shown(marie, conversation))[2][:3] == climbed
    sent = await marie.answer(conversation)
    await task.round()
    await cancel(floor, marie, sent["id"])
    await task.round()
    kinds = (await shown(marie, conversation))[2]
    assert kinds[:4] == [*climbed, "answer_lost"]


async def twice_answered(floor: Any, caller: Any) -> tuple[str, str, list[str]]:
    """They wrote, were answered, wrote again and were answered again."""
    conversation, since, first = await answered(floor, caller)
    await floor.receive("Hello?")
    await floor.wait(hours=1)
    second = await caller.answer(conversation, "Again", expires_at="2026-12-01T14:30:00Z")
    return conversation, since, [first, second["id"]]


async def test_the_first_of_two_answers_is_lost_and_they_waited_for_the_second(floor: Any) -> None:
    marie = await floor.person()
    conversation, since, (first, second) = await twice_answered(floor, marie)
    early, late = await waits_of(floor)
    await cancel(floor, marie, first)
    assert (await shown(marie, conversation))[:2] == ("waiting", None)
    (wait,) = await waits_of(floor)
    assert (wait.since_ms, wait.clock_ms) == (early.since_ms, early.clock_ms)
    assert (wait.ended_ms, wait.answer_id, wait.open_seconds) == (late.ended_ms, second, None)
    await cancel(floor, marie, second)
    assert (await shown(marie, conversation))[:2] == ("open", since)
    (wait,) = await waits_of(floor)
    assert (wait.since_ms, wait.clock_ms, wait.ended_ms) == (early.since_ms, early.clock_ms, None)


async def test_both_of_two_answers_expire_at_once(floor: Any) -> None:
    marie = await floor.person()
    conversation, since, _ = await twice_answered(floor, marie)
    await floor.wait(hours=2)
    async with floor.api.context.store.write() as tx:
        assert await settle.expire(tx, now_ms=floor.api.clock.now_ms()) == 2
    assert (await shown(marie, conversation))[:2] == ("open", since)


@pytest.mark.parametrize("closed", [False, True])
async def test_an_opt_out_takes_two_answers_along(floor: Any, closed: bool) -> None:
    marie = await floor.person()
    conversation, since, sent = await twice_answered(floor, marie)
    if closed:
        await marie.do(conversation, "close")
    contact = (await marie.show(conversation))["contact"]["id"]
    said = {"what": "opted_out", "reason": "by phone"}
    await marie.ask("POST", f"/v1/contacts/{contact}/consent", said)
    for each in sent:
        message = await marie.ask("GET", f"/v1/messages/{each}")
        assert (message["state"], message["error"]["code"]) == ("canceled", "opted_out")
    assert (await shown(marie, conversation))[:2] == ("open", since)

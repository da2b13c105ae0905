"""STOP first, before everything: confirmed once, then silence, also for what was queued."""

from dataclasses import replace
from typing import Any

import pytest

from gatewayd.bus import Topic
from modem.events import NotSent, Unknown
from storage import consents, contacts
from storage.consents import ConsentKind, NewConsent
from storage.conversations import reading
from storage.conversations.timeline import Author

CUSTOMER = "+15145550123"
CONFIRMED = "Shop: you get no more messages from us. Answer START to return."


async def ledger(desk: Any) -> list[Any]:
    return list(await desk.shop.rows("SELECT * FROM consents ORDER BY seq"))


async def test_an_angry_stop_is_confirmed_once_and_then_there_is_silence(desk: Any) -> None:
    await desk.set_book(rules=[{"name": "all", "do": {"priority": "urgent", "tag": ["all"]}}])
    await desk.says("Stop!!!")
    assert await desk.answers() == [CONFIRMED]
    assert await desk.sent_on_the_air() == 1
    await desk.says("STOP")
    await desk.says("I said stop texting me")
    assert await desk.answers() == [CONFIRMED]
    (row,) = await ledger(desk)
    assert (row.what, row.source, row.author_type) == ("opted_out", "Stop!!!", "contact")
    assert (row.inbox, row.business_number, row.number) == ("main", "+15145550100", CUSTOMER)
    assert row.message_id == (await desk.shop.received())[0].id


async def test_staff_see_it_and_need_not_answer_it(desk: Any) -> None:
    await desk.says("STOP")
    conversation = await desk.conversation()
    assert (conversation.state, conversation.unanswered_since_ms) == ("closed", None)
    assert [kind for kind, _ in await desk.timeline()] == ["message", "consent", "message"]
    told = await desk.shop.rows("SELECT consent FROM timeline WHERE kind = 'consent'")
    assert told == [("opted_out",)]
    assert await desk.shop.events("contact.consent") == ["contact.consent"]


async def test_a_question_before_it_stays_open_and_is_waited_for_no_more(desk: Any) -> None:
    async def shown() -> Any:
        async with desk.shop.store.read() as tx:
            return await reading.get(tx, (await desk.conversation()).id)

    await desk.says("Is it ready?")
    assert not (await shown()).wants_nothing
    await desk.says("STOP")
    conversation = await shown()
    assert (conversation.state, conversation.wants_nothing) == ("open", True)
    desk.shop.clock.advance(60)
    await desk.says("But is it ready?")
    assert not (await shown()).wants_nothing


async def test_something_fuzzier_is_only_suggested(desk: Any) -> None:
    await desk.says("Please stop texting me")
    told = await desk.shop.rows("SELECT consent FROM timeline WHERE kind = 'consent'")
    assert told == [("suggest_opt_out",)]
    assert await ledger(desk) == []
    assert (await desk.conversation()).state == "open"


async def test_what_was_queued_is_canceled_with_the_reason(desk: Any) -> None:
    queued = await desk.shop.enqueue("Sale!", priority=2, send_in=3600)
    elsewhere = await desk.shop.enqueue("Ready", inbox="spare")
    claimed = await desk.shop.enqueue("Ready")
    submission = await desk.shop.counter.next()
    await desk.says("STOP")
    for message_id in (queued, claimed):
        message = await desk.shop.message(message_id)
        assert (message.state, message.error_code) == ("canceled", "opted_out")
    assert not await desk.shop.counter.release_body(submission)
    # The scope is the number that was written to.
    assert await desk.shop.state(elsewhere) == "queued"
    assert await desk.sent_on_the_air() == 1
    assert await desk.answers() == [CONFIRMED]


async def test_what_slips_in_between_is_canceled_at_its_claim(desk: Any) -> None:
    """A part that the modem had when they said STOP, and that it gave back."""
    message_id = await desk.shop.enqueue("Ready")
    submission = await desk.shop.counter.begin()
    await desk.says("STOP")
    await desk.shop.counter.handler.settled(
        submission, NotSent(code="no_prompt", detail="no prompt")
    )
    assert await desk.shop.state(message_id) in {"queued", "sending"}
    desk.shop.clock.advance(600)
    assert await desk.sent_on_the_air() == 1  # the confirmation
    message = await desk.shop.message(message_id)
    assert (message.state, message.error_code) == ("canceled", "opted_out")


async def test_half_a_message_on_the_air_is_sent_to_its_end(desk: Any, long_text: str) -> None:
    message_id = await desk.shop.enqueue(long_text)
    await desk.shop.counter.accept(1)
    await desk.says("STOP")
    assert await desk.sent_on_the_air() == 3  # two parts and the confirmation
    assert await desk.shop.state(message_id) == "sent"


async def test_start_returns_and_nothing_was_rewritten(desk: Any) -> None:
    await desk.says("STOP")
    before = await ledger(desk)
    await desk.says("start", minutes=1)
    assert (await desk.answers())[1] == (
        "Shop: you get our messages again. Answer STOP to end them."
    )
    after = await ledger(desk)
    assert after[: len(before)] == before
    assert [row.what for row in after] == ["opted_out", "opted_in"]
    assert await desk.shop.rows("SELECT * FROM opt_outs") == []
    message_id = await desk.shop.enqueue("Welcome back")
    await desk.sent_on_the_air()
    assert await desk.shop.state(message_id) == "sent"


async def test_an_opt_out_speaks_the_customer_s_language(desk: Any) -> None:
    await desk.says("ARRÊT")
    assert await desk.answers() == [
        "Shop : vous ne recevrez plus de messages. Répondez DEBUT pour revenir."
    ]


async def test_cancel_after_a_reminder_that_offered_it_goes_to_a_person(desk: Any) -> None:
    await desk.shop.enqueue("Tuesday at 10. Reply CANCEL to cancel.")
    await desk.sent_on_the_air()
    await desk.says("cancel", minutes=30)
    assert await ledger(desk) == []
    assert (await desk.conversation()).state == "open"
    told = await desk.shop.rows("SELECT consent FROM timeline WHERE kind = 'consent'")
    assert told == [("cancel_for_a_person",)]
    # A day later it is an opt-out like any other.
    await desk.says("cancel", minutes=25 * 60)
    assert [row.what for row in await ledger(desk)] == ["opted_out"]


async def test_help_is_answered_and_opens_a_conversation(desk: Any) -> None:
    await desk.says("HELP")
    (answer,) = await desk.answers()
    assert answer.startswith("Shop: write to us here")
    assert (await desk.conversation()).state == "open"


async def test_listed_recipients_of_alarms_cannot_opt_out(desk: Any) -> None:
    await desk.set_book(lists={"alarm_recipients": [CUSTOMER]})
    await desk.says("STOP")
    assert await ledger(desk) == []
    assert await desk.answers() == []


async def test_an_opt_out_for_a_time_ends_by_itself(desk: Any) -> None:
    await desk.says("Hello")
    contact_id = (await desk.conversation()).contact_id
    until_ms = desk.shop.clock.now_ms() + 3_600_000
    opted_out = NewConsent(
        contact_id=contact_id,
        number=CUSTOMER,
        inbox="main",
        business_number="+15145550100",
        what=ConsentKind.OPTED_OUT,
        source="not during the exams",
        author=Author(type="token", id="tok_1", name="till"),
        expires_at_ms=until_ms,
    )
    await desk.write(consents.record, opted_out)
    # What ends with its time is this one only, not what they said to another of our numbers.
    for_good = replace(opted_out, business_number="+15145550199", expires_at_ms=None)
    await desk.write(consents.record, for_good)
    await desk.shop.housekeeping().round()
    assert len(await desk.shop.rows("SELECT * FROM opt_outs")) == 2
    desk.shop.clock.advance(3601)
    await desk.shop.housekeeping().round()
    (left,) = await desk.shop.rows("SELECT business_number FROM opt_outs")
    assert left.business_number == "+15145550199"
    told = [row.what for row in await ledger(desk)]
    assert told == ["opted_out", "opted_out", "opt_out_expired"]


@pytest.mark.parametrize(("hour", "goes"), [(14, True), (22, False)])
async def test_bulk_messages_rest_at_night(desk: Any, hour: int, *, goes: bool) -> None:
    desk.at(2026, 12, 2, hour)
    message_id = await desk.shop.enqueue("Sale!", priority=2)
    personal = await desk.shop.enqueue("Ready")
    await desk.sent_on_the_air()
    assert await desk.shop.state(personal) == "sent"
    assert await desk.shop.state(message_id) == ("sent" if goes else "queued")
    desk.at(2026, 12, 3, 8)
    await desk.sent_on_the_air()
    assert await desk.shop.state(message_id) == "sent"


async def test_a_long_queue_that_rests_is_put_back_by_and_by(desk: Any) -> None:
    desk.at(2026, 12, 2, 22)
    for _ in range(60):
        await desk.shop.enqueue("Sale!", priority=2)
    with desk.shop.bus.subscribe(Topic.OUTBOX) as hints:
        for more in (True, False):
            assert await desk.shop.counter.handler.next_submission() is None
            assert await hints.wait(timeout_seconds=0) is more
    waiting = "SELECT count(*) FROM parts WHERE state = 'queued' AND due_at_ms > :now"
    assert await desk.shop.rows(waiting, now=desk.shop.clock.now_ms()) == [(60,)]


async def test_a_blocked_contact_gets_nothing_that_was_queued(desk: Any) -> None:
    message_id = await desk.shop.enqueue("Ready")
    contact_id = (await desk.conversation()).contact_id
    await desk.write(contacts.set_blocked, contact_id, blocked=True, by="tok_1")
    assert await desk.sent_on_the_air() == 0
    message = await desk.shop.message(message_id)
    assert (message.state, message.error_code) == ("canceled", "contact_blocked")


async def test_canaries_and_our_own_phones_know_no_night(desk: Any) -> None:
    desk.at(2026, 12, 2, 22)
    message_id = await desk.shop.enqueue("Alarm", priority=2)
    async with desk.shop.store.write() as tx:
        await tx.exec_driver_sql("UPDATE messages SET consent_basis = 'exempt'")
    assert await desk.sent_on_the_air() == 1
    assert await desk.shop.state(message_id) == "sent"


async def test_a_blocked_contact_can_opt_out_and_is_told_nothing(desk: Any) -> None:
    await desk.shop.enqueue("Ready")
    contact_id = (await desk.conversation()).contact_id
    await desk.write(contacts.set_blocked, contact_id, blocked=True, by="tok_1")
    await desk.says("STOP")
    assert [row.what for row in await ledger(desk)] == ["opted_out"]
    assert await desk.answers() == []


async def test_what_may_have_been_sent_is_not_sent_again_to_who_opted_out(desk: Any) -> None:
    message_id = await desk.shop.enqueue("Ready", on_unknown="resend")
    await desk.shop.counter.send(Unknown(code="silence", detail="no answer"))
    await desk.says("STOP")
    desk.shop.clock.advance(3600)
    await desk.shop.housekeeping().round()
    assert await desk.shop.state(message_id) == "unknown"
    await desk.says("START")
    await desk.shop.housekeeping().round()
    assert await desk.shop.state(message_id) == "queued"

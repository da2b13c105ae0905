"""Outgoing: claim, mark before Ctrl-Z, outcome."""

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from gatewayd.bus import Topic
from gatewayd.outcomes import MODEM_TROUBLE_RETRY_SECONDS, RETRY_SECONDS
from modem.events import Accepted, NotSent, Refused, Unknown
from modem.pdu import RelativeValidity, Submit
from storage import outbox
from storage.outbox import CancelOutcome

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from conftest import Outage, Shop

CONGESTED = Refused(
    code="cms_42", detail="the network is congested", permanent=False, modem_trouble=False
)
BARRED = Refused(code="cms_8", detail="sending is barred", permanent=True, modem_trouble=True)
SICK = Refused(code="cms_500", detail="the modem is unwell", permanent=False, modem_trouble=True)
SILENCE = Unknown(code="no_answer", detail="the modem did not say whether it was sent")
WITHDRAWN = NotSent(code="withdrawn", detail="canceled or expired before it was sent")
NO_PROMPT = NotSent(code="no_prompt", detail="the modem did not ask for the message")


async def test_claimed_submitted_accepted_delivered(shop: "Shop") -> None:
    message_id = await shop.enqueue()
    submission = await shop.counter.next()
    assert await shop.state(message_id) == "sending"
    assert (await shop.part(message_id)).state == "claimed"
    assert await shop.counter.release_body(submission)
    assert (await shop.part(message_id)).state == "submitting"
    await shop.counter.handler.settled(submission, Accepted(reference=41))
    assert await shop.state(message_id) == "sent"
    await shop.counter.reported(41)
    message = await shop.message(message_id)
    assert message.state == "delivered"
    assert (message.modem, message.from_number) == ("counter", "+15145550100")
    assert await shop.events("message.sending", "message.sent", "message.delivered") == [
        "message.sending",
        "message.sent",
        "message.delivered",
    ]
    (attempt,) = await shop.attempts(message_id)
    assert (attempt.outcome, attempt.reference, attempt.modem) == ("accepted", 41, "counter")


async def test_nothing_due_gives_nothing(shop: "Shop") -> None:
    assert await shop.counter.handler.next_submission() is None


async def test_the_tpdu_is_the_one_that_was_accepted(shop: "Shop") -> None:
    message_id = await shop.enqueue()
    submission = await shop.counter.next()
    assert submission.tpdu == (await shop.part(message_id)).tpdu


async def test_parts_go_in_order(shop: "Shop", long_text: str) -> None:
    message_id = await shop.enqueue(long_text)
    sent = [(await shop.counter.accept(reference)).id for reference in (1, 2, 3)]
    assert sent == [part.id for part in await shop.parts(message_id)]
    assert await shop.state(message_id) == "sent"


async def test_next_message_is_claimed_while_one_is_on_the_air(shop: "Shop") -> None:
    first, second = await shop.enqueue(), await shop.enqueue()
    submission = await shop.counter.begin()
    assert (await shop.part(first)).state == "submitting"
    assert (await shop.part(second)).state == "claimed"
    await shop.counter.handler.settled(submission, Accepted(reference=1))
    assert (await shop.counter.next()).id == (await shop.part(second)).id


async def test_refused_part_fails_the_message_and_says_which(shop: "Shop", long_text: str) -> None:
    message_id = await shop.enqueue(long_text)
    await shop.counter.accept(1)
    await shop.counter.send(BARRED)
    message = await shop.message(message_id)
    assert (message.state, message.error_code) == ("failed", "cms_8")
    assert message.error_detail == "part 2 of 3: sending is barred"
    assert [part.state for part in await shop.parts(message_id)] == ["accepted", "failed", "failed"]
    assert await shop.counter.handler.next_submission() is None


async def test_unknown_part_makes_the_message_unknown(shop: "Shop", long_text: str) -> None:
    message_id = await shop.enqueue(long_text)
    await shop.counter.accept(1)
    await shop.counter.send(SILENCE)
    message = await shop.message(message_id)
    assert (message.state, message.error_code) == ("unknown", "no_answer")
    assert (message.error_detail or "").startswith("part 2 of 3")
    await shop.counter.accept(3)
    assert await shop.state(message_id) == "unknown"


async def test_unknown_is_never_claimed_again_by_itself(shop: "Shop") -> None:
    await shop.enqueue()
    await shop.counter.send(SILENCE)
    shop.clock.advance(86_400)
    await shop.housekeeping().round()
    assert await shop.counter.handler.next_submission() is None


async def test_temporary_error_backs_off_and_ends_in_plain_words(shop: "Shop") -> None:
    message_id = await shop.enqueue()
    for tries, seconds in enumerate(RETRY_SECONDS[:4], 1):
        await shop.counter.send(CONGESTED)
        part = await shop.part(message_id)
        assert (part.state, part.tries) == ("queued", tries)
        assert part.due_at_ms == shop.clock.ms + seconds * 1000
        shop.clock.advance(seconds - 1)
        assert await shop.counter.handler.next_submission() is None
        shop.clock.advance(1)
    await shop.counter.send(CONGESTED)
    message = await shop.message(message_id)
    assert (message.state, message.error_code) == ("failed", "cms_42")
    assert message.error_detail == "given up after 5 attempts: the network is congested"
    outcomes = [attempt.outcome for attempt in await shop.attempts(message_id)]
    assert outcomes == ["requeued"] * 4 + ["refused"]


async def test_max_attempts_is_configured(shop: "Shop") -> None:
    shop.change(sending={"max_attempts": 1})
    await shop.counter.ready()
    message_id = await shop.enqueue()
    await shop.counter.send(CONGESTED)
    message = await shop.message(message_id)
    assert message.error_detail == "given up after 1 attempt: the network is congested"


@pytest.mark.parametrize("outcome", [SICK, NO_PROMPT], ids=["refused", "not_sent"])
async def test_modem_trouble_uses_no_attempts(shop: "Shop", outcome: Refused | NotSent) -> None:
    message_id = await shop.enqueue()
    for _ in range(20):
        await shop.counter.send(outcome)
        shop.clock.advance(MODEM_TROUBLE_RETRY_SECONDS)
    part = await shop.part(message_id)
    assert (part.state, part.tries) == ("queued", 0)


async def test_trouble_before_ctrl_z_puts_the_claimed_part_back(shop: "Shop") -> None:
    message_id = await shop.enqueue()
    submission = await shop.counter.next()
    await shop.counter.handler.settled(submission, NO_PROMPT)
    part = await shop.part(message_id)
    assert (part.state, part.tries) == ("queued", 0)
    assert await shop.attempts(message_id) == []


@pytest.mark.parametrize("outcome", [CONGESTED, SICK, NO_PROMPT], ids=["busy", "sick", "silent"])
async def test_a_part_put_back_tells_those_who_watch_the_queue(
    shop: "Shop", outcome: Refused | NotSent
) -> None:
    await shop.enqueue()
    with shop.bus.subscribe(Topic.OUTBOX) as hints:
        await shop.counter.send(outcome)
        assert await hints.wait(0)


async def test_one_bad_message_never_blocks_others(shop: "Shop") -> None:
    bad = await shop.enqueue("bad")
    await shop.counter.send(CONGESTED)
    good = await shop.enqueue("good")
    await shop.counter.accept(1)
    assert (await shop.state(bad), await shop.state(good)) == ("queued", "sent")


async def test_send_at_waits(shop: "Shop") -> None:
    message_id = await shop.enqueue(send_in=3600)
    assert await shop.counter.handler.next_submission() is None
    shop.clock.advance(3600)
    await shop.counter.accept(1)
    assert await shop.state(message_id) == "sent"


async def test_priority_goes_first(shop: "Shop") -> None:
    shop.clock.advance(3 * 3600)  # at 7:00 where the customer lives, bulk messages rest
    bulk, normal, urgent = [await shop.enqueue(priority=priority) for priority in (2, 1, 0)]
    order = [(await shop.counter.accept(reference)).id for reference in (1, 2, 3)]
    assert order == [(await shop.part(message)).id for message in (urgent, normal, bulk)]


async def test_two_modems_serve_their_own_inboxes(shop: "Shop") -> None:
    main, spare = await shop.enqueue(inbox="main"), await shop.enqueue(inbox="spare")
    await shop.spare.accept(1)
    assert await shop.spare.handler.next_submission() is None
    await shop.counter.accept(2)
    messages = [await shop.message(message) for message in (main, spare)]
    assert [message.modem for message in messages] == ["counter", "spare"]
    assert [message.from_number for message in messages] == ["+15145550100", "+15145550200"]


async def test_canceled_while_claimed_is_withdrawn(shop: "Shop") -> None:
    message_id = await shop.enqueue()
    submission = await shop.counter.next()
    assert await shop.cancel(message_id) is CancelOutcome.CANCELED
    assert not await shop.counter.release_body(submission)
    await shop.counter.handler.settled(submission, WITHDRAWN)
    assert await shop.state(message_id) == "canceled"
    assert await shop.attempts(message_id) == []


async def test_canceled_while_on_the_air_is_too_late(shop: "Shop") -> None:
    message_id = await shop.enqueue()
    submission = await shop.counter.begin()
    assert await shop.cancel(message_id) is CancelOutcome.TOO_LATE
    await shop.counter.handler.settled(submission, Accepted(reference=1))
    assert await shop.state(message_id) == "sent"


async def test_expired_while_queued_is_not_claimed(shop: "Shop") -> None:
    message_id = await shop.enqueue(expires_in=60)
    shop.clock.advance(60)
    assert await shop.counter.handler.next_submission() is None
    await shop.housekeeping().round()
    assert await shop.state(message_id) == "expired"


async def test_expired_while_claimed_is_withdrawn_and_ends_soon(shop: "Shop") -> None:
    message_id = await shop.enqueue(expires_in=60)
    submission = await shop.counter.next()
    shop.clock.advance(60)
    with shop.bus.subscribe(Topic.OUTBOX) as hints:
        assert not await shop.counter.release_body(submission)
        assert await hints.wait(0)
    await shop.counter.handler.settled(submission, WITHDRAWN)
    await shop.housekeeping().round()
    assert await shop.state(message_id) == "expired"
    assert await shop.attempts(message_id) == []


async def test_expiry_after_the_first_accepted_part_stops_nothing(
    shop: "Shop", long_text: str
) -> None:
    message_id = await shop.enqueue(long_text, expires_in=60)
    await shop.counter.accept(1)
    shop.clock.advance(60)
    await shop.housekeeping().round()
    await shop.counter.accept(2)
    await shop.counter.accept(3)
    assert await shop.state(message_id) == "sent"


async def test_a_person_may_have_an_expired_unknown_sent_again(shop: "Shop") -> None:
    message_id = await shop.enqueue(expires_in=60)
    await shop.counter.send(SILENCE)
    shop.clock.advance(60)
    async with shop.store.write() as tx:
        await outbox.resolve(
            tx, message_id=message_id, as_="resend", now_ms=shop.clock.ms, by="usr_1"
        )
    await shop.counter.accept(2)
    assert await shop.state(message_id) == "sent"


async def test_on_unknown_resend(shop: "Shop") -> None:
    message_id = await shop.enqueue(on_unknown="resend")
    held = await shop.enqueue(on_unknown="hold")
    await shop.counter.send(SILENCE)
    await shop.counter.send(SILENCE)
    housekeeping = shop.housekeeping()
    shop.clock.advance(599)
    await housekeeping.round()
    assert await shop.state(message_id) == "unknown"
    shop.clock.advance(1)
    await housekeeping.round()
    await shop.counter.accept(2)
    assert (await shop.state(message_id), await shop.state(held)) == ("sent", "unknown")
    outcomes = [attempt.outcome for attempt in await shop.attempts(message_id)]
    assert outcomes == ["unknown", "accepted"]


async def test_late_answer_proves_the_acceptance(shop: "Shop") -> None:
    message_id = await shop.enqueue()
    submission = await shop.counter.send(SILENCE)
    await shop.counter.handler.late_answer(submission.id, 77)
    assert await shop.state(message_id) == "sent"
    assert (await shop.part(message_id)).reference == 77


async def test_acceptance_without_a_reference(shop: "Shop") -> None:
    message_id = await shop.enqueue()
    await shop.counter.send(Accepted(reference=None))
    assert await shop.state(message_id) == "sent"


async def test_crash_gives_back_what_was_claimed_and_doubts_what_was_submitting(
    shop: "Shop", reopened: "Callable[[], Awaitable[Shop]]"
) -> None:
    submitting, claimed, waiting = [await shop.enqueue() for _ in range(3)]
    await shop.counter.begin()
    assert (await shop.part(claimed)).state == "claimed"
    shop = await reopened()
    recovered = await shop.store.shielded(lambda tx: outbox.recover(tx, now_ms=shop.clock.ms))
    assert (recovered.requeued, recovered.unknown) == (1, 1)
    message = await shop.message(submitting)
    assert (message.state, message.error_code) == ("unknown", "interrupted")
    assert message.error_detail == "the gateway stopped before the modem answered"
    await shop.counter.accept(1)
    await shop.counter.accept(2)
    assert [await shop.state(one) for one in (claimed, waiting)] == ["sent", "sent"]
    assert await shop.counter.handler.next_submission() is None


async def test_release_gives_back_the_part_claimed_ahead(shop: "Shop") -> None:
    await shop.enqueue()
    ahead = await shop.enqueue()
    submission = await shop.counter.begin()
    await shop.counter.handler.settled(submission, Accepted(reference=1))
    await shop.counter.handler.release()
    assert (await shop.part(ahead)).state == "queued"
    assert (await shop.counter.next()).id == (await shop.part(ahead)).id


async def test_what_cannot_be_given_back_goes_out_later(shop: "Shop", outage: "Outage") -> None:
    _, ahead = await shop.enqueue(), await shop.enqueue()
    await shop.counter.accept(1)
    outage.begin()
    await shop.counter.handler.release()
    outage.over()
    await shop.counter.accept(2)
    assert await shop.state(ahead) == "sent"


async def test_paused_claims_nothing(shop: "Shop") -> None:
    message_id = await shop.enqueue()
    shop.counter.handler.dispatch.paused = True
    assert await shop.counter.handler.next_submission() is None
    assert await shop.state(message_id) == "queued"


async def test_paused_gives_back_what_was_claimed_ahead_meanwhile(shop: "Shop") -> None:
    first, ahead = await shop.enqueue(), await shop.enqueue()
    submission = await shop.counter.begin()
    shop.counter.handler.dispatch.paused = True
    await shop.counter.handler.settled(submission, Accepted(reference=1))
    assert await shop.counter.handler.next_submission() is None
    assert (await shop.state(first), await shop.state(ahead)) == ("sent", "queued")


class TestValidity:
    """The network must not deliver what expired while it waited here."""

    async def _validity(self, shop: "Shop") -> timedelta:
        validity = Submit.from_bytes((await shop.counter.next()).tpdu).validity
        assert isinstance(validity, RelativeValidity)
        return validity.period

    async def test_no_expiry_no_change(self, shop: "Shop") -> None:
        await shop.enqueue()
        shop.clock.advance(86_400)
        assert await self._validity(shop) == timedelta(days=2)

    async def test_ends_before_the_expiry(self, shop: "Shop") -> None:
        await shop.enqueue(expires_in=2 * 86_400)
        shop.clock.advance(86_400 + 1800)
        assert await self._validity(shop) == timedelta(hours=23, minutes=30)

    async def test_what_is_shorter_stays(self, shop: "Shop") -> None:
        await shop.enqueue(expires_in=2 * 86_400, validity=timedelta(hours=1))
        shop.clock.advance(86_400)
        assert await self._validity(shop) == timedelta(hours=1)

"""Status reports: whose part, and what they prove."""

from typing import TYPE_CHECKING

import pytest

from gatewayd.evidence import CLOCK_SKEW_MS
from modem.events import Accepted, Disposition, Unknown
from storage import outbox

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from conftest import Shop

SILENCE = Unknown(code="no_answer", detail="the modem did not say whether it was sent")
DEADLINE_MS = 60_000
IMPOSSIBLE_TIME = bytes(7)  # all zero: some networks write it


async def test_delivered_only_when_every_part_is(shop: "Shop", long_text: str) -> None:
    message_id = await shop.enqueue(long_text)
    for reference in (11, 12, 13):
        await shop.counter.accept(reference)
    for reference, state in ((12, "sent"), (11, "sent"), (13, "delivered")):
        await shop.counter.reported(reference)
        assert await shop.state(message_id) == state


@pytest.mark.parametrize("status", [0x20, 0x30, 0x3F])
async def test_still_trying_waits_on(shop: "Shop", status: int) -> None:
    message_id = await shop.enqueue()
    await shop.counter.accept(5)
    await shop.counter.reported(5, status=status)
    assert await shop.state(message_id) == "sent"
    await shop.counter.reported(5, at_ms=shop.clock.ms)
    assert await shop.state(message_id) == "delivered"


@pytest.mark.parametrize("status", [0x01, 0x02, 0x1F])
async def test_forwarded_and_replaced_stay_sent(shop: "Shop", status: int) -> None:
    message_id = await shop.enqueue()
    await shop.counter.accept(5)
    await shop.counter.reported(5, status=status)
    assert await shop.state(message_id) == "sent"
    assert (await shop.part(message_id)).report_status == status
    assert (await shop.events())[-1] == "message.updated"


@pytest.mark.parametrize(
    ("status", "words"),
    [
        (0x46, "the validity period ran out; the network will not try again"),
        (0x62, "the phone does not answer; the network has given up"),
        (0x80, "rejected with a reserved status (0x80)"),
    ],
)
async def test_undelivered_in_plain_words(shop: "Shop", status: int, words: str) -> None:
    message_id = await shop.enqueue()
    await shop.counter.accept(5)
    await shop.counter.reported(5, status=status)
    message = await shop.message(message_id)
    assert (message.state, message.error_code) == ("undelivered", "undelivered")
    assert message.error_detail == words


async def test_national_spelling_of_the_number_matches(shop: "Shop") -> None:
    message_id = await shop.enqueue()
    await shop.counter.accept(5)
    await shop.counter.reported(5, to="5145550123")
    assert await shop.state(message_id) == "delivered"


async def test_an_impossible_time_still_counts(shop: "Shop") -> None:
    message_id = await shop.enqueue()
    await shop.counter.accept(5)
    await shop.counter.hears(shop.report(5, raw_time=IMPOSSIBLE_TIME))
    assert await shop.state(message_id) == "delivered"


async def test_another_reference_number_or_sim_is_another_message(shop: "Shop") -> None:
    message_id = await shop.enqueue()
    await shop.counter.accept(5)
    await shop.counter.reported(6)
    await shop.counter.reported(5, to="+15145550999")
    await shop.spare.reported(5)
    assert await shop.state(message_id) == "sent"


async def test_a_report_is_kept_raw_whatever_it_fits(shop: "Shop") -> None:
    raw = shop.report(9)
    assert await shop.counter.hears(raw, slot=1) is Disposition.DELETE
    ((kept, part_id),) = await shop.rows("SELECT raw, part_id FROM reports")
    assert (kept, part_id) == (raw, None)
    assert await shop.pdu_kinds() == [("report", False)]
    assert await shop.received() == []


async def test_days_late_in_any_order_and_over_the_wrap(
    shop: "Shop", long_text: str, reopened: "Callable[[], Awaitable[Shop]]"
) -> None:
    message_id = await shop.enqueue(long_text)
    for reference in (254, 255, 0):
        await shop.counter.accept(reference)
    sent_ms = shop.clock.ms
    shop.clock.advance(5 * 86_400)
    again = await reopened()
    later = await again.enqueue(long_text)  # to the same customer, by the same references
    for reference in (254, 255, 0):
        await again.counter.accept(reference)
    for reference in (0, 254, 255):
        assert await again.state(message_id) == "sent"
        await again.counter.reported(reference, at_ms=sent_ms)
    assert await again.state(message_id) == "delivered"
    assert await again.state(later) == "sent"


class TestReferenceWrap:
    async def test_the_nearest_in_time(self, shop: "Shop") -> None:
        old, new = await shop.enqueue(), await shop.enqueue()
        await shop.counter.accept(5)
        old_ms = shop.clock.ms
        shop.clock.advance(600)
        await shop.counter.accept(5)
        await shop.counter.reported(5, at_ms=old_ms)
        assert [await shop.state(one) for one in (old, new)] == ["delivered", "sent"]
        await shop.counter.reported(5)
        assert await shop.state(new) == "delivered"

    async def test_without_a_time_the_newest(self, shop: "Shop") -> None:
        old, new = await shop.enqueue(), await shop.enqueue()
        await shop.counter.accept(5)
        shop.clock.advance(600)
        await shop.counter.accept(5)
        await shop.counter.hears(shop.report(5, raw_time=IMPOSSIBLE_TIME))
        assert [await shop.state(one) for one in (old, new)] == ["sent", "delivered"]

    async def test_a_part_of_days_ago_is_not_meant(self, shop: "Shop") -> None:
        old, new = await shop.enqueue(), await shop.enqueue()
        await shop.counter.accept(5)
        shop.clock.advance(3 * 86_400)
        await shop.counter.send(SILENCE)
        await shop.counter.reported(5)
        assert [await shop.state(one) for one in (old, new)] == ["sent", "delivered"]

    async def test_a_part_accepted_before_our_clock_was_set(self, shop: "Shop") -> None:
        message_id = await shop.enqueue()
        await shop.counter.accept(5)
        await shop.counter.reported(5, at_ms=shop.clock.ms + 120 * 86_400_000)
        assert await shop.state(message_id) == "delivered"


class TestEvidence:
    async def test_a_report_proves_the_one_unknown_part(self, shop: "Shop") -> None:
        message_id = await shop.enqueue()
        submission = await shop.counter.send(SILENCE)
        await shop.counter.reported(33)
        assert await shop.state(message_id) == "delivered"
        assert (await shop.part(message_id)).reference == 33
        assert shop.counter.proved == [submission.id]
        (attempt,) = await shop.attempts(message_id)
        assert (attempt.outcome, attempt.reference) == ("accepted", 33)

    async def test_it_ends_the_doubt_even_while_the_network_tries(self, shop: "Shop") -> None:
        message_id = await shop.enqueue()
        await shop.counter.send(SILENCE)
        await shop.counter.reported(33, status=0x30)
        message = await shop.message(message_id)
        assert (message.state, message.error_code) == ("sent", None)

    async def test_two_candidates_prove_nothing(self, shop: "Shop") -> None:
        messages = [await shop.enqueue(), await shop.enqueue()]
        await shop.counter.send(SILENCE)
        await shop.counter.send(SILENCE)
        await shop.counter.reported(33)
        assert [await shop.state(one) for one in messages] == ["unknown", "unknown"]
        assert shop.counter.proved == []

    @pytest.mark.parametrize(
        ("after_ms", "state"),
        [
            (-CLOCK_SKEW_MS - 1000, "unknown"),
            (-CLOCK_SKEW_MS, "delivered"),
            (DEADLINE_MS + CLOCK_SKEW_MS, "delivered"),
            (DEADLINE_MS + CLOCK_SKEW_MS + 1000, "unknown"),
        ],
    )
    async def test_the_window(self, shop: "Shop", after_ms: int, state: str) -> None:
        message_id = await shop.enqueue()
        ctrl_z_ms = shop.clock.ms
        await shop.counter.send(SILENCE)
        shop.clock.advance(3600)
        await shop.counter.reported(33, at_ms=ctrl_z_ms + after_ms)
        assert await shop.state(message_id) == state

    async def test_no_time_no_proof(self, shop: "Shop") -> None:
        message_id = await shop.enqueue()
        await shop.counter.send(SILENCE)
        await shop.counter.hears(shop.report(33, raw_time=IMPOSSIBLE_TIME))
        assert await shop.state(message_id) == "unknown"

    async def test_no_proof_where_no_report_was_asked_for(self, shop: "Shop") -> None:
        message_id = await shop.enqueue(report=False)
        await shop.counter.send(SILENCE)
        await shop.counter.reported(33)
        assert await shop.state(message_id) == "unknown"

    async def test_the_report_of_an_accepted_part_is_no_proof(self, shop: "Shop") -> None:
        accepted, doubtful = await shop.enqueue(), await shop.enqueue()
        await shop.counter.accept(5)
        await shop.counter.send(SILENCE)
        await shop.counter.reported(5)
        assert [await shop.state(one) for one in (accepted, doubtful)] == ["delivered", "unknown"]

    async def test_a_report_that_the_network_repeats_is_no_proof(self, shop: "Shop") -> None:
        delivered, doubtful = await shop.enqueue(), await shop.enqueue()
        await shop.counter.accept(5)
        report = shop.report(5)
        await shop.counter.hears(report)
        await shop.counter.send(SILENCE)
        shop.clock.advance(40)
        await shop.counter.hears(report)
        assert [await shop.state(one) for one in (delivered, doubtful)] == ["delivered", "unknown"]
        assert await shop.pdu_kinds() == [("report", False), ("report", True)]

    async def test_the_proof_survives_a_restart_of_the_doubt(self, shop: "Shop") -> None:
        message_id = await shop.enqueue()
        await shop.counter.begin()  # killed here
        await shop.store.shielded(lambda tx: outbox.recover(tx, now_ms=shop.clock.ms))
        shop.clock.advance(20)
        await shop.counter.reported(33)
        assert await shop.state(message_id) == "delivered"


class TestOvertaking:
    async def test_a_report_before_the_answer_proves_and_ends_the_wait(self, shop: "Shop") -> None:
        message_id = await shop.enqueue()
        submission = await shop.counter.begin()
        await shop.counter.reported(33)
        assert await shop.state(message_id) == "delivered"
        assert shop.counter.proved == [submission.id]
        await shop.counter.handler.settled(submission, Accepted(reference=33))
        assert await shop.state(message_id) == "delivered"

    @pytest.mark.parametrize("outcome", [SILENCE, Accepted(reference=None)])
    async def test_the_answer_takes_nothing_back(
        self, shop: "Shop", outcome: Unknown | Accepted
    ) -> None:
        message_id = await shop.enqueue()
        submission = await shop.counter.begin()
        await shop.counter.reported(33)
        await shop.counter.handler.settled(submission, outcome)
        assert await shop.state(message_id) == "delivered"
        assert (await shop.part(message_id)).reference == 33

    async def test_catches_up_with_a_report_that_fitted_nothing(self, shop: "Shop") -> None:
        doubtful, message_id = await shop.enqueue(), await shop.enqueue()
        await shop.counter.send(SILENCE)
        submission = await shop.counter.begin()
        await shop.counter.reported(33)  # one of two candidates
        assert await shop.state(message_id) == "sending"
        await shop.counter.handler.settled(submission, Accepted(reference=33))
        assert [await shop.state(one) for one in (doubtful, message_id)] == ["unknown", "delivered"]
        assert await shop.rows("SELECT 1 FROM reports WHERE part_id IS NULL") == []

    async def test_catches_up_after_a_late_answer(self, shop: "Shop") -> None:
        doubtful, message_id = await shop.enqueue(), await shop.enqueue()
        await shop.counter.send(SILENCE)
        submission = await shop.counter.send(SILENCE)
        await shop.counter.reported(33)
        await shop.counter.handler.late_answer(submission.id, 33)
        assert [await shop.state(one) for one in (doubtful, message_id)] == ["unknown", "delivered"]

    async def test_catches_up_after_a_late_answer_while_the_next_is_sent(
        self, shop: "Shop"
    ) -> None:
        message_id, running = await shop.enqueue(), await shop.enqueue()
        submission = await shop.counter.send(SILENCE)
        await shop.counter.begin()
        await shop.counter.reported(33)
        await shop.counter.handler.late_answer(submission.id, 33)
        assert [await shop.state(one) for one in (message_id, running)] == ["delivered", "sending"]

    async def test_another_reference_is_not_caught_up_with(self, shop: "Shop") -> None:
        _, message_id = await shop.enqueue(), await shop.enqueue()
        await shop.counter.send(SILENCE)
        submission = await shop.counter.begin()
        await shop.counter.reported(33)
        await shop.counter.handler.settled(submission, Accepted(reference=34))
        assert await shop.state(message_id) == "sent"

    async def test_a_report_is_not_about_what_was_sent_after_it(self, shop: "Shop") -> None:
        await shop.counter.reported(33)
        shop.clock.advance(1)
        message_id = await shop.enqueue()
        await shop.counter.accept(33)
        assert await shop.state(message_id) == "sent"

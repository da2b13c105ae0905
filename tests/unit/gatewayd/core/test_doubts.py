"""Reports that must not be believed at once, and what settles them."""

from typing import TYPE_CHECKING

import pytest

from modem.events import Accepted, NotSent, Refused, Unknown
from storage import outbox

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from conftest import Shop

LOST = Unknown(code="port_lost", detail="the connection was lost before it answered")
REFUSED = Refused(code="cms_38", detail="later", permanent=False, modem_trouble=False)
PORT_LOST = NotSent(code="port_lost", detail="the connection was lost")


async def states(shop: "Shop", *messages: str) -> list[str]:
    return [await shop.state(one) for one in messages]


class TestSecondReport:
    """The network may report twice on one submit, with another status or discharge time."""

    async def test_is_no_evidence_for_another_part(self, shop: "Shop") -> None:
        delivered, doubtful = await shop.enqueue(), await shop.enqueue()
        await shop.counter.accept(5)
        await shop.counter.hears(shop.report(5))
        await shop.counter.send(LOST)
        at_ms = shop.clock.ms
        shop.clock.advance(5)
        await shop.counter.hears(shop.report(5, at_ms=at_ms, done_after=9))
        assert await states(shop, delivered, doubtful) == ["delivered", "unknown"]
        assert await shop.rows("SELECT 1 FROM reports WHERE part_id IS NULL") == []

    async def test_after_a_restart_too(
        self, shop: "Shop", reopened: "Callable[[], Awaitable[Shop]]"
    ) -> None:
        delivered, doubtful = await shop.enqueue(), await shop.enqueue()
        await shop.counter.accept(5)
        first, second = shop.report(5), shop.report(5, done_after=9)
        await shop.counter.hears(first)
        await shop.counter.begin()
        shop = await reopened()
        await shop.store.shielded(lambda tx: outbox.recover(tx, now_ms=shop.clock.ms))
        await shop.counter.hears(second)
        assert await states(shop, delivered, doubtful) == ["delivered", "unknown"]

    async def test_final_after_temporary(self, shop: "Shop") -> None:
        message_id = await shop.enqueue()
        await shop.counter.send(LOST)
        await shop.counter.reported(5, status=0x30)
        assert await shop.state(message_id) == "sent"
        await shop.counter.reported(5)
        assert await shop.state(message_id) == "delivered"


class TestTwoInDoubt:
    async def test_two_reports_settle_two_parts(self, shop: "Shop") -> None:
        first, second = await shop.enqueue(), await shop.enqueue()
        await shop.counter.send(LOST)
        shop.clock.advance(2)
        await shop.counter.send(LOST)
        await shop.counter.reported(34)
        assert await states(shop, first, second) == ["unknown", "unknown"]
        await shop.counter.reported(33, status=0x46)
        assert await states(shop, first, second) == ["undelivered", "delivered"]

    async def test_all_parts_of_a_long_message(self, shop: "Shop", long_text: str) -> None:
        message_id = await shop.enqueue(long_text)
        for _ in range(3):
            await shop.counter.send(LOST)
        for reference in (12, 11, 13):
            assert await shop.state(message_id) == "unknown"
            await shop.counter.reported(reference)
        assert await shop.state(message_id) == "delivered"
        assert [part.reference for part in await shop.parts(message_id)] == [11, 12, 13]

    @pytest.mark.parametrize("outcome", [Accepted(reference=34), REFUSED, PORT_LOST])
    async def test_the_other_ones_outcome_settles_it(
        self, shop: "Shop", outcome: Accepted | Refused | NotSent
    ) -> None:
        doubtful, _ = await shop.enqueue(), await shop.enqueue()
        await shop.counter.send(LOST)
        submission = await shop.counter.begin()
        await shop.counter.reported(33)
        assert await shop.state(doubtful) == "unknown"
        await shop.counter.handler.settled(submission, outcome)
        assert await shop.state(doubtful) == "delivered"

    async def test_a_late_answer_settles_the_running_one(self, shop: "Shop") -> None:
        earlier, _ = await shop.enqueue(), await shop.enqueue()
        late = await shop.counter.send(LOST)
        running = await shop.counter.begin()
        await shop.counter.reported(34)
        assert shop.counter.proved == []
        await shop.counter.handler.late_answer(late.id, 33)
        assert await shop.state(earlier) == "sent"
        assert shop.counter.proved == [running.id]  # its answer need not be waited for


class TestReferenceComeRound:
    async def test_the_report_of_a_new_doubt_does_not_deliver_an_old_part(
        self, shop: "Shop"
    ) -> None:
        """Its phone has been off for hours, and 256 messages later comes the same reference."""
        old, new = await shop.enqueue(), await shop.enqueue()
        await shop.counter.accept(5)
        shop.clock.advance(3 * 3600)
        await shop.counter.send(LOST)
        await shop.counter.reported(5)
        assert await states(shop, old, new) == ["sent", "unknown"]


class TestNoReference:
    async def test_ok_without_one(self, shop: "Shop") -> None:
        message_id = await shop.enqueue()
        await shop.counter.send(Accepted(reference=None))
        await shop.counter.reported(77)
        assert await shop.state(message_id) == "delivered"
        await shop.counter.reported(77)

    async def test_a_persons_word(self, shop: "Shop") -> None:
        message_id = await shop.enqueue()
        await shop.counter.send(LOST)
        at_ms = shop.clock.ms
        shop.clock.advance(3600)
        async with shop.store.write() as tx:
            await outbox.resolve(
                tx, message_id=message_id, as_="sent", now_ms=shop.clock.ms, by="tok_1"
            )
        assert await shop.state(message_id) == "sent"
        await shop.counter.reported(77, at_ms=at_ms)
        assert await shop.state(message_id) == "delivered"

    async def test_two_that_fit_are_a_doubt(self, shop: "Shop") -> None:
        messages = [await shop.enqueue(), await shop.enqueue()]
        for _ in messages:
            await shop.counter.send(Accepted(reference=None))
        await shop.counter.reported(77)
        assert await states(shop, *messages) == ["sent", "sent"]


class TestResend:
    """Evidence that comes after the policy has queued the part again, and before it is sent."""

    async def put_back(self, shop: "Shop") -> tuple[str, str, int]:
        message_id = await shop.enqueue(on_unknown="resend")
        submission = await shop.counter.send(LOST)
        at_ms = shop.clock.ms
        shop.clock.advance(600)
        await shop.housekeeping().round()
        assert await shop.state(message_id) == "queued"
        return message_id, submission.id, at_ms

    @pytest.mark.parametrize("claimed", [False, True])
    async def test_a_report_stops_it(self, shop: "Shop", claimed: bool) -> None:
        message_id, _, at_ms = await self.put_back(shop)
        submission = await shop.counter.next() if claimed else None
        await shop.counter.reported(33, at_ms=at_ms)
        assert await shop.state(message_id) == "delivered"
        if submission is not None:
            assert not await shop.counter.release_body(submission)
        assert await shop.counter.handler.next_submission() is None
        (attempt,) = await shop.attempts(message_id)
        assert (attempt.outcome, attempt.reference) == ("accepted", 33)

    async def test_a_late_answer_stops_it(self, shop: "Shop") -> None:
        message_id, part_id, _ = await self.put_back(shop)
        await shop.counter.handler.late_answer(part_id, 33)
        assert await shop.state(message_id) == "sent"
        assert await shop.counter.handler.next_submission() is None

    async def test_a_late_answer_does_not_stop_what_was_never_sent(self, shop: "Shop") -> None:
        message_id = await shop.enqueue()
        submission = await shop.counter.send(PORT_LOST)
        await shop.counter.handler.late_answer(submission.id, 33)
        assert await shop.state(message_id) == "queued"

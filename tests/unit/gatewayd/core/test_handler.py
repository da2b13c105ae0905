"""One modem's seam: who is on the line, the store's outages and PINs."""

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from gatewayd import handler as module
from gatewayd.bus import Topic
from modem.errors import SetupError
from modem.events import Accepted, Identity, NotSent, PinHistory, Unknown
from modem.state import State
from storage import modems

if TYPE_CHECKING:
    from conftest import Outage, Shop

WITHDRAWN = NotSent(code="withdrawn", detail="canceled or expired before it was sent")


class TestStatus:
    async def test_who_is_on_the_line(self, shop: "Shop") -> None:
        line = shop.counter.handler.line()
        assert (line.modem, line.iccid) == ("counter", shop.counter.identity.iccid)
        assert (line.number, line.inboxes) == ("+15145550100", ("main",))

    async def test_before_the_modem_has_said_so(self, shop: "Shop") -> None:
        line = shop.side("counter", iccid="8930").handler.line()
        assert (line.iccid, line.imei, line.number) == (None, None, "+15145550100")

    async def test_a_ready_modem_is_remembered(self, shop: "Shop") -> None:
        async with shop.store.read() as tx:
            row = await modems.get(tx, "counter")
        assert row is not None
        assert (row.iccid, row.operator) == (shop.counter.identity.iccid, "Virtuel")
        assert row.last_ready_ms == shop.clock.ms

    async def test_only_changes_are_journaled(self, shop: "Shop") -> None:
        before = len(await shop.events("modem.state"))
        status = shop.counter.status
        for now in (
            replace(status, signal_dbm=-71),
            replace(status, state=State.UNREGISTERED, reason="no network"),
            replace(status, state=State.UNREGISTERED, reason="refused"),
            replace(status, state=State.UNREGISTERED, reason="refused", signal_dbm=-80),
        ):
            await shop.counter.handler.status_changed(now)
        assert len(await shop.events("modem.state")) == before + 2

    async def test_what_was_claimed_ahead_does_not_wait_for_its_network(self, shop: "Shop") -> None:
        await shop.enqueue()
        ahead = await shop.enqueue(expires_in=10)
        await shop.counter.accept(1)
        assert await shop.state(ahead) == "sending"
        status = replace(shop.counter.status, state=State.UNREGISTERED, reason="no network")
        await shop.counter.handler.status_changed(status)
        assert await shop.state(ahead) == "queued"
        shop.clock.advance(10)
        await shop.housekeeping().round()
        assert await shop.state(ahead) == "expired"

    async def test_another_sim_is_remembered(self, shop: "Shop") -> None:
        status = replace(shop.counter.status, identity=Identity(iccid="8901"))
        await shop.counter.handler.status_changed(status)
        async with shop.store.read() as tx:
            row = await modems.get(tx, "counter")
        assert row is not None
        assert row.iccid == "8901"

    async def test_what_an_outage_swallowed_is_told_at_the_next_look(
        self, shop: "Shop", outage: "Outage"
    ) -> None:
        before = len(await shop.events("modem.state"))
        status = replace(shop.counter.status, state=State.UNREGISTERED, reason="no network")
        outage.begin()
        await shop.counter.handler.status_changed(status)
        outage.over()
        await shop.counter.handler.status_changed(status)
        await shop.counter.handler.status_changed(status)
        assert len(await shop.events("modem.state")) == before + 1

    async def test_ready_looks_at_the_queue(self, shop: "Shop") -> None:
        with shop.bus.subscribe(Topic.OUTBOX) as hints:
            status = replace(shop.counter.status, state=State.UNREGISTERED)
            await shop.counter.handler.status_changed(status)
            assert await hints.wait(0)


class TestStoreUnavailable:
    async def test_nothing_is_taken_from_the_queue(self, shop: "Shop", outage: "Outage") -> None:
        message_id = await shop.enqueue()
        outage.begin()
        assert await shop.counter.handler.next_submission() is None
        outage.over()
        await shop.counter.accept(1)
        assert await shop.state(message_id) == "sent"

    async def test_without_the_mark_nothing_is_written(
        self, shop: "Shop", outage: "Outage", monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(module, "STORE_RETRY_SECONDS", 0)
        message_id = await shop.enqueue()
        submission = await shop.counter.next()
        outage.begin()
        with shop.bus.subscribe(Topic.OUTBOX) as hints:
            assert not await shop.counter.release_body(submission)
            outage.over()
            await shop.counter.handler.settled(submission, WITHDRAWN)
            while shop.counter.handler._rest is not None:
                assert await shop.counter.handler.next_submission() is None, "it rests"
                assert await hints.wait(5)
        assert (await shop.counter.accept(4)).id == submission.id
        assert await shop.state(message_id) == "sent"
        assert len(await shop.attempts(message_id)) == 1

    @pytest.mark.parametrize(
        ("outcome", "state"),
        [
            (Accepted(reference=9), "sent"),
            (Unknown(code="no_answer", detail="nobody knows"), "unknown"),
        ],
    )
    async def test_an_outcome_insists_until_the_store_answers(
        self,
        shop: "Shop",
        outage: "Outage",
        monkeypatch: pytest.MonkeyPatch,
        outcome: Accepted | Unknown,
        state: str,
    ) -> None:
        monkeypatch.setattr(module, "STORE_RETRY_SECONDS", 0)
        message_id = await shop.enqueue()
        submission = await shop.counter.begin()
        outage.begin()
        settling = asyncio.create_task(shop.counter.handler.settled(submission, outcome))
        await outage.refused.wait()
        assert not settling.done()
        outage.over()
        await settling
        assert await shop.state(message_id) == state

    async def test_a_late_answer_insists_too(
        self, shop: "Shop", outage: "Outage", monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(module, "STORE_RETRY_SECONDS", 0)
        message_id = await shop.enqueue()
        submission = await shop.counter.send(Unknown(code="no_answer", detail="nobody knows"))
        outage.begin(times=3)
        await shop.counter.handler.late_answer(submission.id, 9)
        assert await shop.state(message_id) == "sent"


class TestCancellation:
    """Whoever is cancelled: what the modem did is committed."""

    async def test_a_cancelled_settle_has_settled(self, shop: "Shop") -> None:
        message_id = await shop.enqueue()
        submission = await shop.counter.begin()
        settling = asyncio.create_task(
            shop.counter.handler.settled(submission, Accepted(reference=1))
        )
        await asyncio.sleep(0)
        settling.cancel()
        with pytest.raises(asyncio.CancelledError):
            await settling
        assert await shop.state(message_id) == "sent"


class TestPins:
    async def test_a_refused_pin_is_remembered(self, shop: "Shop") -> None:
        handler = shop.counter.handler
        assert await handler.recall_pin("8930", "1234") is PinHistory.NONE_REFUSED
        await handler.pin_refused("8930", "1234")
        assert await handler.recall_pin("8930", "1234") is PinHistory.THIS_REFUSED
        assert await handler.recall_pin("8930", "4321") is PinHistory.ANOTHER_REFUSED
        await handler.pin_accepted("8930")
        assert await handler.recall_pin("8930", "1234") is PinHistory.NONE_REFUSED

    async def test_no_pin_is_typed_that_could_not_be_remembered(
        self, shop: "Shop", outage: "Outage"
    ) -> None:
        outage.begin()
        for attempt in (
            shop.counter.handler.recall_pin("8930", "1234"),
            shop.counter.handler.pin_refused("8930", "1234"),
        ):
            with pytest.raises(SetupError) as raised:
                await attempt
            assert raised.value.code == "store_unavailable"

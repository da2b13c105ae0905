"""What time does to messages; each round is safe to repeat."""

import asyncio
from typing import TYPE_CHECKING

import pytest

from gatewayd import housekeeping as module
from gatewayd.bus import Topic
from gatewayd.housekeeping import LONGEST_WAIT_SECONDS
from modem.events import Unknown
from storage.conversations import acts
from storage.conversations.acts import Doing
from storage.conversations.states import Act
from storage.conversations.timeline import Author

if TYPE_CHECKING:
    from conftest import Outage, Shop

SILENCE = Unknown(code="no_answer", detail="the modem did not say whether it was sent")
BEFORE_NTP_MS = 1_782_864_000_000 - 1  # a moment before this version existed


async def test_nothing_to_do_waits_long(shop: "Shop") -> None:
    assert await shop.housekeeping().round() == LONGEST_WAIT_SECONDS


async def test_wakes_for_the_next_due_part(shop: "Shop") -> None:
    housekeeping = shop.housekeeping()
    await shop.enqueue(send_in=45)
    await shop.enqueue(send_in=20, expires_in=30)
    assert await housekeeping.round() == 20
    with shop.bus.subscribe(Topic.OUTBOX) as hints:
        shop.clock.advance(19)
        assert await housekeeping.round() == 1
        assert not await hints.wait(0)
        shop.clock.advance(1)
        assert await housekeeping.round() == 10
        assert await hints.wait(0)


async def test_what_becomes_due_meanwhile_is_told_and_hurries_no_round(
    shop: "Shop", monkeypatch: pytest.MonkeyPatch
) -> None:
    async def lasts(_: int) -> None:
        shop.clock.advance(2)

    housekeeping = shop.housekeeping()
    monkeypatch.setattr(housekeeping, "_prune", lasts)
    await shop.enqueue(send_in=1)
    with shop.bus.subscribe(Topic.OUTBOX) as hints:
        assert await housekeeping.round() == module.ROUND_SECONDS
        assert await hints.wait(0)


async def test_never_longer_than_a_minute(shop: "Shop") -> None:
    await shop.enqueue(send_in=86_400)
    assert await shop.housekeeping().round() == LONGEST_WAIT_SECONDS


async def test_rounds_are_idempotent(shop: "Shop", long_text: str) -> None:
    expired = await shop.enqueue(send_in=5, expires_in=10)
    doubtful = await shop.enqueue(on_unknown="resend")
    await shop.counter.send(SILENCE)
    await shop.counter.hears(shop.pdus(long_text)[0])
    shop.clock.advance(600)
    housekeeping = shop.housekeeping()
    await housekeeping.round()
    events = await shop.events()
    for again in (housekeeping, shop.housekeeping()):
        await again.round()
    assert await shop.events() == events
    assert (await shop.state(expired), await shop.state(doubtful)) == ("expired", "queued")
    assert len(await shop.received()) == 1


async def test_a_change_is_told(shop: "Shop") -> None:
    await shop.enqueue(expires_in=10)
    shop.clock.advance(10)
    with shop.bus.subscribe(Topic.JOURNAL) as hints:
        await shop.housekeeping().round()
        assert await hints.wait(0)


class TestClockNotSet:
    @pytest.mark.parametrize("before", ["this version", "its own records"])
    async def test_nothing_expires_and_nothing_is_sent_again(
        self, shop: "Shop", long_text: str, before: str
    ) -> None:
        doubtful = await shop.enqueue(on_unknown="resend")
        await shop.counter.send(SILENCE)
        expiring = await shop.enqueue(expires_in=10)
        await shop.counter.hears(shop.pdus(long_text)[0])
        set_ms = shop.clock.ms
        housekeeping = shop.housekeeping()
        # The small PC starts anew: its clock is wrong, and what it decides now it decides blindly.
        shop.clock.ms = BEFORE_NTP_MS if before == "this version" else set_ms - 3_600_001
        assert await housekeeping.round() < LONGEST_WAIT_SECONDS
        states = [await shop.state(one) for one in (doubtful, expiring)]
        assert (states, await shop.texts()) == (["unknown", "queued"], [])
        shop.clock.ms = set_ms + 600_000  # set by NTP
        await housekeeping.round()
        states = [await shop.state(one) for one in (doubtful, expiring)]
        assert (states, len(await shop.texts())) == (["queued", "expired"], 1)


class TestPruning:
    async def test_old_events_go_after_their_time(self, shop: "Shop") -> None:
        housekeeping = shop.housekeeping()
        await shop.enqueue()
        shop.clock.advance(31 * 86_400)
        await shop.enqueue()
        await housekeeping.round()
        assert await shop.events() == ["message.queued"]

    async def test_not_in_every_round(self, shop: "Shop", monkeypatch: pytest.MonkeyPatch) -> None:
        pruned: list[int] = []

        async def prune(_: object, before_ms: int, *, now_ms: int) -> None:
            assert now_ms > before_ms
            pruned.append(before_ms)

        monkeypatch.setattr("storage.changes.prune", prune)
        housekeeping = shop.housekeeping()
        for seconds in (0, 1, 3598, 1):
            shop.clock.advance(seconds)
            await housekeeping.round()
        assert len(pruned) == 2


class TestRun:
    async def test_goes_on_after_an_outage(
        self, shop: "Shop", outage: "Outage", monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(module, "ROUND_SECONDS", 0.0)
        message_id = await shop.enqueue(expires_in=10)
        shop.clock.advance(10)
        outage.begin()
        with shop.bus.subscribe(Topic.JOURNAL) as told:
            running = asyncio.create_task(shop.housekeeping().run())
            await outage.refused.wait()
            outage.over()
            shop.bus.publish(Topic.OUTBOX)
            assert await told.wait(5)
            running.cancel()
            with pytest.raises(asyncio.CancelledError):
                await running
        assert await shop.state(message_id) == "expired"


async def test_a_conversation_sleeps_as_long_as_it_was_told(shop: "Shop") -> None:
    await shop.counter.hears(shop.pdu("Is it ready?"))
    ((conversation_id,),) = await shop.rows("SELECT id FROM conversations")
    author = Author(type="token", id="tok_1", name="page")
    doing = Doing(author=author, now_ms=shop.clock.ms)
    async with shop.store.write() as tx:
        until_ms = shop.clock.ms + 60_000
        await acts.act(tx, conversation_id, Act.SNOOZE, doing, until_ms=until_ms)
    state = "SELECT state, snoozed_until_ms FROM conversations"

    shop.clock.advance(59)
    await shop.housekeeping().round()
    assert await shop.rows(state) == [("snoozed", until_ms)]
    shop.clock.advance(1)
    for _ in range(2):
        await shop.housekeeping().round()

    assert await shop.rows(state) == [("open", None)]
    rows = await shop.rows("SELECT kind, author_id FROM timeline ORDER BY seq")
    assert rows == [("message", None), ("snoozed", "tok_1"), ("reopened", None)]
    assert (await shop.events("conversation.reopened")) == ["conversation.reopened"]

"""Hints: remembered, merged, and never in the way."""

import asyncio

from gatewayd.bus import Bus, Topic


async def test_a_hint_before_the_wait_is_not_lost() -> None:
    bus = Bus()
    with bus.subscribe(Topic.OUTBOX) as hints:
        bus.publish(Topic.OUTBOX)
        bus.publish(Topic.OUTBOX)
        assert await hints.wait()
        assert not await hints.wait(0)


async def test_a_hint_wakes_who_waits() -> None:
    bus = Bus()
    with bus.subscribe(Topic.OUTBOX, Topic.JOURNAL) as hints:
        waiting = asyncio.create_task(hints.wait())
        await asyncio.sleep(0)
        bus.publish(Topic.JOURNAL)
        assert await waiting


async def test_other_topics_are_not_heard() -> None:
    bus = Bus()
    with bus.subscribe(Topic.OUTBOX) as hints:
        bus.publish(Topic.JOURNAL)
        assert not await hints.wait(0)


async def test_nobody_listens_any_more() -> None:
    bus = Bus()
    with bus.subscribe(Topic.OUTBOX) as hints:
        pass
    bus.publish(Topic.OUTBOX)
    assert not await hints.wait(0)

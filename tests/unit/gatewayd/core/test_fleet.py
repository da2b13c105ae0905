"""The modems as a group: views, mute, restart, and evidence heard by any of them."""

import asyncio
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from gatewayd import figures as module
from gatewayd.bus import Topic
from gatewayd.fleet import Fleet
from modem.events import Accepted, ArrivedPdu
from storage import modems
from storage.errors import StoreUnavailable

if TYPE_CHECKING:
    from conftest import Outage, Shop

    from modem.supervisor import Worker


@pytest.fixture
def fleet(shop: "Shop") -> Fleet:
    return Fleet(settings=shop.settings, store=shop.store, bus=shop.bus, clock=shop.clock)


def worker(fleet: Fleet, name: str) -> "Worker":
    return fleet._members[name].worker


async def test_views_in_the_order_of_the_configuration(fleet: Fleet, shop: "Shop") -> None:
    views = fleet.views()
    assert [view.name for view in views] == ["counter", "spare"]
    assert [view.state for view in views] == ["absent", "absent"]
    assert views[0].number == "+15145550100"
    assert views[0].since == datetime.fromtimestamp(shop.clock.ms / 1000, tz=UTC)
    assert fleet.view("nobody") is None


async def test_counts(fleet: Fleet, shop: "Shop") -> None:
    for _ in range(3):
        await shop.enqueue()
    await shop.enqueue(inbox="spare")
    await shop.counter.accept(1)
    async with shop.store.write() as tx:
        incident = await modems.open_incident(
            tx, modem="counter", code="deaf", detail="no answer", now_ms=shop.clock.ms
        )
    await fleet.figures._refresh()
    counter, spare = fleet.views()
    # One is claimed ahead: it no longer waits.
    assert (counter.queue, counter.sent_today) == (1, 1)
    assert (spare.queue, spare.sent_today) == (1, 0)
    assert [(shown.id, shown.kind) for shown in counter.incidents] == [(incident, "deaf")]
    assert (counter.incidents[0].closed_at, spare.incidents) == (None, [])


async def test_today_begins_at_the_shop_s_midnight(shop: "Shop") -> None:
    shop.change(gateway={"timezone": "America/Toronto"})
    await shop.counter.ready()
    fleet = Fleet(settings=shop.settings, store=shop.store, bus=shop.bus, clock=shop.clock)
    for seconds in (17 * 3600 - 1, 1):  # noon UTC is 07:00 there
        shop.clock.advance(seconds)
        await shop.enqueue()
        await shop.counter.accept(1)
    await fleet.figures._refresh()
    assert fleet.views()[0].sent_today == 1


class TestCounting:
    async def test_goes_on_after_an_outage(
        self, fleet: Fleet, shop: "Shop", monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(module, "REFRESH_SECONDS", 0)
        refreshed = asyncio.Event()
        real, calls = fleet.figures._refresh, 0

        async def refresh() -> None:
            nonlocal calls
            calls += 1
            if calls == 1:
                raise StoreUnavailable(reason="locked")
            await real()
            refreshed.set()

        monkeypatch.setattr(fleet.figures, "_refresh", refresh)
        await shop.enqueue()
        counting = asyncio.create_task(fleet.figures.keep())
        await asyncio.sleep(0)
        shop.bus.publish(Topic.JOURNAL)
        await refreshed.wait()
        counting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await counting
        assert fleet.views()[0].queue == 1


class TestMute:
    async def test_over_a_restart(self, fleet: Fleet, shop: "Shop") -> None:
        await fleet.mute("counter", muted=True)
        again = Fleet(settings=shop.settings, store=shop.store, bus=shop.bus, clock=shop.clock)
        await again.load()
        assert [view.muted for view in again.views()] == [True, False]
        assert await again._members["counter"].handler.next_submission() is None
        await again.mute("counter", muted=False)
        assert [view.muted for view in again.views()] == [False, False]

    async def test_gives_back_what_was_claimed_ahead(self, fleet: Fleet, shop: "Shop") -> None:
        handler = fleet._members["counter"].handler
        _, ahead = await shop.enqueue(), await shop.enqueue()
        submission = await handler.next_submission()
        assert submission is not None
        await handler.submitting(submission, deadline_seconds=60)
        await fleet.mute("counter", muted=True)
        await handler.settled(submission, Accepted(reference=1))
        assert await handler.next_submission() is None
        assert await shop.state(ahead) == "queued"

    async def test_not_while_the_store_cannot_remember_it(
        self, fleet: Fleet, outage: "Outage"
    ) -> None:
        outage.begin()
        with pytest.raises(StoreUnavailable):
            await fleet.mute("counter", muted=True)
        outage.over()
        assert not fleet.views()[0].muted

    async def test_unmuting_while_stopping_begins_nothing(self, fleet: Fleet, shop: "Shop") -> None:
        await shop.enqueue()
        fleet.stop()
        await fleet.mute("counter", muted=False)
        assert await fleet._members["counter"].handler.next_submission() is None

    async def test_a_modem_that_no_entry_names_any_more(self, fleet: Fleet, shop: "Shop") -> None:
        async with shop.store.write() as tx:
            await modems.set_muted(tx, name="sold", muted=True, now_ms=shop.clock.ms)
        await fleet.load()
        assert [view.name for view in fleet.views()] == ["counter", "spare"]


class TestTold:
    """What is passed on to the workers."""

    async def test_restart(self, fleet: Fleet, monkeypatch: pytest.MonkeyPatch) -> None:
        told: list[str] = []
        for name in ("counter", "spare"):
            monkeypatch.setattr(worker(fleet, name), "restart", lambda name=name: told.append(name))
        await fleet.restart("spare")
        assert told == ["spare"]

    async def test_a_proof_concludes_whoever_waits(
        self, fleet: Fleet, shop: "Shop", monkeypatch: pytest.MonkeyPatch
    ) -> None:
        told: list[tuple[str, str]] = []
        for name in ("counter", "spare"):
            monkeypatch.setattr(
                worker(fleet, name),
                "conclude",
                lambda part, name=name: told.append((name, part)),
            )
        await shop.enqueue()
        handler = fleet._members["counter"].handler
        await handler.status_changed(shop.counter.status)
        submission = await handler.next_submission()
        assert submission is not None
        await handler.submitting(submission, deadline_seconds=60)
        await handler.arrived(_arrived(shop.report(33)))
        assert told == [("counter", submission.id), ("spare", submission.id)]

    async def test_hints_wake_the_workers(
        self, fleet: Fleet, shop: "Shop", monkeypatch: pytest.MonkeyPatch
    ) -> None:
        woken = asyncio.Event()
        monkeypatch.setattr(worker(fleet, "spare"), "wake", woken.set)
        passing = asyncio.create_task(fleet.pass_hints())
        await asyncio.sleep(0)
        shop.bus.publish(Topic.OUTBOX)
        await woken.wait()
        passing.cancel()
        with pytest.raises(asyncio.CancelledError):
            await passing


def _arrived(pdu: bytes) -> ArrivedPdu:
    return ArrivedPdu(pdu=pdu, slot=None)

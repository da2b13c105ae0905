"""Limits at a modem's side: nothing is claimed that may not go, whatever happens in between."""

from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import pytest

from config.schema import ModemSettings
from config.values import Price
from gatewayd.bus import Topic
from gatewayd.directory import LimitsView
from gatewayd.fleet import Fleet
from modem.events import Accepted, Identity, NotSent, Refused, Unknown
from storage.errors import StoreUnavailable

if TYPE_CHECKING:
    from conftest import Outage, Shop, Side

TORONTO = "America/Toronto"
HOUR_SECONDS = 3600
ICCID = "8930272000000000017"
REFUSED = Refused(code="cms_38", detail="", permanent=True, modem_trouble=False)


def ms(text: str) -> int:
    return round(datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(TORONTO)).timestamp() * 1000)


async def limited(shop: "Shop", *, messages: int = 5, **keys: Any) -> "Side":
    """The counter's modem with these limits and messages to send."""
    keys = {"name": "counter", "device": "virtual:counter"} | keys
    spare = shop.settings.modems[1]
    object.__setattr__(shop.settings, "modems", (ModemSettings(**keys), spare))
    shop.change(gateway={"timezone": TORONTO})
    await shop.counter.ready()
    for _ in range(messages):
        await shop.enqueue()
    return shop.counter


def left(side: "Side") -> LimitsView:
    return side.handler.pacing.view()


async def claims(shop: "Shop") -> int:
    ((count,),) = await shop.rows("SELECT count(*) FROM parts WHERE state = 'claimed'")
    return int(count)


async def test_at_the_limit_nothing_is_claimed_not_even_ahead(shop: "Shop") -> None:
    side = await limited(shop, max_per_hour=2)
    await side.accept(1)
    assert (left(side).hour_left, await claims(shop)) == (1, 1)
    await side.accept(2)
    await shop.enqueue(priority=0)
    assert await side.handler.next_submission() is None
    assert (left(side).hour_left, left(side).waits_for, await claims(shop)) == (0, "limit_hour", 0)
    shop.clock.advance(HOUR_SECONDS - 0.001)
    assert await side.handler.next_submission() is None
    shop.clock.advance(0.001)
    assert await side.handler.next_submission() is not None


async def test_the_day_begins_at_the_shops_midnight(shop: "Shop") -> None:
    shop.clock.ms = ms("2026-12-01T23:59")
    side = await limited(shop, max_per_day=1)
    await side.accept(1)
    assert await side.handler.next_submission() is None
    assert left(side).next_at == datetime(2026, 12, 2, tzinfo=ZoneInfo(TORONTO))
    shop.clock.ms = ms("2026-12-02T00:00")
    await side.accept(2)
    assert (left(side).day_left, left(side).waits_for) == (0, "limit_day")


@pytest.mark.parametrize(
    ("outcome", "counts"),
    [
        (Accepted(reference=1), True),
        (Unknown(code="no_answer", detail="x"), True),
        (REFUSED, False),
        (NotSent(code="port_lost", detail="x"), False),
    ],
)
async def test_what_was_not_sent_does_not_count(shop: "Shop", outcome: Any, counts: bool) -> None:
    side = await limited(shop, messages=1, max_per_month=3)
    await side.send(outcome)
    assert left(side).month_left == (2 if counts else 3)


async def test_a_refused_part_makes_room_for_the_next_at_once(shop: "Shop") -> None:
    side = await limited(shop, max_per_hour=1)
    await side.send(REFUSED)
    assert await claims(shop) == 1
    await side.accept(1)
    assert await side.handler.next_submission() is None


async def test_another_life_forgets_nothing(shop: "Shop") -> None:
    side = await limited(shop, max_per_hour=2)
    await side.accept(1)
    await side.begin()
    shop.change()
    await shop.counter.ready()
    assert await shop.counter.handler.next_submission() is None
    assert left(shop.counter).hour_left == 0


async def test_another_sim_has_its_own_count(shop: "Shop") -> None:
    side = await limited(shop, max_per_hour=1)
    await side.accept(1)
    assert await side.handler.next_submission() is None
    sim = Identity(imei="490154203237518", iccid="8930999", number="+15145550100")
    shop.counter = shop.side("counter", iccid=sim.iccid)
    await shop.counter.ready()
    await shop.counter.accept(1)
    assert await shop.counter.handler.next_submission() is None


async def test_a_commit_that_failed_is_not_counted(shop: "Shop", outage: "Outage") -> None:
    side = await limited(shop, max_per_hour=1)
    submission = await side.next()
    outage.begin()
    assert not await side.release_body(submission)
    with pytest.raises(StoreUnavailable):
        await side.handler.dispatch.submitting(submission, deadline_seconds=60)
    outage.over()
    again = await side.handler.dispatch.next_submission()
    assert again is not None
    assert again.id == submission.id
    assert await side.release_body(again)
    assert left(side).hour_left == 0


async def test_a_clock_put_back_reads_the_store_again(shop: "Shop") -> None:
    shop.clock.ms = ms("2026-12-01T00:30")
    side = await limited(shop, messages=2, max_per_hour=5)
    await side.accept(1)
    shop.clock.ms = ms("2026-12-01T03:00")
    await side.accept(2)
    assert left(side).hour_left == 4
    shop.clock.ms = ms("2026-12-01T00:40")
    assert await side.handler.next_submission() is None
    assert left(side).hour_left == 4


async def test_before_the_clock_is_set_nothing_goes(shop: "Shop") -> None:
    now_ms = shop.clock.ms
    side = await limited(shop, max_per_hour=5)
    shop.clock.ms = 0
    assert await side.handler.next_submission() is None
    assert (left(side).waits_for, left(side).next_at) == ("clock_not_set", None)
    shop.clock.ms = now_ms
    assert await side.handler.next_submission() is not None


async def test_workers_are_woken_when_the_wait_is_over(shop: "Shop") -> None:
    side = await limited(shop, min_interval_ms=50)
    await side.accept(1)
    with shop.bus.subscribe(Topic.OUTBOX) as hints:
        assert await side.handler.next_submission() is None
        assert await side.handler.next_submission() is None
        assert await hints.wait(timeout_seconds=60)


async def test_without_limits_nothing_is_counted(shop: "Shop") -> None:
    side = await limited(shop)
    await side.accept(1)
    assert left(side) == LimitsView()


async def test_each_sim_has_its_month(shop: "Shop") -> None:
    price = Price(amount=Decimal("0.0125"), currency="CAD")
    shop.clock.ms = ms("2026-11-30T23:59")
    side = await limited(shop, price_per_part=price)
    await side.accept(1)
    shop.clock.ms = ms("2026-12-01T00:01")
    await side.accept(2)
    await side.accept(3)
    await side.send(REFUSED)
    fleet = Fleet(settings=shop.settings, store=shop.store, bus=shop.bus, clock=shop.clock)
    await fleet._members["counter"].handler.status_changed(side.status)
    await fleet.figures._refresh()
    counter, spare = (view.cost_this_month for view in fleet.views())
    assert counter is not None
    assert (counter.amount, counter.currency, spare) == ("0.025", "CAD", None)

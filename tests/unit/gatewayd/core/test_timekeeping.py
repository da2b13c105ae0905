"""A clock that ran ahead once must not stop the gateway's time for ever."""

from typing import TYPE_CHECKING

import pytest

from gatewayd.housekeeping import Housekeeping
from gatewayd.outcomes import RETRY_SECONDS
from gatewayd.timekeeping import STEP_SECONDS, TRUST_SECONDS, Timekeeping
from modem.events import NotSent, Unknown
from storage import changes, meta

if TYPE_CHECKING:
    from conftest import Shop

SILENCE = Unknown(code="no_answer", detail="silence")
PORT_LOST = NotSent(code="port_lost", detail="lost")
YEARS = 10 * 365 * 86_400


class Life:
    """A run of the daemon: its housekeeping, and the time that passes beside the clock."""

    def __init__(self, shop: "Shop") -> None:
        self.shop = shop
        self.elapsed = 1000.0
        self.time = Timekeeping(store=shop.store, clock=shop.clock, elapsed=lambda: self.elapsed)
        self.housekeeping = Housekeeping(
            settings=shop.settings,
            store=shop.store,
            bus=shop.bus,
            clock=shop.clock,
            timekeeping=self.time,
        )

    def passes(self, seconds: float) -> None:
        self.elapsed += seconds
        self.shop.clock.advance(seconds)


@pytest.fixture
def ahead(shop: "Shop") -> "Shop":
    """The clock runs ten years ahead."""
    shop.clock.advance(YEARS)
    return shop


async def test_what_expires_and_re_sends_recovers(ahead: "Shop", long_text: str) -> None:
    shop = ahead
    doubtful = await shop.enqueue(on_unknown="resend")
    await shop.counter.send(SILENCE)
    put_back = await shop.enqueue()
    await shop.counter.send(PORT_LOST)
    await shop.counter.hears(shop.pdus(long_text)[0])
    shop.clock.advance(-YEARS)  # set by NTP
    life = Life(shop)
    expiring, later = await shop.enqueue(expires_in=10), await shop.enqueue(send_in=86_400)
    await life.housekeeping.round()
    life.passes(TRUST_SECONDS - 1)
    await life.housekeeping.round()
    assert [await shop.state(one) for one in (doubtful, expiring)] == ["unknown", "queued"]
    life.passes(1)
    await life.housekeeping.round()
    assert await shop.state(expiring) == "expired"
    assert (await shop.part(put_back)).due_at_ms <= shop.clock.ms
    assert (await shop.part(later)).due_at_ms > shop.clock.ms
    life.passes(600)  # resend_after, multipart_wait
    await life.housekeeping.round()
    assert await shop.state(doubtful) == "queued"
    assert len(await shop.received()) == 1


async def test_it_is_remembered_over_a_restart(ahead: "Shop") -> None:
    await ahead.enqueue()
    ahead.clock.advance(-YEARS)
    life = Life(ahead)
    assert not await life.time.is_set()
    life.passes(TRUST_SECONDS)
    assert await life.time.is_set()
    assert await Life(ahead).time.is_set()
    async with ahead.store.read() as tx:
        assert await meta.overruled_ms(tx) == await meta.newest_ms(tx)


async def test_running_ahead_a_second_time_is_noticed(ahead: "Shop") -> None:
    await ahead.enqueue()
    ahead.clock.advance(-YEARS)
    life = Life(ahead)
    await life.time.is_set()
    life.passes(TRUST_SECONDS)
    assert await life.time.is_set()
    ahead.clock.advance(YEARS + 3600)
    await ahead.enqueue()
    ahead.clock.advance(-YEARS)
    assert not await life.time.is_set()


@pytest.mark.parametrize("step", [STEP_SECONDS + 1, -STEP_SECONDS - 1])
async def test_a_clock_that_is_set_again_begins_anew(ahead: "Shop", step: float) -> None:
    await ahead.enqueue()
    ahead.clock.advance(-YEARS)
    life = Life(ahead)
    await life.time.is_set()
    life.passes(TRUST_SECONDS - 1)
    ahead.clock.advance(step)
    life.passes(1)
    assert not await life.time.is_set()
    life.passes(TRUST_SECONDS)
    assert await life.time.is_set()


async def test_before_this_version_no_patience_helps(shop: "Shop") -> None:
    await shop.enqueue()
    shop.clock.ms = 86_400_000
    life = Life(shop)
    for _ in range(3):
        assert not await life.time.is_set()
        life.passes(TRUST_SECONDS)


async def test_an_ordinary_back_off_is_left_alone(ahead: "Shop") -> None:
    await ahead.enqueue()
    ahead.clock.advance(-YEARS)
    life = Life(ahead)
    await life.time.is_set()
    life.passes(TRUST_SECONDS)
    message_id = await ahead.enqueue()
    async with ahead.store.write() as tx:
        await tx.exec_driver_sql(
            "UPDATE parts SET due_at_ms = ? WHERE message_id = ?",
            (ahead.clock.ms + RETRY_SECONDS[-1] * 1000, message_id),
        )
    await life.time.is_set()
    assert (await ahead.part(message_id)).due_at_ms > ahead.clock.ms


async def test_events_of_the_future_do_not_keep_the_journal(shop: "Shop") -> None:
    await shop.enqueue()
    shop.clock.advance(YEARS)
    await shop.enqueue()
    shop.clock.advance(-YEARS)
    await shop.enqueue()
    shop.clock.advance(40 * 86_400)
    last = await shop.enqueue()
    month_ago = shop.clock.ms - 30 * 86_400_000
    async with shop.store.write() as tx:
        await changes.prune(tx, month_ago, now_ms=shop.clock.ms)
    kept = await shop.rows("SELECT subject FROM changes")
    assert [row.subject for row in kept] == [last]

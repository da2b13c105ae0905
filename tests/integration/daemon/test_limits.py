"""Limits per SIM over the whole daemon, its restarts, and a clock that the test moves on."""

import asyncio
from dataclasses import replace
from decimal import Decimal
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from config.values import Price
from gatewayd.clock import SystemClock
from modem.supervisor import Timing
from modem.virtual.ledger import Happening

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractAsyncContextManager

    from conftest import Gateway, World

    Start = Callable[..., AbstractAsyncContextManager[Gateway]]

HOUR_SECONDS = 3600


class ShiftedClock:
    """The system's clock, put forward by as much as the test says."""

    def __init__(self) -> None:
        self._shift_ms = 0
        self._system = SystemClock()

    def now_ms(self) -> int:
        return self._system.now_ms() + self._shift_ms

    def advance(self, seconds: int) -> None:
        self._shift_ms += seconds * 1000


def limit(world: "World", **keys: Any) -> None:
    counter, spare = world.settings.modems
    world.settings = replace(world.settings, modems=(replace(counter, **keys), spare))


async def counted(gateway: "Gateway") -> dict[str, Any]:
    """Wait until the modem has looked at what its SIM was handed; give its limits."""
    async with asyncio.timeout(60):
        while "hour_left" not in (limits := await limits_of(gateway)):
            pass
    return limits


async def limits_of(gateway: "Gateway") -> dict[str, Any]:
    limits: dict[str, Any] = (await gateway.ask("GET", "/v1/modems/counter"))["limits"]
    return limits


async def test_three_an_hour_over_a_restart(world: "World", start: "Start") -> None:
    limit(world, max_per_hour=3, price_per_part=Price(amount=Decimal("0.02"), currency="CAD"))
    clock = ShiftedClock()
    async with start(world, clock=clock) as gateway:
        ids = [await gateway.send(f"number {place}", priority="urgent") for place in range(5)]
        for sent in ids[:3]:
            await gateway.event("message.delivered", id=sent)
        held = await gateway.message(ids[3])
        assert (held["state"], held["error"], held["cost"]) == ("queued", None, None)
        assert held["waiting"]["code"] == "limit_hour"
        assert await limits_of(gateway) == {
            "max_per_hour": 3,
            "hour_left": 0,
            "waits_for": "limit_hour",
            "next_at": held["waiting"]["until"],
        }
        assert (await gateway.message(ids[0]))["cost"] == {"amount": "0.02", "currency": "CAD"}

    async with start(world, clock=clock) as gateway:
        assert (await counted(gateway))["hour_left"] == 0
        again = await gateway.message(ids[3])
        assert (again["state"], again["waiting"]) == ("queued", held["waiting"])
        assert len(world.of(Happening.ACCEPTED)) == 3

        clock.advance(HOUR_SECONDS)
        for sent in ids[3:]:
            await gateway.settled(sent, "delivered")
        assert (await gateway.message(ids[4]))["waiting"] is None
    assert [entry.text for entry in world.of(Happening.ACCEPTED)] == [
        f"number {place}" for place in range(5)
    ]


async def test_the_worker_is_woken_when_the_interval_is_over(
    world: "World", start: "Start"
) -> None:
    limit(world, min_interval_ms=120)
    # At its next look around it would find them too, but that is too late for this test.
    rarely = Timing(device_poll_seconds=0.05, health_poll_seconds=60, sweep_seconds=60)
    async with start(world, timing=rarely) as gateway:
        ids = [await gateway.send(f"number {place}") for place in range(3)]
        for sent in ids:
            await gateway.settled(sent, "delivered")
        async with gateway.ready.store.read() as tx:
            rows = await tx.exec_driver_sql("SELECT started_at_ms FROM attempts ORDER BY 1")
            times = list(rows.scalars())
    assert all(later - earlier >= 120 for earlier, later in pairwise(times)), times

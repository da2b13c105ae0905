"""Test messages over the whole daemon: home over the air, missed, and home again."""

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from gatewayd.clock import SystemClock
from modem.virtual.ledger import Happening

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractAsyncContextManager

    from conftest import Gateway, World

    Start = Callable[..., AbstractAsyncContextManager[Gateway]]

SHOP, BRANCH = "+15145550100", "+15145550200"
NOBODY = "+15145550999"  # takes what is sent to it, and is none of ours
MINUTE, HOUR = 60, 3600


class ShiftedClock:
    """The system's clock, put forward by as much as the test says."""

    def __init__(self) -> None:
        self._shift_ms = 0
        self._system = SystemClock()

    def now_ms(self) -> int:
        return self._system.now_ms() + self._shift_ms

    def advance(self, seconds: int) -> None:
        self._shift_ms += seconds * 1000


def keep(world: "World", counter: str | None = None, spare: str | None = None) -> None:
    first, second = world.settings.modems
    modems = (replace(first, canary_to=counter), replace(second, canary_to=spare))
    world.settings = replace(world.settings, modems=modems)


async def view(gateway: "Gateway", name: str) -> dict[str, Any]:
    return await gateway.ask("GET", f"/v1/modems/{name}")


async def metrics(gateway: "Gateway") -> str:
    async with gateway._client.get("/metrics") as answer:
        return await answer.text()


async def test_two_modems_prove_their_ways(world: "World", start: "Start") -> None:
    keep(world, counter="self", spare="counter")
    async with start(world, modems=False) as gateway:
        for name, to in (("counter", SHOP), ("spare", SHOP)):
            arrived = await gateway.event("modem.canary", modem=name, state="arrived")
            message = await gateway.message(arrived["id"])
            assert (message["to"], message["author"]["type"]) == (to, "canary")
            assert message["modem"] == name
            await gateway.settled(arrived["id"], "delivered")
        assert await gateway.received() == []
        figures = await metrics(gateway)
    assert 'gatewayd_incoming_pdus_total{kind="canary",modem="counter"} 2.0' in figures
    assert len(world.of(Happening.ACCEPTED)) == 2

    async with start(world) as gateway:
        await gateway.until(await gateway.send(), "delivered")
        modem = await view(gateway, "counter")
        figures = await metrics(gateway)
    assert modem["canary"]["last_ok_at"] is not None
    assert modem["canary"]["awaiting_since"] is None
    assert 'gatewayd_modem_canary_age_seconds{modem="counter"}' in figures
    assert len(world.of(Happening.ACCEPTED)) == 3, "a restart is no reason for another canary"


async def test_one_that_is_missed_and_the_next_that_comes(world: "World", start: "Start") -> None:
    keep(world, counter=NOBODY)
    clock = ShiftedClock()
    async with start(world, clock=clock) as gateway:
        first = (await gateway.event("modem.canary", state="awaited"))["id"]
        await gateway.settled(first, "delivered")

        clock.advance(16 * MINUTE)
        await gateway.send()  # any event is a reason to look
        await gateway.event("modem.incident", code="canary_overdue", state="open")
        await gateway.until(await gateway.send(), "delivered")
        clock.advance(6 * HOUR)
        await gateway.send()
        second = (await gateway.event("modem.canary", state="awaited", times=2))["id"]
        await gateway.until(second, "delivered")
        text = (await gateway.message(second))["text"]
        world.network.text_in(to=BRANCH, from_=SHOP, text=text)
        await gateway.event("modem.incident", code="canary_overdue", state="closed")

        await gateway.event("modem.canary", id=second, state="arrived")
        assert await gateway.received() == []
        world.network.text_in(to=BRANCH, from_=SHOP, text=text)
        await gateway.event("message.received")
        (shown,) = await gateway.received()
    assert shown["text"] == text, "a token counts once"


async def test_a_muted_modem_sends_none(world: "World", start: "Start") -> None:
    keep(world)
    async with start(world) as gateway:
        await gateway.ask("POST", "/v1/modems/counter/mute")
    keep(world, counter="self", spare="self")
    async with start(world) as gateway:
        await gateway.event("modem.canary", modem="spare", state="arrived")
        modem = await view(gateway, "counter")
        assert modem["canary"] == {"last_ok_at": None, "awaiting_since": None}
        await gateway.ask("POST", "/v1/modems/counter/unmute")
        await gateway.until(await gateway.send(), "delivered")
        await gateway.event("modem.canary", modem="counter", state="arrived")

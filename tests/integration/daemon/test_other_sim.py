"""Another SIM in the modem: nothing happens with it before a person has confirmed it."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import AbstractAsyncContextManager, contextmanager
from typing import TYPE_CHECKING

from modem.virtual import registry
from modem.virtual.ledger import Entry, Happening
from modem.virtual.sim import Sim
from storage import simswap

if TYPE_CHECKING:
    from conftest import Gateway, World

    Start = Callable[..., AbstractAsyncContextManager[Gateway]]

SHOP, OTHER = "+15145550100", "+15145550177"
CUSTOMER = "+15145550123"
PATIENCE_SECONDS = 60
OLD_ICCID, NEW_ICCID = "8930272000000000017", "8930272000000000991"


@contextmanager
def unplugged(world: "World") -> Iterator[None]:
    """What a person does with the stick in his hand."""
    registry.detach("counter")
    yield
    registry.attach("counter", world.counter)


async def in_doubt(gateway: "Gateway") -> bool:
    async with gateway.ready.store.read() as tx:
        return await simswap.in_doubt(tx, "counter")


def other_sim() -> Sim:
    return Sim(number=OTHER, iccid=NEW_ICCID)


async def confirm(gateway: "Gateway") -> None:
    await gateway.ask("POST", "/v1/modems/counter/confirm-sim", status=202)
    await gateway.event("modem.state", modem="counter", state="initialising", reason=CONFIRMED)


CONFIRMED = "its SIM has been confirmed"


async def test_it_waits_for_a_person(gateway: "Gateway", world: "World") -> None:
    refused = await gateway.ask("POST", "/v1/modems/counter/confirm-sim", status=409)
    assert (refused["code"], "ready" in refused["detail"]) == ("sim_not_held", True)
    with unplugged(world):
        world.counter.insert(other_sim())
    held = await gateway.event("modem.state", modem="counter", state="held")
    assert "…0991" in held["reason"]
    message_id = await gateway.send()
    world.network.text_in(to=OTHER, from_=CUSTOMER, text="for the new number")
    view = await gateway.ask("GET", "/v1/modems/counter")
    assert (view["state"], view["iccid"], view["number"]) == ("held", NEW_ICCID, None)
    assert (await gateway.message(message_id))["state"] == "queued"
    assert await gateway.received() == []

    await confirm(gateway)
    await gateway.until(message_id, "delivered")
    assert (await gateway.message(message_id))["from"] == OTHER
    await gateway.event("message.received")
    (came,) = await gateway.received()
    assert (came["text"], came["to"]) == ("for the new number", OTHER)


async def test_it_stays_held_over_restarts_until_the_old_sim_is_back(
    world: "World", start: "Start"
) -> None:
    async with start(world) as gateway:
        assert await gateway.stop() == 0
    world.counter.insert(other_sim())
    for _ in range(2):
        async with start(world, modems=False) as gateway:
            await gateway.modem_is("counter", "held")
    world.counter.insert(Sim(number=SHOP, iccid=OLD_ICCID))
    async with start(world) as gateway:
        await gateway.until(await gateway.send(), "delivered")


async def test_a_confirmation_that_was_killed_is_not_forgotten(
    world: "World", start: "Start"
) -> None:
    async with start(world) as gateway:
        assert await gateway.stop() == 0
    world.counter.insert(other_sim())
    async with start(world, modems=False) as gateway:
        await gateway.modem_is("counter", "held")
        await gateway.ask("POST", "/v1/modems/counter/confirm-sim", status=202)
        assert await gateway.stop() == 0
    async with start(world):
        pass  # it waits until the modems are ready


async def test_what_lies_in_the_modem_s_own_memory_is_filed_under_neither_sim(
    gateway: "Gateway", world: "World"
) -> None:
    with unplugged(world):
        world.counter.settings.memories = ["ME", "ME", "ME"]
        world.network.text_in(to=SHOP, from_=CUSTOMER, text="to the old SIM, or the new one?")
        world.counter.insert(other_sim())
    await gateway.event("modem.state", modem="counter", state="held")
    assert world.counter.stores["ME"].used == 1
    assert await gateway.received() == []
    await confirm(gateway)
    await gateway.event("message.received")
    (came,) = await gateway.received()
    assert (came["modem"], came["to"]) == ("counter", None)

    # Once all stores have been read, what comes there is the new SIM's.
    await gateway.modem_is("counter", "ready")
    async with asyncio.timeout(PATIENCE_SECONDS):
        while await in_doubt(gateway):
            pass
    world.counter.settings.memories = ["ME", "ME", "ME"]
    world.network.text_in(to=OTHER, from_=CUSTOMER, text="surely the new one")
    await gateway.event("message.received", times=2)
    assert (await gateway.received())[1]["to"] == OTHER


async def test_what_has_begun_on_the_old_sim_stays_with_it(
    gateway: "Gateway", world: "World"
) -> None:
    def pull(entry: Entry) -> None:
        if entry.what is Happening.ACCEPTED:
            registry.detach("counter")

    stop = world.network.ledger.watch(pull)
    message_id = await gateway.send("In two parts. " * 15)
    await gateway.event("modem.state", modem="counter", state="absent")
    stop()
    with unplugged(world):
        world.counter.insert(other_sim())
    await gateway.event("modem.state", modem="counter", state="held")
    await confirm(gateway)
    await gateway.until(await gateway.send("by the new SIM"), "delivered")
    assert len([entry for entry in world.of(Happening.ACCEPTED) if entry.number == OTHER]) == 1

    with unplugged(world):
        world.counter.insert(Sim(number=SHOP, iccid=OLD_ICCID))
    await gateway.event("modem.state", modem="counter", state="held", times=2)
    await gateway.ask("POST", "/v1/modems/counter/confirm-sim", status=202)
    await gateway.until(message_id, "delivered")
    assert {entry.text for entry in world.of(Happening.TEXT)} == {
        "In two parts. " * 15,
        "by the new SIM",
    }

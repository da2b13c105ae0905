"""Another number where the inbox allows it, else the same; and a SIM that is refused."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from config.schema import InboxSettings
from modem.virtual import registry
from modem.virtual.faults import Fault, FaultKind
from modem.virtual.ledger import Happening

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractAsyncContextManager

    from conftest import Gateway, World

    Start = Callable[..., AbstractAsyncContextManager[Gateway]]

SHOP, BRANCH = "+15145550100", "+15145550200"
CUSTOMER = "+15145550123"
SOON = timedelta(milliseconds=50)


def configure(world: "World", *inboxes: InboxSettings, together: bool = False) -> None:
    counter, spare = world.settings.modems
    spare = replace(spare, inbox="main" if together else "branch")
    world.settings = replace(world.settings, modems=(counter, spare), inboxes=inboxes)


async def test_another_number_where_it_is_allowed(world: "World", start: "Start") -> None:
    configure(world, InboxSettings(name="main", failover_to=("spare",), failover_after=SOON))
    async with start(world) as gateway:
        registry.detach("counter")
        await gateway.event("modem.state", modem="counter", state="absent")
        message_id = await gateway.send("From another number. " * 12)
        told = await gateway.until(message_id, "sending")
        assert (told["failover"], told["inbox"]) == (True, "main")
        await gateway.until(message_id, "delivered")
        message = await gateway.message(message_id)
        assert (message["failover"], message["modem"], message["from"]) == (True, "spare", BRANCH)
        assert {attempt["modem"] for attempt in message["attempts"]} == {"spare"}

        registry.attach("counter", world.counter)
        async with asyncio.timeout(60):
            while (await modem(gateway))["state"] != "ready":
                pass
        back = await gateway.send()
        await gateway.until(back, "delivered")
        message = await gateway.message(back)
        assert (message["failover"], message["modem"], message["from"]) == (False, "counter", SHOP)
    assert [entry.text for entry in world.of(Happening.ACCEPTED)][-1] == "Your order is ready"


async def test_a_muted_modem_s_customers_too_and_a_long_message_stays_whole(
    world: "World", start: "Start"
) -> None:
    configure(world, InboxSettings(name="main", failover_to=("spare",), failover_after=SOON))
    async with start(world) as gateway:
        await gateway.ask("POST", "/v1/modems/counter/mute")
        message_id = await gateway.send("One number for all parts. " * 12)
        await gateway.until(message_id, "delivered")
        assert {entry.number for entry in world.of(Happening.ACCEPTED)} == {BRANCH}


async def test_the_same_number_for_the_same_customer(world: "World", start: "Start") -> None:
    configure(world, together=True)
    async with start(world) as gateway:
        world.network.text_in(to=BRANCH, from_=CUSTOMER, text="are you open?")
        await gateway.event("message.received")
        ids = [await gateway.send(f"number {place}") for place in range(6)]
        for each in ids:
            await gateway.settled(each, "delivered")
    async with start(world) as gateway:
        ids.append(await gateway.send("after a restart"))
        await gateway.settled(ids[-1], "delivered")
        messages = [await gateway.message(each) for each in ids]
    assert {(each["from"], each["failover"]) for each in messages} == {(BRANCH, False)}


async def test_a_second_modem_for_the_inbox_takes_no_customer_over(
    world: "World", start: "Start"
) -> None:
    configure(world)
    async with start(world) as gateway:
        await gateway.until(await gateway.send(), "delivered")
        await gateway.ask("POST", "/v1/modems/counter/mute")
        waits = await gateway.send("one modem yet")
    configure(world, together=True)
    async with start(world) as gateway:
        await gateway.until(await gateway.send("new", to="+15145550177"), "delivered")
        assert (await gateway.message(waits))["state"] == "queued"
        await gateway.ask("POST", "/v1/modems/counter/unmute")
        await gateway.until(waits, "delivered")
        assert (await gateway.message(waits))["from"] == SHOP


async def test_new_customers_never_hear_from_two_numbers(world: "World", start: "Start") -> None:
    configure(world, together=True)
    customers = [f"+151455501{place:02}" for place in range(6)]
    async with start(world) as gateway:
        ids = [
            await gateway.send(f"{place} to {to}", to=to) for place in range(3) for to in customers
        ]
        for each in ids:
            await gateway.settled(each, "delivered")
        messages = [await gateway.message(each) for each in ids]
    numbers = {(each["to"], each["from"]) for each in messages}
    assert len(numbers) == len(customers)


async def test_a_sim_without_credit_keeps_its_queue(world: "World", start: "Start") -> None:
    configure(world)
    refused = Fault(kind=FaultKind.SUBMIT_ERROR, code="CMS 50", count=None)
    world.counter.faults.add(refused)
    async with start(world) as gateway:
        ids = [await gateway.send(f"{place}", to=f"+151455501{place:02}") for place in range(12)]
        opened = await gateway.event("modem.incident", modem="counter", state="open")
        assert opened["code"] == "sending_refused"
        async with asyncio.timeout(60):
            while (view := await modem(gateway))["paused"] is None or view["queue"] < 7:
                pass
        assert "5 messages in a row" in view["paused"]["detail"]
        assert "plan" in view["paused"]["detail"]
        states = [(await gateway.message(each))["state"] for each in ids]
        assert states == ["failed"] * 5 + ["queued"] * 7
        waiting = (await gateway.message(ids[-1]))["waiting"]
        assert waiting == {"code": "sending_paused", "until": view["paused"]["next_try_at"]}

        world.network.text_in(to=SHOP, from_=CUSTOMER, text="still heard")
        await gateway.event("message.received")
        world.counter.faults.clear()
        await gateway.ask("POST", "/v1/modems/counter/unmute")
        for each in ids[5:]:
            await gateway.until(each, "delivered")
        await gateway.event("modem.incident", modem="counter", state="closed")
        assert (await modem(gateway))["paused"] is None


async def test_a_restart_burns_no_queue(world: "World", start: "Start") -> None:
    configure(world)
    world.counter.faults.add(Fault(kind=FaultKind.SUBMIT_ERROR, code="CMS 50", count=None))
    async with start(world) as gateway:
        ids = [await gateway.send(f"{place}", to=f"+151455501{place:02}") for place in range(9)]
        await gateway.event("modem.incident", modem="counter", state="open")
        before = await attempts(gateway)
    for _ in range(3):
        async with start(world) as gateway:
            async with asyncio.timeout(60):
                while (await modem(gateway))["paused"] is None:
                    pass
            world.network.text_in(to=SHOP, from_=CUSTOMER, text="still heard")
            await gateway.event("message.received")
    async with start(world) as gateway:
        assert before <= await attempts(gateway) <= before + 4  # one a start
        states = [(await gateway.message(each))["state"] for each in ids]
    assert states.count("failed") == 5


async def attempts(gateway: "Gateway") -> int:
    async with gateway.ready.store.read() as tx:
        return int((await tx.exec_driver_sql("SELECT count(*) FROM attempts")).scalar_one())


async def modem(gateway: "Gateway") -> dict[str, Any]:
    return await gateway.ask("GET", "/v1/modems/counter")

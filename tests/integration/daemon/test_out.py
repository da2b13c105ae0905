"""A text goes out, whatever network and modem do with it."""

from dataclasses import replace
from typing import TYPE_CHECKING

from modem.supervisor import Timing
from modem.virtual import registry
from modem.virtual.faults import Fault, FaultKind
from modem.virtual.ledger import Happening
from modem.virtual.modem import VirtualModem
from modem.virtual.network import Recipient
from modem.virtual.personality import personality
from modem.virtual.sim import Sim

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractAsyncContextManager

    from conftest import Gateway, World

    Start = Callable[..., AbstractAsyncContextManager[Gateway]]

SHOP, BRANCH = "+15145550100", "+15145550200"
CUSTOMER = "+15145550123"
TIMING = Timing(device_poll_seconds=0.05, health_poll_seconds=5, sweep_seconds=0.5)


class TestOut:
    async def test_sent_and_delivered(self, gateway: "Gateway", world: "World") -> None:
        message_id = await gateway.send("Votre commande est prête: 12 €")
        await gateway.until(message_id, "delivered")
        message = await gateway.message(message_id)
        assert (message["state"], message["modem"]) == ("delivered", "counter")
        assert (message["from"], message["error"]) == (SHOP, None)
        assert message["sent_at"] is not None
        assert message["delivered_at"] is not None
        (attempt,) = message["attempts"]
        assert (attempt["outcome"], attempt["modem"]) == ("accepted", "counter")
        (text,) = world.of(Happening.TEXT)
        assert (text.peer, text.text) == (CUSTOMER, "Votre commande est prête: 12 €")

    async def test_a_long_text_with_an_emoji(self, gateway: "Gateway", world: "World") -> None:
        text = "Merci! 🙂" * 30
        message_id = await gateway.send(text)
        await gateway.until(message_id, "delivered")
        assert [entry.part for entry in world.of(Happening.ACCEPTED)] == [1, 2, 3, 4, 5]
        assert [entry.text for entry in world.of(Happening.TEXT)] == [text]

    async def test_many_in_order(self, gateway: "Gateway", world: "World") -> None:
        texts = [f"number {number}" for number in range(20)]
        for message_id in [await gateway.send(text) for text in texts]:
            await gateway.until(message_id, "delivered")
        assert [entry.text for entry in world.of(Happening.ACCEPTED)] == texts

    async def test_each_inbox_its_modem(self, gateway: "Gateway", world: "World") -> None:
        sent = {
            inbox: await gateway.send(inbox, inbox=inbox, to=f"+1514555013{place}")
            for place, inbox in enumerate(("main", "branch"))
        }
        for message_id in sent.values():
            await gateway.until(message_id, "delivered")
        found = {entry.text: entry.number for entry in world.of(Happening.ACCEPTED)}
        assert found == {"main": SHOP, "branch": BRANCH}

    async def test_refused_for_good(self, gateway: "Gateway", world: "World") -> None:
        world.network.recipients[CUSTOMER] = Recipient(refuse=8)
        message = await gateway.until(await gateway.send(), "failed")
        assert message["error"]["code"] == "cms_8"
        assert message["error"]["detail"]
        assert world.of(Happening.ACCEPTED) == []

    async def test_refused_for_now_is_tried_again(self, gateway: "Gateway", world: "World") -> None:
        world.counter.faults.add(Fault(kind=FaultKind.SUBMIT_ERROR, code="CMS 42", count=3))
        message_id = await gateway.send()
        await gateway.until(message_id, "delivered")
        attempts = (await gateway.message(message_id))["attempts"]
        assert [attempt["outcome"] for attempt in attempts] == ["requeued"] * 3 + ["accepted"]
        assert len(world.of(Happening.ACCEPTED)) == 1

    async def test_given_up_in_the_end(self, gateway: "Gateway", world: "World") -> None:
        world.counter.faults.add(Fault(kind=FaultKind.SUBMIT_ERROR, code="CMS 42", count=None))
        bad = await gateway.send("bad")
        failed = await gateway.until(bad, "failed")
        assert failed["error"]["detail"].startswith("given up after 5 attempts: ")
        world.counter.faults.clear()
        await gateway.until(await gateway.send("good"), "delivered")

    async def test_undelivered(self, gateway: "Gateway", world: "World") -> None:
        world.network.recipients[CUSTOMER] = Recipient(status=0x46)
        message = await gateway.until(await gateway.send(), "undelivered")
        assert "validity" in message["error"]["detail"]

    async def test_canceled_before_its_time(self, gateway: "Gateway", world: "World") -> None:
        message_id = await gateway.send_next_month()
        await gateway.ask("POST", f"/v1/messages/{message_id}/cancel")
        await gateway.until(message_id, "canceled")
        assert world.of(Happening.ACCEPTED) == []


class TestDoubt:
    async def test_accepted_then_332_is_unknown_until_its_report(
        self, gateway: "Gateway", world: "World"
    ) -> None:
        world.network.recipients[CUSTOMER] = Recipient(report_delay_ms=100)
        world.counter.faults.add(Fault(kind=FaultKind.ACCEPT_THEN_ERROR, code="CMS 332"))
        message_id = await gateway.send()
        unknown = await gateway.until(message_id, "unknown")
        assert unknown["id"] == message_id
        await gateway.until(message_id, "delivered")
        assert len(world.of(Happening.ACCEPTED)) == 1

    async def test_a_lost_answer_is_proved_by_a_stored_report(
        self, world: "World", start: "Start"
    ) -> None:
        world.counter.faults.add(Fault(kind=FaultKind.ACCEPT_THEN_SILENCE))
        async with start(world, timing=replace(TIMING, submit_seconds=0.5)) as gateway:
            first = await gateway.send("first")
            await gateway.until(first, "unknown")
            await gateway.until(first, "delivered")
            await gateway.until(await gateway.send("second"), "delivered")
        assert [entry.text for entry in world.of(Happening.ACCEPTED)] == ["first", "second"]

    async def test_a_pushed_report_ends_the_wait_for_a_lost_answer(
        self, world: "World", start: "Start"
    ) -> None:
        world.counter = VirtualModem(
            world.network, personality=personality("quectel"), sim=Sim(number=SHOP)
        )
        registry.attach("counter", world.counter)
        world.counter.faults.add(Fault(kind=FaultKind.ACCEPT_THEN_SILENCE))
        async with start(world) as gateway:
            first = await gateway.send("first")
            await gateway.until(first, "delivered")
            await gateway.until(await gateway.send("second"), "delivered")
            assert [entry.text for entry in world.of(Happening.ACCEPTED)] == ["first", "second"]

    async def test_without_a_report_a_person_settles_it(
        self, gateway: "Gateway", world: "World"
    ) -> None:
        world.network.recipients[CUSTOMER] = Recipient(reports=False)
        world.counter.faults.add(Fault(kind=FaultKind.ACCEPT_THEN_ERROR, code="ERROR"))
        message_id = await gateway.send()
        await gateway.until(message_id, "unknown")
        await gateway.ask("POST", f"/v1/messages/{message_id}/resolve", json={"as": "sent"})
        await gateway.until(message_id, "sent")
        assert len(world.of(Happening.ACCEPTED)) == 1

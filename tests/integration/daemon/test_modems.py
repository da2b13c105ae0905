"""Modems muted, restarted, unplugged; and a store that does not answer."""

import asyncio
from typing import TYPE_CHECKING, Any

import pytest

from modem.virtual import registry
from modem.virtual.ledger import Entry, Happening
from modem.virtual.network import Recipient
from storage.errors import StoreUnavailable

if TYPE_CHECKING:
    from conftest import Gateway, World

SHOP = "+15145550100"
CUSTOMER = "+15145550123"


class TestModems:
    async def test_muted_receives_but_does_not_send(
        self, gateway: "Gateway", world: "World"
    ) -> None:
        await gateway.ask("POST", "/v1/modems/counter/mute")
        message_id = await gateway.send()
        world.network.text_in(to=SHOP, from_=CUSTOMER, text="still heard")
        await gateway.event("message.received")
        assert (await gateway.message(message_id))["state"] == "queued"
        assert (await gateway.ask("GET", "/v1/modems/counter"))["muted"]
        await gateway.ask("POST", "/v1/modems/counter/unmute")
        await gateway.until(message_id, "delivered")

    async def test_restart(self, gateway: "Gateway") -> None:
        await gateway.ask("POST", "/v1/modems/counter/restart", status=202)
        await gateway.event("modem.state", modem="counter", state="absent")
        await gateway.event("modem.state", modem="counter", state="ready", times=2)
        await gateway.until(await gateway.send(), "delivered")

    async def test_unplugged_and_back(self, gateway: "Gateway", world: "World") -> None:
        registry.detach("counter")
        await gateway.event("modem.state", modem="counter", state="absent")
        message_id = await gateway.send()
        await gateway.until(await gateway.send(inbox="branch"), "delivered")
        registry.attach("counter", world.counter)
        await gateway.until(message_id, "delivered")

    async def test_a_view(self, gateway: "Gateway") -> None:
        await gateway.until(await gateway.send(), "delivered")
        view = await gateway.ask("GET", "/v1/modems/counter")
        assert (view["state"], view["number"]) == ("ready", SHOP)
        assert (view["imei"], view["iccid"]) == ("490154203237518", "8930272000000000017")
        ready = await gateway.ask("GET", "/readyz")
        assert ready["status"]


class TestStoreUnavailable:
    async def test_nothing_is_lost_and_all_resumes(
        self, gateway: "Gateway", world: "World", monkeypatch: pytest.MonkeyPatch
    ) -> None:
        message_id = await gateway.send_next_month()
        refused = asyncio.Event()

        def refuse(**_: object) -> Any:
            refused.set()
            raise StoreUnavailable(reason="database or disk is full")

        with monkeypatch.context() as outage:
            outage.setattr(gateway.ready.store, "write", refuse)
            world.network.text_in(to=SHOP, from_=CUSTOMER, text="patience")
            await refused.wait()
            await gateway.ask(
                "POST", "/v1/messages", status=503, json={"to": CUSTOMER, "text": "no"}
            )
            assert world.of(Happening.DELETED) == []
        await gateway.event("message.received")
        assert [message["text"] for message in await gateway.received()] == ["patience"]
        await gateway.until(await gateway.send("yes"), "delivered")
        assert (await gateway.message(message_id))["state"] == "queued"

    async def test_an_outcome_is_committed_once_the_store_answers(
        self, gateway: "Gateway", world: "World"
    ) -> None:
        """The network has it, the modem has said so, and the disk is full."""
        store, refused = gateway.ready.store, asyncio.Event()

        def refuse(**_: object) -> Any:
            refused.set()
            raise StoreUnavailable(reason="database or disk is full")

        outage = pytest.MonkeyPatch()

        def fill_disk(entry: Entry) -> None:
            if entry.what is Happening.ACCEPTED:
                outage.setattr(store, "write", refuse)

        stop = world.network.ledger.watch(fill_disk)
        world.network.recipients[CUSTOMER] = Recipient(reports=False)
        message_id = await gateway.send()
        await refused.wait()
        stop()
        outage.undo()
        await gateway.until(message_id, "sent")
        assert len(world.of(Happening.ACCEPTED)) == 1


class TestSick:
    async def test_an_incident_is_told_with_its_steps_and_its_cure(
        self, gateway: "Gateway", world: "World"
    ) -> None:
        world.counter.in_service = False
        world.counter.settings.announcements = (0, 0, 0, 0, 0)
        world.counter.reboot()
        opened = await gateway.event("modem.incident", modem="counter", state="open")
        step = await gateway.event("modem.incident", modem="counter", state="step")
        closed = await gateway.event("modem.incident", modem="counter", state="closed")
        assert opened["code"] == "modem_restarted"
        assert (step["step"], step["helped"]) == ("set_up", True)
        assert step["seconds"] >= 0
        assert {opened["id"], step["id"]} == {closed["id"]}
        await gateway.until(await gateway.send(), "delivered")
        incident = await gateway.incident("counter")
        assert (incident["kind"], incident["cure"]) == ("modem_restarted", "set_up")

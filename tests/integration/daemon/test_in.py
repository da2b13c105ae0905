"""A text comes in, whatever it is made of."""

from typing import TYPE_CHECKING

from modem.virtual.ledger import Happening

if TYPE_CHECKING:
    from conftest import Gateway, World

SHOP, BRANCH = "+15145550100", "+15145550200"
CUSTOMER = "+15145550123"


class TestIn:
    async def test_a_text(self, gateway: "Gateway", world: "World") -> None:
        world.network.text_in(to=SHOP, from_=CUSTOMER, text="Est-ce prêt?")
        await gateway.event("message.received")
        (message,) = await gateway.received()
        assert (message["text"], message["from"], message["to"]) == ("Est-ce prêt?", CUSTOMER, SHOP)
        assert (message["inbox"], message["modem"]) == ("main", "counter")
        await world.happens(Happening.DELETED)

    async def test_two_inboxes(self, gateway: "Gateway", world: "World") -> None:
        world.network.text_in(to=SHOP, from_=CUSTOMER, text="to the shop")
        world.network.text_in(to=BRANCH, from_=CUSTOMER, text="to the branch")
        await gateway.event("message.received", times=2)
        found = {message["inbox"]: message["text"] for message in await gateway.received()}
        assert found == {"main": "to the shop", "branch": "to the branch"}

    async def test_the_same_to_both_numbers(self, gateway: "Gateway", world: "World") -> None:
        text = "Bonjour, est-ce ouvert? " * 10
        for number in (SHOP, BRANCH):
            world.network._concat_reference = 0  # as two phones may choose the same
            world.network.text_in(to=number, from_=CUSTOMER, text=text)
        await gateway.event("message.received", times=2)
        assert [message["text"] for message in await gateway.received()] == [text, text]

    async def test_a_long_text(self, gateway: "Gateway", world: "World") -> None:
        text = "Bonjour 🙂, " * 40
        world.network.text_in(to=SHOP, from_=CUSTOMER, text=text)
        await gateway.event("message.received")
        assert [message["text"] for message in await gateway.received()] == [text]
        await world.happens(Happening.DELETED, times=len(world.of(Happening.DELIVERED)))

    async def test_a_broken_one_stops_nothing(self, gateway: "Gateway", world: "World") -> None:
        world.network.deliver_pdu(to=SHOP, tpdu=b"\x04\x0b")
        world.network.text_in(to=SHOP, from_=CUSTOMER, text="after it")
        await gateway.event("message.received", times=2)
        broken, good = await gateway.received()
        assert (broken["text"], good["text"]) == (None, "after it")
        assert broken["error"]["code"] == "undecoded"
        await world.happens(Happening.DELETED, times=2)

    async def test_more_than_the_sim_holds(self, gateway: "Gateway", world: "World") -> None:
        for number in range(45):
            world.network.text_in(to=SHOP, from_=CUSTOMER, text=f"number {number}")
        await gateway.event("message.received", times=45)
        texts = [message["text"] for message in await gateway.received()]
        assert texts == [f"number {number}" for number in range(45)]

    async def test_a_missed_call(self, gateway: "Gateway", world: "World") -> None:
        world.counter.calls.ring(CUSTOMER)
        missed = await gateway.event("call.missed")
        assert missed["modem"] == "counter"
        assert not world.counter.calls.ringing

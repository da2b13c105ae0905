"""Which SIM a modem serves, and the doubt that a swap leaves about its own memory."""

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from modem.errors import SetupError
from modem.events import ArrivedPdu, Disposition, Identity, Slot
from modem.state import State
from storage import modems, simswap
from storage.errors import StoreUnavailable

if TYPE_CHECKING:
    from conftest import Outage, Shop

OLD, NEW = "8930272000000000017", "8930272000000000991"
IN_ME = Slot(holder="490154203237518", store="ME", index=1)


async def served(shop: "Shop") -> str | None:
    return await shop.counter.handler.served_sim()


async def test_the_first_sim_is_the_one_to_serve(shop: "Shop") -> None:
    async with shop.store.write() as tx:
        await modems.set_muted(tx, name="new", muted=True, now_ms=shop.clock.ms)
        assert await simswap.served(tx, "new") is None
        assert await simswap.served(tx, "nobody") is None
    assert await served(shop) == OLD


async def test_a_sim_that_found_no_network_is_remembered_too(shop: "Shop") -> None:
    status = replace(
        shop.counter.status, state=State.UNREGISTERED, identity=Identity(iccid=NEW), reason="none"
    )
    await shop.counter.handler.status_changed(status)
    assert await served(shop) == NEW


@pytest.mark.parametrize("state", [State.HELD, State.INITIALISING, State.ABSENT])
async def test_a_sim_that_is_not_served_is_not_remembered(shop: "Shop", state: State) -> None:
    status = replace(shop.counter.status, state=state, identity=Identity(iccid=NEW))
    await shop.counter.handler.status_changed(status)
    assert await served(shop) == OLD


async def test_one_that_tells_no_iccid_does_not_make_us_forget(shop: "Shop") -> None:
    status = replace(shop.counter.status, identity=Identity(number="+15145550100"))
    await shop.counter.handler.status_changed(status)
    assert await served(shop) == OLD


async def test_without_the_store_no_sim_is_used(
    shop: "Shop", monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse() -> None:
        raise StoreUnavailable(reason="database or disk is full")

    monkeypatch.setattr(shop.store, "read", refuse)
    with pytest.raises(SetupError, match="does not say which one it was"):
        await served(shop)


class TestInDoubt:
    @pytest.fixture(autouse=True)
    async def _swapped(self, shop: "Shop") -> None:
        await shop.counter.handler.sim.confirm(NEW)
        shop.counter.identity = replace(shop.counter.identity, iccid=NEW, number="+15145550177")
        shop.counter.status = replace(shop.counter.status, identity=shop.counter.identity)
        await shop.counter.ready()
        assert await served(shop) == NEW

    async def arrives(self, shop: "Shop", text: str, slot: Slot | None) -> Any:
        pdu = shop.pdu(text)
        disposition = await shop.counter.handler.arrived(ArrivedPdu(pdu=pdu, slot=slot))
        return disposition, next(
            (m.to_number for m in await shop.received() if m.text == text), None
        )

    async def test_only_the_card_s_own_store_is_certain(self, shop: "Shop") -> None:
        on_card = replace(IN_ME, holder=NEW, store="SM")
        assert await self.arrives(shop, "me", IN_ME) == (Disposition.DELETE, None)
        assert await self.arrives(shop, "card", on_card) == (Disposition.DELETE, "+15145550177")
        assert await self.arrives(shop, "pushed", None) == (Disposition.DELETE, "+15145550177")

    async def test_it_ends_when_all_has_been_read(self, shop: "Shop") -> None:
        await shop.counter.handler.swept()
        assert (await self.arrives(shop, "new", IN_ME))[1] == "+15145550177"
        assert await served(shop) == NEW  # read again
        assert (await self.arrives(shop, "newer", IN_ME))[1] == "+15145550177"

    async def test_it_outlives_what_could_not_be_committed(
        self, shop: "Shop", outage: "Outage"
    ) -> None:
        outage.begin()
        kept, _ = await self.arrives(shop, "kept", IN_ME)
        await shop.counter.handler.swept()
        outage.over()
        assert kept is Disposition.KEEP
        assert await self.arrives(shop, "kept", IN_ME) == (Disposition.DELETE, None)

        outage.begin()
        await shop.counter.handler.swept()
        outage.over()
        assert (await self.arrives(shop, "still", IN_ME))[1] is None

    async def test_a_report_finds_what_the_old_sim_sent(self, shop: "Shop") -> None:
        shop.counter.identity = replace(shop.counter.identity, iccid=OLD)
        shop.counter.status = replace(shop.counter.status, identity=shop.counter.identity)
        await shop.counter.ready()
        message_id = await shop.enqueue()
        await shop.counter.accept(7)
        shop.counter.identity = replace(shop.counter.identity, iccid=NEW)
        shop.counter.status = replace(shop.counter.status, identity=shop.counter.identity)
        await shop.counter.ready()
        await shop.counter.handler.arrived(ArrivedPdu(pdu=shop.report(7), slot=IN_ME))
        assert await shop.state(message_id) == "delivered"

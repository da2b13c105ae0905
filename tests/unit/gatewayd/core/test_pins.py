"""The memory of PINs that a SIM refused."""

from typing import TYPE_CHECKING

from storage import pins
from storage.pins import PinMemory

if TYPE_CHECKING:
    from storage.engine import Store


async def test_sims_are_apart_and_the_last_refusal_counts(store: "Store") -> None:
    async with store.write() as tx:
        await pins.remember_refused(tx, holder="A", pin="1111")
        await pins.remember_refused(tx, holder="A", pin="2222")
        assert await pins.recall(tx, holder="A", pin="2222") is PinMemory.THIS_REFUSED
        assert await pins.recall(tx, holder="A", pin="1111") is PinMemory.ANOTHER_REFUSED
        assert await pins.recall(tx, holder="B", pin="1111") is PinMemory.NONE_REFUSED
        await pins.forget(tx, holder="B")
        assert await pins.recall(tx, holder="A", pin="2222") is PinMemory.THIS_REFUSED


async def test_the_pin_itself_is_not_kept(store: "Store") -> None:
    async with store.write() as tx:
        await pins.remember_refused(tx, holder="A", pin="1234")
        rows = (await tx.exec_driver_sql("SELECT value FROM meta")).scalars().all()
    assert len(rows) == 3  # the store's own two, and this one
    assert all(b"1234" not in value for value in rows)

"""An exception planted in what becomes of one message: the others go on, round after round."""

from typing import TYPE_CHECKING, Any

import pytest

from gatewayd.reassembly import Reassembly
from modem.events import Disposition, Unknown
from storage import changes, groups, inbound
from storage.outbox import settle

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from conftest import Shop

SILENCE = Unknown(code="no_answer", detail="silence")


class PlantedError(Exception):
    """Nobody foresaw it."""


async def explode(*_: Any, **__: Any) -> Any:
    raise PlantedError


def plant_for(monkeypatch: pytest.MonkeyPatch, message_id: str) -> None:
    """Let whatever settles this message explode."""
    roll_up = settle.roll_up

    async def trap(tx: Any, **values: Any) -> None:
        if values["message_id"] == message_id:
            raise PlantedError
        await roll_up(tx, **values)

    monkeypatch.setattr(settle, "roll_up", trap)


async def test_one_that_cannot_expire_keeps_no_other(
    shop: "Shop",
    monkeypatch: pytest.MonkeyPatch,
    reopened: "Callable[[], Awaitable[Shop]]",
) -> None:
    poisoned, other = await shop.enqueue(expires_in=10), await shop.enqueue(expires_in=10)
    plant_for(monkeypatch, poisoned)
    shop.clock.advance(10)
    await shop.housekeeping().round()
    assert [await shop.state(one) for one in (poisoned, other)] == ["queued", "expired"]
    shop = await reopened()
    later = await shop.enqueue(expires_in=10)
    shop.clock.advance(10)
    await shop.housekeeping().round()
    assert [await shop.state(one) for one in (poisoned, later)] == ["queued", "expired"]


async def test_one_that_cannot_be_sent_again_keeps_no_other(
    shop: "Shop", monkeypatch: pytest.MonkeyPatch
) -> None:
    messages = [await shop.enqueue(on_unknown="resend") for _ in range(2)]
    for _ in messages:
        await shop.counter.send(SILENCE)
    expiring = await shop.enqueue(expires_in=10)
    plant_for(monkeypatch, messages[0])
    shop.clock.advance(600)
    await shop.housekeeping().round()
    states = [await shop.state(one) for one in (*messages, expiring)]
    assert states == ["unknown", "queued", "expired"]


@pytest.mark.parametrize("also_broken", [False, True])
async def test_a_group_that_cannot_be_shown_keeps_no_other(
    shop: "Shop", monkeypatch: pytest.MonkeyPatch, long_text: str, also_broken: bool
) -> None:
    await shop.counter.hears(shop.pdus(long_text)[0])
    expiring = await shop.enqueue(expires_in=10)
    monkeypatch.setattr(Reassembly, "show_group", explode)
    if also_broken:
        monkeypatch.setattr(Reassembly, "show_broken", explode)
    shop.clock.advance(600)
    for _ in range(2):
        await shop.housekeeping().round()
    assert len(await shop.received()) == (0 if also_broken else 1)
    assert await shop.state(expiring) == "expired"


async def test_a_journal_that_cannot_be_pruned_keeps_nothing_else(
    shop: "Shop", monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(changes, "prune", explode)
    expiring = await shop.enqueue(expires_in=10)
    shop.clock.advance(10)
    await shop.housekeeping().round()
    assert await shop.state(expiring) == "expired"


async def test_gaps_that_cannot_be_looked_for_keep_nothing_else(
    shop: "Shop", monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(groups, "due_groups", explode)
    expiring = await shop.enqueue(expires_in=10)
    shop.clock.advance(10)
    await shop.housekeeping().round()
    assert await shop.state(expiring) == "expired"


async def test_a_pdu_that_cannot_even_be_quarantined_stays_in_the_modem(
    shop: "Shop", monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as planted:
        planted.setattr(inbound, "set_slot", explode)
        assert await shop.counter.hears(shop.pdu("hello"), slot=1) is Disposition.KEEP
    assert await shop.counter.hears(shop.pdu("hello"), slot=1) is Disposition.DELETE
    assert await shop.texts() == ["hello"]


async def test_slots_that_cannot_be_forgotten_end_nothing(
    shop: "Shop", monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = shop.pdu("first"), shop.pdu("second")
    await shop.counter.hears(first, slot=1)
    with monkeypatch.context() as planted:
        planted.setattr(inbound, "forget_slot", explode)
        await shop.counter.handler.deleted({shop.counter.slot(1): first})
    await shop.counter.hears(second, slot=1)
    assert await shop.texts() == ["first", "second"]

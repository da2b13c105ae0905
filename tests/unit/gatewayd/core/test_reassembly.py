"""Parts of one incoming message, in any order, over restarts, with gaps shown."""

from dataclasses import replace
from itertools import permutations
from typing import TYPE_CHECKING

import pytest

from gatewayd import reassembly
from gatewayd.reassembly import SAME_MESSAGE_MS
from modem.pdu import (
    GAP,
    Alphabet,
    Concatenation,
    DataCoding,
    Element,
    ServiceCentreTime,
    UserDataHeader,
    assemble,
)
from modem.pdu.userdata import of_octets
from storage.errors import StoreUnavailable

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    from conftest import Shop

    from modem.pdu import Deliver, UserData

WAIT_SECONDS = 600


async def show_gaps(shop: "Shop") -> None:
    await shop.housekeeping().round()


@pytest.mark.parametrize("order", list(permutations(range(3))))
@pytest.mark.parametrize("wide", [False, True])
async def test_any_order(shop: "Shop", long_text: str, order: tuple[int, ...], wide: bool) -> None:
    pdus = shop.pdus(long_text, wide=wide)
    for number in order:
        assert await shop.texts() == []
        await shop.counter.hears(pdus[number], slot=number)
    (message,) = await shop.received()
    assert (message.text, message.parts, message.complete) == (long_text, 3, True)
    assert await shop.events("message.received", "message.updated") == ["message.received"]


async def test_days_apart_and_over_restarts(
    shop: "Shop", long_text: str, reopened: "Callable[[], Awaitable[Shop]]"
) -> None:
    pdus = shop.pdus(long_text)
    await shop.counter.hears(pdus[1])
    shop.clock.advance(2 * 86_400)
    shop = await reopened()
    await shop.counter.hears(pdus[0])
    await shop.counter.hears(pdus[2])
    assert await shop.texts() == [long_text]


async def test_gaps_are_shown_after_a_while_and_filled_later(shop: "Shop", long_text: str) -> None:
    first, second, third = shop.delivers(long_text)
    pdus = shop.pdus(long_text)
    await shop.counter.hears(pdus[0])
    await shop.counter.hears(pdus[2])
    shop.clock.advance(WAIT_SECONDS - 1)
    await show_gaps(shop)
    assert await shop.texts() == []
    shop.clock.advance(1)
    await show_gaps(shop)
    await show_gaps(shop)
    (message,) = await shop.received()
    assert message.text == f"{first.text}{GAP}{third.text}"
    assert (message.parts, message.parts_present, message.complete) == (3, 2, False)
    assert (message.inbox, message.iccid) == ("main", shop.counter.identity.iccid)
    assert (message.to_number, message.modem) == ("+15145550100", "counter")
    shop.clock.advance(86_400)
    await shop.counter.hears(pdus[1])
    (message,) = await shop.received()
    assert (message.text, message.complete) == (long_text, True)
    assert second.text is not None
    assert await shop.events("message.received", "message.updated") == [
        "message.received",
        "message.updated",
    ]


async def test_a_gap_can_be_filled_in_steps(shop: "Shop", long_text: str) -> None:
    pdus = shop.pdus(long_text)
    await shop.counter.hears(pdus[2])
    shop.clock.advance(WAIT_SECONDS)
    await show_gaps(shop)
    for number, text in ((1, None), (0, long_text)):
        await shop.counter.hears(pdus[number])
        if text:
            assert await shop.texts() == [text]
    assert len(await shop.events("message.updated")) == 2


async def test_gaps_of_a_modem_whose_sim_has_no_name(shop: "Shop", long_text: str) -> None:
    nameless = shop.side("counter", iccid=None)
    await nameless.ready()
    await nameless.hears(shop.pdus(long_text)[0])
    shop.clock.advance(WAIT_SECONDS)
    await show_gaps(shop)
    (message,) = await shop.received()
    assert (message.iccid, message.modem) == (None, "counter")


async def test_a_reused_reference_is_another_message(shop: "Shop", long_text: str) -> None:
    old = shop.pdus(long_text)
    await shop.counter.hears(old[0])
    shop.clock.advance(SAME_MESSAGE_MS / 1000 + 1)
    other_text = "Is it ready now? " * 20
    for pdu in shop.pdus(other_text):
        await shop.counter.hears(pdu)
    assert await shop.texts() == [other_text]


async def test_a_reference_reused_at_once_is_another_message(shop: "Shop", long_text: str) -> None:
    other_text = "Is it ready now? " * 20
    for pdu in (shop.pdus(long_text)[0], *shop.pdus(other_text), *shop.pdus(long_text)[1:]):
        shop.clock.advance(1)
        await shop.counter.hears(pdu)
    assert sorted(filter(None, await shop.texts())) == sorted([long_text, other_text])


@pytest.mark.parametrize(
    "other",
    [{"sender": "+15145550999"}, {"reference": 10}, {"wide": True}],
    ids=["sender", "reference", "width"],
)
async def test_senders_and_references_are_apart(
    shop: "Shop", long_text: str, other: dict[str, object]
) -> None:
    mine, theirs = shop.pdus(long_text), shop.pdus(long_text, **other)
    for pdu in (mine[0], theirs[1], mine[2], theirs[0], theirs[2]):
        await shop.counter.hears(pdu)
    assert len(await shop.texts()) == 1
    await shop.counter.hears(mine[1])
    assert await shop.texts() == [long_text, long_text]


async def test_modems_are_apart(shop: "Shop", long_text: str) -> None:
    first, second, third = shop.pdus(long_text)
    await shop.counter.hears(first)
    await shop.spare.hears(second)
    await shop.counter.hears(third)
    assert await shop.texts() == []


async def test_a_surrogate_pair_across_two_parts(shop: "Shop") -> None:
    octets = "Merci 🙂".encode("utf-16-be")
    parts = (octets[:-2], octets[-2:])
    for number, body in enumerate(parts, 1):
        await shop.counter.hears(shop_part(shop, body, number=number))
    assert await shop.texts() == ["Merci 🙂"]


async def test_mixed_alphabets(shop: "Shop") -> None:
    """Some phones choose the alphabet part by part."""
    plain = shop.delivers("a" * 161)[0]
    assert plain.coding.alphabet is Alphabet.GSM7
    await shop.counter.hears(_framed(plain))
    await shop.counter.hears(shop_part(shop, "é→ü".encode("utf-16-be"), number=2, reference=9))
    assert await shop.texts() == [f"{plain.text}é→ü"]


async def test_parts_of_a_network_that_writes_impossible_times(
    shop: "Shop", long_text: str
) -> None:
    for deliver in shop.delivers(long_text):
        await shop.counter.hears(_framed(replace(deliver, time=ServiceCentreTime(bytes(7)))))
    assert await shop.texts() == [long_text]


async def test_an_outage_breaks_no_group(
    shop: "Shop", long_text: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise StoreUnavailable(reason="database or disk is full")

    await shop.counter.hears(shop.pdus(long_text)[0])
    shop.clock.advance(WAIT_SECONDS)
    with monkeypatch.context() as outage:
        outage.setattr(reassembly, "assemble", fail)
        with pytest.raises(StoreUnavailable):
            await show_gaps(shop)
    await show_gaps(shop)
    (message,) = await shop.received()
    assert (message.kind, message.error_code) == ("text", None)


async def test_data_in_parts(shop: "Shop") -> None:
    for number in (1, 2):
        await shop.counter.hears(shop_part(shop, b"\x01\x02", number=number, coding=4))
    (message,) = await shop.received()
    assert (message.text, message.kind, message.encoding) == (None, "data", "data8")


@pytest.mark.parametrize(
    ("coding", "ports", "kind"),
    [
        (0x10, None, "flash"),
        (0xC8, None, "voicemail"),
        (0x04, 2948, "mms"),
        (0x04, None, "data"),
        (0x08, None, "text"),
    ],
)
async def test_kinds(shop: "Shop", coding: int, ports: int | None, kind: str) -> None:
    await shop.counter.hears(shop_part(shop, b"\x00A", number=None, coding=coding, ports=ports))
    (message,) = await shop.received()
    assert message.kind == kind


async def test_a_broken_group_never_stops_the_others(
    shop: "Shop", long_text: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    await shop.counter.hears(shop.pdus(long_text, reference=1)[0])
    await shop.counter.hears(shop.pdus(long_text, reference=2)[1])
    shop.clock.advance(WAIT_SECONDS)
    calls = 0

    def break_once(parts: "Mapping[int, UserData]", total: int) -> object:
        nonlocal calls
        calls += 1
        if calls == 1:
            raise RuntimeError("a bug")
        return assemble(parts, total)

    monkeypatch.setattr(reassembly, "assemble", break_once)
    await show_gaps(shop)
    broken, good = await shop.received()
    assert (broken.text, broken.kind, broken.error_code) == (None, "undecoded", "undecoded")
    assert (good.text or "").startswith(GAP)
    assert len(await shop.events("modem.incident")) == 1
    await show_gaps(shop)
    assert len(await shop.received()) == 2


def shop_part(
    shop: "Shop",
    body: bytes,
    *,
    number: int | None,
    coding: int = 0x08,
    reference: int = 77,
    ports: int | None = None,
) -> bytes:
    """A DELIVER with this body: part ``number`` of two, or alone."""
    elements: list[Element] = []
    if number is not None:
        elements.append(
            Concatenation(reference=reference, wide=False, total=2, number=number).element()
        )
    if ports is not None:
        elements.append(Element(identifier=5, data=ports.to_bytes(2, "big") + b"\x23\xf0"))
    header = UserDataHeader(elements=tuple(elements)) if elements else None
    content = of_octets(body, coding=DataCoding(coding), header=header)
    (model,) = shop.delivers("x")
    return _framed(
        replace(
            model,
            coding=content.coding,
            header=content.header,
            user_data=content.user_data,
            user_data_length=content.user_data_length,
        )
    )


def _framed(deliver: "Deliver") -> bytes:
    return b"\x00" + deliver.to_bytes()

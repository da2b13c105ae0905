"""Phones reuse references: a late part finds its own among groups that all lack it."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from conftest import Shop

HOUR_MS = 3_600_000


async def test_a_late_part_of_the_older_of_two_waiting_groups(shop: "Shop", long_text: str) -> None:
    """Both wait for their second part when the older one's comes, then the newer one's."""
    older, newer = shop.clock.ms, shop.clock.ms + 5 * HOUR_MS
    texts = {older: long_text, newer: long_text.upper()}
    for at_ms, text in texts.items():
        parts = shop.pdus(text, at_ms=at_ms)
        await shop.counter.hears(parts[0])
        await shop.counter.hears(parts[2])
    for at_ms, text in texts.items():
        await shop.counter.hears(shop.pdus(text, at_ms=at_ms)[1])
    assert await shop.texts() == [long_text, long_text.upper()]


async def test_within_the_hour_the_nearer_is_meant(shop: "Shop", long_text: str) -> None:
    now_ms = shop.clock.ms
    texts = {now_ms: long_text, now_ms + HOUR_MS // 3: long_text.upper()}
    for at_ms, text in texts.items():
        parts = shop.pdus(text, at_ms=at_ms)
        await shop.counter.hears(parts[0])
        await shop.counter.hears(parts[1] if at_ms == now_ms else parts[2])
    for at_ms, text in texts.items():
        parts = shop.pdus(text, at_ms=at_ms + 5000)
        await shop.counter.hears(parts[2] if at_ms == now_ms else parts[1])
    assert await shop.texts() == [long_text, long_text.upper()]


async def test_the_older_group_shown_with_its_gap_is_completed(
    shop: "Shop", long_text: str
) -> None:
    older, newer = shop.clock.ms, shop.clock.ms + 5 * HOUR_MS
    await shop.counter.hears(shop.pdus(long_text, at_ms=older)[0])
    await shop.counter.hears(shop.pdus(long_text, at_ms=older)[1])
    shop.clock.advance(700)
    await shop.housekeeping().round()
    await shop.counter.hears(shop.pdus(long_text.upper(), at_ms=newer)[0])
    await shop.counter.hears(shop.pdus(long_text, at_ms=older)[2])
    (message,) = await shop.received()
    assert (message.text, message.complete) == (long_text, True)

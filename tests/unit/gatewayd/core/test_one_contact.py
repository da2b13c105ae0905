"""One person is one contact, however the number is written, in whichever direction."""

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from conftest import Shop

UNREADABLE = b"\x00\x04\x0b"
NUMBERS = "SELECT number FROM contact_numbers"


async def test_three_spellings_are_one_contact(shop: "Shop") -> None:
    for sender in ("+15145550123", "5145550123", "15145550123"):
        await shop.counter.hears(shop.pdu("Is it ready?", sender=sender))
    await shop.counter.handler.missed_call("5145550123")
    await shop.enqueue(to="+15145550123")

    assert await shop.rows(NUMBERS) == [("+15145550123",)]
    assert len({message.conversation_id for message in await shop.received()}) == 1
    assert await shop.rows("SELECT count(*) FROM timeline") == [(5,)]


@pytest.mark.parametrize("sender", ["24365", "Vidéotron"])
async def test_a_short_code_and_a_name_are_contacts_too(shop: "Shop", sender: str) -> None:
    await shop.counter.hears(shop.pdu("Your code is 123456", sender=sender))
    assert await shop.rows(NUMBERS) == [(sender,)]


async def test_a_long_message_is_filed_when_it_is_shown(shop: "Shop", long_text: str) -> None:
    *first, last = shop.pdus(long_text)
    for pdu in first:
        await shop.counter.hears(pdu)
    assert await shop.rows("SELECT id FROM conversations") == []
    await shop.counter.hears(last)
    assert await shop.rows("SELECT count(*) FROM timeline") == [(1,)]


async def test_what_cannot_be_read_is_in_the_conversation_of_nobody_known(shop: "Shop") -> None:
    await shop.counter.hears(UNREADABLE)
    (message,) = await shop.received()
    rows = await shop.rows("SELECT id, number, state FROM conversations")
    assert rows == [(message.conversation_id, "unknown", "open")]

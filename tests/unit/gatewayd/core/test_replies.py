"""What is decided about what arrives, carried out with it; the hours are the test's."""

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from storage import inboxes, rulebook

MONTREAL = ZoneInfo("America/Toronto")
CLOSED = {"en": "Closed. Open {next_opening}.", "fr": "Fermé. Ouvert {next_opening}."}
BOOK: dict[str, Any] = {
    "inboxes": {
        "main": {
            "hours": {"weekly": "Mo-Fr 09:00-12:00,13:00-17:00"},
            "answers": {"texts": {"closed": CLOSED}},
        }
    }
}
EVENING = datetime(2026, 12, 1, 21, 0, tzinfo=MONTREAL)  # a Tuesday


class Desk:
    """The shop with a rulebook, at a moment of its own clock."""

    def __init__(self, shop: Any) -> None:
        self.shop = shop

    def at(self, moment: datetime) -> None:
        self.shop.clock.ms = round(moment.astimezone(UTC).timestamp() * 1000)

    async def set_book(self, document: dict[str, Any]) -> None:
        async with self.shop.store.write() as tx:
            now_ms = self.shop.clock.now_ms()
            await rulebook.add(tx, document, version=None, by="tok_1", now_ms=now_ms)

    async def says(self, text: str, **options: Any) -> None:
        await self.shop.counter.hears(self.shop.pdu(text, **options))

    async def answers(self) -> list[tuple[str, str]]:
        """Automatic answers, oldest first: to whom, and the text."""
        rows = await self.shop.rows(
            "SELECT to_number, text FROM messages WHERE author_type = 'automatic' ORDER BY seq"
        )
        return [(row.to_number, row.text) for row in rows]

    async def conversation(self) -> Any:
        (row,) = await self.shop.rows("SELECT * FROM conversations")
        return row


@pytest.fixture
async def desk(shop: Any) -> Desk:
    made = Desk(shop)
    made.at(EVENING)
    async with shop.store.write() as tx:
        now_ms = shop.clock.now_ms()
        await inboxes.seed(tx, ["main", "spare"], now_ms=now_ms)
        zone = {"timezone": MONTREAL.key}
        await inboxes.change(
            tx, "main", zone, fields=["timezone"], version=None, by="tok_1", now_ms=now_ms
        )
    await made.set_book(BOOK)
    return made


async def test_closed_is_answered_once_until_the_next_opening(desk: Desk) -> None:
    await desk.says("Hello, are you there?")
    await desk.says("Hello?")
    assert await desk.answers() == [("+15145550123", "Closed. Open Wednesday at 9:00.")]
    conversation = await desk.conversation()
    assert conversation.state == "open"
    assert conversation.unanswered_since_ms is not None

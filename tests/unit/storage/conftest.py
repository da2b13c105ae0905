"""A real store on a real file for each test; the schema is migrated once and copied."""

from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest
from sqlalchemy import text

from storage import outbox
from storage.engine import Store
from storage.ids import Prefix, new_id

NOW = 1_800_000_000_000
ALONE = outbox.Sharing()


@pytest.fixture
async def store(prepared: Path) -> AsyncIterator[Store]:
    opened = await Store.open(data_dir=prepared)
    yield opened
    await opened.close()


@pytest.fixture
def now() -> int:
    return NOW


class Desk:
    """Short words for what the tests do to one store; each is its own transaction."""

    def __init__(self, store: Store) -> None:
        self.store = store

    async def enqueue(
        self,
        *,
        parts: int = 1,
        to: str = "+15145550123",
        inbox: str = "main",
        priority: int = 1,
        send_at_ms: int | None = None,
        expires_at_ms: int | None = None,
        on_unknown: str = "hold",
        text: str = "hello",
        sharing: tuple[str, ...] = (),
        at: int = NOW,
        filed: bool = True,
    ) -> str:
        message_id = new_id(Prefix.MESSAGE, now_ms=at)
        message = outbox.NewMessage(
            id=message_id,
            to=to,
            text=text,
            encoding="gsm7",
            inbox=inbox,
            priority=priority,
            send_at_ms=send_at_ms,
            expires_at_ms=expires_at_ms,
            delivery_report=True,
            on_unknown="resend" if on_unknown == "resend" else "hold",
            client_reference=None,
            author_type="token",
            author_id="tok_1",
            author_name="till",
            filed=filed,
            parts=[outbox.NewPart(number=n, tpdu=bytes([n])) for n in range(1, parts + 1)],
            sharing=sharing,
        )
        async with self.store.write() as tx:
            await outbox.enqueue(tx, message, now_ms=at)
        return message_id

    async def claim(
        self,
        *,
        modem: str = "counter",
        iccid: str | None = "8930",
        inboxes: tuple[str, ...] = ("main",),
        sharing: outbox.Sharing = ALONE,
        at: int = NOW,
    ) -> outbox.ClaimedPart | None:
        async with self.store.write() as tx:
            return await outbox.claim(
                tx, modem=modem, iccid=iccid, inboxes=inboxes, now_ms=at, sharing=sharing
            )

    async def submit(
        self,
        *,
        modem: str = "counter",
        iccid: str | None = "8930",
        inboxes: tuple[str, ...] = ("main",),
        sharing: outbox.Sharing = ALONE,
        at: int = NOW,
    ) -> str:
        """Claim the next part and mark it submitting; give its id."""
        part = await self.claim(modem=modem, iccid=iccid, inboxes=inboxes, sharing=sharing, at=at)
        assert part is not None
        async with self.store.write() as tx:
            attempt = await outbox.mark_submitting(
                tx,
                part_id=part.part_id,
                modem=modem,
                iccid=iccid,
                imei="3520",
                now_ms=at,
                deadline_ms=at + 60_000,
            )
        assert attempt is not None
        return part.part_id

    async def do(self, function: Callable[..., Awaitable[object]], **arguments: object) -> object:
        """Run one storage function in its own write transaction."""
        async with self.store.write() as tx:
            return await function(tx, **arguments)

    async def value(self, sql: str, **values: object) -> object:
        async with self.store.read() as tx:
            return (await tx.execute(text(sql), values)).scalar_one()

    async def column(self, sql: str, **values: object) -> list[object]:
        async with self.store.read() as tx:
            return list((await tx.execute(text(sql), values)).scalars())

    async def state(self, message_id: str) -> object:
        return await self.value("SELECT state FROM messages WHERE id = :id", id=message_id)

    async def part_states(self, message_id: str) -> list[object]:
        return await self.column(
            "SELECT state FROM parts WHERE message_id = :id ORDER BY number", id=message_id
        )

    async def events(self, *subjects: str) -> list[object]:
        """What the journal tells, of these subjects; else of all but contacts and conversations."""
        found = await self.column("SELECT type FROM changes ORDER BY seq")
        kinds = [(type_, str(type_).partition(".")[0]) for type_ in found]
        filed = {"contact", "conversation"}
        return [type_ for type_, of in kinds if (of in subjects if subjects else of not in filed)]


@pytest.fixture
def desk(store: Store) -> Desk:
    return Desk(store)

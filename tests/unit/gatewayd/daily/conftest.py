"""A shop in Toronto whose digest goes at seven; its daemon's task by hand, over a real store."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import text as sql

from config.schema import (
    GatewaySettings,
    HttpSettings,
    Language,
    ModemSettings,
    Settings,
    SmtpSettings,
)
from config.values import Listen
from gatewayd.bus import Bus
from gatewayd.daily.digests import DailyDigests
from storage import inboxes, options, people, rulebook, wishes
from storage.engine import Store
from storage.people import NewPerson
from storage.wishes import WishesRow

ZONE = ZoneInfo("America/Toronto")
BOOK = {"inboxes": {name: {"hours": {"weekly": "Mo-Fr 09:00-17:00"}} for name in ("main", "spare")}}


class WallClock:
    """Stands still until it is set to what the shop's wall shows."""

    def __init__(self) -> None:
        self.ms = 0

    def now_ms(self) -> int:
        return self.ms

    def shows(self, text: str) -> None:
        moment = datetime.fromisoformat(text).replace(tzinfo=ZONE)
        self.ms = round(moment.timestamp() * 1000)


@dataclass(kw_only=True)
class Mornings:
    """The task, and what it has queued."""

    store: Store
    settings: Settings
    clock: WallClock = field(default_factory=WallClock)
    bus: Bus = field(default_factory=Bus)
    ids: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.restart()

    def restart(self) -> None:
        self.task = DailyDigests(
            settings=self.settings, store=self.store, bus=self.bus, clock=self.clock
        )

    async def at(self, text: str) -> float:
        self.clock.shows(text)
        return await self.task.round()

    async def person(self, name: str, **more: Any) -> str:
        values = {"role": "manager", "email": f"{name}@shop.example"} | more
        new = NewPerson(name=name, display_name=name.title(), **values)
        async with self.store.write() as tx:
            made = await people.create(tx, new, by="tok", now_ms=self.clock.ms)
        assert isinstance(made, str)
        self.ids[name] = made
        return made

    async def wishes(self, name: str, when: str) -> None:
        async with self.store.write() as tx:
            await people.change(
                tx, self.ids[name], {}, version=None, by="tok", now_ms=self.clock.ms
            )
            row = WishesRow(ways={}, take_back=False, daily_digest=when)
            await wishes.put(tx, self.ids[name], row, now_ms=self.clock.ms)

    async def goes_at(self, at: str | None) -> None:
        async with self.store.write() as tx:
            await options.change(tx, {"daily_digest_at": at}, by="tok", now_ms=self.clock.ms)

    async def queued(self) -> list[tuple[str, str]]:
        """To whom, and of which days."""
        async with self.store.read() as tx:
            rows = await tx.execute(sql("SELECT recipient, rule FROM mails ORDER BY id"))
            return [(row.recipient.partition("@")[0], row.rule) for row in rows]


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(
        gateway=GatewaySettings(
            name="Chez Nous",
            country="CA-QC",
            timezone="America/Toronto",
            language=Language.EN,
            data_dir=tmp_path,
        ),
        http=HttpSettings(
            listen=Listen(host="127.0.0.1", port=8767),
            socket=tmp_path / "gatewayd.sock",
            page_url="https://sms.shop.example",
        ),
        modems=(
            ModemSettings(name="counter", device="virtual:", max_per_day=500),
            ModemSettings(name="spare", device="virtual:spare", inbox="spare"),
        ),
        smtp=SmtpSettings(host="127.0.0.1", port=1, from_address="texts@shop.example"),
    )


@pytest.fixture
async def mornings(settings: Settings, prepared: Path) -> AsyncIterator[Mornings]:
    """Marie manages; it is Monday 30 November 2026, noon, and the shop closes at weekends."""
    store = await Store.open(data_dir=prepared)
    made = Mornings(store=store, settings=settings)
    made.clock.shows("2026-11-30T12:00")
    async with store.write() as tx:
        await inboxes.seed(tx, ["main", "spare"], now_ms=made.clock.ms)
        await rulebook.add(tx, BOOK, version=None, by="tok", now_ms=made.clock.ms)
    await made.person("marie")
    await made.goes_at("07:00")
    yield made
    await store.close()

"""Whom an alarm reaches, by which modem, and what a restart or a full disk changes about it."""

from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest

from config import from_mapping
from config.alarms import AlarmKind
from config.schema import Language, Settings
from gatewayd.alarms.alarms import Alarms
from gatewayd.alarms.model import Moment, Notice
from gatewayd.alarms.texts import sentence
from gatewayd.bus import Bus
from gatewayd.directory import ModemView
from gatewayd.mail.server import NotSent
from storage import queries
from storage.engine import Store
from storage.queries import MessageFilter

MINUTE = 60_000
SINCE = datetime(2027, 1, 1, tzinfo=UTC)


class Clock:
    def __init__(self) -> None:
        self.ms = 1_800_000_000_000

    def now_ms(self) -> int:
        return self.ms


class Modems:
    def __init__(self) -> None:
        self.states = {"counter": "ready", "spare": "ready"}

    def views(self) -> Sequence[ModemView]:
        return [
            ModemView(name=name, state=state, since=SINCE) for name, state in self.states.items()
        ]


class Server:
    """A mail server that the test lets fail."""

    sender = "gateway@shop.example"

    def __init__(self) -> None:
        self.taken: list[EmailMessage] = []
        self.failure: NotSent | None = None

    async def hand_over(self, mail: EmailMessage) -> NotSent | None:
        if self.failure is None:
            self.taken.append(mail)
        return self.failure


class Shop:
    """A store, two modems in inboxes of their own, and an administrator."""

    def __init__(self, settings: Settings, store: Store) -> None:
        self.settings, self.store = settings, store
        self.clock, self.modems, self.server = Clock(), Modems(), Server()
        self.alarms = self.started()

    def started(self) -> Alarms:
        modems: Any = self.modems
        server: Any = self.server
        return Alarms(
            settings=self.settings,
            store=self.store,
            bus=Bus(),
            clock=self.clock,
            modems=modems,
            server=server,
        )

    async def restart(self) -> None:
        self.alarms = self.started()
        await self.alarms._load()

    async def minutes(self, count: int) -> None:
        for _ in range(count):
            self.clock.ms += MINUTE
            await self.alarms.look()

    async def sms(self) -> list[tuple[str, str, str]]:
        async with self.store.read() as tx:
            page = await queries.list_messages(tx, MessageFilter(), limit=50)
        return [(row.inbox, row.to_number or "", row.text or "") for row in reversed(page.items)]


@pytest.fixture
async def shop(tmp_path: Path, prepared: Path) -> AsyncIterator[Shop]:
    document = {
        "gateway": {"name": "Shop", "country": "CA", "data_dir": "."},
        "modems": [
            {"name": "counter", "device": "virtual:"},
            {"name": "spare", "device": "virtual:b", "inbox": "spare"},
        ],
        "smtp": {"host": "mail.shop.example", "from_address": "gateway@shop.example"},
        "alarms": {"sms_to": ["+15145550100"], "email_to": ["it@shop.example"]},
    }
    store = await Store.open(data_dir=prepared)
    try:
        yield Shop(from_mapping(document, base=tmp_path), store)
    finally:
        await store.close()


async def test_another_modem_tells_of_the_one_that_failed_and_an_e_mail_too(shop: Shop) -> None:
    shop.modems.states["counter"] = "failed"
    await shop.minutes(30)

    ((inbox, to, text),) = await shop.sms()
    assert (inbox, to) == ("spare", "+15145550100")
    assert "modem counter has not worked since" in text
    (mail,) = shop.server.taken
    assert (mail["To"], mail["Auto-Submitted"]) == ("it@shop.example", "auto-generated")
    assert mail["Subject"] == text

    shop.modems.states["counter"] = "ready"
    await shop.minutes(30)
    assert "works again" in (await shop.sms())[1][2]
    assert len(shop.server.taken) == 2


async def test_nothing_is_told_twice_after_a_restart(shop: Shop) -> None:
    shop.modems.states["counter"] = "failed"
    for _ in range(10):
        await shop.minutes(3)
        await shop.restart()
    assert len(await shop.sms()) == 1
    assert len(shop.server.taken) == 1


async def test_where_no_modem_works_it_is_told_as_one_when_one_does(shop: Shop) -> None:
    shop.modems.states = {"counter": "absent"}
    await shop.minutes(20)
    assert await shop.sms() == []
    await shop.restart()
    shop.modems.states = {"counter": "ready"}
    await shop.minutes(3)
    assert await shop.sms() == []
    await shop.minutes(10)
    ((inbox, _, text),) = await shop.sms()
    assert inbox == "main"
    assert "works again; it did not from" in text


async def test_an_e_mail_that_is_not_taken_is_tried_again_also_after_a_restart(shop: Shop) -> None:
    shop.server.failure = NotSent(code="no_connection")
    shop.modems.states["counter"] = "failed"
    await shop.minutes(10)
    await shop.restart()
    shop.server.failure = None
    await shop.minutes(2)
    assert len(shop.server.taken) == 1


async def test_a_store_that_takes_nothing_is_told_by_e_mail(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Store, "write_trouble", "database or disk is full")
    await shop.minutes(10)
    (mail,) = shop.server.taken
    assert "database or disk is full" in mail["Subject"]


async def test_a_trouble_that_lasts_is_not_written_again_and_again(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop.modems.states["counter"] = "failed"
    await shop.minutes(10)

    def refuse(_: object) -> None:
        raise AssertionError("nothing is new")

    monkeypatch.setattr(shop.store, "shielded", refuse)
    await shop.minutes(100)


async def test_a_muted_modem_is_not_used(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    shop.modems.states = {"counter": "failed"}
    muted = ModemView(name="spare", state="ready", since=SINCE, muted=True)
    failed = shop.modems.views()
    monkeypatch.setattr(shop.modems, "views", lambda: [*failed, muted])
    await shop.minutes(10)
    assert await shop.sms() == []


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("kind", AlarmKind)
@pytest.mark.parametrize("moment", Moment)
def test_each_can_be_said_in_one_line(language: Language, kind: AlarmKind, moment: Moment) -> None:
    notice = Notice(moment=moment, key=f"{kind}:counter", detail="why", count=3)
    said = sentence(notice, business="Shop", language=language, zone=UTC)
    assert said.startswith("Shop: ")
    assert not {"\n", "{", "}"} & set(said)

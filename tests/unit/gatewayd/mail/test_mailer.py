"""E-mail waits in the store, goes once the server takes it, and says what became of it."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text as sql

from config.schema import GatewaySettings, HttpSettings, Settings, SmtpSettings
from config.values import Listen
from gatewayd.bus import Bus, Topic
from gatewayd.mail.mailer import LONGEST_WAIT_SECONDS, Mailer
from gatewayd.webhooks.schedule import REPORTED_AFTER, RETRY_SECONDS
from storage import inbound, mails
from storage.engine import Store
from storage.ids import Prefix, new_id
from storage.inbound import NewIncoming
from storage.mails import NewMail

NOON_MS = 1_796_126_400_000  # 2026-12-01T12:00:00Z
CUSTOMER = "+15145550123"
THREE_DAYS = 3 * 86_400


class StoppedClock:
    def __init__(self) -> None:
        self.ms = NOON_MS

    def now_ms(self) -> int:
        return self.ms


@dataclass(kw_only=True)
class Desk:
    """A mailer over a real store."""

    store: Store
    clock: StoppedClock
    bus: Bus
    settings: Settings
    mailer: Mailer

    async def text(self, words: str = "De l'eau partout!") -> tuple[str, str]:
        """A customer writes; give message and conversation."""
        message_id = new_id(Prefix.MESSAGE, now_ms=self.clock.ms)
        message = NewIncoming(
            id=message_id,
            from_=CUSTOMER,
            to_number="+15145550100",
            text=words,
            encoding="gsm7",
            inbox="main",
            modem="counter",
            iccid="8930",
            kind="text",
            sc_time_ms=None,
            parts_total=1,
            parts_present=1,
            complete=True,
        )
        async with self.store.write() as tx:
            await inbound.insert_incoming(tx, message, now_ms=self.clock.ms)
        ((conversation_id,),) = await self.rows(
            "SELECT conversation_id FROM messages WHERE id = :id", id=message_id
        )
        return message_id, conversation_id

    async def mail(self, recipient: str = "boss@shop.example", *, call: bool = False) -> str:
        """A rule tells an address of it."""
        message_id, conversation_id = await self.text()
        mail = NewMail(
            recipient=recipient,
            rule="floods",
            conversation_id=conversation_id,
            message_id=None if call else message_id,
        )
        async with self.store.write() as tx:
            return await mails.add(tx, mail, now_ms=self.clock.ms)

    async def rows(self, statement: str, **values: object) -> list[Any]:
        async with self.store.read() as tx:
            return list((await tx.execute(sql(statement), values)).all())

    async def told(self) -> list[tuple[str, str | None]]:
        rows = await self.rows("SELECT data FROM changes WHERE type = 'mail.state' ORDER BY seq")
        return [(json.loads(row.data)["state"], json.loads(row.data)["reason"]) for row in rows]

    async def state(self) -> tuple[str, int, str | None]:
        ((state, tries, error),) = await self.rows("SELECT state, tries, error FROM mails")
        return state, tries, error


@pytest.fixture
async def new_desk(tmp_path: Path, prepared: Path) -> AsyncIterator[Callable[[SmtpSettings], Desk]]:
    store = await Store.open(data_dir=prepared)

    def make(smtp: SmtpSettings) -> Desk:
        listen = Listen(host="127.0.0.1", port=0)
        settings = Settings(
            gateway=GatewaySettings(name="Chez Nous", country="CA-QC", data_dir=tmp_path),
            http=HttpSettings(listen=listen, socket=tmp_path / "gatewayd.sock"),
            smtp=smtp,
        )
        clock, bus = StoppedClock(), Bus()
        mailer = Mailer(settings=settings, store=store, bus=bus, clock=clock)
        return Desk(store=store, clock=clock, bus=bus, settings=settings, mailer=mailer)

    yield make
    await store.close()


async def test_what_a_rule_asks_for_is_sent_once(start_postbox: Any, new_desk: Any) -> None:
    postbox = await start_postbox()
    desk = new_desk(postbox.settings())
    mail_id = await desk.mail()
    assert await desk.mailer.step() == 0
    assert await desk.mailer.step() == LONGEST_WAIT_SECONDS
    (got,) = postbox.got
    assert (got["To"], got["Message-ID"]) == ("boss@shop.example", f"<{mail_id}@shop.example>")
    assert "De l'eau partout!" in got.get_content()
    assert await desk.state() == ("sent", 1, None)
    assert await desk.told() == []


async def test_a_missed_call_is_told_too(start_postbox: Any, new_desk: Any) -> None:
    postbox = await start_postbox()
    desk = new_desk(postbox.settings())
    await desk.mail(call=True)
    await desk.mailer.step()
    assert postbox.got[0]["Subject"] == f"Chez Nous: {CUSTOMER} called"


async def test_it_is_tried_for_three_days_and_then_told(start_postbox: Any, new_desk: Any) -> None:
    postbox = await start_postbox()
    postbox.to_data = "451 try later"
    desk = new_desk(postbox.settings())
    await desk.mail()
    waited = 0.0
    for tries in range(1, len(RETRY_SECONDS) + 2):
        assert await desk.mailer.step() == 0
        wait = await desk.mailer.step()
        if tries == REPORTED_AFTER:
            assert await desk.told() == [("failing", "refused")]
        waited += wait
        desk.clock.ms += round(wait * 1000) + 1
    assert await desk.state() == ("failed", len(RETRY_SECONDS) + 1, "refused")
    assert await desk.told() == [("failing", "refused"), ("failed", "refused")]
    assert THREE_DAYS * 0.8 <= waited <= THREE_DAYS * 1.2 + LONGEST_WAIT_SECONDS


async def test_one_that_was_told_as_failing_is_told_when_it_went(
    start_postbox: Any, new_desk: Any
) -> None:
    postbox = await start_postbox()
    postbox.to_recipient = "450 greylisted"
    desk = new_desk(postbox.settings())
    await desk.mail()
    for _ in range(REPORTED_AFTER):
        await desk.mailer.step()
        desk.clock.ms += 3_600_000
    postbox.to_recipient = ""
    await desk.mailer.step()
    assert await desk.told() == [("failing", "recipient_refused"), ("sent", None)]


async def test_what_is_refused_for_good_holds_up_nobody(start_postbox: Any, new_desk: Any) -> None:
    postbox = await start_postbox()
    postbox.to_recipient = "550 no such user"
    desk = new_desk(postbox.settings())
    await desk.mail("nobody@shop.example")
    await desk.mailer.step()
    postbox.to_recipient = ""
    await desk.mail()
    await desk.mailer.step()
    assert [each["To"] for each in postbox.got] == ["boss@shop.example"]
    assert await desk.told() == [("failed", "recipient_refused")]


async def test_without_a_mail_server_it_fails_at_once_and_says_so(new_desk: Any) -> None:
    desk = new_desk(SmtpSettings())
    await desk.mail()
    await desk.mailer.step()
    assert await desk.state() == ("failed", 1, "no_mail_server")
    assert await desk.told() == [("failed", "no_mail_server")]


async def test_what_was_erased_is_not_sent(start_postbox: Any, new_desk: Any) -> None:
    postbox = await start_postbox()
    desk = new_desk(postbox.settings())
    await desk.mail()
    async with desk.store.write() as tx:
        await tx.execute(sql("DELETE FROM messages"))
    assert await desk.mailer.step() == LONGEST_WAIT_SECONDS
    assert postbox.got == []


async def test_an_error_of_ours_is_a_failed_try(
    start_postbox: Any, new_desk: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    postbox = await start_postbox()
    desk = new_desk(postbox.settings())
    await desk.mail()

    def broken(*_args: object) -> None:
        raise KeyError("unforeseen")

    monkeypatch.setattr("gatewayd.mail.mailer.written", broken)
    await desk.mailer.step()
    assert await desk.state() == ("pending", 1, "internal_error")


async def test_the_task_sends_what_is_hinted(start_postbox: Any, new_desk: Any) -> None:
    postbox = await start_postbox()
    desk = new_desk(postbox.settings())
    task = asyncio.create_task(desk.mailer.run())
    try:
        await desk.mail()
        desk.bus.publish(Topic.JOURNAL)
        async with asyncio.timeout(60):
            await postbox.heard.wait()
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
    assert len(postbox.got) == 1


async def test_figures_tell_what_waits_and_what_failed(start_postbox: Any, new_desk: Any) -> None:
    postbox = await start_postbox()
    desk = new_desk(postbox.settings())
    await desk.mail()
    await desk.mail()
    postbox.to_data = "554 spam"
    await desk.mailer.step()
    async with desk.store.read() as tx:
        found = await mails.figures(tx)
    assert (found.pending, found.oldest_ms, found.failed) == (1, NOON_MS, 1)
    async with desk.store.write() as tx:
        assert await mails.prune(tx, NOON_MS + 1) == 1

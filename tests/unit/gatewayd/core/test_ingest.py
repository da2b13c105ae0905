"""Incoming: from a PDU to a row, whatever the PDU holds."""

from typing import TYPE_CHECKING

import pytest
from structlog.testing import capture_logs

from gatewayd import ingest
from gatewayd.ingest import REDELIVERY_AFTER_MS
from modem.events import ArrivedPdu, Disposition
from modem.pdu import build_submits
from storage import modems, unread

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from conftest import Outage, Shop

UNREADABLE = b"\x00\x04\x0b"
REDELIVERY_SECONDS = REDELIVERY_AFTER_MS / 1000


async def test_a_text(shop: "Shop") -> None:
    pdu = shop.pdu("Avez-vous reçu ma commande?", sender="5145550123")
    assert await shop.counter.hears(pdu, slot=0) is Disposition.DELETE
    (message,) = await shop.received()
    assert message.text == "Avez-vous reçu ma commande?"
    assert (message.from_number, message.to_number) == ("+15145550123", "+15145550100")
    assert (message.inbox, message.modem, message.kind) == ("main", "counter", "text")
    assert (message.sc_time_ms, message.complete) == (shop.clock.ms, True)
    assert await shop.events("message.received") == ["message.received"]


async def test_two_modems_two_inboxes(shop: "Shop") -> None:
    await shop.counter.hears(shop.pdu("for the counter"), slot=1)
    await shop.spare.hears(shop.pdu("for the spare"), slot=1)
    found = [(row.inbox, row.to_number, row.text) for row in await shop.received()]
    assert found == [
        ("main", "+15145550100", "for the counter"),
        ("spare", "+15145550200", "for the spare"),
    ]


async def test_a_pushed_pdu_has_no_slot(shop: "Shop") -> None:
    assert await shop.counter.hears(shop.pdu("pushed")) is Disposition.DELETE
    assert (await shop.texts(), await shop.slots()) == (["pushed"], 0)


class TestSlots:
    async def test_same_slot_same_bytes_is_deleted_only(
        self, shop: "Shop", reopened: "Callable[[], Awaitable[Shop]]"
    ) -> None:
        pdu = shop.pdu("hello")
        await shop.counter.hears(pdu, slot=3)  # killed before +CMGD
        shop = await reopened()
        shop.clock.advance(3600)
        assert await shop.counter.hears(pdu, slot=3) is Disposition.DELETE
        assert await shop.pdu_kinds() == [("deliver", False)]
        assert await shop.texts() == ["hello"]

    async def test_same_slot_other_bytes_is_a_new_message(self, shop: "Shop") -> None:
        await shop.counter.hears(shop.pdu("one"), slot=3)
        await shop.counter.hears(shop.pdu("two"), slot=3)
        assert await shop.texts() == ["one", "two"]

    async def test_a_deleted_slot_is_forgotten(self, shop: "Shop") -> None:
        pdu = shop.pdu("yes")
        for _ in range(2):  # a second message sooner than a re-delivery could be
            await shop.counter.hears(pdu, slot=3)
            await shop.counter.handler.deleted({shop.counter.slot(3): pdu})
        assert (await shop.texts(), await shop.slots()) == (["yes", "yes"], 0)

    async def test_what_came_meanwhile_is_not_forgotten(self, shop: "Shop") -> None:
        old, new = shop.pdu("old"), shop.pdu("new")
        await shop.counter.hears(old, slot=3)
        await shop.counter.hears(new, slot=3)
        await shop.counter.handler.deleted({shop.counter.slot(3): old})
        assert await shop.slots() == 1

    async def test_stores_are_apart(self, shop: "Shop") -> None:
        pdu = shop.pdu("hello")
        for store in ("SM", "ME"):
            place = shop.counter.slot(1, store)
            await shop.counter.handler.arrived(ArrivedPdu(pdu=pdu, slot=place))
        assert await shop.slots() == 2


class TestRedelivery:
    async def test_after_half_a_minute_a_copy(self, shop: "Shop") -> None:
        pdu = shop.pdu("hello")
        await shop.counter.hears(pdu, slot=1)
        shop.clock.advance(REDELIVERY_SECONDS)
        assert await shop.counter.hears(pdu, slot=2) is Disposition.DELETE
        assert await shop.texts() == ["hello"]
        assert await shop.pdu_kinds() == [("deliver", False), ("deliver", True)]
        shop.clock.advance(1)
        await shop.counter.hears(pdu, slot=3)
        assert await shop.texts() == ["hello"]

    async def test_sooner_a_second_message(self, shop: "Shop") -> None:
        pdu = shop.pdu("hello")
        await shop.counter.hears(pdu, slot=1)
        shop.clock.advance(REDELIVERY_SECONDS - 1)
        await shop.counter.hears(pdu, slot=2)
        assert await shop.texts() == ["hello", "hello"]

    async def test_an_identical_part_is_always_a_copy(self, shop: "Shop", long_text: str) -> None:
        first, second, third = shop.pdus(long_text)
        for pdu in (first, first, second, second, third, third):
            await shop.counter.hears(pdu)
        assert await shop.texts() == [long_text]
        assert [copy for _, copy in await shop.pdu_kinds()] == [False, True] * 3

    async def test_another_sim_s_message_is_no_copy(self, shop: "Shop", long_text: str) -> None:
        """One customer writes the same to both numbers: a DELIVER does not say to whom."""
        pdus = [shop.pdu("hello"), *shop.pdus(long_text)]
        for side in (shop.counter, shop.spare):
            for pdu in pdus:
                await side.hears(pdu)
            shop.clock.advance(REDELIVERY_SECONDS)
        found = [(row.inbox, row.text) for row in await shop.received()]
        assert found == [
            ("main", "hello"),
            ("main", long_text),
            ("spare", "hello"),
            ("spare", long_text),
        ]
        await shop.spare.hears(pdus[0])
        assert len(await shop.received()) == 4

    async def test_an_undecodable_one_is_a_copy_too(self, shop: "Shop") -> None:
        await shop.counter.hears(UNREADABLE, slot=1)
        shop.clock.advance(REDELIVERY_SECONDS)
        await shop.counter.hears(UNREADABLE, slot=2)
        assert len(await shop.received()) == 1
        assert await shop.pdu_kinds() == [("undecoded", False), ("undecoded", True)]


class TestUndecodable:
    @pytest.mark.parametrize("pdu", [UNREADABLE, b"", b"\xff" * 40], ids=["short", "empty", "odd"])
    async def test_kept_shown_deleted(self, shop: "Shop", pdu: bytes) -> None:
        assert await shop.counter.hears(pdu, slot=1) is Disposition.DELETE
        (message,) = await shop.received()
        assert (message.text, message.kind, message.from_number) == (None, "undecoded", "unknown")
        assert message.error_code == "undecoded"
        assert (message.error_detail or "").startswith("this message cannot be read (")
        async with shop.store.read() as tx:
            (kept,) = await unread.page(tx, after=None, limit=10)
        assert (kept.raw, kept.message_id) == (pdu, message.id)

    async def test_a_stored_submit_is_no_report_and_no_evidence(self, shop: "Shop") -> None:
        message_id = await shop.enqueue()
        await shop.counter.accept(0)
        (submit,) = build_submits(
            to="+15145550123", text="draft", concat_reference=0, report=True, validity=None
        )
        pdu = b"\0" + submit.to_bytes()
        assert await shop.counter.hears(pdu, slot=1) is Disposition.DELETE
        assert await shop.state(message_id) == "sent"
        assert await shop.rows("SELECT 1 FROM reports") == []
        (message,) = await shop.received()
        assert (message.kind, message.text) == ("undecoded", None)


class TestBarrier:
    @pytest.mark.parametrize("where", ["decode_incoming", "inbound.insert_incoming"])
    async def test_an_unforeseen_error_is_quarantined_and_the_next_goes_on(
        self, shop: "Shop", monkeypatch: pytest.MonkeyPatch, where: str
    ) -> None:
        with monkeypatch.context() as planted:
            planted.setattr(f"gatewayd.ingest.{where}", _bug)
            assert await shop.counter.hears(shop.pdu("bad"), slot=1) is Disposition.DELETE
        await shop.counter.hears(shop.pdu("good"), slot=2)
        assert await shop.texts() == ["good"]
        assert await shop.pdu_kinds() == [("quarantined", False), ("deliver", False)]
        async with shop.store.read() as tx:
            (incident,) = await modems.incidents_of(tx, "counter")
        assert incident.code == "pdu_quarantined"
        assert await shop.events("modem.incident") == ["modem.incident"]

    async def test_over_a_restart_it_is_deleted_only(
        self,
        shop: "Shop",
        monkeypatch: pytest.MonkeyPatch,
        reopened: "Callable[[], Awaitable[Shop]]",
    ) -> None:
        monkeypatch.setattr(ingest, "decode_incoming", _bug)
        pdu = shop.pdu("bad")
        await shop.counter.hears(pdu, slot=1)
        shop = await reopened()
        assert await shop.counter.hears(pdu, slot=1) is Disposition.DELETE
        assert await shop.pdu_kinds() == [("quarantined", False)]

    async def test_what_was_quarantined_is_no_original_of_a_copy(
        self, shop: "Shop", monkeypatch: pytest.MonkeyPatch
    ) -> None:
        pdu = shop.pdu("again")
        with monkeypatch.context() as planted:
            planted.setattr(ingest, "decode_incoming", _bug)
            await shop.counter.hears(pdu, slot=1)
        shop.clock.advance(REDELIVERY_SECONDS)
        await shop.counter.hears(pdu, slot=2)
        assert await shop.texts() == ["again"]

    async def test_a_broken_report_settles_nothing_half(
        self, shop: "Shop", monkeypatch: pytest.MonkeyPatch
    ) -> None:
        message_id = await shop.enqueue()
        await shop.counter.accept(5)
        with monkeypatch.context() as planted:
            planted.setattr("storage.reports.insert_report", _bug)
            await shop.counter.reported(5)
        assert await shop.state(message_id) == "sent"
        assert await shop.pdu_kinds() == [("quarantined", False)]

    async def test_the_log_says_where_and_not_what(
        self, shop: "Shop", monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(ingest, "decode_incoming", _bug)
        with capture_logs() as logs:
            await shop.counter.hears(shop.pdu("secret words"), slot=1)
        (entry,) = [entry for entry in logs if entry["event"] == "pdu_quarantined"]
        assert entry["error"] == "RuntimeError"
        assert any("_bug" in place for place in entry["trace"])
        assert "secret words" not in repr(logs)


class TestStoreUnavailable:
    async def test_the_modem_keeps_it_and_it_comes_again(
        self, shop: "Shop", outage: "Outage"
    ) -> None:
        pdu = shop.pdu("patience")
        outage.begin()
        assert await shop.counter.hears(pdu, slot=1) is Disposition.KEEP
        outage.over()
        assert await shop.counter.hears(pdu, slot=1) is Disposition.DELETE
        assert await shop.texts() == ["patience"]

    async def test_also_while_quarantining(
        self, shop: "Shop", outage: "Outage", monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def fail_and_break(*_: object) -> None:
            outage.begin()
            raise RuntimeError

        pdu = shop.pdu("patience")
        with monkeypatch.context() as planted:
            planted.setattr(ingest, "decode_incoming", fail_and_break)
            assert await shop.counter.hears(pdu, slot=1) is Disposition.KEEP
        outage.over()
        assert await shop.counter.hears(pdu, slot=1) is Disposition.DELETE
        assert await shop.texts() == ["patience"]

    async def test_a_slot_remembered_too_long_does_no_harm(
        self, shop: "Shop", outage: "Outage"
    ) -> None:
        first = shop.pdu("first")
        await shop.counter.hears(first, slot=1)
        outage.begin()
        await shop.counter.handler.deleted({shop.counter.slot(1): first})
        outage.over()
        await shop.counter.hears(shop.pdu("second"), slot=1)
        assert await shop.texts() == ["first", "second"]


def _bug(*_: object, **__: object) -> None:
    raise RuntimeError("a bug, with secret words in its message")

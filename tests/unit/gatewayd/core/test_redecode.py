"""Unread PDUs, tried again once the codec can read them."""

from typing import TYPE_CHECKING, Any

import pytest
from structlog.testing import capture_logs

from config.schema import Settings
from gatewayd import ingest, redecode
from gatewayd.ingest import NOT_INCOMING
from gatewayd.redecode import UNFORESEEN, Outcome, Redecode
from modem.events import Accepted, Unknown
from modem.pdu import PduError, build_submits
from storage import modems, unread
from storage.errors import StoreUnavailable
from storage.unread import Reading

if TYPE_CHECKING:
    from conftest import Outage, Shop, Side

UNREADABLE = b"\x00\x04\x0b"


NOT_KNOWN_YET = PduError(code="reserved_alphabet", detail="not known yet", offset=0)


async def unread_by(side: "Side", *pdus: bytes, error: Exception = NOT_KNOWN_YET) -> None:
    """Take them with an older codec."""

    def decode(_raw: bytes) -> Any:
        raise error

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ingest, "decode_incoming", decode)
        for pdu in pdus:
            await side.hears(pdu)


async def quarantined_by(side: "Side", *pdus: bytes) -> None:
    """Take them with a codec that has a bug."""
    await unread_by(side, *pdus, error=ZeroDivisionError())


async def decode(shop: "Shop") -> Outcome:
    return await Redecode(
        settings=shop.settings, store=shop.store, bus=shop.bus, clock=shop.clock
    ).run()


async def updates(shop: "Shop") -> list[tuple[str, Any]]:
    rows = await shop.rows(
        "SELECT subject, json_extract(data, '$.merged_into') AS into_ FROM changes"
        " WHERE type = 'message.updated' ORDER BY seq"
    )
    return [(row.subject, row.into_) for row in rows]


class TestSingle:
    async def test_the_placeholder_becomes_the_message(self, shop: "Shop") -> None:
        await unread_by(shop.counter, shop.pdu("Où est ma commande?", sender="5145550123"))
        (before,) = await shop.received()
        assert (before.kind, before.text, before.from_number) == ("undecoded", None, "unknown")
        sent_ms = shop.clock.ms
        shop.clock.advance(86_400)

        outcome = await decode(shop)

        assert (outcome.tried, outcome.read) == (1, 1)
        (message,) = await shop.received()
        assert (message.id, message.created_at_ms) == (before.id, before.created_at_ms)
        assert (message.kind, message.encoding) == ("text", "gsm7")
        assert message.text == "Où est ma commande?"
        assert (message.from_number, message.contact) == ("+15145550123", "+15145550123")
        assert (message.sc_time_ms, message.complete) == (sent_ms, True)
        assert (message.error_code, message.error_detail) == (None, None)
        assert await shop.events("message.received", "message.updated") == [
            "message.received",
            "message.updated",
        ]
        assert await shop.pdu_kinds() == [("deliver", False)]
        assert (await decode(shop)).tried == 0

    async def test_what_comes_again_later_is_still_a_copy(self, shop: "Shop") -> None:
        pdu = shop.pdu("hello")
        await unread_by(shop.counter, pdu)
        await decode(shop)
        shop.clock.advance(60)
        await shop.counter.hears(pdu)
        assert await shop.texts() == ["hello"]

    async def test_two_within_half_a_minute_are_two_messages(self, shop: "Shop") -> None:
        pdu = shop.pdu("yes")
        await unread_by(shop.counter, pdu, pdu)
        assert (await decode(shop)).read == 2
        assert await shop.texts() == ["yes", "yes"]

    async def test_copies_follow_and_become_nothing(self, shop: "Shop") -> None:
        pdu = shop.pdu("hello")
        await unread_by(shop.counter, pdu)
        shop.clock.advance(60)
        await unread_by(shop.counter, pdu)
        assert (await decode(shop)).tried == 1
        assert await shop.pdu_kinds() == [("deliver", False), ("deliver", True)]
        assert await shop.texts() == ["hello"]

    async def test_it_stays_in_its_inbox(self, shop: "Shop") -> None:
        await unread_by(shop.spare, shop.pdu("hello"))
        await decode(shop)
        (message,) = await shop.received()
        assert (message.inbox, message.to_number) == ("spare", "+15145550200")


class TestReport:
    async def test_it_settles_its_part_and_is_no_message(self, shop: "Shop") -> None:
        sent = await shop.enqueue()
        await shop.counter.accept(7)
        await unread_by(shop.counter, shop.report(7))
        (placeholder,) = await shop.received()

        assert (await decode(shop)).read == 1

        assert await shop.state(sent) == "delivered"
        assert await shop.received() == []
        assert await updates(shop) == [(placeholder.id, None)]
        assert await shop.pdu_kinds() == [("report", False)]
        assert len(await shop.rows("SELECT * FROM reports WHERE part_id IS NOT NULL")) == 1

    async def test_a_repeated_one_proves_nothing(self, shop: "Shop") -> None:
        report = shop.report(7)
        await shop.counter.hears(report)
        shop.clock.advance(1)
        sent = await shop.enqueue()
        await shop.counter.send(Unknown(code="silence", detail="no answer"))
        await quarantined_by(shop.counter, report)
        await decode(shop)
        assert await shop.state(sent) == "unknown"
        assert await shop.pdu_kinds() == [("report", False), ("report", True)]

    async def test_it_is_about_nothing_that_was_sent_after_it(self, shop: "Shop") -> None:
        await unread_by(shop.counter, shop.report(7))
        shop.clock.advance(3600)
        sent = await shop.enqueue()
        await shop.counter.accept(7)
        await decode(shop)
        assert await shop.state(sent) == "sent"

    async def test_however_late_it_is_read_its_part_is_found(self, shop: "Shop") -> None:
        doubtful = await shop.enqueue()
        await shop.counter.send(Unknown(code="silence", detail="no answer"))
        await unread_by(shop.counter, shop.report(7))
        came_ms = shop.clock.ms
        shop.clock.advance(30 * 86_400)
        later = await shop.enqueue()
        await shop.counter.accept(7)
        await decode(shop)
        assert await shop.state(later) == "sent"
        message = await shop.message(doubtful)
        assert (message.state, message.delivered_at_ms) == ("delivered", came_ms)

    async def test_of_another_sim(self, shop: "Shop") -> None:
        sent = await shop.enqueue()
        await shop.counter.send(Accepted(reference=7))
        await unread_by(shop.spare, shop.report(7))
        await decode(shop)
        assert await shop.state(sent) == "sent"


class TestParts:
    async def test_the_first_placeholder_becomes_the_message_of_all(
        self, shop: "Shop", long_text: str
    ) -> None:
        await unread_by(shop.counter, *shop.pdus(long_text))
        first, second, third = await shop.received()

        assert (await decode(shop)).read == 3

        (message,) = await shop.received()
        assert (message.id, message.text, message.parts) == (first.id, long_text, 3)
        assert (message.complete, message.error_code) == (True, None)
        assert [(one, into) for one, into in await updates(shop) if into] == [
            (second.id, first.id),
            (third.id, first.id),
        ]
        rows = await shop.rows("SELECT message_id, part_number FROM pdus ORDER BY part_number")
        assert [tuple(row) for row in rows] == [(first.id, 1), (first.id, 2), (first.id, 3)]

    async def test_the_rest_waited_unseen(self, shop: "Shop", long_text: str) -> None:
        one, two, three = shop.pdus(long_text)
        await shop.counter.hears(one)
        await unread_by(shop.counter, two)
        await shop.counter.hears(three)
        (placeholder,) = await shop.received()
        await decode(shop)
        (message,) = await shop.received()
        assert (message.id, message.text) == (placeholder.id, long_text)
        assert await shop.events("message.received") == ["message.received"]

    async def test_the_rest_is_shown_with_a_gap(self, shop: "Shop", long_text: str) -> None:
        one, two, three = shop.pdus(long_text)
        await shop.counter.hears(one)
        await unread_by(shop.counter, two)
        await shop.counter.hears(three)
        shop.clock.advance(601)
        await shop.housekeeping().round()
        placeholder, shown = await shop.received()
        assert (shown.complete, placeholder.kind) == (False, "undecoded")

        await decode(shop)

        (message,) = await shop.received()
        assert (message.id, message.text, message.complete) == (shown.id, long_text, True)
        assert await updates(shop) == [(shown.id, None), (placeholder.id, shown.id)]

    async def test_the_rest_comes_later(self, shop: "Shop", long_text: str) -> None:
        one, two, three = shop.pdus(long_text)
        await unread_by(shop.counter, two)
        (placeholder,) = await shop.received()
        await decode(shop)
        (message,) = await shop.received()
        assert (message.parts, message.parts_present, message.complete) == (3, 1, False)
        assert "[…]" in (message.text or "")
        await shop.counter.hears(three)
        await shop.counter.hears(one)
        (message,) = await shop.received()
        assert (message.id, message.text) == (placeholder.id, long_text)
        assert message.complete

    async def test_the_same_part_twice_is_a_copy(self, shop: "Shop", long_text: str) -> None:
        one, two, three = shop.pdus(long_text)
        await unread_by(shop.counter, one, one, two, three)
        assert (await decode(shop)).read == 4
        assert await shop.texts() == [long_text]
        assert [copy for _, copy in await shop.pdu_kinds()].count(True) == 1

    async def test_a_group_that_could_not_be_joined_is_healed(
        self, shop: "Shop", long_text: str
    ) -> None:
        """Its message said "undecoded" too; with the last part it says what it holds."""
        one, two, three = shop.pdus(long_text)
        await shop.counter.hears(one)
        await shop.counter.hears(two)
        await unread_by(shop.counter, three)
        (placeholder,) = await shop.received()
        shop.clock.advance(601)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("gatewayd.reassembly.assemble", _broken)
            await shop.housekeeping().round()
        await decode(shop)
        (message,) = await shop.received()
        assert message.id != placeholder.id
        assert (message.text, message.kind, message.error_code) == (long_text, "text", None)


def _broken(*_: object) -> Any:
    raise ZeroDivisionError


class TestQuarantined:
    async def test_it_becomes_a_message_and_the_incident_ends(self, shop: "Shop") -> None:
        await quarantined_by(shop.counter, shop.pdu("hello"))
        assert await shop.received() == []
        await decode(shop)
        (message,) = await shop.received()
        assert (message.text, message.inbox) == ("hello", "main")
        assert message.to_number == "+15145550100"
        assert await shop.events("message.received") == ["message.received"]
        async with shop.store.read() as tx:
            (incident,) = await modems.incidents_of(tx, "counter")
        assert incident.closed_at_ms == shop.clock.ms
        assert incident.cure == "what was kept aside has been handled"

    async def test_parts_wait_for_one_another(self, shop: "Shop", long_text: str) -> None:
        one, two, three = shop.pdus(long_text)
        await quarantined_by(shop.counter, one, two)
        await decode(shop)
        assert await shop.received() == []
        await shop.counter.hears(three)
        assert await shop.texts() == [long_text]

    @pytest.mark.parametrize("seconds", [-60, 60])
    async def test_delivered_again_and_read_then_it_is_a_copy(
        self, shop: "Shop", seconds: float
    ) -> None:
        pdu = shop.pdu("hello")
        if seconds < 0:
            await shop.counter.hears(pdu)
            shop.clock.advance(-seconds)
        await quarantined_by(shop.counter, pdu)
        if seconds > 0:
            shop.clock.advance(seconds)
            await shop.counter.hears(pdu)
        await decode(shop)
        assert await shop.texts() == ["hello"]
        assert sorted(copy for _, copy in await shop.pdu_kinds()) == [False, True]

    async def test_one_that_nobody_can_read_is_shown(self, shop: "Shop") -> None:
        await quarantined_by(shop.counter, UNREADABLE)
        (left,) = (await decode(shop)).unreadable
        (message,) = await shop.received()
        assert (message.id, message.kind) == (left.message_id, "undecoded")
        assert message.error_code == "undecoded"
        assert await shop.pdu_kinds() == [("undecoded", False)]
        assert (await decode(shop)).tried == 1
        assert len(await shop.received()) == 1

    async def test_of_a_modem_that_is_no_more(self, shop: "Shop") -> None:
        await quarantined_by(shop.spare, shop.pdu("hello"))
        shop.settings = Settings(
            gateway=shop.settings.gateway,
            http=shop.settings.http,
            modems=shop.settings.modems[:1],
        )
        await decode(shop)
        (message,) = await shop.received()
        assert (message.modem, message.inbox, message.text) == ("spare", "main", "hello")

    async def test_to_whom_is_not_guessed_after_a_swap_of_sims(self, shop: "Shop") -> None:
        await quarantined_by(shop.counter, shop.pdu("hello"))
        await shop.side("counter", iccid="8901", number="+15145559999").ready()
        await decode(shop)
        (message,) = await shop.received()
        assert message.to_number is None


class TestUnreadable:
    async def test_it_stays_and_the_answer_says_why(self, shop: "Shop") -> None:
        await shop.counter.hears(UNREADABLE)
        (message,) = await shop.received()
        outcome = await decode(shop)
        (left,) = outcome.unreadable
        assert (outcome.tried, outcome.read) == (1, 0)
        assert left.message_id == left.pdu.message_id == message.id
        assert left.why.startswith("truncated: ")
        assert await shop.received() == [message]
        assert await updates(shop) == []

    async def test_what_was_written_on_the_device(self, shop: "Shop") -> None:
        (submit,) = build_submits(
            to="+15145550123", text="x", concat_reference=1, report=False, validity=None
        )
        await unread_by(shop.counter, b"\x00" + submit.to_bytes())
        (left,) = (await decode(shop)).unreadable
        assert left.why == NOT_INCOMING

    async def test_one_bad_unit_stops_no_other(
        self, shop: "Shop", monkeypatch: pytest.MonkeyPatch
    ) -> None:
        await unread_by(shop.counter, shop.pdu("bad"), shop.pdu("good"))
        replace = unread.replace_message

        async def fails(tx: Any, message: Any, *, now_ms: int) -> bool:
            done = await replace(tx, message, now_ms=now_ms)
            if message.text == "bad":
                raise LookupError(message.text)
            return done

        monkeypatch.setattr(unread, "replace_message", fails)
        with capture_logs() as logs:
            outcome = await decode(shop)
        assert (outcome.read, [one.why for one in outcome.unreadable]) == (1, [UNFORESEEN])
        assert await shop.texts() == [None, "good"]
        assert await shop.pdu_kinds() == [("undecoded", False), ("deliver", False)]
        assert "bad" not in repr(logs)

        monkeypatch.undo()
        assert (await decode(shop)).read == 1
        assert await shop.texts() == ["bad", "good"]

    async def test_all_are_tried_however_many_stay(
        self, shop: "Shop", monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(redecode, "PAGE", 2)
        for octet in range(3):
            await shop.counter.hears(UNREADABLE + bytes([octet]))
        await unread_by(shop.counter, shop.pdu("hello"))
        outcome = await decode(shop)
        assert (outcome.tried, outcome.read) == (4, 1)


class TestMeanwhile:
    async def test_somebody_was_faster(self, shop: "Shop", monkeypatch: pytest.MonkeyPatch) -> None:
        await quarantined_by(shop.counter, shop.pdu("hello"))

        async def taken(_tx: Any, _pdu: Any, _reading: Reading) -> bool:
            return False

        monkeypatch.setattr(unread, "settle", taken)
        assert (await decode(shop)).tried == 0
        assert await shop.texts() == []
        async with shop.store.read() as tx:
            (incident,) = await modems.incidents_of(tx, "counter")
        assert incident.closed_at_ms is None

    async def test_the_store_goes_away(self, shop: "Shop", outage: "Outage") -> None:
        await unread_by(shop.counter, shop.pdu("one"), shop.pdu("two"))
        outage.begin()
        with pytest.raises(StoreUnavailable):
            await decode(shop)
        outage.over()
        assert (await decode(shop)).read == 2

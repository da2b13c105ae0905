"""What comes of somebody after they were erased: their number is not written down by that again."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from gatewayd import ingest
from gatewayd.redecode import Redecode
from gatewayd.services.erasures import Erasures, semi_octets
from gatewayd.services.tokens import Principal, PrincipalType
from modem.events import Unknown
from modem.pdu import PduError
from storage import consents, contacts, outbox
from storage.conversations import filing
from storage.conversations.states import Turn

if TYPE_CHECKING:
    from conftest import Shop

CUSTOMER = "+15145550123"
NEEDLES = (CUSTOMER[1:].encode(), semi_octets(CUSTOMER[1:]))
BOSS = Principal(type=PrincipalType.LOCAL, id="uid:0", name="root", scopes=frozenset())


async def contact_id(shop: "Shop") -> str:
    (row,) = await shop.rows(
        "SELECT contact_id FROM contact_numbers WHERE number = :number", number=CUSTOMER
    )
    return str(row.contact_id)


async def erase(shop: "Shop") -> None:
    erasures = Erasures(settings=shop.settings, store=shop.store, bus=shop.bus, clock=shop.clock)
    assert await erasures.erase(await contact_id(shop), reason="asked", by=BOSS) is not None


async def blocked(shop: "Shop") -> None:
    async with shop.store.write() as tx:
        done: dict[str, Any] = {"by": "tok", "now_ms": shop.clock.now_ms()}
        await contacts.set_blocked(tx, await contact_id(shop), blocked=True, **done)


def lying_in(shop: "Shop") -> bool:
    """Whether the number lies in any of the database's files."""
    folder = Path(shop.settings.gateway.data_dir)
    files = [file.read_bytes() for file in folder.glob("gatewayd.db*")]
    assert files
    return any(needle in octets for octets in files for needle in NEEDLES)


@pytest.fixture
async def sent(shop: "Shop") -> str:
    """A message that the network has taken, whose customer is erased before it is delivered."""
    message_id = await shop.enqueue()
    await shop.counter.accept(5)
    assert lying_in(shop)
    await erase(shop)
    assert not lying_in(shop)
    return message_id


async def test_a_late_report_settles_its_part_and_leaves_no_number(shop: "Shop", sent: str) -> None:
    sent_ms = shop.clock.now_ms()
    shop.clock.advance(60)
    await shop.counter.reported(5, status=0x20, at_ms=sent_ms)
    assert await shop.state(sent) == "sent"
    await shop.counter.reported(5, at_ms=sent_ms)
    assert await shop.state(sent) == "delivered"
    await shop.counter.reported(5, at_ms=sent_ms)  # the network says it twice
    assert len(await shop.rows("SELECT id FROM reports")) == 3
    assert await shop.rows("SELECT id FROM pdus WHERE length(raw) > 0") == []
    assert not lying_in(shop)


@pytest.mark.usefixtures("sent")
async def test_a_report_that_fits_nothing_leaves_none_either(shop: "Shop") -> None:
    await shop.counter.reported(77)
    (row,) = await shop.rows("SELECT number, raw, part_id FROM reports")
    assert (row.number[:7], row.raw, row.part_id) == ("erased:", b"", None)
    assert not lying_in(shop)


async def test_so_it_is_with_what_may_or_may_not_have_been_sent(shop: "Shop") -> None:
    message_id = await shop.enqueue()
    await shop.counter.send(Unknown(code="no_answer", detail="silence"))
    await erase(shop)
    await shop.counter.reported(5)
    assert await shop.state(message_id) == "delivered"
    assert not lying_in(shop)


@pytest.mark.usefixtures("sent")
async def test_nor_one_that_could_not_be_read_when_it_came(
    shop: "Shop", monkeypatch: pytest.MonkeyPatch
) -> None:
    def unread(_raw: bytes) -> Any:
        raise PduError(code="reserved_alphabet", detail="not known yet", offset=0)

    with monkeypatch.context() as older:
        older.setattr(ingest, "decode_incoming", unread)
        await shop.counter.reported(5)
    redecode = Redecode(settings=shop.settings, store=shop.store, bus=shop.bus, clock=shop.clock)
    assert (await redecode.run()).read == 1
    assert await shop.rows("SELECT id FROM pdus WHERE length(raw) > 0") == []
    assert [row.number[:7] for row in await shop.rows("SELECT number FROM reports")] == ["erased:"]


async def test_a_report_about_somebody_else_is_kept_as_it_came(shop: "Shop", sent: str) -> None:
    other = "+15145550199"
    message_id = await shop.enqueue(to=other)
    await shop.counter.accept(6)
    await shop.counter.reported(6, to=other)
    assert await shop.state(message_id) == "delivered"
    assert await shop.state(sent) == "sent"
    (row,) = await shop.rows("SELECT number, raw FROM reports")
    assert row.number == other
    assert row.raw


@pytest.mark.usefixtures("sent")
async def test_who_writes_again_is_new_and_so_are_their_reports(shop: "Shop") -> None:
    await shop.counter.hears(shop.pdu("It is me again"))
    message_id = await shop.enqueue()
    await shop.counter.accept(6)
    await shop.counter.reported(6)
    assert await shop.state(message_id) == "delivered"
    (row,) = await shop.rows("SELECT number FROM reports")
    assert row.number == CUSTOMER


@pytest.mark.parametrize("way", ["text", "call"])
async def test_who_was_blocked_stays_so_without_their_number(shop: "Shop", way: str) -> None:
    await shop.counter.hears(shop.pdu("Buy now"))
    await blocked(shop)
    await erase(shop)
    assert not lying_in(shop)
    if way == "text":
        await shop.counter.hears(shop.pdu("Buy again"))
    else:
        async with shop.store.write() as tx:
            call: dict[str, Any] = {"number": CUSTOMER, "inbox": "main", "modem": "counter"}
            met = await filing.add_missed_call(tx, **call, now_ms=shop.clock.now_ms())
            assert met.place.apart
    async with shop.store.read() as tx:
        row = await contacts.get(tx, await contact_id(shop))
    assert row is not None
    assert row.blocked_at_ms is not None
    created = await shop.rows("SELECT data FROM changes WHERE type = 'contact.created'")
    assert ['"blocked": true' in each.data for each in created] == [False, True]
    newest = await shop.rows(
        "SELECT unanswered_since_ms FROM conversations WHERE contact_id = :id", id=row.id
    )
    assert [each.unanswered_since_ms for each in newest] == [None]
    assert await shop.rows("SELECT digest FROM kept_blocks") == []  # the contact has it again


async def test_who_was_blocked_is_not_written_to_by_anybody(shop: "Shop") -> None:
    await shop.counter.hears(shop.pdu("Buy now"))
    await blocked(shop)
    await erase(shop)
    async with shop.store.read() as tx:
        ours: dict[str, Any] = {"inbox": "main", "modems": []}
        held = await consents.standing(tx, number=CUSTOMER, **ours)
        assert (held.blocked, held.opted_out) == (True, False)
        other = await consents.standing(tx, number="+15145550199", **ours)
        assert (other.blocked, other.opted_out) == (False, False)


async def test_who_was_unblocked_is_not(shop: "Shop") -> None:
    await shop.counter.hears(shop.pdu("Buy now"))
    await blocked(shop)
    await erase(shop)
    await shop.counter.hears(shop.pdu("Buy again"))
    async with shop.store.write() as tx:
        done: dict[str, Any] = {"by": "tok", "now_ms": shop.clock.now_ms()}
        await contacts.set_blocked(tx, await contact_id(shop), blocked=False, **done)
    await erase(shop)
    async with shop.store.write() as tx:
        at: dict[str, Any] = {"inbox": "main", "now_ms": shop.clock.now_ms()}
        place = await filing.find_place(tx, number=CUSTOMER, turn=Turn.CUSTOMER, **at)
        assert not place.apart


async def test_a_number_of_nobody_erased_has_no_stand_in(shop: "Shop") -> None:
    message_id = await shop.enqueue()
    await shop.counter.accept(5)
    await shop.counter.reported(5)
    assert await shop.state(message_id) == "delivered"
    (row,) = await shop.rows("SELECT number FROM reports")
    assert row.number == CUSTOMER
    async with shop.store.read() as tx:
        of: dict[str, Any] = {"iccid": shop.counter.identity.iccid, "modem": "counter"}
        assert await outbox.accepted_parts(tx, **of, number=CUSTOMER, reference=5) == []

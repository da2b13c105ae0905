"""Test messages to ourselves: sent when due, recognised when they come, missed when they do not."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest

from config.schema import ModemSettings
from gatewayd.canary import Canaries, view_of
from gatewayd.canary_arrivals import text_of
from gatewayd.directory import LimitsView, ModemView, PauseView
from modem.events import Accepted, Refused, Unknown
from storage import canaries
from storage.canaries import Proof

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from conftest import Shop

COUNTER, SPARE, CUSTOMER = "+15145550100", "+15145550200", "+15145550123"
MINUTE, HOUR = 60, 3600
SINCE = datetime(2026, 12, 1, 12, tzinfo=UTC)
ACCEPTED = Accepted(reference=1)
INCIDENT = "SELECT code, detail, cure, closed_at_ms IS NULL AS open FROM incidents"


class Views:
    """The two modems as the fleet would tell of them; the test says how they are."""

    def __init__(self) -> None:
        self.modems = {
            "counter": ModemView(
                name="counter",
                state="ready",
                since=SINCE,
                number=COUNTER,
                iccid="8930272000000000017",
            ),
            "spare": ModemView(
                name="spare",
                state="ready",
                since=SINCE,
                number=SPARE,
                iccid="8930272000000000025",
            ),
        }

    def set(self, name: str, **facts: Any) -> None:
        self.modems[name] = replace(self.modems[name], **facts)

    def views(self) -> Sequence[ModemView]:
        return list(self.modems.values())

    def view(self, name: str) -> ModemView | None:
        return self.modems.get(name)

    def number_of(self, name: str) -> str | None:
        return None if name not in self.modems else self.modems[name].number

    async def restart(self, name: str) -> None:
        raise NotImplementedError(name)

    async def mute(self, name: str, muted: bool) -> None:
        self.set(name, muted=muted)


class Cage:
    """The canaries of a shop, and words for what happens to them."""

    def __init__(self, shop: "Shop", views: Views, **keys: Any) -> None:
        counter, spare = shop.settings.modems
        counter = replace(counter, **({"canary_to": "self"} | keys))
        shop.settings = replace(shop.settings, modems=(counter, replace(spare, inbox="main")))
        self.shop = shop
        self.views = views
        self.spare = shop.side("spare", iccid="8930272000000000025", number=SPARE)
        self.canaries = Canaries(
            settings=shop.settings,
            store=shop.store,
            bus=shop.bus,
            clock=shop.clock,
            modems=views,
        )

    async def round(self, after: float = 0) -> float:
        self.shop.clock.advance(after)
        return await self.canaries.round()

    async def sent(self) -> list[Any]:
        """The messages that carry canaries, oldest first."""
        return await self.shop.rows(
            "SELECT m.*, c.state AS canary, c.token FROM messages m JOIN canaries c"
            " ON c.message_id = m.id ORDER BY m.seq"
        )

    async def on_air(self) -> str:
        """Send one and let the network take it; give its text."""
        await self.round()
        await self.shop.counter.send(ACCEPTED)
        return str((await self.sent())[-1].text)

    async def hears(self, text: str, sender: str = COUNTER) -> None:
        await self.shop.counter.hears(self.shop.pdu(text, sender=sender))

    async def states(self) -> list[str]:
        return [row.canary for row in await self.sent()]

    async def incidents(self) -> list[Any]:
        return await self.shop.rows(INCIDENT)


@pytest.fixture
def views() -> Views:
    return Views()


@pytest.fixture
def cage(shop: "Shop", views: Views) -> Cage:
    return Cage(shop, views)


async def test_it_is_an_ordinary_message_but_only_its_modem_sends_it(cage: Cage) -> None:
    await cage.round()

    (message,) = await cage.sent()
    assert (message.to_number, message.from_number) == (COUNTER, COUNTER)
    assert (message.author_type, message.author_name) == ("canary", "counter")
    assert (message.state, message.priority, message.encoding) == ("queued", 2, "gsm7")
    assert message.on_unknown == "hold"
    assert message.expires_at_ms == cage.shop.clock.ms + 15 * MINUTE * 1000
    assert message.text == text_of(message.token)
    await cage.spare.ready()
    assert await cage.spare.handler.next_submission() is None
    assert await cage.shop.counter.handler.next_submission() is not None


async def test_one_that_comes_home_is_no_message_and_proves_the_path(cage: Cage) -> None:
    text = await cage.on_air()
    cage.shop.clock.advance(5)

    await cage.hears(text)

    assert await cage.shop.received() == []
    assert await cage.shop.pdu_kinds() == [("deliver", False)]
    assert await cage.shop.events("message.received") == []
    assert await cage.shop.events("modem.canary") == ["modem.canary"] * 2
    async with cage.shop.store.read() as tx:
        proofs = await canaries.proofs(tx)
    assert proofs == {"counter": Proof(last_ok_ms=cage.shop.clock.ms)}


async def test_the_next_one_follows_after_its_time_and_not_before(cage: Cage) -> None:
    await cage.hears(await cage.on_air())

    assert await cage.round(after=6 * HOUR - 10) == pytest.approx(10)
    assert len(await cage.sent()) == 1
    await cage.round(after=10)
    first, second = await cage.sent()
    assert first.token != second.token


@pytest.mark.parametrize(
    ("change", "sender"),
    [
        (lambda text: text, CUSTOMER),
        (lambda text: text, "SHOP"),
        (lambda text: text[:-1] + ("0" if text[-1] != "0" else "1"), COUNTER),
        (lambda text: text + " and when do you open?", COUNTER),
        (lambda text: "Fwd: " + text, COUNTER),
        (lambda _text: "gatewayd canary 0123456789ABCDEF", COUNTER),
    ],
)
async def test_nothing_else_is_taken_for_one(
    cage: Cage, change: "Callable[[str], str]", sender: str
) -> None:
    text = await cage.on_air()

    await cage.hears(change(text), sender)

    assert await cage.shop.texts() == [change(text)]
    assert await cage.states() == ["awaited"]
    await cage.hears(text)
    assert await cage.shop.texts() == [change(text)]
    assert await cage.states() == ["arrived"]


async def test_it_counts_once(cage: Cage) -> None:
    text = await cage.on_air()

    await cage.hears(text)
    cage.shop.clock.advance(1)
    await cage.hears(text)

    assert await cage.shop.texts() == [text]


async def test_one_that_does_not_come_is_an_incident_until_one_does(cage: Cage) -> None:
    await cage.on_air()

    assert await cage.round(after=15 * MINUTE - 1) == pytest.approx(1)
    assert await cage.incidents() == []
    await cage.round(after=1)
    await cage.round(after=1)

    (incident,) = await cage.incidents()
    assert (incident.code, bool(incident.open)) == ("canary_overdue", True)
    assert incident.detail.startswith("a test message to itself has not arrived within 15m: ")
    assert await cage.states() == ["overdue"]

    cage.shop.clock.advance(6 * HOUR)
    await cage.round()
    await cage.round(after=15 * MINUTE)
    assert len(await cage.incidents()) == 1  # still the same trouble
    cage.shop.clock.advance(6 * HOUR)
    text = await cage.on_air()
    await cage.hears(text)

    (incident,) = await cage.incidents()
    assert (incident.cure, bool(incident.open)) == ("a test message has arrived", False)
    assert await cage.shop.events("modem.incident") == ["modem.incident"] * 2


async def test_one_that_was_delivered_and_not_seen_says_so(cage: Cage) -> None:
    await cage.on_air()
    await cage.shop.counter.reported(1, to=COUNTER)

    await cage.round(after=15 * MINUTE)

    (incident,) = await cage.incidents()
    assert "but the network delivered it" in incident.detail


async def test_a_late_one_ends_its_own_incident(cage: Cage) -> None:
    text = await cage.on_air()
    await cage.round(after=15 * MINUTE)

    cage.shop.clock.advance(HOUR)
    await cage.hears(text)

    assert await cage.shop.received() == []
    (incident,) = await cage.incidents()
    assert not incident.open
    assert await cage.states() == ["arrived"]


async def test_one_that_the_network_refuses_for_good_is_an_incident_at_once(cage: Cage) -> None:
    await cage.round()
    refused = Refused(
        code="cms_8", detail="barred by the operator", permanent=True, modem_trouble=False
    )
    await cage.shop.counter.send(refused)

    await cage.round(after=1)

    (incident,) = await cage.incidents()
    assert incident.detail.startswith("a test message to itself failed: ")
    assert "barred" in incident.detail


async def test_one_that_a_ready_modem_does_not_send_is_an_incident(cage: Cage) -> None:
    await cage.round()

    await cage.round(after=15 * MINUTE)

    (incident,) = await cage.incidents()
    assert incident.detail == "a test message to itself could not be sent within 15m"


async def test_one_that_waited_behind_other_messages_proves_nothing(cage: Cage) -> None:
    await cage.round()
    await cage.shop.enqueue()
    await cage.shop.counter.send(ACCEPTED)

    await cage.round(after=15 * MINUTE)

    assert await cage.states() == ["withdrawn"]
    assert await cage.incidents() == []


async def test_one_that_waited_for_the_next_interval_proves_nothing(
    cage: Cage, views: Views
) -> None:
    views.set("counter", limits=LimitsView(waits_for="limit_interval"))
    await cage.round()

    await cage.round(after=15 * MINUTE)

    assert await cage.states() == ["withdrawn"]
    assert await cage.incidents() == []


NOON = datetime(2026, 12, 1, 12, tzinfo=UTC)
CLOSED = [
    {"state": "unregistered"},
    {"muted": True},
    {"limits": LimitsView(waits_for="limit_day")},
    {"number": None},
    {"paused": PauseView(since=NOON, detail="no credit", next_try_at=NOON)},
]


@pytest.mark.parametrize("facts", CLOSED)
async def test_a_modem_that_cannot_send_sends_none(
    cage: Cage, views: Views, facts: dict[str, Any]
) -> None:
    views.set("counter", **facts)

    await cage.round()
    await cage.round(after=HOUR)

    assert await cage.sent() == []
    assert await cage.incidents() == []


@pytest.mark.parametrize("facts", CLOSED[:3])
async def test_what_could_not_be_sent_is_taken_back_and_tried_again_soon(
    cage: Cage, views: Views, facts: dict[str, Any]
) -> None:
    before = views.modems["counter"]
    await cage.round()
    views.set("counter", **facts)

    await cage.round(after=MINUTE)

    (message,) = await cage.sent()
    assert (message.state, message.canary) == ("canceled", "withdrawn")
    views.modems["counter"] = before
    await cage.round(after=14 * MINUTE - 1)
    assert await cage.states() == ["withdrawn"]
    await cage.round(after=1)
    assert await cage.states() == ["withdrawn", "awaited"]
    assert await cage.incidents() == []


async def test_one_that_a_modem_has_just_begun_to_send_is_not_taken_back(
    cage: Cage, views: Views
) -> None:
    await cage.round()
    submission = await cage.shop.counter.begin()
    views.set("counter", muted=True)

    await cage.round(after=1)
    assert await cage.states() == ["awaited"]

    await cage.shop.counter.handler.settled(submission, ACCEPTED)
    await cage.hears((await cage.sent())[0].text)
    assert await cage.states() == ["arrived"]


async def test_one_that_a_person_cancels_proves_nothing(cage: Cage) -> None:
    await cage.round()
    (message,) = await cage.sent()
    await cage.shop.cancel(message.id)

    await cage.round(after=1)

    assert await cage.states() == ["withdrawn"]
    assert await cage.incidents() == []


async def test_a_sister_that_is_away_proves_nothing(shop: "Shop", views: Views) -> None:
    cage = Cage(shop, views, canary_to="spare")
    text = await cage.on_air()
    assert (await cage.sent())[0].to_number == SPARE
    views.set("spare", state="absent")

    await cage.round(after=HOUR)

    assert await cage.states() == ["withdrawn"]
    assert await cage.incidents() == []
    await cage.round(after=6 * HOUR)
    assert await cage.states() == ["withdrawn"]  # nor is another sent to it
    await cage.spare.hears(shop.pdu(text, sender=COUNTER))
    assert await shop.received() == []
    assert await cage.states() == ["arrived"]


async def test_nothing_is_sent_to_a_sister_whose_number_is_not_known(
    shop: "Shop", views: Views
) -> None:
    cage = Cage(shop, views, canary_to="spare")
    views.set("spare", number=None)

    await cage.round()

    assert await cage.sent() == []


async def test_a_sister_that_is_there_should_have_heard_it(shop: "Shop", views: Views) -> None:
    cage = Cage(shop, views, canary_to="spare")
    await cage.on_air()
    views.set("counter", state="absent")  # it had sent it by then

    await cage.round(after=15 * MINUTE)

    (incident,) = await cage.incidents()
    assert "to modem spare has not arrived" in incident.detail


async def test_a_number_may_be_anybody_s_of_ours(shop: "Shop", views: Views) -> None:
    cage = Cage(shop, views, canary_to=SPARE)
    text = await cage.on_air()

    await cage.spare.hears(shop.pdu(text, sender=COUNTER))

    assert await cage.states() == ["arrived"]


async def test_a_number_that_cannot_be_sent_to_is_said_and_nothing_sent(
    shop: "Shop", views: Views
) -> None:
    cage = Cage(shop, views, canary_to="+15141")

    await cage.round()

    assert await cage.sent() == []


async def test_one_that_is_unknown_and_arrives_was_sent(cage: Cage) -> None:
    await cage.round()
    await cage.shop.counter.send(Unknown(code="no_answer", detail="no answer"))
    (message,) = await cage.sent()

    await cage.hears(message.text)
    await cage.round(after=1)

    assert await cage.shop.state(message.id) == "sent"


async def test_what_is_awaited_outlives_a_restart(
    cage: Cage, views: Views, reopened: "Callable[[], Awaitable[Shop]]"
) -> None:
    text = await cage.on_air()

    again = Cage(await reopened(), views)
    await again.round(after=1)
    assert await again.states() == ["awaited"]
    await again.hears(text)

    assert await again.shop.received() == []
    assert await again.states() == ["arrived"]
    await again.round(after=1)
    assert len(await again.sent()) == 1


async def test_turning_them_off_ends_their_incident(cage: Cage, views: Views) -> None:
    await cage.on_air()
    await cage.round(after=15 * MINUTE)

    off = Cage(cage.shop, views, canary_to=None)
    async with asyncio.timeout(60):
        await off.canaries.run()  # ends by itself, since there is nothing to do

    (incident,) = await off.incidents()
    assert (incident.cure, bool(incident.open)) == ("test messages were turned off", False)


async def test_nothing_is_due_by_a_clock_that_is_not_set(cage: Cage) -> None:
    cage.shop.clock.ms = 0

    await cage.round()

    assert await cage.sent() == []


async def test_one_of_a_clock_that_ran_ahead_is_judged_no_more(cage: Cage) -> None:
    cage.shop.clock.advance(40 * MINUTE)
    await cage.round()
    cage.shop.clock.advance(-40 * MINUTE)

    await cage.round()
    await cage.round()

    assert await cage.states() == ["withdrawn", "awaited"]


async def test_a_store_that_does_not_answer_ends_nothing(
    cage: Cage, outage: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gatewayd.rounds.LONGEST_WAIT_SECONDS", 0.0)
    outage.begin(times=1)
    running = asyncio.create_task(cage.canaries.run())

    await outage.refused.wait()
    async with asyncio.timeout(60):
        while not await cage.sent():
            pass
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running


def test_what_is_shown_of_them() -> None:
    modem = ModemSettings(name="counter", canary_to="self")
    at_ms = round(SINCE.timestamp() * 1000)

    assert view_of(replace(modem, canary_to=None), Proof(last_ok_ms=1), now_ms=2) is None
    never = view_of(modem, None, now_ms=at_ms)
    assert never is not None
    assert (never.last_ok_at, never.awaiting_since, never.age_seconds) == (None, None, None)
    proved = view_of(
        modem, Proof(last_ok_ms=at_ms, awaiting_since_ms=at_ms + 1000), now_ms=at_ms + 2000
    )
    assert proved is not None
    assert (proved.last_ok_at, proved.age_seconds) == (SINCE, 2.0)
    assert proved.awaiting_since == datetime(2026, 12, 1, 12, 0, 1, tzinfo=UTC)

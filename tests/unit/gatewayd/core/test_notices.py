"""Whom a decision tells by SMS, and what a person's own phone answers."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from config.schema import Language, Settings
from gatewayd.notices import Notices
from gatewayd.services.shop import ShopLoader
from routing.assign import Person, Staff, Team
from routing.decision import Decision, Inbox, Incoming, Shop
from routing.evaluate import evaluate
from routing.hours import Hours
from routing.model import Do, Kind, Rule, SenderType, Target, TargetKind
from routing.own_phones import Alert
from storage import alerts, changes, contacts, inboxes, people, rulebook, webhooks
from storage.conversations import filing
from storage.conversations.filing import Place
from storage.conversations.states import Turn
from storage.engine import Store
from storage.people import NewPerson
from storage.queries import MessageRow

CUSTOMER, ON_CALL = "+15145550123", "+15145550111"
NIGHT = datetime(2026, 12, 2, 4, 0, tzinfo=UTC)  # 23:00 in Montréal
NIGHT_MS = round(NIGHT.timestamp() * 1000)
MINUTE_MS = 60_000
CONSONANTS = set("CFGHJKLMNPQRTVWX")
FORWARD = Rule(name="floods", do=Do(forward=(Target(kind=TargetKind.ON_CALL),)))


@dataclass(kw_only=True)
class Night:
    """A closed shop with one person on call; texts come in, decisions are carried out."""

    shop: Any
    lea: str
    notices: Notices
    rules: tuple[Rule, ...] = ()
    now_ms: int = NIGHT_MS

    def _decide(self, incoming: Incoming) -> Decision:
        lea = Person(id="lea", name="Léa", phone=ON_CALL)
        team = Team(id="shop", members=("lea",), on_call=("lea",))
        staff = Staff(people={"lea": lea}, teams={"shop": team})
        hours = Hours(weekly="Mo-Fr 09:00-17:00", zone="America/Toronto")
        inbox = Inbox(id="main", team="shop", language=Language.FR, hours=hours)
        return evaluate(incoming, inbox, Shop(business="Chez Nous", staff=staff, rules=self.rules))

    def decide(self, text: str, **more: Any) -> Decision:
        """What routing says of something that arrives now."""
        return self._decide(self._incoming(text, **more))

    def _incoming(self, text: str, **more: Any) -> Incoming:
        moment = datetime.fromtimestamp(self.now_ms / 1000, tz=ZoneInfo("America/Toronto"))
        values = {"at": moment, "kind": Kind.SMS, "sender_type": SenderType.NUMBER, "text": text}
        return Incoming(**{"sender": CUSTOMER, **values, **more})

    async def customer(self, text: str, *, sender: str = CUSTOMER) -> Place:
        """A text of a customer arrives."""
        self.shop.clock.ms = self.now_ms
        await self.shop.counter.hears(self.shop.pdu(text, sender=sender))
        message = (await self.shop.received())[-1]
        async with self.shop.store.write() as tx:
            place = await filing.find_place(
                tx, number=sender, inbox="main", turn=Turn.CUSTOMER, now_ms=self.now_ms
            )
            decision = self._decide(self._incoming(text, sender=sender))
            await self.notices.enqueue(
                tx, decision, message_id=message.id, place=place, now_ms=self.now_ms
            )
        return place

    async def own_phone(self, text: str) -> Decision:
        """Léa texts the shop's number."""
        async with self.shop.store.write() as tx:
            valid = await alerts.alerts_of(tx, self.lea, self.now_ms)
            codes = tuple(Alert(code=a.code, conversation=a.conversation) for a in valid)
            decision = self._decide(self._incoming(text, sender=ON_CALL, user="lea", alerts=codes))
            await self.notices.enqueue(
                tx, decision, message_id=None, place=None, now_ms=self.now_ms
            )
        return decision

    async def sent(self, to: str) -> list[MessageRow]:
        found = await self.shop.rows(
            "SELECT id FROM messages WHERE direction = 'out' AND to_number = :to ORDER BY seq",
            to=to,
        )
        return [await self.shop.message(row.id) for row in found]

    async def code(self) -> str:
        return str((await self.sent(ON_CALL))[-1].text).split()[-4]

    async def timeline(self, place: Place) -> list[str]:
        rows = await self.shop.rows(
            "SELECT m.text FROM timeline t JOIN messages m ON m.id = t.message_id"
            " WHERE t.conversation_id = :of ORDER BY t.seq",
            of=place.conversation_id,
        )
        return [row.text for row in rows]


async def _person(store: Store, **more: str | None) -> str:
    values = {"name": "lea", "display_name": "Léa", "phone": ON_CALL, **more}
    async with store.write() as tx:
        made = await people.create(tx, NewPerson(**values), by="tok", now_ms=NIGHT_MS)  # type: ignore[arg-type]  # as given
    assert isinstance(made, str)
    return made


@pytest.fixture
async def night(shop: Any, store: Store, settings: Settings) -> Night:
    notices = _notices(shop, settings)
    return Night(shop=shop, lea=await _person(store), notices=notices)


def _notices(shop: Any, settings: Settings) -> Notices:
    loader = ShopLoader(settings=settings, clock=shop.clock)
    return Notices(settings=settings, clock=shop.clock, shop=loader)


async def test_an_urgent_word_at_night_is_told_to_who_is_on_call(night: Night) -> None:
    place = await night.customer("URGENT il y a de l'eau partout")
    (told,) = await night.sent(ON_CALL)
    code = await night.code()
    assert told.text == (
        f"URGENT {CUSTOMER}: URGENT il y a de l'eau partout\nTo reply: {code} and your words."
    )
    assert len(code) == 4
    assert set(code) <= CONSONANTS
    assert (told.author_type, told.author_id, told.author_name) == (
        *("notice", place.conversation_id, "urgent"),
    )
    assert (told.priority, told.conversation_id, told.inbox) == (0, None, "main")
    assert await night.timeline(place) == ["URGENT il y a de l'eau partout"]


async def test_it_names_the_contact_and_speaks_the_persons_language(
    night: Night, store: Store
) -> None:
    place = await night.customer("bonsoir")
    async with store.write() as tx:
        await contacts.change(
            tx,
            place.contact_id,
            {"name": "Marie Roy"},
            tags=None,
            version=None,
            by="tok",
            now_ms=NIGHT_MS,
        )
        await people.change(
            tx, night.lea, {"language": "fr"}, version=None, by="tok", now_ms=NIGHT_MS
        )
    await night.customer("c'est une urgence")
    (told,) = await night.sent(ON_CALL)
    assert str(told.text).startswith("URGENT Marie Roy: c'est une urgence\nPour répondre : ")


@pytest.mark.parametrize(
    ("minutes", "alerts_sent"),
    [([0, 0, 1, 9], 1), ([0, 10], 2), ([0, 10, 20, 30, 40, 50, 59], 4), ([0, 10, 20, 30, 61], 5)],
)
async def test_a_flood_of_urgent_texts_alerts_within_bounds(
    night: Night, minutes: list[int], alerts_sent: int
) -> None:
    for minute in minutes:
        night.now_ms = NIGHT_MS + minute * MINUTE_MS
        await night.customer("urgent!!!")
    assert len(await night.sent(ON_CALL)) == alerts_sent


async def test_the_bound_is_each_conversations_own(night: Night) -> None:
    await night.customer("urgent")
    await night.customer("urgent", sender="+15145550124")
    told = await night.sent(ON_CALL)
    assert len({str(each.text).split()[-4] for each in told}) == 2


async def test_an_alert_that_failed_does_not_silence_the_next(night: Night) -> None:
    await night.customer("urgent")
    (first,) = await night.sent(ON_CALL)
    await night.shop.cancel(first.id)
    await night.customer("urgent")
    assert len(await night.sent(ON_CALL)) == 2


async def test_a_rule_forwards_each_text_up_to_a_bound(night: Night) -> None:
    night.rules = (FORWARD,)
    for number in range(25):
        await night.customer(f"text {number}")
    told = await night.sent(ON_CALL)
    assert [str(each.text).split("\n")[0] for each in told] == [
        f"{CUSTOMER}: text {number}" for number in range(20)
    ]
    assert {(each.author_name, each.priority) for each in told} == {("floods", 1)}
    assert len({str(each.text).split("\n")[1] for each in told}) == 1


async def test_a_reply_with_the_code_goes_on_from_the_shops_number_under_the_persons_name(
    night: Night,
) -> None:
    place = await night.customer("urgent, de l'eau!")
    code = await night.code()
    await night.own_phone(f"{code.lower()}: j'arrive dans 20 minutes")
    (reply,) = await night.sent(CUSTOMER)
    said = "j'arrive dans 20 minutes\nLéa @ Shop"
    assert reply.text == said
    assert (reply.author_type, reply.author_id, reply.author_name) == ("person", night.lea, "Léa")
    assert (reply.inbox, reply.conversation_id) == ("main", place.conversation_id)
    assert await night.timeline(place) == ["urgent, de l'eau!", said]
    assert await night.shop.rows("SELECT state, person_id FROM conversations") == [
        ("waiting", night.lea)
    ]
    everything = await night.shop.rows("SELECT * FROM messages WHERE contact = :to", to=CUSTOMER)
    assert not any(ON_CALL in str(value) for row in everything for value in row)


async def test_a_stretch_of_replies_is_signed_once(night: Night) -> None:
    await night.customer("urgent")
    code = await night.code()
    for words in ("j'arrive", "dans 5 minutes"):
        await night.own_phone(f"{code} {words}")
    assert [reply.text for reply in await night.sent(CUSTOMER)] == [
        "j'arrive\nLéa @ Shop",
        "dans 5 minutes",
    ]


async def test_who_does_not_want_conversations_taken_is_obeyed_from_phones_too(
    night: Night,
) -> None:
    async with night.shop.store.write() as tx:
        await inboxes.seed(tx, ["main"], now_ms=NIGHT_MS)
        set_ = {"take_on_answer": False, "signature_mode": "never"}
        more = {"fields": set_, "version": None, "by": "tok", "now_ms": NIGHT_MS}
        await inboxes.change(tx, "main", set_, **more)
    await night.customer("urgent")
    await night.own_phone(f"{await night.code()} j'arrive")
    (reply,) = await night.sent(CUSTOMER)
    assert reply.text == "j'arrive"
    assert await night.shop.rows("SELECT person_id FROM conversations") == [(None,)]


@pytest.mark.parametrize(("hours", "works"), [(23.9, True), (24.1, False)])
async def test_a_code_is_valid_for_a_day(night: Night, hours: float, works: bool) -> None:
    await night.customer("urgent")
    code = await night.code()
    night.now_ms += round(hours * 60 * MINUTE_MS)
    decision = await night.own_phone(f"{code} j'arrive")
    assert (decision.relay is not None) is works
    assert len(await night.sent(CUSTOMER)) == works


async def _blocked(night: Night, place: Place) -> str:
    async with night.shop.store.write() as tx:
        await contacts.set_blocked(tx, place.contact_id, blocked=True, by="tok", now_ms=NIGHT_MS)
    return "j'arrive"


async def _too_long(_night: Night, _place: Place) -> str:
    return "a" * 2000


async def _denied(night: Night, _place: Place) -> str:
    denied = {"sending": {"deny": ["+1514555*"]}}
    async with night.shop.store.write() as tx:
        await rulebook.add(tx, denied, version=None, by="tok", now_ms=NIGHT_MS)
    return "j'arrive"


async def _inbox_taken_away(night: Night, _place: Place) -> str:
    async with night.shop.store.write() as tx:
        elsewhere = {"inboxes": ["spare"]}
        await people.change(tx, night.lea, elsewhere, version=None, by="tok", now_ms=NIGHT_MS)
    return "j'arrive"


@pytest.mark.parametrize("prepare", [_blocked, _too_long, _denied, _inbox_taken_away])
async def test_a_reply_that_cannot_be_sent_on_is_said_and_has_no_code(
    night: Night, prepare: Callable[..., Any]
) -> None:
    place = await night.customer("urgent")
    code = await night.code()
    words = await prepare(night, place)
    await night.own_phone(f"{code} {words}")
    assert await night.sent(CUSTOMER) == []
    told = (await night.sent(ON_CALL))[-1]
    assert told.text == f"Your reply to {CUSTOMER} was not sent. Please use the page."
    assert code not in str(told.text)


async def test_a_person_whose_phone_is_gone_fails_alone(night: Night, store: Store) -> None:
    async with store.write() as tx:
        await people.change(tx, night.lea, {"phone": None}, version=None, by="t", now_ms=NIGHT_MS)
    await night.customer("urgent")
    assert await night.shop.rows("SELECT * FROM alerts") == []
    assert len(await night.shop.received()) == 1


async def test_a_phone_and_a_customer_that_both_answer_by_themselves_make_no_loop(
    night: Night,
) -> None:
    """Each quotes what it got, code and all, within a second."""
    await night.customer("urgent")
    answered = {CUSTOMER: 0, ON_CALL: 0}
    for second in (*range(60), *range(60, 3600, 60)):
        night.now_ms = NIGHT_MS + second * 1000
        for address in answered:
            for message in (await night.sent(address))[answered[address] :]:
                answered[address] += 1
                words = f"I am driving. {message.text} urgent"[:160]
                await (night.customer(words) if address == CUSTOMER else night.own_phone(words))
    assert 1 <= answered[ON_CALL] <= 4
    assert 1 <= answered[CUSTOMER] <= 4


async def test_settings_of_one_part_hold_for_alerts_too(night: Night, settings: Settings) -> None:
    sending = replace(settings.sending, max_parts=1)
    night.notices = _notices(night.shop, replace(settings, sending=sending))
    await night.customer("urgent " + "x" * 150)
    (told,) = await night.sent(ON_CALL)
    assert told.parts == 1


HOOK = "https://crm.example/rules"
TELL = Rule(name="tell", do=Do(email=("boss@shop.example", "lea@shop.example"), webhook=(HOOK,)))


async def test_a_rules_email_waits_for_the_mailer_without_a_word_of_its_text(night: Night) -> None:
    night.rules = (TELL,)
    place = await night.customer("secret")
    (message,) = await night.shop.received()
    rows = await night.shop.rows("SELECT * FROM mails ORDER BY id")
    assert [(row.recipient, row.rule, row.state) for row in rows] == [
        ("boss@shop.example", "tell", "pending"),
        ("lea@shop.example", "tell", "pending"),
    ]
    assert {(row.conversation_id, row.message_id) for row in rows} == {
        (place.conversation_id, message.id)
    }
    assert not any("secret" in str(value) for row in rows for value in row)


async def test_a_rules_webhook_is_made_once_and_told_of_each_firing(night: Night) -> None:
    night.rules = (TELL,)
    await night.customer("first")
    await night.customer("second")
    async with night.shop.store.read() as tx:
        (webhook,) = await webhooks.list_all(tx)
        fired = [each for each in await changes.after(tx, None, 200) if each.type == "rule.fired"]
    assert (webhook.url, webhook.types) == (HOOK, ())
    assert [each.subject for each in fired] == [row.id for row in await night.shop.received()]
    assert {(each.data["rule"], each.data["webhook"]) for each in fired} == {("tell", webhook.id)}


async def test_a_missed_call_is_told_everywhere_too(night: Night) -> None:
    night.rules = (replace(TELL, do=replace(TELL.do, forward=FORWARD.do.forward)),)
    async with night.shop.store.write() as tx:
        call = await filing.add_missed_call(
            tx, number=CUSTOMER, inbox="main", modem="counter", now_ms=NIGHT_MS
        )
        decision = night.decide("", kind=Kind.MISSED_CALL)
        await night.notices.enqueue(
            tx, decision, message_id=None, place=call.place, now_ms=NIGHT_MS
        )
    (told,) = await night.sent(ON_CALL)
    assert str(told.text).startswith(f"{CUSTOMER} called.\n")
    assert await night.shop.rows("SELECT DISTINCT message_id FROM mails") == [(None,)]
    assert await night.shop.rows("SELECT subject FROM changes WHERE type = 'rule.fired'") == [
        (call.place.conversation_id,)
    ]

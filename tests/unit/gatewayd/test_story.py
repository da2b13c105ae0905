"""A decision told to people says all that it decides."""

from dataclasses import replace
from datetime import UTC, datetime

from config.schema import Language
from gatewayd.story import tell
from routing.answers import AnswerKind, AnswerPolicy, PastAnswer
from routing.assign import Absence, AbsenceKind, Person, Staff, Team
from routing.decision import Contact, Inbox, Incoming, Shop
from routing.evaluate import evaluate
from routing.hours import Hours
from routing.model import Do, Kind, Priority, Rule, SenderType, Target, TargetKind, Texts, When
from routing.own_phones import Alert

NIGHT = datetime(2027, 1, 16, 4, tzinfo=UTC)  # Friday 23:00 in Montréal
INCOMING = Incoming(
    at=NIGHT,
    kind=Kind.SMS,
    sender="+15145550123",
    sender_type=SenderType.NUMBER,
    text="urgent: the door is open",
    modem="counter",
)
INBOX = Inbox(
    id="main",
    hours=Hours(weekly="Mo-Fr 09:00-17:00", zone="America/Toronto", country="CA-QC"),
    language=Language.EN,
    team="shop",
    answers=AnswerPolicy(texts={AnswerKind.CLOSED: Texts(en="Closed.\nSee you")}),
)
AWAY = Absence(kind=AbsenceKind.SICK, since=datetime(2027, 1, 1, tzinfo=UTC), delegate="bob")
SHOP = Shop(
    business="Shop",
    staff=Staff(
        people={
            "lea": Person(id="lea", name="Léa", phone="+15145550177", absences=(AWAY,)),
            "bob": Person(id="bob", name="Bob", phone="+15145550178"),
        },
        teams={"shop": Team(id="shop", members=("lea", "bob"), on_call=("lea",))},
    ),
)


def story(incoming: Incoming = INCOMING, shop: Shop = SHOP) -> str:
    return "\n".join(tell(incoming, INBOX, evaluate(incoming, INBOX, shop)))


def test_a_night_with_an_urgent_word() -> None:
    told = story()
    assert told.startswith(
        "On Friday 2027-01-15 at 23:00 (America/Toronto), an SMS from +15145550123 comes in to main"
    )
    assert "Hours: closed by week until 2027-01-18T09:00:00-05:00." in told
    assert "  - given to the team shop" in told
    assert "  - bob is told by SMS, since it is urgent" in told
    assert "  - answered (urgent): " in told


def test_what_a_rule_does_is_told_one_by_one() -> None:
    do = Do(
        assign=Target(kind=TargetKind.PERSON, name="lea"),
        tag=("door",),
        priority=Priority.LOW,
        email=("boss@shop.example",),
        webhook=("https://shop.example/hook",),
        close=True,
        block=True,
    )
    rule = Rule(name="doors", when=When(words=("door",)), do=do)
    rules = (replace(rule, name="never", enabled=False), rule, replace(rule, name="later"))
    told = story(replace(INCOMING, text="the door"), replace(SHOP, rules=rules))
    for line in (
        "  2. “doors” fired: ",
        "  3. “later” was not tried: ",
        "  1. “never” is off: ",
        "  lea is sick.",
        "  bob is there.",
        "  - given to bob",
        "  - tagged door",
        "  - priority low",
        "  - the conversation is closed",
        "  - the contact is blocked",
        "  - boss@shop.example is told by e-mail, by “doors”",
        "  - https://shop.example/hook is told by webhook, by “doors”",
        "  - no answer",
    ):
        assert f"\n{line}" in told


def test_what_is_known_of_the_sender_is_told() -> None:
    contact = Contact(
        known=True,
        tags=frozenset({"vip", "late"}),
        language=Language.FR,
        blocked=True,
        opted_out=True,
        assignee="lea",
        past_answers=(PastAnswer(at=NIGHT, kind=AnswerKind.CLOSED),),
        person_answered_at=NIGHT,
    )
    told = story(replace(INCOMING, contact=contact, alarm_recipient=True))
    for fact in (
        "somebody gave them a name",
        "tagged late, vip",
        "their language was set to French",
        "blocked",
        "opted out",
        "lea has the conversation",
        "a person answered last at 2027-01-16T04:00:00+00:00",
        "got the automatic answer “closed” at 2027-01-16T04:00:00+00:00",
        "listed for alarms",
    ):
        assert fact in told.splitlines()[1]
    assert "nobody gave" not in told


def test_a_user_s_own_phone_and_our_own_number() -> None:
    alert = Alert(code="K7", conversation="cnv_1")
    told = story(replace(INCOMING, user="lea", alerts=(alert,), text="K7 on my way"))
    assert "Sender: the own phone of lea." in told
    assert "  - it goes to cnv_1 as lea's reply" in told
    told = story(replace(INCOMING, own_number=True, sender="", kind=Kind.MISSED_CALL))
    assert "a missed call from a withheld number comes in" in told
    assert "Sender: one of this gateway's own numbers." in told


def test_lines_of_an_answer_stand_on_one_line() -> None:
    assert "\n  - answered (closed): Closed. / See you" in story(replace(INCOMING, text="hello"))


def test_an_answer_may_be_held() -> None:
    rule = Rule(name="hold", do=Do(hold=True))
    told = story(replace(INCOMING, text="hello"), replace(SHOP, rules=(rule,)))
    assert "\n  - it is held for review\n  - no answer" in told

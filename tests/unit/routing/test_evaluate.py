"""A shop in Montréal: what happens to what arrives, and why."""

import json
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from config.schema import Language
from routing.answers import AnswerKind, AnswerPolicy, PastAnswer, Refusal
from routing.assign import Absence, AbsenceKind, Person, Staff, Team
from routing.consent import ConsentStep
from routing.decision import (
    Channel,
    Contact,
    Decision,
    Disposition,
    Inbox,
    Incoming,
    Shop,
)
from routing.evaluate import evaluate
from routing.hours import Closure, Hours, Opening
from routing.model import (
    Do,
    HoursAre,
    Kind,
    Priority,
    Rule,
    SenderType,
    Target,
    TargetKind,
    Texts,
    Then,
    When,
)
from routing.own_phones import Alert, Relay
from routing.record import record
from routing.texts import DEFAULT_TEXTS

TORONTO = ZoneInfo("America/Toronto")


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=TORONTO)


MORNING, EVENING = at("2027-06-23T10:00"), at("2027-06-23T20:00")
SICK = Absence(kind=AbsenceKind.SICK, since=at("2027-06-20T00:00"), delegate="max")
BEACH = Absence(
    kind=AbsenceKind.VACATION, since=at("2027-06-20T00:00"), until=at("2027-07-05T09:00")
)
SHIFTS = Hours(weekly="Mo-Fr 09:00-18:00", zone="America/Toronto")
PEOPLE = {
    "lea": Person(id="lea", name="Léa", phone="+15145550111", absences=(SICK,)),
    "max": Person(id="max", name="Max", phone="+15145550112", shifts=SHIFTS),
    "zoe": Person(id="zoe", name="Zoé"),
    "tom": Person(id="tom", name="Tom", phone="+15145550114", absences=(BEACH,)),
}
STAFF = Staff(
    people=PEOPLE,
    teams={
        "shop": Team(id="shop", members=("lea", "max", "zoe"), on_call=("zoe", "lea", "max")),
        "beach": Team(id="beach", members=("tom",)),
    },
)
INBOX = Inbox(
    id="main",
    team="shop",
    language=Language.FR,
    hours=Hours(
        weekly="Mo-Fr 09:00-12:00,13:00-18:00",
        zone="America/Toronto",
        country="CA-QC",
        closures=(
            Closure(first=date(2027, 7, 19), last=date(2027, 7, 30), text=Texts(fr="En vacances!")),
        ),
        openings=(Opening(first=date(2027, 9, 6), last=date(2027, 9, 6), times="10:00-12:00"),),
    ),
    answers=AnswerPolicy(texts=DEFAULT_TEXTS),
)
SHOP = Shop(business="Chez Nous", staff=STAFF)
CUSTOMER = Incoming(
    at=EVENING,
    kind=Kind.SMS,
    sender="+15145550123",
    sender_type=SenderType.NUMBER,
    text="allo",
    modem="counter",
)


def decided(*, inbox: Inbox = INBOX, shop: Shop = SHOP, **changed: Any) -> Decision:
    return evaluate(replace(CUSTOMER, **changed), inbox, shop)


def ruled(*rules: Rule, templates: dict[str, Texts] | None = None, **changed: Any) -> Decision:
    return decided(shop=replace(SHOP, rules=rules, templates=templates or {}), **changed)


def rule(name: str = "one", when: When | None = None, then: Then = Then.STOP, **do: Any) -> Rule:
    return Rule(name=name, when=when or When(), do=Do(**do), then=then)


def said(decision: Decision) -> str:
    assert decision.answer is not None, decision.reasons
    return decision.answer.text


def why(decision: Decision, step: str) -> str:
    return "; ".join(reason.why for reason in decision.reasons if reason.step == step)


# Hours and answers


@pytest.mark.parametrize(
    ("when", "text", "kind", "answer"),
    [
        (
            "2027-06-25T20:00",
            "allo",
            AnswerKind.CLOSED,
            (
                "Chez Nous : nous sommes fermés et rouvrons lundi à 9 h 00. "
                "Nous vous répondrons à ce moment."
            ),
        ),
        (
            "2027-06-25T20:00",
            "hello",
            AnswerKind.CLOSED,
            "Chez Nous: we are closed and open again Monday at 9:00. We answer you then.",
        ),
        (
            "2027-06-23T12:15",
            "hello",
            AnswerKind.CLOSED,
            "Chez Nous: we are closed and open again today at 13:00. We answer you then.",
        ),
        (
            "2027-06-24T20:00",
            "allo",
            AnswerKind.HOLIDAY,
            (
                "Chez Nous : nous sommes fermés aujourd'hui, Fête nationale du Québec. "
                "Nous rouvrons vendredi à 9 h 00."
            ),
        ),
        (
            "2027-07-20T10:00",
            "hello",
            AnswerKind.CLOSURE,
            "Chez Nous: En vacances! We open again Monday, August 2 at 9:00.",
        ),
        (
            "2027-09-06T13:00",
            "hello",
            AnswerKind.CLOSED,
            "Chez Nous: we are closed and open again Tuesday at 9:00. We answer you then.",
        ),
    ],
)
def test_what_a_customer_is_told_while_it_is_closed(
    when: str, text: str, kind: AnswerKind, answer: str
) -> None:
    decision = decided(at=at(when), text=text)
    assert decision.answer is not None
    assert (decision.answer.kind, decision.answer.text) == (kind, answer)
    assert decision.answer.rule is None


def test_while_open_a_person_answers() -> None:
    decision = decided(at=MORNING)
    assert decision.answer is None
    assert why(decision, "answer") == "none: nothing is set that fits"
    assert decision.hours.open
    assert not decision.hours.holiday


def test_a_first_contact_is_greeted() -> None:
    decision = decided(at=MORNING, contact=Contact(first_message=True))
    assert said(decision).startswith("Chez Nous : merci de nous écrire.")


def test_everyone_away_is_said_with_the_return() -> None:
    texts = {AnswerKind.EVERYONE_AWAY: Texts(en="{business}: back on {return_date}, {person}")}
    inbox = replace(INBOX, team="beach", answers=AnswerPolicy(texts=texts))
    decision = decided(inbox=inbox, at=MORNING, text="hello")
    assert said(decision) == "Chez Nous: back on Monday, July 5, our team"


def test_who_is_asked_for_names_their_own_return() -> None:
    texts = {AnswerKind.FIRST_CONTACT: Texts(fr="{person}: {return_date}")}
    shop = replace(SHOP, rules=(rule(assign=Target(kind=TargetKind.PERSON, name="tom")),))
    inbox = replace(INBOX, answers=AnswerPolicy(texts=texts))
    decision = evaluate(
        replace(CUSTOMER, at=MORNING, contact=Contact(first_message=True)), inbox, shop
    )
    assert said(decision) == "notre équipe: lundi 5 juillet"


def test_without_a_text_nothing_is_answered() -> None:
    assert decided(inbox=replace(INBOX, answers=AnswerPolicy())).answer is None


def test_a_guard_that_refuses_is_named() -> None:
    past = (PastAnswer(at=EVENING - timedelta(hours=1), kind=AnswerKind.CLOSED),)
    decision = decided(contact=Contact(past_answers=past))
    assert (decision.answer, decision.answer_refused) == (None, Refusal.WINDOW)
    assert why(decision, "answer") == "none: closed would fit, but answered already"


@pytest.mark.parametrize(
    ("changed", "refusal"),
    [
        ({"sender_type": SenderType.SHORT_CODE, "sender": "12345"}, Refusal.NOT_A_NUMBER),
        ({"own_number": True}, Refusal.OWN_NUMBER),
        ({"kind": Kind.REPORT}, Refusal.REPORT),
        ({"contact": Contact(opted_out=True)}, Refusal.OPTED_OUT),
        ({"contact": Contact(person_answered_at=EVENING)}, Refusal.PERSON_ANSWERED),
    ],
)
def test_the_guards_get_their_facts(changed: dict[str, Any], refusal: Refusal) -> None:
    assert decided(**changed).answer_refused is refusal


def test_a_missed_call_and_a_picture_have_their_own_texts() -> None:
    call = decided(kind=Kind.MISSED_CALL, text="", at=MORNING)
    assert said(call) == "Chez Nous : nous avons vu votre appel. Textez-nous à ce numéro."
    picture = decided(kind=Kind.PICTURE, text="", contact=Contact(language=Language.EN))
    assert said(picture).startswith("Chez Nous: we can't receive pictures here.")


def test_both_languages_in_one_answer_where_the_inbox_says_so() -> None:
    decision = decided(inbox=replace(INBOX, both_languages=True), text="ok")
    french, english = said(decision).split("\n")
    assert "nous sommes fermés" in french
    assert "we are closed" in english


# Consent


def test_an_angry_stop_is_confirmed_once_and_then_there_is_silence() -> None:
    rules = (rule(assign=Target(kind=TargetKind.TEAM, name="x"), email=("a@b.ca",)),)
    first = ruled(*rules, text="STOP!!!")
    assert first.consent is ConsentStep.OPTED_OUT
    assert said(first).startswith("Chez Nous : vous ne recevrez plus de messages.")
    assert (first.rules, first.notifications, first.assignment) == ((), (), None)
    again = ruled(*rules, text="stop", contact=Contact(opted_out=True))
    assert again.consent is ConsentStep.STILL_OUT
    assert again.answer is None
    hello = decided(contact=Contact(opted_out=True))
    assert hello.answer is None


def test_the_confirmation_comes_also_right_after_other_answers() -> None:
    past = tuple(
        PastAnswer(at=EVENING - timedelta(minutes=minutes), kind=AnswerKind.CLOSED)
        for minutes in (1, 2)
    )
    contact = Contact(past_answers=past, person_answered_at=EVENING)
    assert said(decided(text="Arrêt.", contact=contact))


def test_start_and_help_are_answered() -> None:
    back = decided(text="debut", contact=Contact(opted_out=True))
    assert (back.consent, back.answer is not None) == (ConsentStep.OPTED_IN, True)
    assert "nos messages" in said(back)
    assert said(decided(text="HELP")).startswith("Chez Nous: write to us")


def test_a_blocked_contact_may_opt_out_but_hears_nothing() -> None:
    decision = decided(text="STOP", contact=Contact(blocked=True))
    assert (decision.consent, decision.answer_refused) == (
        ConsentStep.OPTED_OUT,
        Refusal.BLOCKED,
    )


def test_cancel_after_a_reminder_goes_to_a_person() -> None:
    contact = Contact(cancel_offered_at=EVENING - timedelta(hours=2), assignee="zoe")
    decision = decided(text="Cancel", contact=contact)
    assert decision.consent is ConsentStep.CANCEL_FOR_A_PERSON
    assert decision.assignment is not None
    assert decision.assignment.person == "zoe"
    assert decision.answer_refused is Refusal.KEYWORD


def test_an_alarm_recipient_cannot_opt_out() -> None:
    decision = decided(text="STOP", alarm_recipient=True)
    assert (decision.consent, decision.answer_refused) == (ConsentStep.EXEMPT, Refusal.KEYWORD)


def test_a_report_s_words_are_nobody_s() -> None:
    assert decided(text="STOP", kind=Kind.REPORT).consent is ConsentStep.NONE


# Blocks and rules


def test_a_blocked_contact_is_kept_and_nothing_else() -> None:
    decision = ruled(rule(email=("a@b.ca",)), contact=Contact(blocked=True))
    assert (decision.rules, decision.answer, decision.notifications) == ((), None, ())
    assert why(decision, "block") == "the contact is blocked: kept, and nothing else happens"


def test_rules_do_what_they_say() -> None:
    decision = ruled(
        rule(
            "tags",
            then=Then.CONTINUE,
            tag=("a", "b"),
            priority=Priority.LOW,
            email=("a@b.ca",),
            webhook=("https://b.ca/hook",),
        ),
        rule("not", When(hours=HoursAre.OPEN), then=Then.CONTINUE, tag=("c",)),
        rule("more", tag=("b", "d"), priority=Priority.URGENT, close=True, email=("a@b.ca",)),
    )
    assert (decision.tags, decision.priority) == (("a", "b", "d"), Priority.LOW)
    assert decision.close
    assert [(each.channel, each.to, each.rule) for each in decision.notifications] == [
        (Channel.EMAIL, "a@b.ca", "tags"),
        (Channel.WEBHOOK, "https://b.ca/hook", "tags"),
    ]
    assert why(decision, "rules") == "fired: tags, more"
    assert why(ruled(), "rules") == "none fired"


def test_a_rule_answers_by_a_template() -> None:
    answering = rule("prices", When(words=("prix",)), answer="prices")
    decision = ruled(
        answering, templates={"prices": Texts(fr="{business}: dix dollars.")}, text="Quel prix?"
    )
    assert decision.answer is not None
    assert (decision.answer.kind, decision.answer.rule) == (AnswerKind.RULE, "prices")
    assert said(decision) == "Chez Nous: dix dollars."
    assert why(decision, "answer") == "by the rule “prices”"


def test_a_rule_whose_template_is_gone_leaves_the_answer_to_the_hours() -> None:
    decision = ruled(rule(answer="gone"))
    assert decision.answer is not None
    assert (decision.answer.kind, decision.answer.rule) == (AnswerKind.CLOSED, None)


def test_what_is_held_or_blocked_by_a_rule_is_not_answered() -> None:
    held = ruled(rule(hold=True))
    assert (held.hold, held.answer) == (True, None)
    assert why(held, "answer") == "none: it is held for review"
    blocked = ruled(rule(block=True))
    assert (blocked.block, blocked.answer_refused) == (True, Refusal.BLOCKED)


def test_a_language_that_was_only_guessed_twice_fits_no_rule() -> None:
    french = rule(when=When(language=Language.FR))
    both = replace(INBOX, both_languages=True)
    shop = replace(SHOP, rules=(french,))
    assert why(decided(inbox=both, shop=shop, text="ok"), "rules") == "none fired"
    assert why(decided(inbox=INBOX, shop=shop, text="ok"), "rules") == "fired: one"


# People


def test_a_sick_colleague_s_work_goes_along_the_chain() -> None:
    decision = ruled(rule(assign=Target(kind=TargetKind.PERSON, name="lea")), at=MORNING)
    assert decision.assignment is not None
    assert decision.assignment.person == "max"
    assert why(decision, "assign") == "max: stands in for lea"


def test_a_conversation_stays_with_who_has_it_while_closed() -> None:
    decision = decided(contact=Contact(assignee="max"))
    assert decision.assignment is not None
    assert decision.assignment.person == "max"


def test_else_it_is_the_team_s() -> None:
    assert why(decided(), "assign") == "shop: the inbox's team"
    assert why(decided(inbox=replace(INBOX, team=None)), "assign") == "nobody: the inbox's team"


FORWARD = {
    TargetKind.PERSON: Target(kind=TargetKind.PERSON, name="lea"),
    TargetKind.TEAM: Target(kind=TargetKind.TEAM, name="shop"),
    TargetKind.ON_DUTY: Target(kind=TargetKind.ON_DUTY),
    TargetKind.ON_CALL: Target(kind=TargetKind.ON_CALL),
}


@pytest.mark.parametrize("kind", list(TargetKind))
def test_a_forward_reaches_somebody_with_a_phone(kind: TargetKind) -> None:
    decision = ruled(rule(forward=(FORWARD[kind],)), at=MORNING)
    assert [(each.channel, each.to) for each in decision.notifications] == [(Channel.SMS, "max")]
    assert not decision.notifications[0].urgent


@pytest.mark.parametrize(
    "target",
    [
        Target(kind=TargetKind.PERSON, name="zoe"),
        Target(kind=TargetKind.PERSON, name="tom"),
        Target(kind=TargetKind.TEAM, name="beach"),
    ],
)
def test_whom_a_forward_cannot_reach_is_said(target: Target) -> None:
    decision = ruled(rule(forward=(target,)), at=MORNING)
    assert decision.notifications == ()
    assert why(decision, "forward") == f"“one”: nobody with a phone is there for {target}"


# Urgent


@pytest.mark.parametrize("text", ["URGENT: de l'eau partout!", "c'est une urgence, bonsoir"])
def test_an_urgent_word_at_night_reaches_who_is_on_call(text: str) -> None:
    decision = decided(text=text, at=at("2027-06-23T23:00"))
    (alert,) = decision.notifications
    assert (alert.channel, alert.to, alert.urgent, alert.rule) == (Channel.SMS, "max", True, None)
    assert said(decision) == (
        "Chez Nous : nous sommes fermés, mais la personne de garde a votre message."
    )
    assert not any((person.phone or "x") in said(decision) for person in PEOPLE.values())


def test_a_rule_can_make_it_urgent_and_tells_nobody_twice() -> None:
    urgent = rule("alarm", urgent=True, forward=(Target(kind=TargetKind.PERSON, name="max"),))
    decision = ruled(urgent, text="au secours", kind=Kind.MISSED_CALL)
    assert [(each.to, each.urgent, each.rule) for each in decision.notifications] == [
        ("max", True, "alarm")
    ]


def test_while_open_or_with_nobody_on_call_an_urgent_word_alarms_nobody() -> None:
    by_day = decided(text="urgent", at=MORNING)
    assert (by_day.notifications, by_day.answer) == ((), None)
    alone = decided(text="urgent", inbox=replace(INBOX, team="beach"))
    assert alone.notifications == ()
    assert alone.answer is not None
    assert alone.answer.kind is AnswerKind.CLOSED
    assert why(alone, "urgent") == "it is urgent, and nobody is on call"


# Users' own phones


def test_a_user_s_reply_with_the_code_is_relayed_under_their_name() -> None:
    alerts = (Alert(code="K7Q2", conversation="cnv_1"),)
    decision = decided(user="max", text="K7Q2 J'arrive", alerts=alerts)
    assert decision.disposition is Disposition.RELAY
    assert decision.relay == Relay(conversation="cnv_1", person="max", text="J'arrive")
    assert (decision.answer, decision.rules, decision.assignment) == (None, (), None)


def test_a_user_s_other_words_are_answered_with_the_page_and_make_no_conversation() -> None:
    decision = decided(user="max", text="STOP", contact=Contact(opted_out=True))
    assert (decision.disposition, decision.consent) == (
        Disposition.OWN_PHONE,
        ConsentStep.EXEMPT,
    )
    assert said(decision).endswith("ou utilisez la page.")


def test_a_user_s_phone_that_answers_by_itself_makes_no_loop() -> None:
    past = tuple(
        PastAnswer(at=EVENING - timedelta(minutes=minutes), kind=AnswerKind.USE_THE_PAGE)
        for minutes in (1, 2)
    )
    decision = decided(user="max", text="I am driving", contact=Contact(past_answers=past))
    assert decision.answer_refused is Refusal.AUTOMATON


def test_a_user_s_call_is_nothing() -> None:
    decision = decided(user="max", kind=Kind.MISSED_CALL, text="")
    assert (decision.disposition, decision.answer) == (Disposition.OWN_PHONE, None)


def test_a_decision_can_be_kept_as_json() -> None:
    kept = json.loads(json.dumps(record(decided(text="allo"))))
    assert kept["answer"]["kind"] == "closed"
    assert kept["hours"]["next_opening"] == "2027-06-25T09:00:00-04:00"
    assert [reason["step"] for reason in kept["reasons"]] == [
        "consent",
        "hours",
        "language",
        "rules",
        "assign",
        "answer",
    ]

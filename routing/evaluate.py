"""The one function: what happens to something that arrived, and why.

Consent first, then blocks, rules, people, alarms, and the answer. Preview and the daemon ask the
same function with the same facts. Decides only; carries nothing out.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import chain

from routing.answers import AnswerKind
from routing.assign import Assignment, Person, assign, follow, on_call, on_duty
from routing.consent import ConsentFacts, ConsentStep, consent_step
from routing.decision import (
    Channel,
    Decision,
    Disposition,
    Inbox,
    Incoming,
    Notification,
    Reason,
    Shop,
)
from routing.hours import state_at
from routing.language import choose_language
from routing.match import Result, RuleOutcome, Subject, judge, subject, words_match
from routing.model import Do, Kind, Rule, Target, TargetKind
from routing.own_phones import relay_of
from routing.reply import answer_to

_CONFIRMED = {
    ConsentStep.OPTED_OUT: AnswerKind.OPTED_OUT,
    ConsentStep.OPTED_IN: AnswerKind.OPTED_IN,
    ConsentStep.HELP: AnswerKind.HELP,
}
_WHY_CONSENT = {
    ConsentStep.NONE: "no word of consent",
    ConsentStep.OPTED_OUT: "a word that opts out",
    ConsentStep.STILL_OUT: "opts out again; it was confirmed once, so nothing is said",
    ConsentStep.OPTED_IN: "a word that opts in again",
    ConsentStep.HELP: "asks for help",
    ConsentStep.CANCEL_FOR_A_PERSON: "CANCEL after a reminder that offered it goes to a person",
    ConsentStep.EXEMPT: "a user's own phone or an alarm recipient cannot opt out",
    ConsentStep.SUGGEST_OPT_OUT: "may mean an opt-out: staff are asked",
}
# A word of consent is said to the gateway, not to the shop: no rule is asked about it.
_SETTLED = frozenset({*_CONFIRMED, ConsentStep.STILL_OUT})


def evaluate(incoming: Incoming, inbox: Inbox, shop: Shop) -> Decision:
    """Decide about a message or a missed call."""
    decision = _begin(incoming, inbox, shop)
    if incoming.user is not None:
        return _own_phone(decision, incoming, inbox, shop)
    if decision.consent in _SETTLED:
        kind = _CONFIRMED.get(decision.consent)
        return answer_to(decision, incoming, inbox, shop, first_choice=kind, only_that=True)
    if incoming.contact.blocked:
        why = "the contact is blocked: kept, and nothing else happens"
        return _because(decision, "block", why)
    return _by_rules(decision, incoming, inbox, shop)


def _begin(incoming: Incoming, inbox: Inbox, shop: Shop) -> Decision:
    contact = incoming.contact
    facts = ConsentFacts(
        opted_out=contact.opted_out,
        exempt=incoming.user is not None or incoming.alarm_recipient,
        cancel_offered_at=contact.cancel_offered_at,
    )
    # Only what a person typed can be a word of consent.
    said = incoming.text if incoming.kind is Kind.SMS else ""
    step = consent_step(said, facts, now=incoming.at, policy=shop.consent)
    hours = state_at(inbox.hours, incoming.at)
    language = choose_language(
        by_hand=contact.language,
        text=incoming.text,
        earlier=contact.earlier_language,
        inbox=inbox.language,
        both=inbox.both_languages,
    )
    state = "open" if hours.open else "closed"
    change = "" if hours.until is None else f" until {hours.until.isoformat()}"
    spoken = " and ".join(language.languages)
    return Decision(
        disposition=Disposition.CONVERSATION,
        consent=step,
        hours=hours,
        language=language,
        reasons=(
            Reason(step="consent", why=_WHY_CONSENT[step]),
            Reason(step="hours", why=f"{state} by {hours.cause}{change}"),
            Reason(step="language", why=f"{spoken}, by {language.source.replace('_', ' ')}"),
        ),
    )


def _own_phone(decision: Decision, incoming: Incoming, inbox: Inbox, shop: Shop) -> Decision:
    own = replace(decision, disposition=Disposition.OWN_PHONE)
    if incoming.kind is not Kind.SMS:
        return _because(own, "own_phone", "a user's own phone, and no SMS: nothing happens")
    relay = relay_of(incoming.text, person=incoming.user or "", alerts=incoming.alerts)
    if relay is not None:
        told = replace(own, disposition=Disposition.RELAY, relay=relay)
        return _because(told, "own_phone", "a user's reply that quotes the code of an alert")
    told = _because(own, "own_phone", "a user's own phone, without the code of an alert")
    return answer_to(
        told, incoming, inbox, shop, first_choice=AnswerKind.USE_THE_PAGE, only_that=True
    )


def _by_rules(decision: Decision, incoming: Incoming, inbox: Inbox, shop: Shop) -> Decision:
    outcomes = judge(shop.rules, _subject(decision, incoming, inbox, shop))
    done = _merge(shop.rules, outcomes)
    decision = replace(
        decision,
        rules=outcomes,
        tags=done.tags,
        priority=done.do.priority,
        close=done.do.close,
        block=done.do.block,
        hold=done.do.hold,
    )
    fired = ", ".join(outcome.rule for outcome in outcomes if outcome.result is Result.FIRED)
    decision = _because(decision, "rules", f"fired: {fired}" if fired else "none fired")
    decision = _assigned(decision, done.do.assign, incoming, inbox, shop)
    decision, alarmed = _alarmed(decision, done.urgent_by, incoming, inbox, shop)
    for rule in done.rules:
        decision = _notified(decision, rule, incoming, inbox, shop)
    if decision.hold:
        return _because(decision, "answer", "none: it is held for review")
    choice = AnswerKind.URGENT if alarmed else None
    return answer_to(decision, incoming, inbox, shop, first_choice=choice, answering=done.answering)


def _subject(decision: Decision, incoming: Incoming, inbox: Inbox, shop: Shop) -> Subject:
    languages = decision.language.languages
    return subject(
        inbox=inbox.id,
        modem=incoming.modem,
        kind=incoming.kind,
        sender=incoming.sender,
        text=incoming.text,
        known=incoming.contact.known,
        tags=incoming.contact.tags,
        first_message=incoming.contact.first_message,
        language=languages[0] if len(languages) == 1 else None,
        is_open=decision.hours.open,
        holiday=decision.hours.holiday,
        lists=shop.lists,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Done:
    """What all rules that fired do together."""

    do: Do
    rules: tuple[Rule, ...] = ()
    tags: tuple[str, ...] = ()
    answering: Rule | None = None
    urgent_by: str | None = None


def _merge(rules: Sequence[Rule], outcomes: Sequence[RuleOutcome]) -> _Done:
    """Of what can be only once, the first rule decides; the rest adds up."""
    fired = tuple(
        rule
        for rule, outcome in zip(rules, outcomes, strict=True)
        if outcome.result is Result.FIRED
    )
    dos = [rule.do for rule in fired]
    return _Done(
        do=Do(
            assign=next((do.assign for do in dos if do.assign is not None), None),
            priority=next((do.priority for do in dos if do.priority is not None), None),
            close=any(do.close for do in dos),
            block=any(do.block for do in dos),
            hold=any(do.hold for do in dos),
        ),
        rules=fired,
        tags=tuple(dict.fromkeys(chain.from_iterable(do.tag for do in dos))),
        answering=next((rule for rule in fired if rule.do.answer is not None), None),
        urgent_by=next((rule.name for rule in fired if rule.do.urgent), None),
    )


def _assigned(
    decision: Decision, target: Target | None, incoming: Incoming, inbox: Inbox, shop: Shop
) -> Decision:
    """Give it to whom a rule says, else to who has the conversation, else to the team."""
    by_shift = decision.hours.open
    assignee = incoming.contact.assignee
    if target is not None:
        found = assign(
            target, team=inbox.team, staff=shop.staff, moment=incoming.at, by_shift=by_shift
        )
    elif assignee is not None:
        found = follow(
            assignee, team=inbox.team, staff=shop.staff, moment=incoming.at, by_shift=by_shift
        )
    else:
        found = Assignment(person=None, team=inbox.team, steps=(), why="the inbox's team")
    who = found.person or found.team or "nobody"
    return _because(replace(decision, assignment=found), "assign", f"{who}: {found.why}")


def _alarmed(
    decision: Decision, rule: str | None, incoming: Incoming, inbox: Inbox, shop: Shop
) -> tuple[Decision, bool]:
    """While closed, reach the first person on call about what is urgent."""
    words = incoming.kind is Kind.SMS and words_match(shop.urgent_words, incoming.text)
    if rule is None and not words:
        return decision, False
    if decision.hours.open:
        return _because(decision, "urgent", "it is urgent, and open: nobody is called"), False
    reached = on_call(inbox.team, staff=shop.staff, moment=incoming.at)
    if not reached:
        return _because(decision, "urgent", "it is urgent, and nobody is on call"), False
    alert = Notification(channel=Channel.SMS, to=reached[0].id, urgent=True, rule=rule)
    told = replace(decision, notifications=(alert,))
    return _because(told, "urgent", f"{reached[0].id} is on call and gets an SMS"), True


def _notified(
    decision: Decision, rule: Rule, incoming: Incoming, inbox: Inbox, shop: Shop
) -> Decision:
    """Tell everybody whom a rule names, each once; and say whom it could not reach."""
    people: list[str] = []
    for target in rule.do.forward:
        reached = _reached(target, incoming, inbox, shop)
        if not reached:
            why = f"“{rule.name}”: nobody with a phone is there for {target}"
            decision = _because(decision, "forward", why)
        people += [person.id for person in reached]
    told = (
        *((Channel.SMS, person) for person in people),
        *((Channel.EMAIL, address) for address in rule.do.email),
        *((Channel.WEBHOOK, url) for url in rule.do.webhook),
    )
    known = {(each.channel, each.to) for each in decision.notifications}
    added = tuple(
        Notification(channel=channel, to=to, urgent=False, rule=rule.name)
        for channel, to in dict.fromkeys(told)
        if (channel, to) not in known
    )
    return replace(decision, notifications=(*decision.notifications, *added))


def _reached(target: Target, incoming: Incoming, inbox: Inbox, shop: Shop) -> list[Person]:
    """Give the person, or the first of several, who has a phone and is there."""
    staff, now = shop.staff, incoming.at
    if target.kind is TargetKind.PERSON:
        found = follow(target.name, team=None, staff=staff, moment=now, by_shift=False)
        people = [] if found.person is None else [staff.people[found.person]]
    elif target.kind is TargetKind.ON_CALL:
        people = on_call(inbox.team, staff=staff, moment=now)
    else:
        people = on_duty(target.name or inbox.team, staff=staff, moment=now)
    return [person for person in people if person.phone][:1]


def _because(decision: Decision, step: str, why: str) -> Decision:
    return replace(decision, reasons=(*decision.reasons, Reason(step=step, why=why)))

"""The one function: what happens to something that arrived, and why.

Consent first, then blocks, rules, people, alarms, and the answer. Preview and the daemon ask the
same function with the same facts. Decides only; carries nothing out.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import chain

from routing.answers import AnswerKind
from routing.assign import Assignment, Person, assign, follow, is_on_duty, on_call, on_duty
from routing.consent import ConsentFacts, ConsentStep, consent_step
from routing.decision import (
    Case,
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
from routing.reply import answered, told

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
    case = Case(incoming=incoming, inbox=inbox, shop=shop)
    decision = _begin(case)
    if incoming.user is not None:
        return _own_phone(decision, case)
    if decision.consent in _SETTLED:
        return _settled(decision, case)
    if incoming.contact.blocked:
        why = "the contact is blocked: kept, and nothing else happens"
        return _because(decision, "block", why)
    return _by_rules(decision, case)


def _begin(case: Case) -> Decision:
    incoming, inbox = case.incoming, case.inbox
    contact = incoming.contact
    facts = ConsentFacts(
        opted_out=contact.opted_out,
        exempt=incoming.user is not None or incoming.alarm_recipient,
        cancel_offered_at=contact.cancel_offered_at,
    )
    # Only what a person typed can be a word of consent.
    said = incoming.text if incoming.kind is Kind.SMS else ""
    step = consent_step(said, facts, now=incoming.at, policy=case.shop.consent)
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


def _settled(decision: Decision, case: Case) -> Decision:
    if decision.consent is ConsentStep.STILL_OUT:
        return _because(decision, "answer", "none: it was confirmed once")
    return told(decision, case, _CONFIRMED[decision.consent])


def _own_phone(decision: Decision, case: Case) -> Decision:
    own = replace(decision, disposition=Disposition.OWN_PHONE)
    if case.incoming.kind is not Kind.SMS:
        return _because(own, "own_phone", "a user's own phone, and no SMS: nothing happens")
    relay = relay_of(
        case.incoming.text, person=case.incoming.user or "", alerts=case.incoming.alerts
    )
    if relay is not None:
        relayed = replace(own, disposition=Disposition.RELAY, relay=relay)
        return _because(relayed, "own_phone", "a user's reply that quotes the code of an alert")
    own = _because(own, "own_phone", "a user's own phone, without the code of an alert")
    return told(own, case, AnswerKind.USE_THE_PAGE)


def _by_rules(decision: Decision, case: Case) -> Decision:
    outcomes = judge(case.shop.rules, _subject(decision, case))
    done = _merge(case.shop.rules, outcomes)
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
    decision = _assigned(decision, done.do.assign, case)
    decision, alarmed = _alarmed(decision, done.urgent_by, case)
    for rule in done.rules:
        decision = _notified(decision, rule, case)
    if decision.hold:
        return _because(decision, "answer", "none: it is held for review")
    if alarmed:
        return told(decision, case, AnswerKind.URGENT)
    return answered(decision, case, answering=done.answering)


def _subject(decision: Decision, case: Case) -> Subject:
    languages = decision.language.languages
    return subject(
        inbox=case.inbox.id,
        modem=case.incoming.modem,
        kind=case.incoming.kind,
        sender=case.incoming.sender,
        text=case.incoming.text,
        known=case.incoming.contact.known,
        tags=case.incoming.contact.tags,
        first_message=case.incoming.contact.first_message,
        language=languages[0] if len(languages) == 1 else None,
        is_open=decision.hours.open,
        holiday=decision.hours.holiday,
        lists=case.shop.lists,
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


def _assigned(decision: Decision, target: Target | None, case: Case) -> Decision:
    """Give it to whom a rule says, else to who has the conversation, else to the team."""
    by_shift = decision.hours.open
    assignee = case.incoming.contact.assignee
    if target is not None:
        found = assign(
            target,
            team=case.inbox.team,
            staff=case.staff,
            moment=case.incoming.at,
            by_shift=by_shift,
        )
    elif assignee is not None:
        found = follow(
            assignee,
            team=case.inbox.team,
            staff=case.staff,
            moment=case.incoming.at,
            by_shift=by_shift,
        )
    else:
        found = Assignment(person=None, team=case.inbox.team, steps=(), why="the inbox's team")
    who = found.person or found.team or "nobody"
    return _because(replace(decision, assignment=found), "assign", f"{who}: {found.why}")


def _alarmed(decision: Decision, rule: str | None, case: Case) -> tuple[Decision, bool]:
    """While closed, reach the first person on call about what is urgent."""
    words = case.incoming.kind is Kind.SMS and words_match(
        case.shop.urgent_words, case.incoming.text
    )
    if rule is None and not words:
        return decision, False
    if decision.hours.open:
        return _because(decision, "urgent", "it is urgent, and open: nobody is called"), False
    reached = on_call(case.inbox.team, staff=case.staff, moment=case.incoming.at)
    if not reached:
        return _because(decision, "urgent", "it is urgent, and nobody is on call"), False
    alert = Notification(channel=Channel.SMS, to=reached[0].id, urgent=True, rule=rule)
    alarmed = replace(decision, notifications=(alert,))
    return _because(alarmed, "urgent", f"{reached[0].id} is on call and gets an SMS"), True


def _notified(decision: Decision, rule: Rule, case: Case) -> Decision:
    """Tell everybody whom a rule names, each once; and say whom it could not reach."""
    people: list[str] = []
    for target in rule.do.forward:
        reached = _reached(target, case, is_open=decision.hours.open)
        if not reached:
            why = f"“{rule.name}”: nobody with a phone is there for {target}"
            decision = _because(decision, "forward", why)
        people += [person.id for person in reached]
    wanted = (
        *((Channel.SMS, person) for person in people),
        *((Channel.EMAIL, address) for address in rule.do.email),
        *((Channel.WEBHOOK, url) for url in rule.do.webhook),
    )
    known = {(each.channel, each.to) for each in decision.notifications}
    added = tuple(
        Notification(channel=channel, to=to, urgent=False, rule=rule.name)
        for channel, to in dict.fromkeys(wanted)
        if (channel, to) not in known
    )
    return replace(decision, notifications=(*decision.notifications, *added))


def _reached(target: Target, case: Case, *, is_open: bool) -> list[Person]:
    """Give the person, or the first of several, who has a phone and is at work or on call."""
    staff, now, team = case.staff, case.incoming.at, case.inbox.team
    on_call_now = on_call(team, staff=staff, moment=now)
    if target.kind is TargetKind.ON_CALL:
        return on_call_now[:1]
    if target.kind is TargetKind.PERSON:
        found = follow(target.name, team=None, staff=staff, moment=now, by_shift=False)
        people = [] if found.person is None else [staff.people[found.person]]
    else:
        people = on_duty(target.name or team, staff=staff, moment=now)
    # When work is over it is over: who has no shifts works while the inbox is open.
    at_work = [
        person
        for person in people
        if person in on_call_now
        or (is_on_duty(person, now) and (is_open or person.shifts is not None))
    ]
    return [person for person in at_work if person.phone][:1]


def _because(decision: Decision, step: str, why: str) -> Decision:
    return replace(decision, reasons=(*decision.reasons, Reason(step=step, why=why)))

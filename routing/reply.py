"""The answer to something that arrived: which text, whether the guards let it go, and filled in.

Owns the choice among rule, urgent words, hours and greetings. Decides only.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from zoneinfo import ZoneInfo

from routing.answers import AnswerFacts, AnswerKind, refusal_of, text_kinds
from routing.assign import first_return, members, on_duty
from routing.consent import keyword_of
from routing.decision import Answer, Decision, Inbox, Incoming, Reason, Shop
from routing.hours import Cause
from routing.model import Rule, Texts
from routing.template import Filling, render
from routing.texts import DEFAULT_TEXTS


def answer_to(
    decision: Decision,
    incoming: Incoming,
    inbox: Inbox,
    shop: Shop,
    *,
    first_choice: AnswerKind | None = None,
    only_that: bool = False,
    answering: Rule | None = None,
) -> Decision:
    """Add the answer, or why there is none, to a decision.

    ``first_choice`` is what it must be about if it can; ``answering`` the rule that answers.
    """
    wanted = list(_wanted(first_choice, decision, incoming, inbox, shop, answering=answering))
    if only_that:
        wanted = [each for each in wanted if each[0] is first_choice]
    if not wanted:
        return _because(decision, "none: nothing is set that fits")
    kind, texts = wanted[0]
    refusal = refusal_of(kind, _facts(decision, incoming, inbox), inbox.answers)
    if refusal is not None:
        refused = replace(decision, answer_refused=refusal)
        return _because(refused, f"none: {kind} would fit, but {refusal.replace('_', ' ')}")
    filling = _filling(decision, incoming, inbox, shop)
    text = "\n".join(
        render(texts.in_language(language), filling, language)
        for language in decision.language.languages
    )
    rule = answering.name if answering is not None and kind is AnswerKind.RULE else None
    told = replace(decision, answer=Answer(kind=kind, text=text, rule=rule))
    return _because(told, f"{kind}" if rule is None else f"by the rule “{rule}”")


def _wanted(
    first_choice: AnswerKind | None,
    decision: Decision,
    incoming: Incoming,
    inbox: Inbox,
    shop: Shop,
    *,
    answering: Rule | None,
) -> Iterator[tuple[AnswerKind, Texts]]:
    """Give what could be answered, the most fitting first; what has no text is left out."""
    texts = inbox.answers.texts
    if first_choice is not None:
        yield first_choice, texts.get(first_choice, DEFAULT_TEXTS[first_choice])
    if answering is not None and (template := shop.templates.get(answering.do.answer or "")):
        yield AnswerKind.RULE, template
    team = members(inbox.team, staff=shop.staff)
    there = on_duty(inbox.team, staff=shop.staff, moment=incoming.at)
    for kind in text_kinds(
        kind=incoming.kind,
        hours=decision.hours,
        everyone_away=bool(team) and not there,
        first_message=incoming.contact.first_message,
    ):
        if kind in texts:
            yield kind, texts[kind]


def _facts(decision: Decision, incoming: Incoming, inbox: Inbox) -> AnswerFacts:
    contact = incoming.contact
    return AnswerFacts(
        now=incoming.at,
        kind=incoming.kind,
        sender_type=incoming.sender_type,
        own_number=incoming.own_number,
        blocked=contact.blocked or decision.block,
        opted_out=contact.opted_out and incoming.user is None,
        keyword=keyword_of(incoming.text) is not None,
        hours=inbox.hours,
        is_open=decision.hours.open,
        past=contact.past_answers,
        person_answered_at=contact.person_answered_at,
    )


def _filling(decision: Decision, incoming: Incoming, inbox: Inbox, shop: Shop) -> Filling:
    found = decision.assignment
    person = None if found is None or found.person is None else shop.staff.people[found.person]
    label = decision.hours.label
    dated = decision.hours.cause in {Cause.CLOSURE, Cause.OPENING}
    return Filling(
        business=shop.business,
        now=incoming.at.astimezone(ZoneInfo(inbox.hours.zone)),
        person=None if person is None else person.name,
        next_opening=decision.hours.next_opening,
        return_date=_return_date(decision, incoming, inbox, shop),
        holiday=label if decision.hours.cause is Cause.HOLIDAY else None,
        notice=label if dated else None,
    )


def _return_date(decision: Decision, incoming: Incoming, inbox: Inbox, shop: Shop) -> date | None:
    """Tell when the person is back whom it was for, else the first of the team."""
    steps = () if decision.assignment is None else decision.assignment.steps
    asked = [shop.staff.people[step.person] for step in steps]
    people = asked[:1] or members(inbox.team, staff=shop.staff)
    back = first_return(people, incoming.at)
    return None if back is None else back.astimezone(ZoneInfo(inbox.hours.zone)).date()


def _because(decision: Decision, why: str) -> Decision:
    return replace(decision, reasons=(*decision.reasons, Reason(step="answer", why=why)))

"""The answer to something that arrived: which text, whether the guards let it go, and filled in.

Owns the choice among rule, urgent words, hours and greetings. Decides only.
"""

from dataclasses import replace
from datetime import date
from zoneinfo import ZoneInfo

from routing.answers import AnswerFacts, AnswerKind, refusal_of, text_kinds
from routing.assign import first_return, members, on_duty
from routing.consent import keyword_of
from routing.decision import Answer, Case, Decision, Reason
from routing.hours import Cause
from routing.model import Rule, Texts
from routing.template import Filling, render
from routing.texts import DEFAULT_TEXTS


def told(decision: Decision, case: Case, kind: AnswerKind) -> Decision:
    """Add the answer of this kind, or why it may not be sent, to a decision."""
    texts = case.inbox.answers.texts.get(kind, DEFAULT_TEXTS[kind])
    return _answered(decision, case, kind, texts, rule=None)


def answered(decision: Decision, case: Case, *, answering: Rule | None) -> Decision:
    """Add the answer that fits best, or why there is none; ``answering`` is the rule that does."""
    template = None
    if answering is not None:
        template = case.shop.templates.get(answering.do.answer or "")
    if answering is not None and template is not None:
        return _answered(decision, case, AnswerKind.RULE, template, rule=answering.name)
    team = members(case.inbox.team, staff=case.staff)
    there = on_duty(case.inbox.team, staff=case.staff, moment=case.incoming.at)
    for kind in text_kinds(
        kind=case.incoming.kind,
        hours=decision.hours,
        everyone_away=bool(team) and not there,
        first_message=case.incoming.contact.first_message,
    ):
        if (texts := case.inbox.answers.texts.get(kind)) is not None:
            return _answered(decision, case, kind, texts, rule=None)
    return _because(decision, "none: nothing is set that fits")


def _answered(
    decision: Decision, case: Case, kind: AnswerKind, texts: Texts, *, rule: str | None
) -> Decision:
    refusal = refusal_of(kind, _facts(decision, case), case.inbox.answers)
    if refusal is not None:
        refused = replace(decision, answer_refused=refusal)
        return _because(refused, f"none: {kind} would fit, but {refusal.replace('_', ' ')}")
    filling = _filling(decision, case)
    text = "\n".join(
        render(texts.in_language(language), filling, language)
        for language in decision.language.languages
    )
    answer = replace(decision, answer=Answer(kind=kind, text=text, rule=rule))
    return _because(answer, kind.value if rule is None else f"by the rule “{rule}”")


def _facts(decision: Decision, case: Case) -> AnswerFacts:
    contact = case.incoming.contact
    return AnswerFacts(
        now=case.incoming.at,
        kind=case.incoming.kind,
        sender_type=case.incoming.sender_type,
        own_number=case.incoming.own_number,
        blocked=contact.blocked or decision.block,
        opted_out=contact.opted_out and case.incoming.user is None,
        keyword=keyword_of(case.incoming.text) is not None,
        hours=case.inbox.hours,
        is_open=decision.hours.open,
        past=contact.past_answers,
        person_answered_at=contact.person_answered_at,
    )


def _filling(decision: Decision, case: Case) -> Filling:
    found = decision.assignment
    person = None if found is None or found.person is None else case.staff.people[found.person]
    label = decision.hours.label
    dated = decision.hours.cause in {Cause.CLOSURE, Cause.OPENING}
    return Filling(
        business=case.shop.business,
        now=case.incoming.at.astimezone(ZoneInfo(case.inbox.hours.zone)),
        person=None if person is None else person.name,
        next_opening=decision.hours.next_opening,
        return_date=_return_date(decision, case),
        holiday=label if decision.hours.cause is Cause.HOLIDAY else None,
        notice=label if dated else None,
    )


def _return_date(decision: Decision, case: Case) -> date | None:
    """Tell when the person is back whom it was for, else the first of the team."""
    steps = () if decision.assignment is None else decision.assignment.steps
    asked = [case.staff.people[step.person] for step in steps]
    people = asked[:1] or members(case.inbox.team, staff=case.staff)
    back = first_return(people, case.incoming.at)
    return None if back is None else back.astimezone(ZoneInfo(case.inbox.hours.zone)).date()


def _because(decision: Decision, why: str) -> Decision:
    return replace(decision, reasons=(*decision.reasons, Reason(step="answer", why=why)))

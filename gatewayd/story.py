"""A decision told to people: what arrived, what was looked at, what would be done, and why.

Knows no effects: it says what the decision says.
"""

from collections.abc import Iterator
from zoneinfo import ZoneInfo

from config.schema import Language
from routing.decision import Channel, Contact, Decision, Inbox, Incoming, Notification
from routing.match import Result
from routing.model import Kind

_KINDS = {
    Kind.SMS: "an SMS",
    Kind.PICTURE: "a picture message (MMS)",
    Kind.MISSED_CALL: "a missed call",
    Kind.REPORT: "a report",
}
_LANGUAGES = {Language.EN: "English", Language.FR: "French"}
_CHANNELS = {Channel.SMS: "by SMS", Channel.EMAIL: "by e-mail", Channel.WEBHOOK: "by webhook"}
_RESULTS = {
    Result.FIRED: "fired",
    Result.NOT_MATCHED: "did not fire",
    Result.NOT_TRIED: "was not tried",
    Result.DISABLED: "is off",
}


def tell(incoming: Incoming, inbox: Inbox, decision: Decision) -> tuple[str, ...]:
    """Tell it line by line; what belongs to the line above is indented."""
    return tuple(_lines(incoming, inbox, decision))


def _lines(incoming: Incoming, inbox: Inbox, decision: Decision) -> Iterator[str]:
    at = incoming.at.astimezone(ZoneInfo(inbox.hours.zone))
    who = incoming.sender or "a withheld number"
    yield (
        f"On {at:%A %Y-%m-%d} at {at:%H:%M} ({inbox.hours.zone}), {_KINDS[incoming.kind]} from "
        f"{who} comes in to {inbox.id}."
    )
    yield f"Sender: {_sender(incoming)}."
    label = decision.hours.label.in_language(decision.language.languages[0])
    for reason in decision.reasons:
        named = f" ({label})" if reason.step == "hours" and label else ""
        yield f"{reason.step.replace('_', ' ').capitalize()}: {reason.why}{named}."
        if reason.step == "rules":
            yield from _rules(decision)
        if reason.step == "assign":
            yield from _chain(decision)
    yield from _effects(decision)


def _sender(incoming: Incoming) -> str:
    if incoming.user is not None:
        return f"the own phone of {incoming.user}"
    if incoming.own_number:
        return "one of this gateway's own numbers"
    facts = [*_facts(incoming.contact)]
    if incoming.alarm_recipient:
        facts.append("listed for alarms")
    return ", ".join(facts)


def _facts(contact: Contact) -> Iterator[str]:
    yield "somebody gave them a name" if contact.known else "nobody gave them a name"
    if contact.first_message:
        yield "they never wrote before"
    if contact.tags:
        yield f"tagged {', '.join(sorted(contact.tags))}"
    if contact.language is not None:
        yield f"their language was set to {_LANGUAGES[contact.language]}"
    if contact.blocked:
        yield "blocked"
    if contact.opted_out:
        yield "opted out"
    if contact.assignee is not None:
        yield f"{contact.assignee} has the conversation"
    if contact.person_answered_at is not None:
        yield f"a person answered last at {contact.person_answered_at.isoformat()}"
    for past in contact.past_answers:
        yield f"got the automatic answer “{past.kind}” at {past.at.isoformat()}"


def _rules(decision: Decision) -> Iterator[str]:
    for number, outcome in enumerate(decision.rules, start=1):
        yield f"  {number}. “{outcome.rule}” {_RESULTS[outcome.result]}: {outcome.why}."


def _chain(decision: Decision) -> Iterator[str]:
    steps = () if decision.assignment is None else decision.assignment.steps
    for step in steps:
        yield f"  {step.person} {step.why}."


def _effects(decision: Decision) -> Iterator[str]:
    yield "What would happen:"
    done = [
        *_marks(decision),
        *(_notice(each) for each in decision.notifications),
        *_answer(decision),
    ]
    yield from (f"  - {each}" for each in done or ["nothing beside keeping it"])


def _marks(decision: Decision) -> Iterator[str]:
    if decision.relay is not None:
        yield f"it goes to {decision.relay.conversation} as {decision.relay.person}'s reply"
    given = decision.assignment
    if given is not None and (given.person or given.team):
        yield f"given to {given.person or f'the team {given.team}'}"
    if decision.tags:
        yield f"tagged {', '.join(decision.tags)}"
    if decision.priority is not None:
        yield f"priority {decision.priority}"
    for wanted, what in (
        (decision.close, "the conversation is closed"),
        (decision.block, "the contact is blocked"),
        (decision.hold, "it is held for review"),
    ):
        if wanted:
            yield what


def _notice(notice: Notification) -> str:
    why = "since it is urgent" if notice.urgent else f"by “{notice.rule}”"
    return f"{notice.to} is told {_CHANNELS[notice.channel]}, {why}"


def _answer(decision: Decision) -> Iterator[str]:
    if decision.answer is not None:
        text = decision.answer.text.replace("\n", " / ")
        yield f"answered ({decision.answer.kind}): {text}"
    else:
        yield "no answer"

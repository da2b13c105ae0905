"""What a decision does to its contact and conversation: language, consent, tags, who has it.

Works inside the transaction of what was decided about. What it does bears the name of the rule
that said so.
"""

from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncConnection

from gatewayd.line import Line
from gatewayd.services.shop import LoadedShop
from routing.consent import ConsentStep
from routing.decision import Decision, Disposition
from routing.language import LanguageSource
from routing.match import Result
from routing.model import Do, Kind
from storage import consents, contacts, stand_ins
from storage.consents import ConsentKind, NewConsent
from storage.conversations import acts
from storage.conversations.acts import Doing
from storage.conversations.filing import Place
from storage.conversations.states import Act, Turn
from storage.conversations.timeline import Author

GATEWAY = Author(type="gateway", id="gateway", name="gateway")
"""Who does what no rule says: the inbox's team gets it, a delegate stands in."""

_LEDGER = {
    ConsentStep.OPTED_OUT: ConsentKind.OPTED_OUT,
    ConsentStep.OPTED_IN: ConsentKind.OPTED_IN,
}
# What staff see in the timeline beside the message itself.
_SHOWN = frozenset({*_LEDGER, ConsentStep.CANCEL_FOR_A_PERSON, ConsentStep.SUGGEST_OPT_OUT})
_WORDS = frozenset({*_LEDGER, ConsentStep.STILL_OUT})


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrived:
    """Something that has come in over a line; ``number`` is its sender's, in its one spelling."""

    inbox: str
    number: str
    kind: Kind
    text: str
    line: Line
    at_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """What was decided about it, by what was set then."""

    arrived: Arrived
    loaded: LoadedShop
    decision: Decision


def turn_of(judged: Judged | None) -> Turn | None:
    """Tell what it is to its conversation; None: it belongs to none.

    A word of consent wants no answer from a person. Where nothing could be decided it is as if
    there were no rules.
    """
    if judged is None:
        return Turn.CUSTOMER
    if judged.decision.disposition is not Disposition.CONVERSATION:
        return None
    return Turn.WORD if judged.decision.consent in _WORDS else Turn.CUSTOMER


async def carry_out(
    tx: AsyncConnection, judged: Judged, place: Place, *, message_id: str | None
) -> None:
    """Do to a contact and its conversation what was decided; the answer is not in it."""
    await _consent(tx, judged, place, message_id)
    if place.apart:
        return
    await _remember_language(tx, judged, place)
    await _mark(tx, judged, place)
    await _assign(tx, judged, place)
    await _end(tx, judged, place)


async def _remember_language(tx: AsyncConnection, judged: Judged, place: Place) -> None:
    chosen = judged.decision.language
    if chosen.source is LanguageSource.WORDS:
        await contacts.set_spoken_language(tx, place.contact_id, chosen.languages[0])


async def _consent(
    tx: AsyncConnection, judged: Judged, place: Place, message_id: str | None
) -> None:
    arrived, step = judged.arrived, judged.decision.consent
    if step in _LEDGER:
        said = NewConsent(
            contact_id=place.contact_id,
            number=arrived.number,
            inbox=arrived.inbox,
            business_number=arrived.line.number,
            what=_LEDGER[step],
            source=arrived.text,
            author=Author(type="contact", id=place.contact_id, name=arrived.number),
            message_id=message_id,
        )
        await consents.record(tx, said, now_ms=arrived.at_ms)
    if step in _SHOWN:
        doing = Doing(author=GATEWAY, now_ms=arrived.at_ms)
        await acts.show_consent(tx, place.conversation_id, step, doing, author=None)


async def _mark(tx: AsyncConnection, judged: Judged, place: Place) -> None:
    decision = judged.decision
    if decision.tags or decision.priority is not None or decision.hold:
        await acts.mark(
            tx,
            place.conversation_id,
            tags=decision.tags,
            priority=decision.priority,
            hold=decision.hold,
            doing=_doing(
                judged,
                (lambda do: do.hold)
                if decision.hold
                else (lambda do: bool(do.tag or do.priority is not None)),
            ),
        )


async def _assign(tx: AsyncConnection, judged: Judged, place: Place) -> None:
    found, loaded = judged.decision.assignment, judged.loaded
    if found is None:
        return
    by_rule = _rule(judged, lambda do: do.assign is not None)
    person = None if found.person is None else loaded.people[found.person].id
    team = loaded.teams.get(found.team or "")
    team_id = None if person is not None or team is None else team.id
    if person is None and team_id is None:
        return  # there is nobody to give it to: it stays whose it is
    if by_rule is None and not found.steps:
        # Nobody said whose it is: it is the team's, unless somebody has it.
        await acts.assign_if_nobodys(
            tx, place.conversation_id, team_id=team_id, doing=_doing(judged, None)
        )
        return
    await acts.assign(
        tx,
        place.conversation_id,
        person_id=person,
        team_id=team_id,
        note=None,
        doing=_doing(judged, lambda do: do.assign is not None),
    )
    first = loaded.people.get(found.steps[0].person) if found.steps else None
    if first is not None and first.id != person:
        # Somebody stands in: it may come back to them (gatewayd.reassign).
        await stand_ins.note(
            tx,
            place.conversation_id,
            person_id=first.id,
            given_person_id=person,
            given_team_id=team_id,
            now_ms=judged.arrived.at_ms,
        )


async def _end(tx: AsyncConnection, judged: Judged, place: Place) -> None:
    decision = judged.decision
    if decision.close:
        doing = _doing(judged, lambda do: do.close)
        await acts.act(tx, place.conversation_id, Act.CLOSE, doing)
    if decision.block:
        by = _doing(judged, lambda do: do.block).author
        await contacts.set_blocked(
            tx, place.contact_id, blocked=True, by=by.id, now_ms=judged.arrived.at_ms
        )


def _doing(judged: Judged, does: Callable[[Do], bool] | None) -> Doing:
    rule = None if does is None else _rule(judged, does)
    author = GATEWAY if rule is None else Author(type="rule", id=rule, name=rule)
    return Doing(author=author, now_ms=judged.arrived.at_ms)


def _rule(judged: Judged, does: Callable[[Do], bool]) -> str | None:
    """Name the first rule that fired and does this."""
    fired = {each.rule for each in judged.decision.rules if each.result is Result.FIRED}
    rules = judged.loaded.shop.rules
    return next((rule.name for rule in rules if rule.name in fired and does(rule.do)), None)

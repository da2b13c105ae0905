"""What arrives is decided about, and the decision carried out: in the message's own transaction.

Decided before the message is written, so that it is filed where it belongs; carried out after.
Each is behind a barrier: an unforeseen error leaves the message as it came, without decisions, and
raises an incident. The decisions themselves are :mod:`routing`'s.
"""

from dataclasses import dataclass
from functools import partial
from typing import Any

import structlog
from sqlalchemy.ext.asyncio import AsyncConnection

from config.schema import Settings
from gatewayd import rules_incident as incident
from gatewayd.automatic import Answers
from gatewayd.barrier import trace
from gatewayd.clock import Clock
from gatewayd.effects import Arrived, Judged, carry_out, turn_of
from gatewayd.facts import facts_of
from gatewayd.line import Line
from gatewayd.notices import Notices
from gatewayd.sending_rules import SendingRules
from gatewayd.services.drafts import Policy
from gatewayd.services.shop import ShopLoader
from routing.evaluate import evaluate
from routing.model import Kind
from routing.record import record
from storage import decisions, inbound
from storage.attempt import Failed, attempt
from storage.conversations import filing
from storage.conversations.filing import Place
from storage.inbound import NewIncoming

# The rest (voicemail waiting, data for a program) is no customer's words.
_KINDS = {"text": Kind.SMS, "flash": Kind.SMS, "mms": Kind.PICTURE}
_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """What a decision is about: a message, or a missed call's row in its timeline."""

    place: Place | None
    message_id: str | None = None
    timeline_seq: int | None = None


class Replies:
    """Decides about what arrives at any modem."""

    def __init__(self, *, settings: Settings, clock: Clock) -> None:
        self._shop = ShopLoader(settings=settings, clock=clock)
        self._answers = Answers(Policy.of(settings), SendingRules(settings=settings))
        self._notices = Notices(settings=settings, clock=clock, shop=self._shop)
        self._incident = incident.RulesIncident()

    async def receive(
        self, tx: AsyncConnection, message: NewIncoming, *, line: Line, now_ms: int
    ) -> bool:
        """Write a message that has come in, and do what is decided about it.

        Tells whether anything is to be sent because of it.
        """
        arrived = Arrived(
            inbox=message.inbox,
            number=message.from_,
            kind=_KINDS.get(message.kind, Kind.REPORT),
            text=message.text or "",
            line=line,
            at_ms=now_ms,
        )
        judged = await self._judge(tx, arrived)
        turn = turn_of(judged)
        place = await inbound.insert_incoming(tx, message, now_ms=now_ms, turn=turn)
        if judged is None:
            return False
        await self._carry_out(tx, judged, Subject(place=place, message_id=message.id))
        decision = judged.decision
        return bool(decision.answer or decision.relay or decision.notifications)

    async def ring(
        self, tx: AsyncConnection, number: str, *, inbox: str, line: Line, now_ms: int
    ) -> Place | None:
        """Write that nobody could take a call, and do what is decided about it.

        None: it came from a user's own phone, and is in no conversation.
        """
        arrived = Arrived(
            inbox=inbox, number=number, kind=Kind.MISSED_CALL, text="", line=line, at_ms=now_ms
        )
        judged = await self._judge(tx, arrived)
        if turn_of(judged) is None:
            return None
        call = await filing.add_missed_call(
            tx, number=number, inbox=inbox, modem=line.modem, now_ms=now_ms
        )
        if judged is not None:
            await self._carry_out(tx, judged, Subject(place=call.place, timeline_seq=call.seq))
        return call.place

    async def _judge(self, tx: AsyncConnection, arrived: Arrived) -> Judged | None:
        """Decide about something that is not written yet; None where that went wrong."""
        judged = await attempt(tx, partial(self._evaluate, tx, arrived))
        if isinstance(judged, Failed):
            await self._failed(tx, judged, arrived)
            return None
        return judged

    async def _evaluate(self, tx: AsyncConnection, arrived: Arrived) -> Judged:
        loaded = await self._shop.load(tx)
        incoming = await facts_of(
            tx,
            loaded,
            inbox=arrived.inbox,
            number=arrived.number,
            kind=arrived.kind,
            text=arrived.text,
            at_ms=arrived.at_ms,
            modem=arrived.line.modem,
        )
        decision = evaluate(incoming, loaded.inbox(arrived.inbox), loaded.shop_of(arrived.inbox))
        return Judged(arrived=arrived, loaded=loaded, decision=decision)

    async def _carry_out(self, tx: AsyncConnection, judged: Judged, about: Subject) -> None:
        """Do all that was decided about something that is written now, or nothing of it."""
        arrived = judged.arrived
        done = await attempt(tx, partial(self._effect, tx, judged, about))
        if isinstance(done, Failed):
            await self._failed(tx, done, arrived)
        else:
            await self._incident.went_well(tx, arrived.line.modem, now_ms=arrived.at_ms)

    async def _effect(self, tx: AsyncConnection, judged: Judged, about: Subject) -> None:
        decision, now_ms = judged.decision, judged.arrived.at_ms
        if about.place is not None:
            await carry_out(tx, judged, about.place, message_id=about.message_id)
        kept: dict[str, Any] = record(decision)
        if decision.answer is not None:
            kept["answer"] |= await self._answers.queue(
                tx, judged, decision.answer, filed=about.place is not None
            )
            del kept["answer"]["text"]  # the message that it became has it
        if decision.relay is not None:
            del kept["relay"]["text"]
        await decisions.add(
            tx,
            kept,
            message_id=about.message_id,
            timeline_seq=about.timeline_seq,
            now_ms=now_ms,
        )
        await self._notices.enqueue(
            tx, decision, message_id=about.message_id, place=about.place, now_ms=now_ms
        )

    async def _failed(self, tx: AsyncConnection, failed: Failed, arrived: Arrived) -> None:
        error = failed.error
        _log.error(incident.CODE, error=type(error).__name__, trace=trace(error))
        await self._incident.failed(tx, arrived.line.modem, now_ms=arrived.at_ms)

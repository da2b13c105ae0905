"""What arrives is decided about, and the decision carried out: in the message's own transaction.

Decided before the message is written, so that it is filed where it belongs; carried out after.
Each is behind a barrier: an unforeseen error leaves the message as it came, without decisions, and
raises an incident. The decisions themselves are :mod:`routing`'s.
"""

import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any, Protocol

import structlog
from sqlalchemy.ext.asyncio import AsyncConnection

from config.schema import Settings
from gatewayd.barrier import trace
from gatewayd.clock import Clock, is_plausible
from gatewayd.effects import Arrived, Judged, carry_out
from gatewayd.facts import facts_of
from gatewayd.services.drafts import Draft, Policy, Refused, prepare
from gatewayd.services.shop import ShopLoader
from routing.answers import AnswerKind
from routing.decision import Answer, Decision, Disposition
from routing.evaluate import evaluate
from routing.record import record
from storage import decisions, modems, outbox
from storage.attempt import Failed, attempt
from storage.conversations.filing import Place
from storage.ids import Prefix, new_id
from storage.outbox import NewMessage, pin_of
from storage.outbox.consent import EXEMPT

AUTHOR = "automatic"
INCIDENT = "rules_failed"

LONGEST_USE = timedelta(hours=12)
SHORTEST_USE = timedelta(minutes=5)
"""How long an answer is of use; in between, until the shop opens or closes."""

_PRIORITY = 1
_BASES = {
    AnswerKind.OPTED_OUT: "confirmation",
    AnswerKind.OPTED_IN: "confirmation",
    AnswerKind.USE_THE_PAGE: EXEMPT,
}
_log = structlog.get_logger(__name__)


class Notices(Protocol):
    """Who is told of something, and what is sent on from a user's own phone."""

    async def enqueue(
        self,
        tx: AsyncConnection,
        decision: Decision,
        *,
        message_id: str | None,
        place: Place | None,
        now_ms: int,
    ) -> None:
        """Make durable whom a decision tells; ``place`` None: a user's own phone."""
        ...


class NoNotices:
    """Tells nobody."""

    async def enqueue(
        self,
        tx: AsyncConnection,
        decision: Decision,
        *,
        message_id: str | None,
        place: Place | None,
        now_ms: int,
    ) -> None:
        """Do nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """What a decision is about: a message, or a missed call's row in its timeline."""

    place: Place | None
    message_id: str | None = None
    timeline_seq: int | None = None


class Replies:
    """Decides about what arrives at any modem."""

    def __init__(
        self, *, settings: Settings, clock: Clock, notices: Notices | None = None
    ) -> None:
        self._policy = Policy.of(settings)
        self._shop = ShopLoader(settings=settings, clock=clock)
        self._notices = notices or NoNotices()

    async def judge(self, tx: AsyncConnection, arrived: Arrived) -> Judged | None:
        """Decide about something that is not written yet; None where that went wrong."""
        judged = await attempt(tx, partial(self._judge, tx, arrived))
        return await self._or_incident(tx, judged, arrived)

    async def _judge(self, tx: AsyncConnection, arrived: Arrived) -> Judged:
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
        decision = evaluate(incoming, loaded.inbox(arrived.inbox), loaded.shop)
        return Judged(arrived=arrived, loaded=loaded, decision=decision)

    async def carry_out(self, tx: AsyncConnection, judged: Judged, about: Subject) -> None:
        """Do all that was decided about something that is written now, or nothing of it."""
        done = await attempt(tx, partial(self._carry_out, tx, judged, about))
        await self._or_incident(tx, done, judged.arrived)

    async def _carry_out(self, tx: AsyncConnection, judged: Judged, about: Subject) -> None:
        decision, now_ms = judged.decision, judged.arrived.at_ms
        if about.place is not None:
            await carry_out(tx, judged, about.place, message_id=about.message_id)
        kept: dict[str, Any] = record(decision)
        if decision.answer is not None:
            kept["answer"] |= await self._answer(tx, judged, decision.answer, about.place)
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

    async def _answer(
        self, tx: AsyncConnection, judged: Judged, answer: Answer, place: Place | None
    ) -> dict[str, str | None]:
        """Queue the answer, an ordinary message; tell which it became, or why it became none."""
        arrived = judged.arrived
        draft = Draft(
            to=arrived.number,
            text=answer.text,
            inbox=arrived.inbox,
            expires_at_ms=_expiry_ms(judged.decision, answer.kind, now_ms=arrived.at_ms),
        )
        prepared = prepare(
            draft, self._policy, now_ms=arrived.at_ms, concat_reference=secrets.randbelow(256)
        )
        if isinstance(prepared, Refused):
            code = prepared.refusals[0].code
            _log.warning("answer_not_sent", kind=answer.kind, code=code)
            return {"message_id": None, "problem": code}
        message = NewMessage(
            id=new_id(Prefix.MESSAGE, now_ms=arrived.at_ms),
            to=prepared.to,
            text=draft.text,
            encoding=prepared.encoding,
            national=prepared.national,
            inbox=prepared.inbox,
            priority=_PRIORITY,
            send_at_ms=None,
            expires_at_ms=draft.expires_at_ms,
            delivery_report=draft.delivery_report,
            on_unknown=prepared.on_unknown,
            client_reference=None,
            author_type=AUTHOR,
            author_id=answer.kind,
            author_name=answer.rule or answer.kind,
            parts=prepared.parts,
            from_number=arrived.line.number,
            filed=place is not None,
            # From the number that they wrote to: another one would be a stranger's.
            pinned_to=pin_of(modem=arrived.line.modem, iccid=arrived.line.iccid),
            consent_basis=_BASES.get(answer.kind),
        )
        await outbox.enqueue(tx, message, now_ms=arrived.at_ms)
        return {"message_id": message.id, "problem": None}

    async def _or_incident(
        self, tx: AsyncConnection, result: Any, arrived: Arrived
    ) -> Any:
        if not isinstance(result, Failed):
            return result
        error = result.error
        _log.error(INCIDENT, error=type(error).__name__, trace=trace(error))
        await modems.open_incident(
            tx,
            modem=arrived.line.modem,
            code=INCIDENT,
            detail="what came in was received, but the rules could not be applied to it",
            now_ms=arrived.at_ms,
        )
        return None


def filed(judged: Judged | None) -> bool:
    """Whether something belongs to a conversation; it does where nothing could be decided."""
    return judged is None or judged.decision.disposition is Disposition.CONVERSATION


def _expiry_ms(decision: Decision, kind: AnswerKind, *, now_ms: int) -> int | None:
    """Tell when an answer is of no use any more; a confirmation always is."""
    if kind in _BASES or not is_plausible(now_ms):
        return None
    now = datetime.fromtimestamp(now_ms / 1000, tz=UTC)
    useful = LONGEST_USE if decision.hours.until is None else decision.hours.until - now
    return now_ms + max(SHORTEST_USE, min(useful, LONGEST_USE)) // timedelta(milliseconds=1)

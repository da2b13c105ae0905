"""Automatic answers as messages: ordinary ones, counted exactly, that bear what they are about.

Owns how long an answer is of use, and which number it comes from. Whether there is one is
:mod:`routing`'s to say.
"""

import secrets
from datetime import UTC, datetime, timedelta

import structlog
from sqlalchemy.ext.asyncio import AsyncConnection

from gatewayd.clock import is_plausible
from gatewayd.effects import Arrived, Judged
from gatewayd.sending_rules import SendingRules
from gatewayd.services.drafts import Draft, Policy, Prepared, Refused, prepare
from routing.answers import AnswerKind
from routing.decision import Answer, Decision
from storage import outbox
from storage.ids import Prefix, new_id
from storage.outbox import NewMessage, pin_of
from storage.outbox.consent import EXEMPT

AUTHOR = "automatic"

LONGEST_USE = timedelta(hours=12)
SHORTEST_USE = timedelta(minutes=5)
"""How long an answer is of use; in between, until the shop opens or closes."""

_NORMAL = 1
_BASES = {
    AnswerKind.OPTED_OUT: "confirmation",
    AnswerKind.OPTED_IN: "confirmation",
    AnswerKind.USE_THE_PAGE: EXEMPT,
}
_log = structlog.get_logger(__name__)


class Answers:
    """Queues what was decided to be answered."""

    def __init__(self, policy: Policy, rules: SendingRules) -> None:
        self._policy = policy
        self._rules = rules

    async def queue(
        self, tx: AsyncConnection, judged: Judged, answer: Answer, *, filed: bool
    ) -> dict[str, str | None]:
        """Queue an answer; tell which message it became, or why it became none."""
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
        if answer.kind not in _BASES:
            # What comes from a dear number must not make us write there, but for what is owed.
            route = await self._rules.route(
                tx,
                judged.loaded,
                to=prepared.to,
                inbox=prepared.inbox,
                parts=len(prepared.parts),
                application=None,
                now_ms=arrived.at_ms,
            )
            if route.refusal is not None:
                return {"message_id": None, "problem": route.refusal}
        message = _message(arrived, answer, draft, prepared, filed=filed)
        await outbox.enqueue(tx, message, now_ms=arrived.at_ms)
        return {"message_id": message.id, "problem": None}


def _message(
    arrived: Arrived, answer: Answer, draft: Draft, prepared: Prepared, *, filed: bool
) -> NewMessage:
    return NewMessage(
        id=new_id(Prefix.MESSAGE, now_ms=arrived.at_ms),
        to=prepared.to,
        text=draft.text,
        encoding=prepared.encoding,
        national=prepared.national,
        inbox=prepared.inbox,
        priority=_NORMAL,
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
        filed=filed,
        # From the number that they wrote to: another one would be a stranger's.
        pinned_to=pin_of(modem=arrived.line.modem, iccid=arrived.line.iccid),
        consent_basis=_BASES.get(answer.kind),
    )


def _expiry_ms(decision: Decision, kind: AnswerKind, *, now_ms: int) -> int | None:
    """Tell when an answer is of no use any more; a confirmation always is."""
    if kind in _BASES or not is_plausible(now_ms):
        return None
    now = datetime.fromtimestamp(now_ms / 1000, tz=UTC)
    useful = LONGEST_USE if decision.hours.until is None else decision.hours.until - now
    return now_ms + max(SHORTEST_USE, min(useful, LONGEST_USE)) // timedelta(milliseconds=1)

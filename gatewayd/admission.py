"""Whether a message that somebody wants may be sent, and by which modem: rules, then consent.

Asked in the transaction that makes it durable. Knows neither drafts nor HTTP.
"""

from dataclasses import dataclass, replace

from sqlalchemy.ext.asyncio import AsyncConnection

from config.schema import Settings
from gatewayd.clock import Clock
from gatewayd.permission import DETAILS, Forbidden, Permission, Wanted
from gatewayd.sending_rules import SendingRules, routed
from gatewayd.services.shop import ShopLoader
from storage.outbox import NewMessage


@dataclass(frozen=True, slots=True, kw_only=True)
class NotAdmitted:
    """Why not: a fixed code, and plain words."""

    code: str
    detail: str


class Admission:
    """Asks both for any message that a program or a person sends."""

    def __init__(self, *, settings: Settings, clock: Clock, shop: ShopLoader) -> None:
        self._rules = SendingRules(settings=settings)
        self._permission = Permission(settings=settings, clock=clock)
        self._shop = shop

    async def of(
        self, tx: AsyncConnection, message: NewMessage, *, application: str | None, now_ms: int
    ) -> NewMessage | NotAdmitted:
        """Give the message as it may be enqueued; ``application`` names the token that sends it."""
        loaded = await self._shop.load(tx)
        route = await self._rules.route(
            tx,
            loaded,
            to=message.to,
            inbox=message.inbox,
            parts=len(message.parts),
            application=application,
            now_ms=now_ms,
        )
        if route.refusal is not None:
            return NotAdmitted(code=route.refusal, detail=route.why)
        wanted = Wanted(
            to=message.to,
            inbox=message.inbox,
            priority=message.priority,
            answers=message.answers,
            send_at_ms=message.send_at_ms,
        )
        verdict = await self._permission.of(tx, loaded, wanted, now_ms=now_ms)
        if isinstance(verdict, Forbidden):
            detail = f"can't be sent to: {DETAILS[verdict.reason]}"
            return NotAdmitted(code=verdict.reason, detail=detail)
        if (verdict.send_at_ms, verdict.basis) != (message.send_at_ms, message.consent_basis):
            message = replace(message, send_at_ms=verdict.send_at_ms, consent_basis=verdict.basis)
        return routed(message, route)

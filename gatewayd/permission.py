"""Whether a message may be sent, as consent has it; asked when it is accepted, and at its claim.

Reads what :func:`routing.consent.may_send` asks for. What a claim itself asks of the store:
:mod:`storage.outbox.consent`.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncConnection

from config.schema import Settings
from gatewayd.clock import Clock, is_plausible
from gatewayd.facts import is_alarm_recipient
from gatewayd.numbers import zone_of
from gatewayd.services.shop import LoadedShop, ShopLoader
from routing.consent import MaySend, SendFacts, SendKind, SendReason, may_send
from storage import consents

BULK = 2
"""The priority of messages that nobody waits for."""

DETAILS = {
    SendReason.OPTED_OUT: "the contact has opted out of messages from this inbox",
    SendReason.BLOCKED: "the contact is blocked",
}
CONSENT_CODES = frozenset(reason.value for reason in DETAILS)

_BASES = {SendReason.EXEMPT, SendReason.DIRECT_ANSWER, SendReason.CONFIRMATION}
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MS = timedelta(milliseconds=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """A message that somebody wants to be sent. ``answers``: by one who has read the question."""

    to: str
    inbox: str
    priority: int
    answers: bool
    send_at_ms: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Permitted:
    """It may go: not before ``send_at_ms``, and for this reason to somebody who opted out."""

    send_at_ms: int | None
    basis: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Forbidden:
    """It may not go, for a fixed reason."""

    reason: SendReason


class Permission:
    """Asks about messages of any inbox."""

    def __init__(self, *, settings: Settings, clock: Clock) -> None:
        self._settings = settings
        self._shop = ShopLoader(settings=settings, clock=clock)

    async def of(
        self, tx: AsyncConnection, loaded: LoadedShop, wanted: Wanted, *, now_ms: int
    ) -> Permitted | Forbidden:
        """Judge a message that is about to be accepted."""
        modems = [each.name for each in self._settings.modems if each.inbox == wanted.inbox]
        stands = await consents.standing(
            tx,
            number=wanted.to,
            inbox=wanted.inbox,
            modems=modems,
        )
        asked = SendFacts(
            kind=_kind(wanted, asked=stands.asked),
            opted_out=stands.opted_out,
            exempt=stands.own_phone or is_alarm_recipient(loaded, wanted.to),
            blocked=stands.blocked,
            contact_zone=zone_of(wanted.to) if wanted.priority == BULK else None,
            inbox_zone=loaded.inbox(wanted.inbox).hours.zone,
        )
        due_ms = max(now_ms, wanted.send_at_ms or 0)
        verdict = may_send(asked, loaded.consent, now=_moment(due_ms))
        if not verdict.allowed:
            return Forbidden(reason=verdict.reason)
        send_at_ms = _not_before(verdict, due_ms)
        basis = verdict.reason.value if verdict.reason in _BASES else None
        return Permitted(send_at_ms=send_at_ms or wanted.send_at_ms, basis=basis)

    async def quiet_until_ms(
        self, tx: AsyncConnection, *, to: str, inbox: str, now_ms: int
    ) -> int | None:
        """Tell until when a bulk message that is due now has to wait; None: it has not."""
        loaded = await self._shop.load(tx)
        resting = SendFacts(
            kind=SendKind.BULK,
            exempt=is_alarm_recipient(loaded, to),
            contact_zone=zone_of(to),
            inbox_zone=loaded.inbox(inbox).hours.zone,
        )
        return _not_before(may_send(resting, loaded.consent, now=_moment(now_ms)), now_ms)


def _kind(wanted: Wanted, *, asked: bool) -> SendKind:
    if wanted.answers:
        return SendKind.STAFF_ANSWER if asked else SendKind.STAFF
    return SendKind.BULK if wanted.priority == BULK else SendKind.PROGRAM


def _not_before(verdict: MaySend, due_ms: int) -> int | None:
    # Without a clock that was set nobody knows when it is morning.
    if verdict.not_before is None or not is_plausible(due_ms):
        return None
    return (verdict.not_before - _EPOCH) // _MS


def _moment(ms: int) -> datetime:
    return _EPOCH + ms * _MS

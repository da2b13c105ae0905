"""The rules for sending, asked in the transaction that would make a message durable.

Owns the facts that :func:`routing.senders.route` wants, and reads only those that some rule asks
for. Decides nothing.
"""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncConnection

from config.schema import Settings
from gatewayd.destinations import destination_of
from gatewayd.services.shop import LoadedShop
from routing.senders import Route, Sending, SendRequest, route
from storage import modems, traffic
from storage.outbox import NewMessage, pin_of

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_DAY = timedelta(days=1)


class SendingRules:
    """What managers set about sending, for one message at a time."""

    def __init__(self, *, settings: Settings) -> None:
        self._home = settings.gateway.region
        self._zone = ZoneInfo(settings.gateway.timezone)
        self._modems = settings.modems

    async def route(
        self,
        tx: AsyncConnection,
        loaded: LoadedShop,
        *,
        to: str,
        inbox: str,
        parts: int,
        application: str | None,
        now_ms: int,
    ) -> Route:
        """Choose the modem, or refuse; ``application`` is the name of the token that sends."""
        sending = loaded.sending
        destination = destination_of(to, home=self._home)
        sent_at = await _sent_at(tx, sending, application, now_ms)
        usable: tuple[str, ...] = ()
        last_modem = None
        if sending.rules:
            usable = await self._usable(tx, inbox)
            last_modem = await traffic.last_modem(tx, contact=to, inbox=inbox)
        request = SendRequest(
            to=to,
            number_type=destination.type,
            country=destination.country,
            inbox=inbox,
            modems=usable,
            last_modem=last_modem,
            application=application,
            parts=parts,
            sent_at=sent_at,
        )
        return route(request, sending, home=self._home, zone=self._zone, now=_moment(now_ms))

    async def _usable(self, tx: AsyncConnection, inbox: str) -> tuple[str, ...]:
        muted = {row.name for row in await modems.list_all(tx) if row.muted}
        of_inbox = [modem.name for modem in self._modems if modem.inbox == inbox]
        return tuple(name for name in of_inbox if name not in muted)


def routed(message: NewMessage, chosen: Route) -> NewMessage:
    """Leave a message to the modem that a rule chose.

    One that its contact knows is the outbox's matter: it follows the SIM, not the modem.
    """
    if chosen.rule is None or chosen.modem is None:
        return message
    # Not in the lane of the SIM that its contact knows: the modem chosen may have another.
    return replace(message, pinned_to=pin_of(modem=chosen.modem, iccid=None), sharing=())


async def _sent_at(
    tx: AsyncConnection, sending: Sending, application: str | None, now_ms: int
) -> tuple[datetime, ...]:
    """Give one moment for each part that the application sent within a day, if that matters."""
    if application is None or not any(one.application == application for one in sending.limits):
        return ()
    since_ms = now_ms - _DAY // timedelta(milliseconds=1)
    sent = await traffic.parts_sent_by(tx, application, since_ms=since_ms)
    return tuple(_moment(at_ms) for at_ms, parts in sent for _ in range(parts))


def _moment(ms: int) -> datetime:
    return _EPOCH + timedelta(milliseconds=ms)

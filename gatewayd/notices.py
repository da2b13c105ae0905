"""Carries out whom a decision tells, in the transaction of the message that it is about.

Owns which way each notification goes. What it makes durable here, others send.
"""

from sqlalchemy.ext.asyncio import AsyncConnection

from config.schema import Settings
from gatewayd.admission import Admission
from gatewayd.clock import Clock
from gatewayd.own_phones import OwnPhones
from gatewayd.services.events import RULE_FIRED
from gatewayd.services.shop import ShopLoader
from gatewayd.webhooks.post import new_secret
from routing.decision import Channel, Decision, Notification
from storage import changes, mails, queries, webhooks
from storage.conversations import reading
from storage.conversations.filing import Place
from storage.mails import NewMail


class Notices:
    """Carries out the notifications and the relay of decisions."""

    def __init__(self, *, settings: Settings, clock: Clock, shop: ShopLoader) -> None:
        admission = Admission(settings=settings, clock=clock, shop=shop)
        self._own_phones = OwnPhones(settings=settings, admission=admission)

    async def enqueue(
        self,
        tx: AsyncConnection,
        decision: Decision,
        *,
        message_id: str | None,
        place: Place | None,
        now_ms: int,
    ) -> None:
        """Make durable what a decision tells to whom; ``message_id`` None: it is a missed call.

        ``place`` is the conversation; None only for what comes from a person's own phone.
        """
        if decision.relay is not None:
            await self._own_phones.relay(tx, decision.relay, now_ms=now_ms)
        if place is None or not decision.notifications:
            return
        conversation = await reading.get(tx, place.conversation_id)
        message = None if message_id is None else await queries.get_message(tx, message_id)
        if conversation is None or (message is None and message_id is not None):
            raise LookupError(place.conversation_id, message_id)
        for each in decision.notifications:
            match each.channel:
                case Channel.SMS:
                    await self._own_phones.alert(
                        tx, each, conversation, message=message, now_ms=now_ms
                    )
                case Channel.EMAIL:
                    mail = NewMail(
                        recipient=each.to,
                        rule=each.rule or "",
                        conversation_id=conversation.id,
                        message_id=message_id,
                    )
                    await mails.add(tx, mail, now_ms=now_ms)
                case Channel.WEBHOOK:
                    await _post(tx, each, conversation.id, message_id=message_id, now_ms=now_ms)


async def _post(
    tx: AsyncConnection,
    notification: Notification,
    conversation_id: str,
    *,
    message_id: str | None,
    now_ms: int,
) -> None:
    """Journal that a rule fired, for the webhook of its URL; one that is new hears nothing else."""
    webhook = await webhooks.of_url(tx, notification.to)
    if webhook is None:
        webhook = await webhooks.create(
            tx,
            url=notification.to,
            types=(),
            inbox=None,
            ordered=False,
            secret=new_secret(),
            now_ms=now_ms,
        )
    data: dict[str, changes.Json] = {
        "rule": notification.rule,
        "webhook": webhook.id,
        "conversation_id": conversation_id,
    }
    subject = conversation_id
    if message_id is not None:
        subject, data["id"] = message_id, message_id
    await changes.record(tx, RULE_FIRED, now_ms=now_ms, subject=subject, data=data)

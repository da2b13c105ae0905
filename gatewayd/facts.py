"""What routing looks at when something arrives, read from the store as of the transaction.

The daemon and the preview ask the same function, so that a preview says what would happen. Reads
only.
"""

from datetime import UTC, datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncConnection

from config.schema import Language
from gatewayd.numbers import NumberKind, canonical
from gatewayd.reassembly import UNKNOWN_SENDER
from gatewayd.services.shop import LoadedShop
from routing.decision import Contact, Incoming
from routing.model import Kind, SenderType
from storage import contacts
from storage.contacts import ContactFilter
from storage.conversations import reading
from storage.conversations.reading import ConversationFilter

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_SENDER_TYPES = {
    NumberKind.E164: SenderType.NUMBER,
    NumberKind.SHORT_CODE: SenderType.SHORT_CODE,
    NumberKind.ALPHANUMERIC: SenderType.ALPHANUMERIC,
}


async def facts_of(
    tx: AsyncConnection,
    loaded: LoadedShop,
    *,
    inbox: str,
    number: str,
    kind: Kind,
    text: str,
    at_ms: int,
    modem: str,
) -> Incoming:
    """Tell all that is known about something from ``number``, in its one spelling."""
    withheld = number == UNKNOWN_SENDER
    sender_type = _SENDER_TYPES[canonical(number, country=None).kind]
    phones = {row.phone: name for name, row in loaded.people.items() if row.phone is not None}
    return Incoming(
        at=_EPOCH + timedelta(milliseconds=at_ms),
        kind=kind,
        sender="" if withheld else number,
        sender_type=SenderType.WITHHELD if withheld else sender_type,
        text=text,
        modem=modem,
        contact=await _contact(tx, loaded, inbox=inbox, number=number),
        user=phones.get(number),
    )


async def _contact(tx: AsyncConnection, loaded: LoadedShop, *, inbox: str, number: str) -> Contact:
    found = await contacts.page(tx, ContactFilter(number=number), limit=1)
    if not found.items:
        return Contact(first_message=True)
    (contact,) = found.items
    blocked = contact.blocked_at_ms is not None
    there = await reading.page(
        tx, ConversationFilter(contact_id=contact.id, inbox=inbox, blocked=blocked), limit=1
    )
    names = {row.id: name for name, row in loaded.people.items()}
    (conversation,) = there.items or (None,)
    return Contact(
        known=contact.name is not None,
        tags=frozenset(contact.tags),
        language=None if contact.language is None else Language(contact.language),
        first_message=conversation is None or conversation.last_in_ms is None,
        blocked=blocked,
        assignee=None if conversation is None else names.get(conversation.person_id or ""),
    )

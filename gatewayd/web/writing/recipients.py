"""Who a new message is for: a contact who is chosen, a number that is typed, or who may be meant.

Shows numbers only as the reader may see them: a contact is named by their id and a place among
their numbers, so that the number itself need never be in the page.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from gatewayd.http.naming import called, whole_number
from gatewayd.http.route import CONTACTS
from gatewayd.web.contacts.reading import conversations_of
from gatewayd.web.route import Visit
from storage import consents, contacts, sight
from storage.contacts import ContactFilter, ContactRow
from storage.conversations.reading import ConversationRow

LONGEST_TO = 200
_MOST_CHOICES = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipient:
    """Who it is for, as far as it is known."""

    to: str
    """As it was typed."""
    contact: ContactRow | None = None
    place: int = 0
    """Which of the contact's numbers."""
    typed: str | None = None
    """The number of somebody who is no contact that the reader sees, in its one spelling."""
    gone: bool = False
    """Whether the contact who was chosen is not there any more."""
    choices: Sequence[ContactRow] = ()
    """Who may be meant by what was typed."""
    conversations: Sequence[ConversationRow] = ()
    """The contact's that the reader sees, the newest activity first."""

    @property
    def number(self) -> str | None:
        """Where it would be sent; None: that is not known yet."""
        if self.contact is None:
            return self.typed
        return self.contact.numbers[self.place] if self.contact.numbers else None

    def conversation(self, inbox: str) -> ConversationRow | None:
        """Give the conversation with them that there is in an inbox."""
        return next((row for row in self.conversations if row.inbox == inbox), None)


async def recipient_of(visit: Visit, *, contact_id: str, place: str, to: str) -> Recipient:
    """Read who is meant by a contact's id, and which of their numbers; else by what was typed."""
    to = to.strip()[:LONGEST_TO]
    if contact_id:
        contact = await _chosen(visit, contact_id)
        return (
            Recipient(to=to, gone=True) if contact is None else await _with(visit, contact, place)
        )
    if not to:
        return Recipient(to="")
    country = visit.context.settings.gateway.country
    number = whole_number(to, country=country)
    if number is None:
        return Recipient(to=to, choices=await meant(visit, to))
    found = await _found(visit, ContactFilter(number=number, may_see=visit.author.inboxes))
    if not found:
        return Recipient(to=to, typed=number)
    return await _with(visit, found[0], str(found[0].numbers.index(number)))


async def meant(visit: Visit, to: str) -> Sequence[ContactRow]:
    """Find who may be meant by a name or a part of a number."""
    whom = called(visit.request, to or None, country=visit.context.settings.gateway.country)
    if whom is None:
        return ()
    return await _found(visit, ContactFilter(called=whom, may_see=visit.author.inboxes))


async def wants_nothing(visit: Visit, contact: ContactRow, inbox: str) -> bool:
    """Tell whether somebody wants no messages from an inbox."""
    async with visit.context.store.read() as tx:
        return bool(await consents.opted_out_among(tx, [contact.id], may_see=[inbox]))


async def _chosen(visit: Visit, contact_id: str) -> ContactRow | None:
    may_see = visit.author.inboxes
    if may_see is not None:
        async with visit.context.store.read() as tx:
            if await sight.unseen_of(tx, [contact_id], may_see):
                return None
    contact = await visit.request.app[CONTACTS].get(contact_id)
    return None if contact is None or contact.erased_at_ms is not None else contact


async def _with(visit: Visit, contact: ContactRow, place: str) -> Recipient:
    conversations = [each.row for each in await conversations_of(visit, contact)]
    numbers = contact.numbers
    usual = conversations[0].number if conversations else None
    chosen = numbers.index(usual) if usual in numbers else 0
    if place.isascii() and place.isdecimal() and int(place[:4]) < len(numbers):
        chosen = int(place[:4])
    return Recipient(to="", contact=contact, place=chosen, conversations=conversations)


async def _found(visit: Visit, filters: ContactFilter) -> Sequence[ContactRow]:
    async with visit.context.store.read() as tx:
        return (await contacts.page(tx, filters, limit=_MOST_CHOICES)).items

"""What is read of one contact for their page: who they are, what passed, and their consent."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from gatewayd.http.problems import not_found
from gatewayd.http.route import CONSENTS, CONTACTS
from gatewayd.reassembly import UNKNOWN_SENDER
from gatewayd.web.route import Visit
from gatewayd.web.seen_inboxes import seen_inboxes
from storage.consents import ConsentRow, OptOutRow
from storage.contacts import ContactRow
from storage.conversations import previews, reading
from storage.conversations.previews import PreviewRow
from storage.conversations.reading import ConversationFilter, ConversationRow

_MOST = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Passed:
    """A conversation with them, and the last thing that was said in it."""

    row: ConversationRow
    preview: PreviewRow | None


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownConsent:
    """What they want, in the inboxes that the reader sees; the newest first."""

    opt_outs: Sequence[OptOutRow]
    ledger: Sequence[ConsentRow]

    @property
    def opted_out(self) -> frozenset[str]:
        """The inboxes from which they want no messages."""
        return frozenset(row.inbox for row in self.opt_outs)


@dataclass(frozen=True, slots=True, kw_only=True)
class Panel:
    """What stands beside a conversation with them."""

    others: Sequence[Passed]
    """The other conversations with them that the reader may see."""
    consent: KnownConsent
    inboxes: Mapping[str, str]
    """The names of the inboxes that the reader sees."""


async def named_contact(visit: Visit) -> ContactRow:
    """Read the contact that an address names; raises Problem where there is none."""
    contact_id = visit.named("id")
    row = await visit.request.app[CONTACTS].get(contact_id)
    if row is None or row.erased_at_ms is not None:
        raise not_found(f"contact {contact_id!a}")
    return row


def is_person(contact: ContactRow) -> bool:
    """Whether it is somebody, and not all whose number could not be read."""
    return UNKNOWN_SENDER not in contact.numbers


async def conversations_of(visit: Visit, contact: ContactRow) -> list[Passed]:
    """List all conversations with them that the reader may see, the newest activity first."""
    filters = ConversationFilter(
        contact_id=contact.id,
        blocked=contact.blocked_at_ms is not None,
        may_see=visit.author.inboxes,
    )
    async with visit.context.store.read() as tx:
        found = await reading.page(tx, filters, limit=_MOST)
        said = await previews.of_conversations(tx, [row.id for row in found.items])
    return [Passed(row=row, preview=said.get(row.id)) for row in found.items]


async def consent_of(visit: Visit, contact_id: str) -> KnownConsent:
    """Read what they want, and what led there."""
    view = await visit.request.app[CONSENTS].get(contact_id, by=visit.author)
    if view is None:
        return KnownConsent(opt_outs=(), ledger=())
    return KnownConsent(
        opt_outs=[row for row in view.opt_outs if visit.author.may_see(row.inbox)],
        ledger=[row for row in view.ledger if visit.author.may_see(row.inbox)],
    )


async def inbox_names(visit: Visit) -> Mapping[str, str]:
    """Give the names of the inboxes that the reader sees, as people call them."""
    return {each.name: each.display_name for each in await seen_inboxes(visit)}


async def panel_of(visit: Visit, contact: ContactRow, *, but: str) -> Panel:
    """Read what stands beside a conversation, ``but``, with them."""
    passed = await conversations_of(visit, contact)
    return Panel(
        others=[each for each in passed if each.row.id != but],
        consent=await consent_of(visit, contact.id),
        inboxes=await inbox_names(visit),
    )

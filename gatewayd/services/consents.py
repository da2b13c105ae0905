"""Consent as people see and set it: who is opted out of what, and the ledger of it.

What a customer says is written down where it comes in; here is what staff say, with their reason.
"""

from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncConnection

from config.schema import Settings
from gatewayd.bus import Bus, Topic
from gatewayd.clock import Clock
from gatewayd.services.conversations import author_of
from gatewayd.services.drafts import Policy, Refusal, choose_inbox, unseen_inbox
from gatewayd.services.tokens import Principal
from storage import consents, contacts
from storage.consents import ConsentKind, ConsentRow, NewConsent, OptOutRow
from storage.conversations import acts, facts
from storage.conversations.acts import Doing
from storage.engine import Store


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentView:
    """What holds for a contact now, and all that led there, the newest first."""

    opt_outs: tuple[OptOutRow, ...]
    ledger: tuple[ConsentRow, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What somebody sets by hand; ``inbox`` None: the usual one."""

    what: ConsentKind
    reason: str
    inbox: str | None
    expires_at_ms: int | None


class Consents:
    """Reads and changes consent: one transaction each, hints after the commit."""

    def __init__(self, *, settings: Settings, store: Store, bus: Bus, clock: Clock) -> None:
        self._settings = settings
        self._policy = Policy.of(settings)
        self._store = store
        self._bus = bus
        self._clock = clock

    async def get(self, contact_id: str, *, by: Principal) -> ConsentView | None:
        """Read a contact's, of the inboxes that somebody sees; None: there is no such contact."""
        async with self._store.read() as tx:
            if await contacts.get(tx, contact_id) is None:
                return None
            return await _view(tx, contact_id, by)

    async def set_by_hand(
        self, contact_id: str, said: Said, *, by: Principal
    ) -> ConsentView | Refusal | None:
        """Write down what a contact said elsewhere, and let it hold."""
        inbox = choose_inbox(said.inbox, self._policy)
        if isinstance(inbox, Refusal):
            return inbox
        if not by.may_see(inbox):
            return unseen_inbox(inbox)
        now_ms, author = self._clock.now_ms(), author_of(by)
        async with self._store.write() as tx:
            contact = await contacts.get(tx, contact_id)
            if contact is None or not contact.numbers:
                return None  # of who was erased nothing is known that could want anything
            modems = [each.name for each in self._settings.modems if each.inbox == inbox]
            numbers = await facts.numbers_of(tx, modems)
            consent = NewConsent(
                contact_id=contact_id,
                number=contact.numbers[0],
                inbox=inbox,
                business_number=numbers[0] if len(numbers) == 1 else None,
                what=said.what,
                source=said.reason,
                author=author,
                expires_at_ms=said.expires_at_ms,
            )
            await consents.record(tx, consent, now_ms=now_ms)
            found = await facts.contact(tx, number=contact.numbers[0], inbox=inbox)
            if found is not None and found.conversation_id is not None:
                doing = Doing(author=author, now_ms=now_ms)
                await acts.show_consent(tx, found.conversation_id, said.what, doing, author=author)
            view = await _view(tx, contact_id, by)
        self._bus.publish(Topic.JOURNAL, Topic.OUTBOX)
        return view


async def _view(tx: AsyncConnection, contact_id: str, by: Principal) -> ConsentView:
    holding = await consents.opted_out_of(tx, contact_id)
    ledger = await consents.ledger(tx, contact_id)
    return ConsentView(
        opt_outs=tuple(each for each in holding if by.may_see(each.inbox)),
        ledger=tuple(each for each in ledger if by.may_see(each.inbox)),
    )

"""Saved replies, as people use them: everybody's, which managers keep, and one's own."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncConnection

from config.schema import Language, Settings
from gatewayd.bus import Bus, Topic
from gatewayd.clock import Clock
from gatewayd.services.ranks import REACHES_FURTHER, Forbidden
from gatewayd.services.staff import Unfit
from gatewayd.services.tokens import Principal, PrincipalType, Scope
from routing.model import Texts
from routing.saved_reply import Around, fill, problem_of
from storage import contacts, inboxes, saved_replies
from storage.conversations.reading import ConversationRow
from storage.editing import Edit
from storage.engine import Store
from storage.inboxes import InboxRow
from storage.people import Taken
from storage.saved_replies import NewSavedReply, Reader, SavedReplyRow

_EVERYBODYS = Forbidden(
    code="saved_reply_shared",
    detail="what everybody answers with is for a manager to set; make one of your own",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rendered:
    """A reply filled for a customer, in which language, and which names nobody knew."""

    text: str
    language: Language
    missing: tuple[str, ...]


class SavedReplies:
    """Those that somebody may see; whatever else there is does not exist for them."""

    def __init__(self, *, settings: Settings, store: Store, bus: Bus, clock: Clock) -> None:
        self._gateway = settings.gateway
        self._store = store
        self._bus = bus
        self._clock = clock

    async def list_for(self, by: Principal, *, inbox: str | None) -> list[SavedReplyRow]:
        """List those that can be used in an inbox; None: in any."""
        async with self._store.read() as tx:
            return await saved_replies.list_for(tx, _reader(by), inbox=inbox)

    async def get(self, reply_id: str, by: Principal) -> SavedReplyRow | None:
        """Read one."""
        async with self._store.read() as tx:
            return await saved_replies.get(tx, reply_id, _reader(by))

    async def add(self, new: NewSavedReply, *, by: Principal) -> str | Taken | Unfit | Forbidden:
        """Make one; gives its id."""
        if why := _why_not(new.person_id, new.inbox, by):
            return why
        async with self._store.write() as tx:
            if unfit := await _unfit(tx, new, by):
                return unfit
            made = await saved_replies.create(tx, new, by=by.id, now_ms=self._clock.now_ms())
        self._bus.publish(Topic.JOURNAL)
        return made

    async def change(
        self,
        reply_id: str,
        values: Mapping[str, str | None],
        *,
        version: int | None,
        by: Principal,
    ) -> Edit | Taken | Unfit | Forbidden:
        """Set what is given of one."""
        async with self._store.write() as tx:
            row = await saved_replies.get(tx, reply_id, _reader(by))
            if row is None:
                return Edit.NOT_FOUND
            wanted = saved_replies.with_values(row, values)
            for inbox in (row.inbox, wanted.inbox):
                if why := _why_not(row.person_id, inbox, by):
                    return why
            if unfit := await _unfit(tx, wanted, by):
                return unfit
            now_ms = self._clock.now_ms()
            outcome = await saved_replies.change(
                tx, row, values, version=version, by=by.id, now_ms=now_ms
            )
        self._bus.publish(Topic.JOURNAL)
        return outcome

    async def remove(self, reply_id: str, *, by: Principal) -> Edit | Forbidden:
        """Forget one."""
        async with self._store.write() as tx:
            row = await saved_replies.get(tx, reply_id, _reader(by))
            if row is None:
                return Edit.NOT_FOUND
            if why := _why_not(row.person_id, row.inbox, by):
                return why
            await saved_replies.remove(tx, row, by=by.id, now_ms=self._clock.now_ms())
        self._bus.publish(Topic.JOURNAL)
        return Edit.DONE

    async def render(
        self,
        row: SavedReplyRow,
        conversation: ConversationRow,
        *,
        language: Language | None,
        by: Principal,
    ) -> Rendered:
        """Fill one for the customer of a conversation, in their language unless one is given."""
        async with self._store.read() as tx:
            theirs, around = await self._around(tx, conversation, by)
        return _rendered(row, around, language or theirs)

    async def offer(
        self, conversation: ConversationRow, *, by: Principal
    ) -> list[tuple[SavedReplyRow, Rendered]]:
        """Fill all that can be used in a conversation for its customer, in their language."""
        async with self._store.read() as tx:
            rows = await saved_replies.list_for(tx, _reader(by), inbox=conversation.inbox)
            language, around = await self._around(tx, conversation, by)
        return [(row, _rendered(row, around, language)) for row in rows]

    async def _around(
        self, tx: AsyncConnection, conversation: ConversationRow, by: Principal
    ) -> tuple[Language, Around]:
        inbox = await inboxes.get(tx, conversation.inbox)
        around = Around(
            contact_name=conversation.contact_name,
            person=by.name,
            business=(inbox and inbox.display_name) or self._gateway.name,
        )
        return await self._language_of(tx, conversation, inbox), around

    async def _language_of(
        self, tx: AsyncConnection, conversation: ConversationRow, inbox: InboxRow | None
    ) -> Language:
        contact = await contacts.get(tx, conversation.contact_id)
        theirs = None if contact is None else contact.language or contact.spoken_language
        ours = None if inbox is None else inbox.language
        return Language(theirs or ours or self._gateway.language)


def _rendered(row: SavedReplyRow, around: Around, language: Language) -> Rendered:
    texts = Texts(en=row.en, fr=row.fr)
    filled = fill(texts.in_language(language), around)
    return Rendered(text=filled.text, language=_is_in(texts, language), missing=filled.missing)


def _is_in(texts: Texts, wanted: Language) -> Language:
    """Tell in which language a text is given where one in another is wanted, perhaps in vain."""
    other = Language.EN if wanted is Language.FR else Language.FR
    has = {Language.EN: bool(texts.en), Language.FR: bool(texts.fr)}
    return wanted if has[wanted] else other


def _reader(by: Principal) -> Reader:
    person = by.id if by.type is PrincipalType.PERSON else None
    return Reader(person_id=person, may_see=by.inboxes)


def _why_not(owner: str | None, inbox: str | None, by: Principal) -> Forbidden | None:
    """Tell why somebody may not set a reply of an inbox, or of all; None: they may."""
    if owner is not None:
        return None
    if not by.may(Scope.MANAGE):
        return _EVERYBODYS
    return REACHES_FURTHER if inbox is None and by.inboxes is not None else None


async def _unfit(tx: AsyncConnection, wanted: NewSavedReply, by: Principal) -> Unfit | None:
    for field, text in (("en", wanted.en), ("fr", wanted.fr)):
        # One language may be missing, but then the other is there.
        may_be_empty = not text and bool(wanted.en or wanted.fr)
        if not may_be_empty and (problem := problem_of(text)) is not None:
            return Unfit(field=field, code="saved_reply_unfit", detail=problem)
    if wanted.inbox is not None:
        known = by.may_see(wanted.inbox) and await inboxes.get(tx, wanted.inbox) is not None
        if not known:
            return Unfit(field="inbox", code="inbox_unknown", detail="there is no such inbox")
    return None

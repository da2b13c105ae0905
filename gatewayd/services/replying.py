"""What an answer in a conversation brings with it, in its own transaction.

The guard against what came meanwhile, the signature, and whose the conversation is afterwards.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from sqlalchemy.ext.asyncio import AsyncConnection

from config.schema import Settings
from gatewayd.services.drafts import Draft
from gatewayd.services.signing import Signing
from gatewayd.services.tokens import Principal, PrincipalType
from storage import inboxes
from storage.conversations import acts, since
from storage.conversations.acts import Doing
from storage.conversations.reading import ConversationRow, EntryRow
from storage.conversations.since import Held
from storage.conversations.timeline import Author


@dataclass(frozen=True, slots=True, kw_only=True)
class Manner:
    """How somebody answers.

    ``seen`` is the newest row of the timeline that they had before them; None: no guard. ``sign``
    is False for no signature, True or a name for one; None: as the inbox has it for people.
    """

    seen: str | None = None
    insist: bool = False
    sign: bool | str | None = None


PLAINLY = Manner()
"""Whatever came meanwhile, and signed as the inbox has it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MovedOn:
    """Something came that the writer had not before them, the newest first: nothing is sent."""

    entries: Sequence[EntryRow]


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenUnknown:
    """What the writer says to have seen is no row of this timeline."""


class StoppedError(Exception):
    """Takes back the transaction of an answer that is not to be sent."""

    def __init__(self, why: MovedOn | SeenUnknown) -> None:
        super().__init__(type(why).__name__)
        self.why = why


class Reply:
    """One answer on its way into the store."""

    def __init__(
        self, *, conversation: ConversationRow, manner: Manner, by: Principal, settings: Settings
    ) -> None:
        self._conversation = conversation
        self._manner = manner
        self._by = by
        self._me = Author(type=by.type, id=by.id, name=by.name)
        self._settings = settings

    async def before(self, tx: AsyncConnection, draft: Draft, *, now_ms: int) -> Draft:
        """Sign it; raises StoppedError where something came meanwhile."""
        await self._check(tx, await self._held(tx))
        text = await self.signed(tx, draft.text, at_ms=max(now_ms, draft.send_at_ms or 0))
        return draft if text == draft.text else replace(draft, text=text)

    async def after(self, tx: AsyncConnection, *, now_ms: int) -> None:
        """Let a person who answers what is nobody's have it."""
        await take_what_is_nobodys(tx, self._conversation.id, by=self._by, now_ms=now_ms)

    async def signed(self, tx: AsyncConnection, text: str, *, at_ms: int) -> str:
        """Give a text as it would go at that time."""
        signing = Signing(
            settings=self._settings,
            by=self._by,
            inbox=self._conversation.inbox,
            conversation_id=self._conversation.id,
            asked=self._manner.sign,
        )
        return await signing.signed(tx, text, at_ms=at_ms)

    async def _check(self, tx: AsyncConnection, held: Held) -> None:
        if self._manner.seen is None:
            return
        place = await since.place_of(tx, held.id, self._manner.seen)
        if place is None:
            raise StoppedError(SeenUnknown())
        if self._manner.insist:
            return
        entries = await since.concerning(tx, held.id, after=place, me=self._me)
        if entries:
            raise StoppedError(MovedOn(entries=entries))

    async def _held(self, tx: AsyncConnection) -> Held:
        return await _held(tx, self._conversation.id)


async def take_what_is_nobodys(
    tx: AsyncConnection, conversation_id: str, *, by: Principal, now_ms: int
) -> None:
    """Let a person who has written have the conversation, where its inbox wants that."""
    if by.type is not PrincipalType.PERSON:
        return
    held = await _held(tx, conversation_id)
    inbox = await inboxes.get(tx, held.inbox)
    if held.person_id is None and (inbox is None or inbox.take_on_answer is not False):
        doing = Doing(author=Author(type=by.type, id=by.id, name=by.name), now_ms=now_ms)
        await acts.assign(tx, held.id, person_id=by.id, team_id=None, note=None, doing=doing)


async def _held(tx: AsyncConnection, conversation_id: str) -> Held:
    held = await since.hold(tx, conversation_id)
    if held is None:
        raise LookupError(conversation_id)
    return held

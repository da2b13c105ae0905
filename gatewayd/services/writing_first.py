"""Writing first to somebody: into their conversation, or one that the message itself makes."""

from dataclasses import dataclass, replace

from sqlalchemy.ext.asyncio import AsyncConnection

from config.schema import Settings
from gatewayd.answering import Unanswerable, kind_of, why_unanswerable
from gatewayd.clock import Clock
from gatewayd.numbers import Number, normalise
from gatewayd.services.drafts import Draft, Refused
from gatewayd.services.messages import Accepted, AnswerBody, IdempotencyKey, KeyConflict, Messages
from gatewayd.services.replying import take_what_is_nobodys
from gatewayd.services.signing import Signing
from gatewayd.services.tokens import Principal
from storage.conversations.finding import conversation_with
from storage.engine import Store
from storage.queries import MessageRow


@dataclass(frozen=True, slots=True, kw_only=True)
class Begun:
    """It is durable, now or already before; ``conversation_id`` is where it stands."""

    conversation_id: str


class WritingFirst:
    """Messages that a person begins with, and not a customer."""

    def __init__(
        self, *, settings: Settings, store: Store, clock: Clock, messages: Messages
    ) -> None:
        self._settings = settings
        self._country = settings.gateway.country
        self._store = store
        self._clock = clock
        self._messages = messages

    async def send(
        self, draft: Draft, *, inbox: str, author: Principal, key: IdempotencyKey | None
    ) -> Begun | Refused | KeyConflict | Unanswerable:
        """Send it from that inbox; the conversation is the author's where it was nobody's."""
        number = normalise(draft.to, country=self._country)
        if isinstance(number, Number):
            reason = why_unanswerable(kind_of(number.text, country=self._country))
            if reason is not None:
                return reason
            draft = replace(draft, to=number.text)
        result = await self._messages.accept(
            replace(draft, inbox=inbox, answers=True),
            author=author,
            key=key,
            answer=_place,
            within=_First(settings=self._settings, by=author, inbox=inbox, number=draft.to),
        )
        if isinstance(result, Accepted):
            return Begun(conversation_id=str(result.body["conversation_id"]))
        return result

    async def as_sent(self, text: str, *, number: str | None, inbox: str, by: Principal) -> str:
        """Give a text as it would go now, with its signature where it would have one."""
        async with self._store.read() as tx:
            first = _First(settings=self._settings, by=by, inbox=inbox, number=number)
            return await first.signed(tx, text, at_ms=self._clock.now_ms())


@dataclass(frozen=True, slots=True, kw_only=True)
class _First:
    """What belongs to its transaction: the signature, and whose the conversation is then."""

    settings: Settings
    by: Principal
    inbox: str
    number: str | None
    """In its one spelling; None: not known yet."""

    async def before(self, tx: AsyncConnection, draft: Draft, *, now_ms: int) -> Draft:
        text = await self.signed(tx, draft.text, at_ms=max(now_ms, draft.send_at_ms or 0))
        return replace(draft, text=text)

    async def after(self, tx: AsyncConnection, *, now_ms: int) -> None:
        conversation_id = await self._conversation_id(tx)
        if conversation_id is None:
            raise LookupError(self.inbox)
        await take_what_is_nobodys(tx, conversation_id, by=self.by, now_ms=now_ms)

    async def signed(self, tx: AsyncConnection, text: str, *, at_ms: int) -> str:
        signing = Signing(
            settings=self.settings,
            by=self.by,
            inbox=self.inbox,
            conversation_id=await self._conversation_id(tx),
        )
        return await signing.signed(tx, text, at_ms=at_ms)

    async def _conversation_id(self, tx: AsyncConnection) -> str | None:
        if self.number is None:
            return None
        return await conversation_with(tx, number=self.number, inbox=self.inbox)


def _place(message: MessageRow) -> AnswerBody:
    return {"conversation_id": message.conversation_id}

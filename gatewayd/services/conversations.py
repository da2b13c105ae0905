"""What people do in conversations: answer, note, hand over, close, reopen, snooze.

Each is one transaction with its journal entry, and a hint after the commit. Knows no HTTP.
"""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import TypeVar, overload

from sqlalchemy.ext.asyncio import AsyncConnection

from config.schema import Settings
from gatewayd.answering import Unanswerable, why_no_answer, why_not
from gatewayd.bus import Bus, Topic
from gatewayd.clock import Clock
from gatewayd.handing_over import HandOverReason
from gatewayd.services.drafts import Draft, Policy, Refused
from gatewayd.services.messages import (
    Accepted,
    AnswerBody,
    IdempotencyKey,
    KeyConflict,
    Messages,
)
from gatewayd.services.noting import Noted, named_by
from gatewayd.services.once import once
from gatewayd.services.replying import PLAINLY, Manner, MovedOn, Reply, SeenUnknown, StoppedError
from gatewayd.services.tokens import Principal
from routing.consent import ConsentPolicy
from storage import people, teams
from storage.conversations import acts, reading
from storage.conversations.acts import ActOutcome, Doing
from storage.conversations.reading import ConversationRow
from storage.conversations.states import Act
from storage.conversations.timeline import Author
from storage.engine import Store
from storage.queries import MessageRow

Outcome = TypeVar("Outcome")

LONGEST_SLEEP_MS = 366 * 86_400_000
"""What sleeps for longer, by a year that was mistyped say, is forgotten."""


def author_of(principal: Principal) -> Author:
    """Name somebody for a timeline."""
    return Author(type=principal.type, id=principal.id, name=principal.name)


class NoSuchAssignee:
    """No person and no team has this id."""


class Conversations:
    """The conversations as people use them."""

    def __init__(
        self, *, settings: Settings, store: Store, bus: Bus, clock: Clock, messages: Messages
    ) -> None:
        self._settings = settings
        self._country = settings.gateway.country
        self._served = Policy.of(settings).inboxes
        self._store = store
        self._bus = bus
        self._clock = clock
        self._messages = messages

    @overload
    async def answer(
        self,
        conversation: ConversationRow,
        draft: Draft,
        *,
        author: Principal,
        key: IdempotencyKey | None,
        answer: Callable[[MessageRow], AnswerBody],
    ) -> Accepted | Refused | KeyConflict | Unanswerable: ...

    @overload
    async def answer(
        self,
        conversation: ConversationRow,
        draft: Draft,
        *,
        author: Principal,
        key: IdempotencyKey | None,
        answer: Callable[[MessageRow], AnswerBody],
        manner: Manner,
    ) -> Accepted | Refused | KeyConflict | Unanswerable | MovedOn | SeenUnknown: ...

    async def answer(
        self,
        conversation: ConversationRow,
        draft: Draft,
        *,
        author: Principal,
        key: IdempotencyKey | None,
        answer: Callable[[MessageRow], AnswerBody],
        manner: Manner = PLAINLY,
    ) -> Accepted | Refused | KeyConflict | Unanswerable | MovedOn | SeenUnknown:
        """Send to its contact, from its inbox; who and which those are, the draft need not say."""
        reason = self.why_not(conversation)
        if reason is not None:
            return reason
        to = replace(draft, to=conversation.number, inbox=conversation.inbox, answers=True)
        reply = self._reply(conversation, manner, author)
        try:
            return await self._messages.accept(
                to, author=author, key=key, answer=answer, within=reply
            )
        except StoppedError as stopped:
            return stopped.why

    async def as_sent(
        self, conversation: ConversationRow, text: str, *, manner: Manner, by: Principal
    ) -> str:
        """Give a text as it would go now, with its signature where it would have one."""
        async with self._store.read() as tx:
            reply = self._reply(conversation, manner, by)
            return await reply.signed(tx, text, at_ms=self._clock.now_ms())

    def _reply(self, conversation: ConversationRow, manner: Manner, by: Principal) -> Reply:
        return Reply(conversation=conversation, manner=manner, by=by, settings=self._settings)

    def why_not(self, conversation: ConversationRow) -> Unanswerable | None:
        """Say why nothing can be sent in a conversation; None where it can."""
        return why_not(conversation, country=self._country, served=self._served)

    def why_no_answer(
        self, conversation: ConversationRow, consent: ConsentPolicy
    ) -> Unanswerable | None:
        """Say why a person cannot answer in a conversation now; None where they can."""
        return why_no_answer(conversation, consent, country=self._country, served=self._served)

    async def note(
        self, conversation_id: str, text: str, *, by: Principal, key: IdempotencyKey | None = None
    ) -> Noted:
        """Write something that only we see, and say whom it mentions; under the same key once."""

        async def unit(tx: AsyncConnection, doing: Doing) -> Noted:
            named = await named_by(tx, conversation_id, text, by=by, now_ms=doing.now_ms)
            outcome = await once(
                tx,
                key,
                lambda: acts.add_note(tx, conversation_id, text, doing, mentions=named.places),
                owner=by.id,
                now_ms=doing.now_ms,
            )
            return Noted(outcome=outcome, mentioned=named.people)

        return await self._do(unit, by=by)

    async def assign(
        self,
        conversation_id: str,
        to: str | None,
        *,
        note: str | None,
        version: int | None,
        by: Principal,
        reason: HandOverReason | None = None,
    ) -> ActOutcome | NoSuchAssignee:
        """Hand it to a person or a team, by their id, or to nobody."""

        async def unit(tx: AsyncConnection, doing: Doing) -> ActOutcome | NoSuchAssignee:
            person_id = team_id = None
            if to is not None:
                if await people.can_be_given(tx, to, conversation_id):
                    person_id = to
                elif await teams.get(tx, to) is not None:
                    team_id = to
                else:
                    return NoSuchAssignee()
            named = await named_by(tx, conversation_id, note or "", by=by, now_ms=doing.now_ms)
            return await acts.assign(
                tx,
                conversation_id,
                person_id=person_id,
                team_id=team_id,
                note=note,
                reason=reason,
                mentions=named.places,
                by_hand=True,
                doing=doing,
            )

        return await self._do(unit, by=by, version=version)

    async def act(
        self, conversation_id: str, what: Act, *, by: Principal, until_ms: int | None = None
    ) -> ActOutcome:
        """Close, reopen or snooze it."""
        return await self._do(
            lambda tx, doing: acts.act(tx, conversation_id, what, doing, until_ms=until_ms), by=by
        )

    async def describe(
        self,
        conversation_id: str,
        *,
        priority: str | None,
        tags: list[str] | None,
        version: int | None,
        by: Principal,
    ) -> ActOutcome:
        """Set its priority and tags; None leaves them."""
        return await self._do(
            lambda tx, doing: acts.describe(
                tx, conversation_id, priority=priority, tags=tags, doing=doing
            ),
            by=by,
            version=version,
        )

    async def get(self, conversation_id: str) -> ConversationRow | None:
        """Read one."""
        async with self._store.read() as tx:
            return await reading.get(tx, conversation_id)

    async def _do(
        self,
        unit: Callable[[AsyncConnection, Doing], Awaitable[Outcome]],
        *,
        by: Principal,
        version: int | None = None,
    ) -> Outcome:
        doing = Doing(author=author_of(by), now_ms=self._clock.now_ms(), version=version)
        async with self._store.write() as tx:
            outcome = await unit(tx, doing)
        self._bus.publish(Topic.JOURNAL)
        return outcome

"""Accepts messages, cancels and settles them: one transaction each, hints after the commit.

Owns what makes an accepted message durable together with its idempotency key. Knows no HTTP: the
answer that is kept under the key is made by the caller's `answer`.
"""

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from http import HTTPStatus
from typing import Literal, Protocol, TypeAlias, assert_never

from sqlalchemy.ext.asyncio import AsyncConnection

from config.schema import Settings
from gatewayd.admission import Admission, NotAdmitted
from gatewayd.bus import Bus, Topic
from gatewayd.clock import Clock
from gatewayd.directory import ModemDirectory
from gatewayd.failover import sharing_names
from gatewayd.services.drafts import (
    Draft,
    Policy,
    Prepared,
    Refusal,
    Refused,
    prepare,
    unseen_inbox,
)
from gatewayd.services.shop import ShopLoader
from gatewayd.services.tokens import Principal, PrincipalType
from storage import audit, idempotency, outbox
from storage.changes import Json
from storage.engine import Store
from storage.ids import Prefix, new_id
from storage.outbox import CancelOutcome, NewMessage, ResolveOutcome
from storage.queries import MessageRow

_PRIORITIES = {"urgent": 0, "normal": 1, "bulk": 2}

AnswerBody: TypeAlias = Mapping[str, Json]


@dataclass(frozen=True, slots=True, kw_only=True)
class IdempotencyKey:
    """A client's name for one request, and what it asked for."""

    key: str
    body_digest: bytes
    valid_ms: int | None = None
    """How long it counts; None: for as long as keys are kept."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Accepted:
    """Durable, now or already before."""

    message_id: str
    body: AnswerBody
    replayed: bool


class KeyConflict(StrEnum):
    """Why an idempotency key can't be honoured."""

    MISMATCH = "mismatch"
    IN_PROGRESS = "in_progress"


class Within(Protocol):
    """What else belongs to a message's own transaction; what it raises takes all of it back."""

    async def before(self, tx: AsyncConnection, draft: Draft, *, now_ms: int) -> Draft:
        """Give the draft as it is to be sent."""

    async def after(self, tx: AsyncConnection, *, now_ms: int) -> None:
        """Do what its acceptance brings with it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Wanted:
    """One request: the draft, the message that it makes, and how it is answered."""

    draft: Draft
    author: Principal
    message: NewMessage
    key: IdempotencyKey | None
    now_ms: int
    answer: Callable[[MessageRow], AnswerBody]
    within: Within | None


class _RefusedError(Exception):
    """Takes back all of a transaction whose message may not be sent, its key too."""

    def __init__(self, refused: Refused) -> None:
        super().__init__(refused.refusals[0].code)
        self.refused = refused


class Messages:
    """The outbox as clients see it."""

    def __init__(
        self,
        *,
        settings: Settings,
        store: Store,
        bus: Bus,
        clock: Clock,
        modems: ModemDirectory,
    ) -> None:
        self._settings = settings
        self._policy = Policy.of(settings)
        self._store = store
        self._bus = bus
        self._clock = clock
        self._modems = modems
        shop = ShopLoader(settings=settings, clock=clock)
        self._admission = Admission(settings=settings, clock=clock, shop=shop)
        self._running_keys: set[tuple[str, str]] = set()

    async def accept(
        self,
        draft: Draft,
        *,
        author: Principal,
        key: IdempotencyKey | None,
        answer: Callable[[MessageRow], AnswerBody],
        within: Within | None = None,
    ) -> Accepted | Refused | KeyConflict:
        """Make a message durable, or say why not; a key's first answer is given again."""
        now_ms = self._clock.now_ms()
        message = self._made(draft, author, now_ms)
        if isinstance(message, Refused):
            return message
        wanted = _Wanted(
            draft=draft,
            author=author,
            message=message,
            key=key,
            now_ms=now_ms,
            answer=answer,
            within=within,
        )
        try:
            result = await self._accept(wanted)
        except _RefusedError as error:
            return error.refused
        if isinstance(result, Accepted) and not result.replayed:
            self._bus.publish(Topic.OUTBOX, Topic.JOURNAL)
        return result

    async def _accept(self, wanted: _Wanted) -> Accepted | KeyConflict:
        if wanted.key is not None:
            return await self._accept_once(wanted, wanted.key)
        async with self._store.write() as tx:
            body = await self._enqueue(tx, wanted)
        return Accepted(message_id=wanted.message.id, body=body, replayed=False)

    async def _accept_once(self, wanted: _Wanted, key: IdempotencyKey) -> Accepted | KeyConflict:
        running = (wanted.author.id, key.key)
        if running in self._running_keys:
            return KeyConflict.IN_PROGRESS
        self._running_keys.add(running)
        try:
            async with self._store.write() as tx:
                return await self._begin_or_replay(tx, wanted, key)
        finally:
            self._running_keys.discard(running)

    async def _begin_or_replay(
        self, tx: AsyncConnection, wanted: _Wanted, key: IdempotencyKey
    ) -> Accepted | KeyConflict:
        owner, message_id = wanted.author.id, wanted.message.id
        begun = await idempotency.begin(
            tx,
            token_id=owner,
            key=key.key,
            body_digest=key.body_digest,
            now_ms=wanted.now_ms,
            valid_ms=key.valid_ms,
        )
        match begun:
            case idempotency.Fresh():
                body = await self._enqueue(tx, wanted)
                await idempotency.finish(
                    tx,
                    token_id=owner,
                    key=key.key,
                    status=HTTPStatus.ACCEPTED,
                    body=body,
                    message_id=message_id,
                )
                return Accepted(message_id=message_id, body=body, replayed=False)
            case idempotency.Replay():
                return Accepted(
                    message_id=begun.message_id or "", body=begun.body or {}, replayed=True
                )
            case idempotency.Mismatch():
                return KeyConflict.MISMATCH
            case idempotency.InProgress():
                return KeyConflict.IN_PROGRESS
            case _:
                assert_never(begun)

    async def _enqueue(self, tx: AsyncConnection, wanted: _Wanted) -> AnswerBody:
        """Insert a message that may be sent; raises _RefusedError for another."""
        message, now_ms = await self._final(tx, wanted), wanted.now_ms
        by_token = message.author_type == PrincipalType.TOKEN
        application = message.author_name if by_token else None
        admitted = await self._admission.of(tx, message, application=application, now_ms=now_ms)
        if isinstance(admitted, NotAdmitted):
            refusal = Refusal(field="to", code=admitted.code, detail=admitted.detail)
            raise _RefusedError(Refused(refusals=(refusal,)))
        row = await outbox.enqueue(tx, admitted, now_ms=now_ms)
        if wanted.within is not None:
            await wanted.within.after(tx, now_ms=now_ms)
        return wanted.answer(row)

    async def _final(self, tx: AsyncConnection, wanted: _Wanted) -> NewMessage:
        """Give the message as its transaction wants it."""
        if wanted.within is None:
            return wanted.message
        draft = await wanted.within.before(tx, wanted.draft, now_ms=wanted.now_ms)
        if draft == wanted.draft:
            return wanted.message
        message = self._made(draft, wanted.author, wanted.now_ms)
        if isinstance(message, Refused):
            raise _RefusedError(message)
        return replace(message, id=wanted.message.id)

    def _made(self, draft: Draft, author: Principal, now_ms: int) -> NewMessage | Refused:
        prepared = prepare(
            draft, self._policy, now_ms=now_ms, concat_reference=secrets.randbelow(256)
        )
        if isinstance(prepared, Refused):
            return prepared
        if not author.may_see(prepared.inbox):
            return Refused(refusals=(unseen_inbox(prepared.inbox),))
        return self._message(draft, prepared, author, now_ms)

    def _message(
        self, draft: Draft, prepared: Prepared, author: Principal, now_ms: int
    ) -> NewMessage:
        return NewMessage(
            id=new_id(Prefix.MESSAGE, now_ms=now_ms),
            to=prepared.to,
            text=draft.text,
            encoding=prepared.encoding,
            national=prepared.national,
            inbox=prepared.inbox,
            priority=_PRIORITIES[draft.priority],
            send_at_ms=prepared.send_at_ms,
            expires_at_ms=draft.expires_at_ms,
            delivery_report=draft.delivery_report,
            on_unknown=prepared.on_unknown,
            client_reference=draft.client_reference,
            author_type=author.type,
            author_id=author.id,
            author_name=author.name,
            parts=prepared.parts,
            from_number=self._sole_number(prepared.inbox),
            answers=draft.answers,
            callback=draft.callback,
            sharing=sharing_names(self._settings, prepared.inbox),
        )

    def _sole_number(self, inbox: str) -> str | None:
        """Give the number it will come from, where only one modem can send it."""
        serving = [modem for modem in self._settings.modems if modem.inbox == inbox]
        if len(serving) != 1:
            return None
        return self._modems.number_of(serving[0].name) or serving[0].number

    async def cancel(self, message_id: str, *, by: Principal) -> CancelOutcome:
        """Stop a message of which nothing is on the air yet."""
        now_ms = self._clock.now_ms()
        async with self._store.write() as tx:
            outcome = await outbox.cancel(tx, message_id=message_id, now_ms=now_ms)
            if outcome is CancelOutcome.CANCELED:
                await audit.record(
                    tx, actor=by.id, action="message.canceled", subject=message_id, now_ms=now_ms
                )
        self._bus.publish(Topic.JOURNAL)
        return outcome

    async def resolve(
        self, message_id: str, as_: Literal["sent", "failed", "resend"], *, by: Principal
    ) -> ResolveOutcome:
        """Settle an unknown message by a person's word."""
        now_ms = self._clock.now_ms()
        async with self._store.write() as tx:
            outcome = await outbox.resolve(
                tx, message_id=message_id, as_=as_, now_ms=now_ms, by=by.id
            )
            if outcome is ResolveOutcome.RESOLVED:
                await audit.record(
                    tx,
                    actor=by.id,
                    action="message.resolved",
                    subject=message_id,
                    data={"as": as_},
                    now_ms=now_ms,
                )
        self._bus.publish(Topic.OUTBOX, Topic.JOURNAL)
        return outcome

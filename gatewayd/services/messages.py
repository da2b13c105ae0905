"""Accepts messages, cancels and settles them: one transaction each, hints after the commit.

Owns what makes an accepted message durable together with its idempotency key. Knows no HTTP: the
answer that is kept under the key is made by the caller's `answer`.
"""

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from http import HTTPStatus
from typing import Literal, TypeAlias, assert_never

from sqlalchemy.ext.asyncio import AsyncConnection

from config.schema import Settings
from gatewayd.admission import Admission, NotAdmitted
from gatewayd.bus import Bus, Topic
from gatewayd.clock import Clock
from gatewayd.directory import ModemDirectory
from gatewayd.failover import sharing_names
from gatewayd.permission import Permission
from gatewayd.sending_rules import SendingRules
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
from storage import audit, idempotency, outbox, queries
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


class _RefusedError(Exception):
    """Takes back all of a transaction whose message may not be sent, its key too."""

    def __init__(self, why: NotAdmitted) -> None:
        super().__init__(why.code)
        refusal = Refusal(field="to", code=why.code, detail=why.detail)
        self.refused = Refused(refusals=(refusal,))


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
        self._admission = Admission(
            rules=SendingRules(settings=settings, shop=shop),
            permission=Permission(settings=settings, clock=clock),
        )
        self._running_keys: set[tuple[str, str]] = set()

    async def accept(
        self,
        draft: Draft,
        *,
        author: Principal,
        key: IdempotencyKey | None,
        answer: Callable[[MessageRow], AnswerBody],
    ) -> Accepted | Refused | KeyConflict:
        """Make a message durable, or say why not; a key's first answer is given again."""
        now_ms = self._clock.now_ms()
        prepared = prepare(
            draft, self._policy, now_ms=now_ms, concat_reference=secrets.randbelow(256)
        )
        if isinstance(prepared, Refused):
            return prepared
        if not author.may_see(prepared.inbox):
            return Refused(refusals=(unseen_inbox(prepared.inbox),))
        message = self._message(draft, prepared, author, now_ms)
        try:
            result = await self._accept(message, author.id, key, now_ms, answer)
        except _RefusedError as error:
            return error.refused
        if isinstance(result, Accepted) and not result.replayed:
            self._bus.publish(Topic.OUTBOX, Topic.JOURNAL)
        return result

    async def _accept(
        self,
        message: NewMessage,
        owner: str,
        key: IdempotencyKey | None,
        now_ms: int,
        answer: Callable[[MessageRow], AnswerBody],
    ) -> Accepted | KeyConflict:
        if key is not None:
            return await self._accept_once(message, owner, key, now_ms, answer)
        async with self._store.write() as tx:
            body = await self._enqueue(tx, message, now_ms, answer)
        return Accepted(message_id=message.id, body=body, replayed=False)

    async def _accept_once(
        self,
        message: NewMessage,
        owner: str,
        key: IdempotencyKey,
        now_ms: int,
        answer: Callable[[MessageRow], AnswerBody],
    ) -> Accepted | KeyConflict:
        running = (owner, key.key)
        if running in self._running_keys:
            return KeyConflict.IN_PROGRESS
        self._running_keys.add(running)
        try:
            async with self._store.write() as tx:
                return await self._begin_or_replay(tx, message, owner, key, now_ms, answer)
        finally:
            self._running_keys.discard(running)

    async def _begin_or_replay(
        self,
        tx: AsyncConnection,
        message: NewMessage,
        owner: str,
        key: IdempotencyKey,
        now_ms: int,
        answer: Callable[[MessageRow], AnswerBody],
    ) -> Accepted | KeyConflict:
        begun = await idempotency.begin(
            tx,
            token_id=owner,
            key=key.key,
            body_digest=key.body_digest,
            now_ms=now_ms,
            valid_ms=key.valid_ms,
        )
        match begun:
            case idempotency.Fresh():
                body = await self._enqueue(tx, message, now_ms, answer)
                await idempotency.finish(
                    tx,
                    token_id=owner,
                    key=key.key,
                    status=HTTPStatus.ACCEPTED,
                    body=body,
                    message_id=message.id,
                )
                return Accepted(message_id=message.id, body=body, replayed=False)
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

    async def _enqueue(
        self,
        tx: AsyncConnection,
        message: NewMessage,
        now_ms: int,
        answer: Callable[[MessageRow], AnswerBody],
    ) -> AnswerBody:
        """Insert a message that may be sent; raises _RefusedError for another."""
        by_token = message.author_type == PrincipalType.TOKEN
        application = message.author_name if by_token else None
        admitted = await self._admission.of(tx, message, application=application, now_ms=now_ms)
        if isinstance(admitted, NotAdmitted):
            raise _RefusedError(admitted)
        await outbox.enqueue(tx, admitted, now_ms=now_ms)
        row = await queries.get_message(tx, message.id)
        if row is None:
            raise LookupError(message.id)
        return answer(row)

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
        view = self._modems.view(serving[0].name)
        return view.number if view is not None and view.number else serving[0].number

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

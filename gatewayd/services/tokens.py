"""Tokens of programs and people: what they may do, how they are made and recognised.

Owns scopes, principals and the secret's form. A secret is shown once; the store has its digest.
"""

import hashlib
import secrets
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import structlog
from sqlalchemy.ext.asyncio import AsyncConnection

from gatewayd.clock import Clock
from storage import audit, people, tokens
from storage import inboxes as stored_inboxes
from storage.engine import Store
from storage.errors import StoreUnavailable
from storage.people import PersonState
from storage.tokens import TokenRow

log = structlog.get_logger(__name__)

_PREFIX = "gw_"
_SECRET_BYTES = 32
# `last_used_at` to within five minutes: a write for each request would cost more than it tells.
_TOUCH_AFTER_MS = 300_000


class Scope(StrEnum):
    """What a token may do."""

    MESSAGES_SEND = "messages:send"
    MESSAGES_READ = "messages:read"
    INBOX = "inbox"
    EVENTS = "events"
    SUPERVISE = "supervise"
    """All work of all people: statistics, who looked at what, exports, taking over."""
    MANAGE = "manage"
    """What a manager decides: people, teams, inboxes, hours, rules, erasure."""
    ADMIN = "admin"
    """All of it."""


class PrincipalType(StrEnum):
    """How somebody proved who they are."""

    TOKEN = "token"  # noqa: S105  # a kind, no secret
    LOCAL = "local"
    """By their account on this machine, through the unix socket."""
    PERSON = "person"
    """By the session of a browser; the id is the person's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Principal:
    """Who asks; the author of what they send."""

    type: PrincipalType
    id: str
    name: str
    scopes: frozenset[Scope]
    inboxes: frozenset[str] | None = None
    """The inboxes they may see and act in; None: all, also those to come."""

    def may(self, scope: Scope) -> bool:
        """Whether this scope is theirs, by itself or through `admin`."""
        return scope in self.scopes or Scope.ADMIN in self.scopes

    def may_see(self, inbox: str) -> bool:
        """Whether what lies in this inbox is theirs to see."""
        return self.inboxes is None or inbox in self.inboxes


@dataclass(frozen=True, slots=True, kw_only=True)
class UnfitToken:
    """What a token can't be limited to: the field, a fixed code, plain words."""

    field: str
    code: str
    detail: str


@dataclass(frozen=True, slots=True, kw_only=True)
class UnknownScopes:
    """These names are no scopes."""

    names: tuple[str, ...]

    @property
    def reason(self) -> str:
        """Say what is wrong and what would be right."""
        unknown = ", ".join(repr(name) for name in self.names)
        return f"unknown: {unknown}; known: {', '.join(Scope)}"


def parse_scopes(names: Collection[str]) -> frozenset[Scope] | UnknownScopes:
    """Read scopes by their names."""
    unknown = tuple(name for name in names if name not in set(Scope))
    return UnknownScopes(names=unknown) if unknown else frozenset(Scope(name) for name in names)


def new_secret() -> str:
    """Make a token of 256 random bits."""
    return _PREFIX + secrets.token_urlsafe(_SECRET_BYTES)


def digest_of(secret: str) -> bytes:
    """SHA-256 of a token; enough, since 256 random bits can't be guessed from it."""
    return hashlib.sha256(secret.encode("utf-8", "surrogateescape")).digest()


def ordered(scopes: Collection[Scope]) -> Sequence[Scope]:
    """Put scopes in the order in which the documents list them."""
    return [scope for scope in Scope if scope in scopes]


async def create_token(
    tx: AsyncConnection,
    *,
    name: str,
    scopes: Collection[Scope],
    now_ms: int,
    inboxes: Sequence[str] | None = None,
    person_id: str | None = None,
) -> tuple[TokenRow, str]:
    """Make a token in the caller's transaction; gives its row and its secret, to be shown once."""
    secret = new_secret()
    row = await tokens.create(
        tx,
        hash_=digest_of(secret),
        name=name,
        scopes=ordered(scopes),
        inboxes=inboxes,
        person_id=person_id,
        now_ms=now_ms,
    )
    return row, secret


async def unfit_token(
    tx: AsyncConnection,
    *,
    scopes: Collection[Scope],
    inboxes: Sequence[str] | None,
    person_id: str | None,
    now_ms: int,
) -> UnfitToken | None:
    """Tell what a token can't be limited to; None: nothing is wrong."""
    if inboxes is not None and Scope.ADMIN in scopes:
        detail = "who may do everything sees every inbox"
        return UnfitToken(field="inboxes", code="admin_sees_all", detail=detail)
    known = {inbox.name for inbox in await stored_inboxes.list_all(tx)}
    for place, name in enumerate(inboxes or ()):
        if name not in known:
            detail = "there is no such inbox"
            return UnfitToken(field=f"inboxes/{place}", code="inbox_unknown", detail=detail)
    person = None if person_id is None else await people.get(tx, person_id, now_ms=now_ms)
    if person_id is not None and (person is None or person.state is not PersonState.ACTIVE):
        detail = "no user who works here has this id"
        return UnfitToken(field="user", code="user_unknown", detail=detail)
    return None


async def note_created(tx: AsyncConnection, row: TokenRow, *, by: str, now_ms: int) -> None:
    """Let the audit tell who made a token, and what it may do."""
    data: dict[str, Any] = {"name": row.name, "scopes": list(row.scopes)}
    if row.inboxes is not None:
        data["inboxes"] = list(row.inboxes)
    if row.person_id is not None:
        data["person_id"] = row.person_id
    await audit.record(
        tx, actor=by, action="token.created", subject=row.id, data=data, now_ms=now_ms
    )


async def revoke_token(tx: AsyncConnection, token_id: str, *, by: str, now_ms: int) -> bool:
    """End a token in the caller's transaction; false when there is none such, or it had ended."""
    revoked = await tokens.revoke(tx, token_id=token_id, now_ms=now_ms)
    if revoked:
        await note_revoked(tx, token_id, by=by, now_ms=now_ms)
    return revoked


async def note_revoked(tx: AsyncConnection, token_id: str, *, by: str, now_ms: int) -> None:
    """Let the audit tell who ended a token."""
    await audit.record(tx, actor=by, action="token.revoked", subject=token_id, now_ms=now_ms)


class Tokens:
    """The tokens, as the running daemon uses them."""

    def __init__(self, *, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    async def recognise(self, secret: str) -> Principal | None:
        """Find whose secret this is; None for one that is unknown or revoked."""
        async with self._store.glance() as tx:
            row = await tokens.find_by_hash(tx, digest_of(secret))
        if row is None:
            return None
        now_ms = self._clock.now_ms()
        if now_ms - (row.last_used_at_ms or 0) >= _TOUCH_AFTER_MS:
            await self._touch(row.id, now_ms)
        return Principal(
            type=PrincipalType.TOKEN,
            id=row.id,
            name=row.name,
            # A scope that a newer version granted and this one lacks opens nothing.
            scopes=frozenset(scope for scope in Scope if scope in row.scopes),
            inboxes=None if row.inboxes is None else frozenset(row.inboxes),
        )

    async def _touch(self, token_id: str, now_ms: int) -> None:
        try:
            async with self._store.write() as tx:
                await tokens.touch(tx, token_id=token_id, now_ms=now_ms)
        except StoreUnavailable as error:
            # A full disk must not keep anybody from reading what is there.
            log.warning("token_use_not_noted", token=token_id, error=repr(error))

    async def create(
        self,
        *,
        name: str,
        scopes: Collection[Scope],
        inboxes: Sequence[str] | None,
        person_id: str | None,
        by: Principal,
    ) -> tuple[TokenRow, str] | UnfitToken:
        """Make a token; gives its row and its secret."""
        now_ms = self._clock.now_ms()
        limits: dict[str, Any] = {"inboxes": inboxes, "person_id": person_id, "now_ms": now_ms}
        async with self._store.write() as tx:
            if unfit := await unfit_token(tx, scopes=scopes, **limits):
                return unfit
            made = await create_token(tx, name=name, scopes=scopes, **limits)
            await note_created(tx, made[0], by=by.id, now_ms=now_ms)
            return made

    async def list_all(self) -> Sequence[TokenRow]:
        """List all, the revoked too, newest first."""
        async with self._store.read() as tx:
            return await tokens.list_all(tx)

    async def revoke(self, token_id: str, *, by: Principal) -> bool:
        """End a token; false when there is none such, or it had ended."""
        async with self._store.write() as tx:
            return await revoke_token(tx, token_id, by=by.id, now_ms=self._clock.now_ms())

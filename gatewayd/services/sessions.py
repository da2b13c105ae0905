"""People logging in and out: the session behind a browser's cookie.

Owns how long a session lasts, and that a wrong name and a wrong password are told alike. Knows no
cookie: the caller carries the secret.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

import structlog
from sqlalchemy.ext.asyncio import AsyncConnection

from gatewayd.accounts.passwords import Passwords, Verdict, why_unfit
from gatewayd.accounts.secrets import csrf_token_of, digest_of, new_secret
from gatewayd.accounts.throttle import Throttle
from gatewayd.bus import Bus, Topic
from gatewayd.clock import Clock
from gatewayd.services.roles import ROLE_SCOPES, Role
from gatewayd.services.staff import Unfit
from gatewayd.services.tokens import Principal, PrincipalType
from storage import changes, passwords, people, sessions
from storage.engine import Store
from storage.errors import StoreUnavailable
from storage.people import PersonState
from storage.sessions import Holder, SessionRow

log = structlog.get_logger(__name__)

_HOUR_MS = 3_600_000
IDLE_MS = 7 * 24 * _HOUR_MS
"""A session that nobody uses ends after a week: a shop's holidays, or a lost telephone."""
LONGEST_MS = 30 * 24 * _HOUR_MS
"""And each one after a month."""
# Used at within five minutes: a write for each request would cost more than it tells.
_TOUCH_AFTER_MS = 300_000
_AGENT_SHOWN = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class Visitor:
    """Where a log-in comes from, as the connection tells."""

    address: str
    user_agent: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """Who is logged in, by which session."""

    id: str
    principal: Principal
    name: str
    role: Role
    csrf_token: str
    expires_at_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Begun:
    """A session just begun; ``secret`` goes into the cookie and is nowhere else."""

    session: Session
    secret: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NotLetIn:
    """The name or the password is wrong, or they are suspended: nobody is told which."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TooManyGuesses:
    """Too many wrong passwords for this account or from this address."""

    wait_seconds: int


class Sessions:
    """The sessions of people, as the running daemon uses them."""

    def __init__(self, *, store: Store, bus: Bus, clock: Clock) -> None:
        self._store = store
        self._bus = bus
        self._clock = clock
        self._throttle = Throttle()
        self.passwords = Passwords()

    async def recognise(self, secret: str) -> Session | None:
        """Find whose session this is; None where it has ended or they are suspended."""
        now_ms = self._clock.now_ms()
        async with self._store.read() as tx:
            holder = await sessions.find(tx, digest_of(secret), now_ms=now_ms)
        if holder is None:
            return None
        row = holder.session
        if now_ms - row.last_used_at_ms >= _TOUCH_AFTER_MS:
            await self._touch(row, now_ms)
        return _session(holder, secret)

    async def _touch(self, row: SessionRow, now_ms: int) -> None:
        until_ms = min(now_ms + IDLE_MS, row.created_at_ms + LONGEST_MS)
        try:
            async with self._store.write() as tx:
                await sessions.touch(tx, row.id, expires_at_ms=until_ms, now_ms=now_ms)
        except StoreUnavailable as error:
            # A full disk must not keep anybody from reading what is there.
            log.warning("session_use_not_noted", session=row.id, error=repr(error))

    async def log_in(
        self, name: str, password: str, *, visitor: Visitor
    ) -> Begun | NotLetIn | TooManyGuesses:
        """Let somebody in who knows their password."""
        name = name.strip().lower()
        now_seconds = asyncio.get_running_loop().time()
        wait_seconds = self._throttle.take(name, visitor.address, now_seconds=now_seconds)
        if wait_seconds:
            log.warning("log_in_throttled", address=visitor.address, wait_seconds=wait_seconds)
            return TooManyGuesses(wait_seconds=wait_seconds)
        async with self._store.read() as tx:
            known = await passwords.of_name(tx, name)
        hash_ = None if known is None else known.hash
        verdict = await self.passwords.verify(hash_, password)
        if known is None or hash_ is None or verdict is Verdict.DIFFERS:
            await self._refuse(None if known is None else known.person_id, visitor)
            return NotLetIn()
        stronger = await self.passwords.hash(password) if verdict is Verdict.OUTDATED else None
        async with self._store.write() as tx:
            now = await passwords.of_person(tx, known.person_id)
            begun = None
            if now is not None and now.hash == hash_ and now.state == PersonState.ACTIVE:
                if stronger is not None:
                    await passwords.exchange(tx, known.person_id, old=hash_, new=stronger)
                begun = await self.begin(tx, known.person_id, visitor=visitor)
        if begun is None:
            await self._refuse(known.person_id, visitor)
            return NotLetIn()
        self._throttle.right(name, visitor.address)
        self._bus.publish(Topic.JOURNAL)
        return begun

    async def _refuse(self, person_id: str | None, visitor: Visitor) -> None:
        log.warning("log_in_refused", person=person_id, address=visitor.address)
        facts: dict[str, changes.Json] = {"person_id": person_id, "address": visitor.address}
        async with self._store.write() as tx:
            await changes.record(
                tx,
                "session.refused",
                now_ms=self._clock.now_ms(),
                # What was typed as a name is not kept: it may be somebody's password.
                subject=person_id or "nobody",
                data=facts,
            )
        self._bus.publish(Topic.JOURNAL)

    async def begin(self, tx: AsyncConnection, person_id: str, *, visitor: Visitor) -> Begun:
        """Begin a session in the caller's transaction, for an active person who proved to be so."""
        now_ms, secret = self._clock.now_ms(), new_secret()
        row = await sessions.start(
            tx,
            digest=digest_of(secret),
            person_id=person_id,
            expires_at_ms=now_ms + IDLE_MS,
            address=visitor.address,
            user_agent=visitor.user_agent[:_AGENT_SHOWN],
            now_ms=now_ms,
        )
        facts: dict[str, changes.Json] = {"person_id": person_id, "address": visitor.address}
        await changes.record(
            tx,
            "session.started",
            now_ms=now_ms,
            subject=person_id,
            data={"id": row.id, "by": person_id, **facts},
        )
        holder = await sessions.find(tx, digest_of(secret), now_ms=now_ms)
        if holder is None:
            raise LookupError(f"{person_id} is not active")
        return Begun(session=_session(holder, secret), secret=secret)

    async def list_of(self, person_id: str) -> Sequence[SessionRow]:
        """List a person's sessions that last, the newest first."""
        async with self._store.read() as tx:
            return await sessions.of_person(tx, person_id, now_ms=self._clock.now_ms())

    async def end(self, session_id: str, *, person_id: str) -> bool:
        """End one of a person's own; false when there is none such."""
        async with self._store.write() as tx:
            ended = await sessions.end(tx, session_id, person_id=person_id)
            if ended:
                await self._tell_ended(tx, person_id, id=session_id)
        self._bus.publish(Topic.JOURNAL)
        return ended

    async def end_all(self, person_id: str) -> int:
        """End all of a person's; give how many."""
        async with self._store.write() as tx:
            count = await sessions.end_all(tx, person_id)
            await self._tell_ended(tx, person_id, count=count)
        self._bus.publish(Topic.JOURNAL)
        return count

    async def _tell_ended(self, tx: AsyncConnection, person_id: str, **facts: str | int) -> None:
        data: dict[str, changes.Json] = {**facts, "person_id": person_id, "by": person_id}
        now_ms = self._clock.now_ms()
        await changes.record(tx, "session.ended", now_ms=now_ms, subject=person_id, data=data)

    async def change_password(
        self, session: Session, *, current: str, new: str
    ) -> Unfit | TooManyGuesses | None:
        """Set the own password, and end all other sessions; None: it is done."""
        person_id = session.principal.id
        now_seconds = asyncio.get_running_loop().time()
        wait_seconds = self._throttle.take(session.name, session.id, now_seconds=now_seconds)
        if wait_seconds:
            return TooManyGuesses(wait_seconds=wait_seconds)
        async with self._store.read() as tx:
            known = await passwords.of_person(tx, person_id)
        hash_ = None if known is None else known.hash
        if await self.passwords.verify(hash_, current) is Verdict.DIFFERS:
            return Unfit(field="current", code="password_wrong", detail="is not your password")
        own_words = (session.name, session.principal.name)
        if (why := why_unfit(new, own_words=own_words)) is not None:
            return Unfit(field="new", code="password_unfit", detail=why)
        made = await self.passwords.hash(new)
        async with self._store.write() as tx:
            now_ms = self._clock.now_ms()
            await store_password(tx, person_id, made, by=person_id, now_ms=now_ms, but=session.id)
        self._throttle.right(session.name, session.id)
        self._bus.publish(Topic.JOURNAL)
        return None


async def store_password(
    tx: AsyncConnection,
    person_id: str,
    hash_: str,
    *,
    by: str,
    now_ms: int,
    but: str | None = None,
) -> None:
    """Set a person's password, and end all their sessions but perhaps one."""
    await passwords.store(tx, person_id, hash_, now_ms=now_ms)
    await sessions.end_all(tx, person_id, but=but)
    await people.tell_password_changed(tx, person_id, by=by, now_ms=now_ms)


def _session(holder: Holder, secret: str) -> Session:
    role = Role(holder.role)
    principal = Principal(
        type=PrincipalType.PERSON,
        id=holder.session.person_id,
        name=holder.display_name,
        scopes=ROLE_SCOPES[role],
        inboxes=None if holder.inboxes is None else frozenset(holder.inboxes),
    )
    return Session(
        id=holder.session.id,
        principal=principal,
        name=holder.name,
        role=role,
        csrf_token=csrf_token_of(secret),
        expires_at_ms=holder.session.expires_at_ms,
    )

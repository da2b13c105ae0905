"""One-time links: the first administrator, an invitation, another password.

Owns who may be helped in by a link, and for how long. A secret is shown once; the store has its
digest.
"""

from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncConnection

from gatewayd.accounts.passwords import why_unfit
from gatewayd.accounts.secrets import digest_of, new_secret
from gatewayd.bus import Bus, Topic
from gatewayd.clock import Clock
from gatewayd.services.ranks import Refusal, why_not
from gatewayd.services.roles import Role
from gatewayd.services.sessions import Begun, Sessions, Visitor, store_password
from gatewayd.services.staff import Unfit
from gatewayd.services.tokens import Principal
from storage import links, passwords, people
from storage.engine import Store
from storage.links import LinkPurpose, LinkRow
from storage.people import NewPerson, PersonRow, PersonState, Taken

_DAY_MS = 86_400_000
LASTS_MS = {
    LinkPurpose.FIRST_ADMIN: 7 * _DAY_MS,
    LinkPurpose.INVITE: 7 * _DAY_MS,
    LinkPurpose.RESET: _DAY_MS,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Welcome:
    """What a link is good for; ``person`` None: to become the first administrator."""

    link: LinkRow
    person: PersonRow | None


@dataclass(frozen=True, slots=True, kw_only=True)
class MadeLink:
    """A link just made."""

    link: LinkRow
    secret: str

    @property
    def path(self) -> str:
        """Where it is opened, on whatever address the page has."""
        return f"/welcome/{self.secret}"


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkIsOver:
    """This link is used, too old, or never was; or what it was for is done."""


async def create_first_admin_link(tx: AsyncConnection, *, by: str, now_ms: int) -> MadeLink | None:
    """Make the first administrator's link; None where an administrator can log in already."""
    if await passwords.an_admin_has_one(tx):
        return None
    return await _create(tx, LinkPurpose.FIRST_ADMIN, None, by=by, now_ms=now_ms)


async def create_link_for(
    tx: AsyncConnection, person_id: str, *, by: str, now_ms: int
) -> MadeLink | None:
    """Make a link for an active person: to their first password, or to another; None: no such."""
    known = await passwords.of_person(tx, person_id)
    if known is None or known.state != PersonState.ACTIVE:
        return None
    purpose = LinkPurpose.INVITE if known.hash is None else LinkPurpose.RESET
    return await _create(tx, purpose, person_id, by=by, now_ms=now_ms)


async def _create(
    tx: AsyncConnection, purpose: LinkPurpose, person_id: str | None, *, by: str, now_ms: int
) -> MadeLink:
    secret = new_secret()
    row = await links.create(
        tx,
        digest=digest_of(secret),
        purpose=purpose,
        person_id=person_id,
        expires_at_ms=now_ms + LASTS_MS[purpose],
        by=by,
        now_ms=now_ms,
    )
    return MadeLink(link=row, secret=secret)


class Links:
    """One-time links, as the running daemon uses them."""

    def __init__(self, *, store: Store, bus: Bus, clock: Clock, sessions: Sessions) -> None:
        self._store = store
        self._bus = bus
        self._clock = clock
        self._sessions = sessions

    async def create_for(self, person_id: str, *, by: Principal) -> MadeLink | Refusal | None:
        """Make one for an active person; None: there is no such."""
        async with self._store.write() as tx:
            now_ms = self._clock.now_ms()
            person = await people.get(tx, person_id, now_ms=now_ms)
            # Who has an administrator's link becomes that administrator.
            if person and (refusal := await why_not(tx, person, {}, by=by)):
                return refusal
            made = await create_link_for(tx, person_id, by=by.id, now_ms=now_ms)
        self._bus.publish(Topic.JOURNAL)
        return made

    async def set_password(self, person_id: str, password: str, *, by: Principal) -> Unfit | bool:
        """Set somebody's password for them; false: there is no such person."""
        async with self._store.read() as tx:
            person = await people.get(tx, person_id, now_ms=self._clock.now_ms())
        if person is None:
            return False
        own_words = (person.name, person.display_name)
        if (why := why_unfit(password, own_words=own_words)) is not None:
            return Unfit(field="password", code="password_unfit", detail=why)
        hash_ = await self._sessions.passwords.hash(password)
        async with self._store.write() as tx:
            await store_password(tx, person_id, hash_, by=by.id, now_ms=self._clock.now_ms())
        self._bus.publish(Topic.JOURNAL)
        return True

    async def look(self, secret: str) -> Welcome | None:
        """Tell what a link is good for, without using it; None: nothing (any more)."""
        async with self._store.read() as tx:
            return await self._look(tx, secret)

    async def _look(self, tx: AsyncConnection, secret: str) -> Welcome | None:
        now_ms = self._clock.now_ms()
        link = await links.find(tx, digest_of(secret), now_ms=now_ms)
        if link is None:
            return None
        if link.person_id is None:
            over = await passwords.an_admin_has_one(tx)
            return None if over else Welcome(link=link, person=None)
        person = await people.get(tx, link.person_id, now_ms=now_ms)
        if person is None or person.state is not PersonState.ACTIVE:
            return None
        return Welcome(link=link, person=person)

    async def use(
        self,
        secret: str,
        *,
        password: str,
        visitor: Visitor,
        name: str | None = None,
        display_name: str | None = None,
    ) -> Begun | LinkIsOver | Unfit | Taken:
        """Set the password of whom the link is for, use it up, and let them in.

        The first administrator says their ``name``; others have theirs.
        """
        welcome = await self.look(secret)
        if welcome is None:
            return LinkIsOver()
        new = _new_admin(welcome, name, display_name)
        if isinstance(new, Unfit):
            return new
        person = welcome.person or new
        own_words = () if person is None else (person.name, person.display_name)
        if (why := why_unfit(password, own_words=own_words)) is not None:
            return Unfit(field="password", code="password_unfit", detail=why)
        hash_ = await self._sessions.passwords.hash(password)
        async with self._store.write() as tx:
            used = await self._use(tx, secret, new, hash_, display_name, visitor)
        self._bus.publish(Topic.JOURNAL)
        return used

    async def _use(
        self,
        tx: AsyncConnection,
        secret: str,
        new: NewPerson | None,
        hash_: str,
        display_name: str | None,
        visitor: Visitor,
    ) -> Begun | LinkIsOver | Taken:
        now_ms = self._clock.now_ms()
        # Looked at again: what was so before the hash was made may be so no more.
        welcome = await self._look(tx, secret)
        if welcome is None:
            return LinkIsOver()
        if new is not None:
            person_id = await people.create(tx, new, by=welcome.link.id, now_ms=now_ms)
            if isinstance(person_id, Taken):
                return person_id
        else:
            person_id = _known(welcome).id
            if display_name is not None:
                shown = {"display_name": display_name}
                await people.change(tx, person_id, shown, version=None, by=person_id, now_ms=now_ms)
        if not await links.use(tx, welcome.link, now_ms=now_ms):
            return LinkIsOver()
        # All sessions end: who needed another password may have lost the old one to somebody.
        await store_password(tx, person_id, hash_, by=person_id, now_ms=now_ms)
        return await self._sessions.begin(tx, person_id, visitor=visitor)


def _new_admin(welcome: Welcome, name: str | None, shown: str | None) -> NewPerson | Unfit | None:
    if welcome.person is not None:
        return None
    if name is None:
        detail = "the first administrator needs a name to log in by"
        return Unfit(field="name", code="name_missing", detail=detail)
    return NewPerson(name=name, display_name=shown or name, role=Role.ADMIN.value)


def _known(welcome: Welcome) -> PersonRow:
    if welcome.person is None:
        raise LookupError("the link is the first administrator's")
    return welcome.person

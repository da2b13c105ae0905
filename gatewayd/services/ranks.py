"""Who may make whom what: nobody gives what they do not have, and somebody stays in charge."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from sqlalchemy.ext.asyncio import AsyncConnection

from gatewayd.services.roles import Role
from gatewayd.services.tokens import Principal, Scope
from routing import rulesfile
from routing.reach import names_team
from storage import inboxes, people, rulebook, teams
from storage.people import PersonRow


@dataclass(frozen=True, slots=True, kw_only=True)
class Forbidden:
    """They may not, whatever their scope opens: a fixed code and plain words."""

    code: str
    detail: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LastAdmin:
    """Nobody would be left who can administer."""

    detail: ClassVar[str] = "this is the last administrator; make another one first"


@dataclass(frozen=True, slots=True, kw_only=True)
class NoSuchInbox:
    """There is no such inbox; ``place`` of the list that was given."""

    place: int
    detail: ClassVar[str] = "there is no such inbox"


Refusal = Forbidden | LastAdmin | NoSuchInbox

_NOT_AN_ADMIN = Forbidden(
    code="admins_only", detail="only an administrator makes or changes an administrator"
)
_OWN_RANK = Forbidden(
    code="own_rank", detail="nobody changes their own role or their own inboxes; ask a colleague"
)
_NOT_YOUR_INBOX = Forbidden(
    code="inbox_not_yours", detail="nobody gives others an inbox that they do not see themselves"
)

_SEES_MORE = Forbidden(
    code="sees_more", detail="they see an inbox that you do not: ask somebody who sees it"
)

REACHES_FURTHER = Forbidden(
    code="reaches_further",
    detail="this concerns an inbox that you do not see: ask somebody who sees every inbox",
)

_SEES_ALL = Forbidden(
    code="admin_sees_all", detail="an administrator sees every inbox; give them no inboxes"
)


async def why_not(
    tx: AsyncConnection, person: PersonRow | None, values: Mapping[str, Any], *, by: Principal
) -> Refusal | None:
    """Tell why ``by`` may not set these values of a person, None a new one; None: they may."""
    wanted = values.get("role")
    if not by.may(Scope.ADMIN) and Role.ADMIN in {wanted, None if person is None else person.role}:
        return _NOT_AN_ADMIN
    if person is not None and not _sees_all_of(person, by):
        return _SEES_MORE
    if person is not None and person.id == by.id and values.keys() & {"role", "inboxes"}:
        return _OWN_RANK
    becomes = wanted or (None if person is None else person.role)
    sees = values.get("inboxes", None if person is None else person.inboxes)
    if becomes == Role.ADMIN and sees is not None:
        return _SEES_ALL
    if "inboxes" in values or person is None:
        refusal = await _why_not_inboxes(tx, values.get("inboxes"), by=by)
        if refusal is not None:
            return refusal
    if person is not None and wanted not in {None, Role.ADMIN}:
        return await why_not_without(tx, person)
    return None


def _sees_all_of(person: PersonRow, by: Principal) -> bool:
    """Whether ``by``, who may get into somebody's account, sees all that they do."""
    return by.inboxes is None or (
        person.inboxes is not None and by.inboxes.issuperset(person.inboxes)
    )


async def why_not_without(tx: AsyncConnection, person: PersonRow) -> LastAdmin | None:
    """Tell whether nobody is left to administer once this person no longer does."""
    if person.role != Role.ADMIN or await people.other_admins(tx, but=person.id):
        return None
    return LastAdmin()


async def has_team_elsewhere(tx: AsyncConnection, team_id: str, *, by: Principal) -> bool:
    """Whether a team is that of an inbox which ``by`` does not see, or gets what comes there."""
    if by.inboxes is None:
        return False
    every = await inboxes.list_all(tx)
    if any(row.team_id == team_id and not by.may_see(row.name) for row in every):
        return True
    team = await teams.get(tx, team_id)
    book = rulesfile.from_document((await rulebook.current(tx)).document).book
    return team is not None and (book is None or names_team(book, team.name, but=by.inboxes))


async def _why_not_inboxes(
    tx: AsyncConnection, names: tuple[str, ...] | None, *, by: Principal
) -> Refusal | None:
    if names is None:
        return None if by.inboxes is None else _NOT_YOUR_INBOX
    known = {inbox.name for inbox in await inboxes.list_all(tx)}
    for place, name in enumerate(names):
        if name not in known:
            return NoSuchInbox(place=place)
        if not by.may_see(name):
            return _NOT_YOUR_INBOX
    return None

"""What `gatewayd user` does while the daemon is stopped: in one transaction each."""

import os
from collections.abc import Awaitable, Callable
from typing import TypeVar

from pydantic import ValidationError
from sqlalchemy.ext.asyncio import AsyncConnection

from config.schema import Settings
from gatewayd.accounts.passwords import Passwords, why_unfit
from gatewayd.cli.client import Json
from gatewayd.cli.failure import CliError
from gatewayd.cli.offline import in_store
from gatewayd.clock import SystemClock
from gatewayd.http.models.staff import UserIn
from gatewayd.http.models.staff import user_json as as_json
from gatewayd.services import leaving
from gatewayd.services.inboxes import inbox_names
from gatewayd.services.links import MadeLink, create_first_admin_link, create_link_for
from gatewayd.services.ranks import why_not
from gatewayd.services.sessions import store_password
from gatewayd.services.tokens import Principal, PrincipalType, Scope
from storage import inboxes, people, teams
from storage.engine import Store
from storage.people import NewPerson, PersonRow, Taken

T = TypeVar("T")


def add(settings: Settings, body: Json) -> Json:
    """Add a person, and make the link by which they choose a password; raises CliError."""
    try:
        asked = UserIn.model_validate(body)
    except ValidationError as error:
        raise CliError(f"That is no person: {error.errors()[0]['msg']}.") from error
    person = NewPerson(
        name=asked.name,
        display_name=asked.display_name,
        role=asked.role.value,
        inboxes=None if asked.inboxes is None else tuple(asked.inboxes),
    )

    async def unit(tx: AsyncConnection) -> Json:
        now_ms = SystemClock().now_ms()
        await inboxes.seed(tx, inbox_names(settings), now_ms=now_ms)
        values = {"role": person.role, "inboxes": person.inboxes}
        if refusal := await why_not(tx, None, values, by=_administrator()):
            raise CliError(f"{body['name']} was not added: {refusal.detail}.")
        person_id = await people.create(tx, person, by=_somebody(), now_ms=now_ms)
        if isinstance(person_id, Taken):
            raise CliError(f"Another has the {person_id.field} {body['name']} already.")
        made = await _made_link(tx, person_id, now_ms=now_ms)
        return {**await _shown(tx, person_id, now_ms=now_ms), "path": made.path}

    return _run(settings, unit)


def list_all(settings: Settings) -> list[Json]:
    """List all, by name; raises CliError."""

    async def unit(tx: AsyncConnection) -> list[Json]:
        rows = await people.list_all(tx, now_ms=SystemClock().now_ms())
        return [as_json(row).model_dump(mode="json") for row in rows]

    return _run(settings, unit)


def link(settings: Settings, name: str) -> Json:
    """Make a one-time link; raises CliError."""

    async def unit(tx: AsyncConnection) -> Json:
        now_ms = SystemClock().now_ms()
        person = await _named(tx, name, now_ms=now_ms)
        return {"path": (await _made_link(tx, person.id, now_ms=now_ms)).path}

    return _run(settings, unit)


def first_admin_link(settings: Settings) -> str | None:
    """Make the first administrator's link, None where one can log in; raises CliError."""

    async def unit(tx: AsyncConnection) -> str | None:
        now_ms = SystemClock().now_ms()
        made = await create_first_admin_link(tx, by=_somebody(), now_ms=now_ms)
        return None if made is None else made.path

    return _run(settings, unit)


def suspend(settings: Settings, name: str, *, hand_to: str | None, note: str | None) -> int:
    """End somebody's access; give how many conversations were handed over. Raises CliError."""

    async def unit(tx: AsyncConnection) -> int:
        now_ms = SystemClock().now_ms()
        person = await _named(tx, name, now_ms=now_ms)
        heir = None if hand_to is None else await _heir(tx, hand_to, now_ms=now_ms)
        outcome = await leaving.suspend(
            tx, person.id, heir, note=note, by=_administrator(), now_ms=now_ms
        )
        if not isinstance(outcome, leaving.Gone):
            why = "nobody has this name" if outcome is None else outcome.detail
            raise CliError(f"{name} was not suspended: {why}.")
        return outcome.handed_over

    return _run(settings, unit)


def unsuspend(settings: Settings, name: str) -> None:
    """Let somebody work again; raises CliError."""

    async def unit(tx: AsyncConnection) -> None:
        now_ms = SystemClock().now_ms()
        person = await _named(tx, name, now_ms=now_ms)
        await leaving.unsuspend(tx, person.id, by=_administrator(), now_ms=now_ms)

    _run(settings, unit)


def set_password(settings: Settings, name: str, password: str) -> None:
    """Set somebody's password; raises CliError."""

    async def use(store: Store) -> None:
        hash_ = await Passwords().hash(password)

        async def unit(tx: AsyncConnection) -> None:
            now_ms = SystemClock().now_ms()
            person = await _named(tx, name, now_ms=now_ms)
            if why := why_unfit(password, own_words=(person.name, person.display_name)):
                raise CliError(f"This password {why}.")
            await store_password(tx, person.id, hash_, by=_somebody(), now_ms=now_ms)

        await store.shielded(unit)

    in_store(settings.gateway.data_dir, use)


async def _made_link(tx: AsyncConnection, person_id: str, *, now_ms: int) -> MadeLink:
    made = await create_link_for(tx, person_id, by=_somebody(), now_ms=now_ms)
    if made is None:
        raise CliError(
            "They are suspended.", advice="`gatewayd user unsuspend` lets them work again."
        )
    return made


async def _shown(tx: AsyncConnection, person_id: str, *, now_ms: int) -> Json:
    row = await people.get(tx, person_id, now_ms=now_ms)
    if row is None:
        raise LookupError(person_id)
    return as_json(row).model_dump(mode="json")


async def _named(tx: AsyncConnection, name: str, *, now_ms: int) -> PersonRow:
    person = await people.named(tx, name, now_ms=now_ms)
    if person is None:
        advice = "`gatewayd user list` shows who is there."
        raise CliError(f"Nobody is called {name}.", advice=advice)
    return person


async def _heir(tx: AsyncConnection, name: str, *, now_ms: int) -> str:
    for team in await teams.list_all(tx):
        if team.name == name:
            return team.id
    return (await _named(tx, name, now_ms=now_ms)).id


def _administrator() -> Principal:
    scopes = frozenset({Scope.ADMIN})
    return Principal(type=PrincipalType.LOCAL, id=_somebody(), name="setup", scopes=scopes)


def _somebody() -> str:
    return f"uid:{os.geteuid()}"


def _run(settings: Settings, unit: Callable[[AsyncConnection], Awaitable[T]]) -> T:
    return in_store(settings.gateway.data_dir, lambda store: store.shielded(unit))

"""Owns the people who work with the inboxes, and when they are away. Knows no log-in."""

from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import delete, func, insert, or_, select, update
from sqlalchemy.engine import RowMapping
from sqlalchemy.ext.asyncio import AsyncConnection

from storage import changes
from storage.editing import Edit, edit
from storage.ids import Prefix, new_id
from storage.schema import absences, conversations, people, team_members


class PersonState(StrEnum):
    """Whether a person works here."""

    ACTIVE = "active"
    SUSPENDED = "suspended"
    """They can do nothing and are given nothing; what they did stays theirs."""


class AbsenceKind(StrEnum):
    """Why somebody is not there."""

    AWAY = "away"
    BREAK = "break"
    SICK = "sick"
    VACATION = "vacation"
    LEFT = "left"


@dataclass(frozen=True, slots=True, kw_only=True)
class NewPerson:
    """A person; None is as the configuration says, or not known.

    ``phone`` is their own, in its one spelling; ``shifts`` in ``opening_hours``. ``delegate_id``
    has their work where an absence names nobody. ``inboxes`` None: all; ``notify`` None: by all.
    ``signature`` is a template of their own.
    """

    name: str
    display_name: str
    language: str | None = None
    phone: str | None = None
    shifts: str | None = None
    delegate_id: str | None = None
    role: str = "agent"
    inboxes: tuple[str, ...] | None = None
    email: str | None = None
    notify: tuple[str, ...] | None = None
    signature: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NewAbsence:
    """A time away; ``until_ms`` None: nobody knows. ``delegate_id`` has their work meanwhile."""

    kind: AbsenceKind
    from_ms: int
    until_ms: int | None = None
    delegate_id: str | None = None
    note: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AbsenceRow(NewAbsence):
    """As stored."""

    id: str
    person_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonRow(NewPerson):
    """As stored, with the teams they are in and the absences that are not over."""

    id: str
    state: PersonState
    team_ids: tuple[str, ...]
    absences: tuple[AbsenceRow, ...]
    version: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """Somebody else has this ``field`` of this value."""

    field: str


_HIDDEN = {"created_at_ms", "updated_at_ms"}
_COLUMNS = tuple(column for column in people.c if column.name not in _HIDDEN)
_ABSENCE_COLUMNS = tuple(column for column in absences.c if column.name != "created_at_ms")


async def create(tx: AsyncConnection, person: NewPerson, *, by: str, now_ms: int) -> str | Taken:
    """Add a person; give their id."""
    taken = await _taken(tx, asdict(person), but=None)
    if taken is not None:
        return taken
    person_id = new_id(Prefix.PERSON, now_ms=now_ms)
    row = {**asdict(person), "created_at_ms": now_ms, "updated_at_ms": now_ms}
    await tx.execute(
        insert(people), {"id": person_id, "version": 1, "state": PersonState.ACTIVE.value, **row}
    )
    await _tell(tx, "created", person_id, by=by, now_ms=now_ms, role=person.role)
    return person_id


async def change(
    tx: AsyncConnection,
    person_id: str,
    values: Mapping[str, Any],
    *,
    version: int | None,
    by: str,
    now_ms: int,
) -> Edit | Taken:
    """Set what is given of a person."""
    taken = await _taken(tx, values, but=person_id)
    if taken is not None:
        return taken
    row = people.c.id == person_id
    outcome = await edit(tx, people, row, values, version=version, now_ms=now_ms)
    if outcome is Edit.DONE:
        told = {name: values[name] for name in ("role", "inboxes") if name in values}
        await _tell(tx, "updated", person_id, by=by, now_ms=now_ms, **told)
    return outcome


async def _taken(
    tx: AsyncConnection, values: Mapping[str, Any], *, but: str | None
) -> Taken | None:
    for field in ("name", "phone"):
        value = values.get(field)
        if value is None:
            continue
        owner = select(people.c.id).where(people.c[field] == value, people.c.id != (but or ""))
        if (await tx.execute(owner)).first() is not None:
            return Taken(field=field)
    return None


async def get(tx: AsyncConnection, person_id: str, *, now_ms: int) -> PersonRow | None:
    """Read one."""
    found = await list_all(tx, now_ms=now_ms, ids=[person_id])
    return found[0] if found else None


async def roles_at(tx: AsyncConnection, email: str) -> list[str]:
    """List the roles of those who work here and have this address."""
    theirs = func.lower(people.c.email) == email.lower()
    query = select(people.c.role).where(theirs, people.c.state == PersonState.ACTIVE)
    return list((await tx.execute(query)).scalars())


async def named(tx: AsyncConnection, name: str, *, now_ms: int) -> PersonRow | None:
    """Read one by the name that rules use."""
    query = select(people.c.id).where(people.c.name == name)
    person_id = (await tx.execute(query)).scalar_one_or_none()
    return None if person_id is None else await get(tx, person_id, now_ms=now_ms)


async def list_all(
    tx: AsyncConnection, *, now_ms: int, ids: Collection[str] | None = None
) -> list[PersonRow]:
    """List all, or these, by name."""
    query = select(*_COLUMNS).order_by(people.c.name)
    if ids is not None:
        query = query.where(people.c.id.in_(ids))
    rows = list((await tx.execute(query)).mappings())
    in_teams: dict[str, list[str]] = {}
    members = select(team_members).order_by(team_members.c.team_id)
    for member in await tx.execute(members):
        in_teams.setdefault(member.person_id, []).append(member.team_id)
    away: dict[str, list[AbsenceRow]] = {}
    for absence in await _not_over(tx, now_ms):
        away.setdefault(absence.person_id, []).append(absence)
    return [
        _person(row, (*in_teams.get(row["id"], ()),), (*away.get(row["id"], ()),)) for row in rows
    ]


def _person(
    row: RowMapping, team_ids: tuple[str, ...], absences_: tuple[AbsenceRow, ...]
) -> PersonRow:
    lists = {
        name: None if row[name] is None else tuple(row[name]) for name in ("inboxes", "notify")
    }
    state = PersonState(row["state"])
    return PersonRow(
        **{**row, **lists, "state": state, "team_ids": team_ids, "absences": absences_}
    )


async def _not_over(tx: AsyncConnection, now_ms: int) -> list[AbsenceRow]:
    query = (
        select(*_ABSENCE_COLUMNS)
        .where(or_(absences.c.until_ms.is_(None), absences.c.until_ms > now_ms))
        .order_by(absences.c.from_ms, absences.c.id)
    )
    return [_absence(row) for row in (await tx.execute(query)).mappings()]


async def absences_of(tx: AsyncConnection, person_id: str) -> list[AbsenceRow]:
    """List all of a person, the newest first, also those that are over."""
    query = (
        select(*_ABSENCE_COLUMNS)
        .where(absences.c.person_id == person_id)
        .order_by(absences.c.from_ms.desc(), absences.c.id.desc())
    )
    return [_absence(row) for row in (await tx.execute(query)).mappings()]


async def unknown_of(tx: AsyncConnection, ids: Collection[str]) -> list[str]:
    """Give those of these ids that no person has."""
    known = set((await tx.execute(select(people.c.id).where(people.c.id.in_(ids)))).scalars())
    return [one for one in ids if one not in known]


async def can_be_given(tx: AsyncConnection, person_id: str, conversation_id: str) -> bool:
    """Whether somebody works here and sees the inbox of a conversation; so where there is none."""
    query = select(people.c.inboxes).where(
        people.c.id == person_id, people.c.state == PersonState.ACTIVE.value
    )
    person = (await tx.execute(query)).one_or_none()
    if person is None:
        return False
    of_it = select(conversations.c.inbox).where(conversations.c.id == conversation_id)
    inbox = (await tx.execute(of_it)).scalar_one_or_none()
    return inbox is None or person.inboxes is None or inbox in person.inboxes


async def other_admins(tx: AsyncConnection, *, but: str) -> bool:
    """Whether there are active administrators beside this one."""
    query = select(people.c.id).where(
        people.c.role == "admin", people.c.state == PersonState.ACTIVE.value, people.c.id != but
    )
    return (await tx.execute(query.limit(1))).first() is not None


async def add_absence(
    tx: AsyncConnection, person_id: str, absence: NewAbsence, *, by: str, now_ms: int
) -> AbsenceRow:
    """Note that a person, who there is, is or will be away; give it as stored."""
    row = AbsenceRow(
        id=new_id(Prefix.ABSENCE, now_ms=now_ms), person_id=person_id, **asdict(absence)
    )
    await tx.execute(insert(absences), {**asdict(row), "created_at_ms": now_ms})
    await _raise_version(tx, person_id, now_ms=now_ms)
    await _tell(tx, "updated", person_id, by=by, now_ms=now_ms, absence=row.id)
    return row


async def end_absence(
    tx: AsyncConnection, person_id: str, absence_id: str, *, by: str, now_ms: int
) -> bool:
    """Let a person be back; what has not begun is taken back. False: no such, or over already."""
    this = (absences.c.id == absence_id, absences.c.person_id == person_id)
    gone = await tx.execute(delete(absences).where(*this, absences.c.from_ms > now_ms))
    ended = gone.rowcount == 1
    if not ended:
        lasts = or_(absences.c.until_ms.is_(None), absences.c.until_ms > now_ms)
        cut = await tx.execute(update(absences).where(*this, lasts).values(until_ms=now_ms))
        ended = cut.rowcount == 1
    if ended:
        await _raise_version(tx, person_id, now_ms=now_ms)
        await _tell(tx, "updated", person_id, by=by, now_ms=now_ms, absence=absence_id)
    return ended


async def tell_password_changed(
    tx: AsyncConnection, person_id: str, *, by: str, now_ms: int
) -> None:
    """Note in the journal that a person has another password."""
    await _tell(tx, "updated", person_id, by=by, now_ms=now_ms, changed="password")


async def _raise_version(tx: AsyncConnection, person_id: str, *, now_ms: int) -> None:
    """A person is another from when their absences are."""
    await edit(tx, people, people.c.id == person_id, {}, version=None, now_ms=now_ms)


def _absence(row: RowMapping) -> AbsenceRow:
    return AbsenceRow(**{**row, "kind": AbsenceKind(row["kind"])})


async def _tell(
    tx: AsyncConnection, what: str, person_id: str, *, by: str, now_ms: int, **more: changes.Json
) -> None:
    data: dict[str, changes.Json] = {"id": person_id, "by": by, **more}
    await changes.record(tx, f"user.{what}", now_ms=now_ms, subject=person_id, data=data)

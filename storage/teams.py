"""Owns the teams and who is in them."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from sqlalchemy import delete, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from storage import changes
from storage.editing import Edit, edit
from storage.ids import Prefix, new_id
from storage.people import Taken
from storage.schema import team_members, teams


@dataclass(frozen=True, slots=True, kw_only=True)
class TeamRow:
    """A team and its members' ids."""

    id: str
    name: str
    display_name: str
    member_ids: tuple[str, ...]
    version: int


async def create(
    tx: AsyncConnection,
    *,
    name: str,
    display_name: str,
    member_ids: Collection[str],
    by: str,
    now_ms: int,
) -> str | Taken:
    """Add a team of people whom there are; give its id."""
    if await _is_taken(tx, name, but=None):
        return Taken(field="name")
    team_id = new_id(Prefix.TEAM, now_ms=now_ms)
    row = {"name": name, "display_name": display_name, "version": 1}
    times = {"created_at_ms": now_ms, "updated_at_ms": now_ms}
    await tx.execute(insert(teams), {"id": team_id, **row, **times})
    await _set_members(tx, team_id, member_ids)
    await _tell(tx, "created", team_id, by=by, now_ms=now_ms)
    return team_id


async def change(
    tx: AsyncConnection,
    team_id: str,
    values: Mapping[str, str],
    *,
    member_ids: Collection[str] | None,
    version: int | None,
    by: str,
    now_ms: int,
) -> Edit | Taken:
    """Set what is given of a team; ``member_ids`` None leaves them."""
    if "name" in values and await _is_taken(tx, values["name"], but=team_id):
        return Taken(field="name")
    row = teams.c.id == team_id
    outcome = await edit(tx, teams, row, values, version=version, now_ms=now_ms)
    if outcome is Edit.DONE:
        if member_ids is not None:
            await tx.execute(delete(team_members).where(team_members.c.team_id == team_id))
            await _set_members(tx, team_id, member_ids)
        await _tell(tx, "updated", team_id, by=by, now_ms=now_ms)
    return outcome


async def _is_taken(tx: AsyncConnection, name: str, *, but: str | None) -> bool:
    query = select(teams.c.id).where(teams.c.name == name, teams.c.id != (but or ""))
    return (await tx.execute(query)).first() is not None


async def _set_members(tx: AsyncConnection, team_id: str, member_ids: Collection[str]) -> None:
    for person_id in dict.fromkeys(member_ids):
        await tx.execute(insert(team_members), {"team_id": team_id, "person_id": person_id})


async def list_all(tx: AsyncConnection) -> list[TeamRow]:
    """List all, by name."""
    members: dict[str, tuple[str, ...]] = {}
    query = select(team_members).order_by(team_members.c.person_id)
    for member in await tx.execute(query):
        members[member.team_id] = (*members.get(member.team_id, ()), member.person_id)
    rows = await tx.execute(select(teams).order_by(teams.c.name))
    return [
        TeamRow(
            id=row.id,
            name=row.name,
            display_name=row.display_name,
            member_ids=members.get(row.id, ()),
            version=row.version,
        )
        for row in rows
    ]


async def get(tx: AsyncConnection, team_id: str) -> TeamRow | None:
    """Read one."""
    return next((team for team in await list_all(tx) if team.id == team_id), None)


async def _tell(tx: AsyncConnection, what: str, team_id: str, *, by: str, now_ms: int) -> None:
    data: dict[str, changes.Json] = {"id": team_id, "by": by}
    await changes.record(tx, f"team.{what}", now_ms=now_ms, subject=team_id, data=data)

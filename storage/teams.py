"""Owns the teams and who is in them."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from sqlalchemy import Table, delete, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from storage import changes
from storage.editing import Edit, edit
from storage.ids import Prefix, new_id
from storage.people import Taken
from storage.schema import team_members, team_on_call, teams


@dataclass(frozen=True, slots=True, kw_only=True)
class TeamRow:
    """A team; the ids of its members, and of who is on call, in the order in which one asks."""

    id: str
    name: str
    display_name: str
    member_ids: tuple[str, ...]
    on_call_ids: tuple[str, ...]
    version: int


async def create(
    tx: AsyncConnection,
    *,
    name: str,
    display_name: str,
    member_ids: Collection[str],
    on_call_ids: Collection[str],
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
    await _insert(tx, team_members, team_id, member_ids)
    await _insert(tx, team_on_call, team_id, on_call_ids)
    await _tell(tx, "created", team_id, by=by, now_ms=now_ms)
    return team_id


async def change(
    tx: AsyncConnection,
    team_id: str,
    values: Mapping[str, str],
    *,
    member_ids: Collection[str] | None,
    on_call_ids: Collection[str] | None,
    version: int | None,
    by: str,
    now_ms: int,
) -> Edit | Taken:
    """Set what is given of a team; None leaves members, or who is on call."""
    if "name" in values and await _is_taken(tx, values["name"], but=team_id):
        return Taken(field="name")
    row = teams.c.id == team_id
    outcome = await edit(tx, teams, row, values, version=version, now_ms=now_ms)
    if outcome is Edit.DONE:
        for table, ids in ((team_members, member_ids), (team_on_call, on_call_ids)):
            if ids is not None:
                await tx.execute(delete(table).where(table.c.team_id == team_id))
                await _insert(tx, table, team_id, ids)
        await _tell(tx, "updated", team_id, by=by, now_ms=now_ms)
    return outcome


async def _is_taken(tx: AsyncConnection, name: str, *, but: str | None) -> bool:
    query = select(teams.c.id).where(teams.c.name == name, teams.c.id != (but or ""))
    return (await tx.execute(query)).first() is not None


async def _insert(tx: AsyncConnection, table: Table, team_id: str, ids: Collection[str]) -> None:
    for place, person_id in enumerate(dict.fromkeys(ids), start=1):
        row = {"team_id": team_id, "person_id": person_id, "place": place}
        await tx.execute(insert(table), row)


async def list_all(tx: AsyncConnection) -> list[TeamRow]:
    """List all, by name."""
    members, on_call = await _people_of(tx, team_members), await _people_of(tx, team_on_call)
    rows = await tx.execute(select(teams).order_by(teams.c.name))
    return [
        TeamRow(
            id=row.id,
            name=row.name,
            display_name=row.display_name,
            member_ids=members.get(row.id, ()),
            on_call_ids=on_call.get(row.id, ()),
            version=row.version,
        )
        for row in rows
    ]


async def _people_of(tx: AsyncConnection, table: Table) -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for row in await tx.execute(select(table).order_by(table.c.team_id, table.c.place)):
        found[row.team_id] = (*found.get(row.team_id, ()), row.person_id)
    return found


async def get(tx: AsyncConnection, team_id: str) -> TeamRow | None:
    """Read one."""
    return next((team for team in await list_all(tx) if team.id == team_id), None)


async def _tell(tx: AsyncConnection, what: str, team_id: str, *, by: str, now_ms: int) -> None:
    data: dict[str, changes.Json] = {"id": team_id, "by": by}
    await changes.record(tx, f"team.{what}", now_ms=now_ms, subject=team_id, data=data)

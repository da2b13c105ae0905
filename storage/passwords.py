"""Owns the hashes of passwords. Knows not how they are made."""

from dataclasses import dataclass

from sqlalchemy import ColumnElement, exists, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.schema import passwords, people


@dataclass(frozen=True, slots=True, kw_only=True)
class Credential:
    """What a log-in is held against; ``hash`` None: they have set no password yet."""

    person_id: str
    state: str
    hash: str | None


async def of_name(tx: AsyncConnection, name: str) -> Credential | None:
    """Read what there is of the person with this name."""
    return await _credential(tx, people.c.name == name)


async def of_person(tx: AsyncConnection, person_id: str) -> Credential | None:
    """Read what there is of one person."""
    return await _credential(tx, people.c.id == person_id)


async def _credential(tx: AsyncConnection, who: ColumnElement[bool]) -> Credential | None:
    query = (
        select(people.c.id.label("person_id"), people.c.state, passwords.c.hash)
        .outerjoin(passwords, passwords.c.person_id == people.c.id)
        .where(who)
    )
    row = (await tx.execute(query)).mappings().one_or_none()
    return None if row is None else Credential(**row)


async def store(tx: AsyncConnection, person_id: str, hash_: str, *, now_ms: int) -> None:
    """Set a person's hash, whether they had one or not."""
    values = {"hash": hash_, "set_at_ms": now_ms}
    theirs = update(passwords).where(passwords.c.person_id == person_id)
    if (await tx.execute(theirs.values(values))).rowcount == 0:
        await tx.execute(insert(passwords), {"person_id": person_id, **values})


async def exchange(tx: AsyncConnection, person_id: str, *, old: str, new: str) -> bool:
    """Put a stronger hash of the same password in place of ``old``; false where it is another."""
    guarded = update(passwords).where(passwords.c.person_id == person_id, passwords.c.hash == old)
    return (await tx.execute(guarded.values(hash=new))).rowcount == 1


async def an_admin_has_one(tx: AsyncConnection) -> bool:
    """Whether some active administrator can log in."""
    admin = exists().where(
        people.c.id == passwords.c.person_id,
        people.c.role == "admin",
        people.c.state == "active",
    )
    return (
        await tx.execute(select(passwords.c.person_id).where(admin).limit(1))
    ).first() is not None

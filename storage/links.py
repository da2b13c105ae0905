"""Owns one-time links: digests of secrets, never a secret."""

from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from storage import changes
from storage.ids import Prefix, new_id
from storage.schema import links


class LinkPurpose(StrEnum):
    """What a one-time link is for."""

    FIRST_ADMIN = "first_admin"
    """Whoever has it becomes the first administrator."""
    INVITE = "invite"
    """A person sets their first password."""
    RESET = "reset"
    """A person sets another password."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkRow:
    """A link as stored. Times are UTC milliseconds."""

    id: str
    person_id: str | None
    purpose: LinkPurpose
    created_by: str
    created_at_ms: int
    expires_at_ms: int


_SHOWN = tuple(column for column in links.c if column.name not in {"digest", "used_at_ms"})


async def create(
    tx: AsyncConnection,
    *,
    digest: bytes,
    purpose: LinkPurpose,
    person_id: str | None,
    expires_at_ms: int,
    by: str,
    now_ms: int,
) -> LinkRow:
    """Make one; those made before for the same person, or for the first administrator, end."""
    await end_for(tx, person_id, now_ms=now_ms)
    row = LinkRow(
        id=new_id(Prefix.LINK, now_ms=now_ms),
        person_id=person_id,
        purpose=purpose,
        created_by=by,
        created_at_ms=now_ms,
        expires_at_ms=expires_at_ms,
    )
    values = {name: getattr(row, name) for name in LinkRow.__dataclass_fields__}
    await tx.execute(insert(links), {**values, "digest": digest, "used_at_ms": None})
    facts = {"id": row.id, "person_id": person_id, "purpose": purpose.value, "by": by}
    await changes.record(tx, "link.created", now_ms=now_ms, subject=person_id or row.id, data=facts)
    return row


async def find(tx: AsyncConnection, digest: bytes, *, now_ms: int) -> LinkRow | None:
    """Find a link that can still be used."""
    query = select(*_SHOWN).where(
        links.c.digest == digest, links.c.used_at_ms.is_(None), links.c.expires_at_ms > now_ms
    )
    row = (await tx.execute(query)).mappings().one_or_none()
    return None if row is None else LinkRow(**{**row, "purpose": LinkPurpose(row["purpose"])})


async def use(tx: AsyncConnection, link: LinkRow, *, now_ms: int) -> bool:
    """Use one up; false when somebody else was quicker."""
    used = await tx.execute(
        update(links)
        .where(links.c.id == link.id, links.c.used_at_ms.is_(None))
        .values(used_at_ms=now_ms)
    )
    if used.rowcount != 1:
        return False
    facts = {
        "id": link.id,
        "person_id": link.person_id,
        "purpose": link.purpose.value,
        "by": link.person_id or link.id,
    }
    await changes.record(
        tx, "link.used", now_ms=now_ms, subject=link.person_id or link.id, data=facts
    )
    return True


async def end_for(tx: AsyncConnection, person_id: str | None, *, now_ms: int) -> None:
    """End the links of a person that can still be used; None: those of the first administrator."""
    whose = links.c.person_id.is_(None) if person_id is None else links.c.person_id == person_id
    unused = update(links).where(whose, links.c.used_at_ms.is_(None))
    await tx.execute(unused.values(used_at_ms=now_ms))

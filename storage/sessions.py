"""Owns the sessions of people: digests of secrets, never a secret. An ended session is a row gone.

Knows no cookie and no time limits: callers say when a session expires.
"""

from dataclasses import dataclass

from sqlalchemy import bindparam, delete, insert, select, update
from sqlalchemy.engine import RowMapping
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.ids import Prefix, new_id
from storage.schema import people, sessions

_ACTIVE = "active"


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionRow:
    """A session as stored. Times are UTC milliseconds."""

    id: str
    person_id: str
    created_at_ms: int
    last_used_at_ms: int
    expires_at_ms: int
    address: str
    user_agent: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Holder:
    """Whose session it is, as they are now."""

    session: SessionRow
    name: str
    display_name: str
    role: str
    inboxes: tuple[str, ...] | None
    """Null: all."""


_SHOWN = tuple(column for column in sessions.c if column.name != "digest")
_HOLDER = (
    select(*_SHOWN, people.c.name, people.c.display_name, people.c.role, people.c.inboxes)
    .join(people, people.c.id == sessions.c.person_id)
    .where(
        sessions.c.digest == bindparam("of_digest"),
        sessions.c.expires_at_ms > bindparam("now"),
        people.c.state == _ACTIVE,
    )
)
_TOUCH = (
    update(sessions)
    .where(sessions.c.id == bindparam("session"))
    .values(last_used_at_ms=bindparam("now"), expires_at_ms=bindparam("until"))
)


async def start(
    tx: AsyncConnection,
    *,
    digest: bytes,
    person_id: str,
    expires_at_ms: int,
    address: str,
    user_agent: str,
    now_ms: int,
) -> SessionRow:
    """Begin one, and forget those that have expired."""
    await tx.execute(delete(sessions).where(sessions.c.expires_at_ms <= now_ms))
    row = SessionRow(
        id=new_id(Prefix.SESSION, now_ms=now_ms),
        person_id=person_id,
        created_at_ms=now_ms,
        last_used_at_ms=now_ms,
        expires_at_ms=expires_at_ms,
        address=address,
        user_agent=user_agent,
    )
    values = {name: getattr(row, name) for name in SessionRow.__dataclass_fields__}
    await tx.execute(insert(sessions), {"digest": digest, **values})
    return row


async def find(tx: AsyncConnection, digest: bytes, *, now_ms: int) -> Holder | None:
    """Find whose secret has this digest; None where it has ended, or they are suspended."""
    found = await tx.execute(_HOLDER, {"of_digest": digest, "now": now_ms})
    row = found.mappings().one_or_none()
    if row is None:
        return None
    return Holder(
        session=_session(row),
        name=row["name"],
        display_name=row["display_name"],
        role=row["role"],
        inboxes=None if row["inboxes"] is None else tuple(row["inboxes"]),
    )


async def touch(tx: AsyncConnection, session_id: str, *, expires_at_ms: int, now_ms: int) -> None:
    """Note that a session is used, and until when it lasts for that."""
    values = {"session": session_id, "now": now_ms, "until": expires_at_ms}
    await tx.execute(_TOUCH, values)


async def of_person(tx: AsyncConnection, person_id: str, *, now_ms: int) -> list[SessionRow]:
    """List those of a person that last, the newest first."""
    query = (
        select(*_SHOWN)
        .where(sessions.c.person_id == person_id, sessions.c.expires_at_ms > now_ms)
        .order_by(sessions.c.created_at_ms.desc(), sessions.c.id.desc())
    )
    return [_session(row) for row in (await tx.execute(query)).mappings()]


async def end(tx: AsyncConnection, session_id: str, *, person_id: str) -> bool:
    """End one of a person's; false when it had ended."""
    this = (sessions.c.id == session_id, sessions.c.person_id == person_id)
    return (await tx.execute(delete(sessions).where(*this))).rowcount == 1


async def end_all(tx: AsyncConnection, person_id: str, *, but: str | None = None) -> int:
    """End all of a person's, but perhaps one; give how many."""
    theirs = delete(sessions).where(sessions.c.person_id == person_id, sessions.c.id != (but or ""))
    return (await tx.execute(theirs)).rowcount


def _session(row: RowMapping) -> SessionRow:
    return SessionRow(**{name: row[name] for name in SessionRow.__dataclass_fields__})

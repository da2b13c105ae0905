"""Owns whose a conversation was that others have because that person is not there."""

from dataclasses import dataclass

from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.schema import conversations, stand_ins


@dataclass(frozen=True, slots=True, kw_only=True)
class StandInRow:
    """Whose it was, and whether those still have it who were given it."""

    conversation_id: str
    inbox: str
    person_id: str
    state: str
    still_given: bool


async def note(
    tx: AsyncConnection,
    conversation_id: str,
    *,
    person_id: str,
    given_person_id: str | None,
    given_team_id: str | None,
    now_ms: int,
) -> None:
    """Note that a person's conversation is given to others; it stays the first one's."""
    given = {
        "given_person_id": given_person_id,
        "given_team_id": given_team_id,
        "at_ms": now_ms,
    }
    this = stand_ins.c.conversation_id == conversation_id
    passed_on = await tx.execute(
        update(stand_ins).where(this, stand_ins.c.given_person_id == person_id).values(given)
    )
    if passed_on.rowcount == 1:
        return
    await tx.execute(delete(stand_ins).where(this))
    row = {"conversation_id": conversation_id, "person_id": person_id}
    await tx.execute(insert(stand_ins), row | given)


async def mark(tx: AsyncConnection) -> tuple[int, int]:
    """Tell what is another when one was noted since; cheap while there are few."""
    query = select(func.count(), func.coalesce(func.max(stand_ins.c.at_ms), 0))
    (number, newest_ms) = (await tx.execute(query)).one()
    return number, newest_ms


async def list_all(tx: AsyncConnection) -> list[StandInRow]:
    """List all, by conversation."""
    query = (
        select(
            stand_ins,
            conversations.c.inbox,
            conversations.c.state,
            conversations.c.person_id.label("has_person_id"),
            conversations.c.team_id.label("has_team_id"),
        )
        .join(conversations, conversations.c.id == stand_ins.c.conversation_id)
        .order_by(stand_ins.c.conversation_id)
    )
    return [
        StandInRow(
            conversation_id=row.conversation_id,
            inbox=row.inbox,
            person_id=row.person_id,
            state=row.state,
            still_given=(row.has_person_id, row.has_team_id)
            == (row.given_person_id, row.given_team_id),
        )
        for row in await tx.execute(query)
    ]


async def forget(tx: AsyncConnection, conversation_id: str) -> None:
    """Let it be nobody else's any more."""
    await tx.execute(delete(stand_ins).where(stand_ins.c.conversation_id == conversation_id))

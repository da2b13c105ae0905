"""Owns what ends when somebody stops working here, and what of theirs is handed on.

Nothing of theirs is deleted: messages, notes and statistics stay under their name.
"""

from dataclasses import dataclass

from sqlalchemy import delete, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from storage import changes, links, sessions
from storage.conversations.states import ConversationState
from storage.people import PersonState
from storage.schema import conversations, inboxes, people, team_on_call, tokens


@dataclass(frozen=True, slots=True, kw_only=True)
class Left:
    """A conversation that somebody had; ``team_id`` is the team of its inbox."""

    id: str
    inbox: str
    team_id: str | None


async def set_state(
    tx: AsyncConnection, person_id: str, state: PersonState, *, by: str, now_ms: int
) -> bool:
    """Suspend somebody or let them work again; false where they are so already, or nobody."""
    changed = await tx.execute(
        update(people)
        .where(people.c.id == person_id, people.c.state != state.value)
        .values(state=state.value, version=people.c.version + 1, updated_at_ms=now_ms)
    )
    if changed.rowcount != 1:
        return False
    what = "suspended" if state is PersonState.SUSPENDED else "unsuspended"
    facts = {"id": person_id, "by": by}
    await changes.record(tx, f"user.{what}", now_ms=now_ms, subject=person_id, data=facts)
    return True


async def end_access(tx: AsyncConnection, person_id: str, *, now_ms: int) -> list[str]:
    """End sessions, links and tokens of a person, and their turns on call; give the tokens' ids."""
    await sessions.end_all(tx, person_id)
    await links.end_for(tx, person_id, now_ms=now_ms)
    await tx.execute(delete(team_on_call).where(team_on_call.c.person_id == person_id))
    theirs = (tokens.c.person_id == person_id, tokens.c.revoked_at_ms.is_(None))
    ids = list((await tx.execute(select(tokens.c.id).where(*theirs))).scalars())
    await tx.execute(update(tokens).where(*theirs).values(revoked_at_ms=now_ms))
    return ids


async def unfinished_of(tx: AsyncConnection, person_id: str) -> list[Left]:
    """List what a person has that is not closed, the oldest first."""
    query = (
        select(conversations.c.id, conversations.c.inbox, inboxes.c.team_id)
        .outerjoin(inboxes, inboxes.c.name == conversations.c.inbox)
        .where(
            conversations.c.person_id == person_id,
            conversations.c.state != ConversationState.CLOSED,
        )
        .order_by(conversations.c.id)
    )
    return [Left(**row) for row in (await tx.execute(query)).mappings()]

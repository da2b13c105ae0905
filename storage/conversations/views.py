"""Owns the lists that people work with: which conversations are in each, and how many. Reads only.

A count stops at ``MOST_COUNTED``: what is beyond is "more", and costs nothing.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import ColumnElement, false, func, literal, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.conversations import mentions
from storage.conversations.states import ConversationState
from storage.schema import (
    IS_BLOCKED,
    IS_UNASSIGNED,
    IS_WAITED_FOR,
    WAIT_IS_OPEN,
    contacts,
    conversations,
    waits,
)

MOST_COUNTED = 1000


class View(StrEnum):
    """A list that people work with."""

    MINE = "mine"
    """What the asking person has, and is not closed."""
    UNASSIGNED = "unassigned"
    """What nobody has, and is not closed."""
    TEAM = "team"
    """What one of the asking person's teams has, and is not closed."""
    MENTIONS = "mentions"
    """Where a note mentions the asking person, and is not closed; counted is what they have not
    seen of it."""
    WAITING = "waiting"
    """Where a customer waits for an answer, and it does not sleep."""
    DUE_SOON = "due_soon"
    """Where an answer is due soon, and not overdue."""
    OVERDUE = "overdue"
    SNOOZED = "snoozed"
    CLOSED = "closed"
    ALL = "all"


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """A view as somebody sees it now."""

    view: View
    person_id: str | None
    team_ids: tuple[str, ...]
    now_ms: int


def conditions(seen: Seen) -> list[ColumnElement[bool]]:
    """Tell what a conversation of the view is like."""
    return _LIKE[seen.view](seen)


def _mine(seen: Seen) -> list[ColumnElement[bool]]:
    if seen.person_id is None:  # a program: to have nobody is not to have a program
        return [false()]
    return [conversations.c.person_id == seen.person_id, _IS_NOT_CLOSED]


def _teams(seen: Seen) -> list[ColumnElement[bool]]:
    return [conversations.c.team_id.in_(seen.team_ids), _IS_NOT_CLOSED]


def _mentions(seen: Seen) -> list[ColumnElement[bool]]:
    return [mentions.is_mentioned(seen.person_id), _IS_NOT_CLOSED]


def _mentions_unseen(seen: Seen) -> list[ColumnElement[bool]]:
    return [mentions.is_unseen(seen.person_id), _IS_NOT_CLOSED]


def _due_soon(seen: Seen) -> list[ColumnElement[bool]]:
    soon = waits.c.due_soon_at_ms <= seen.now_ms
    return [_waits(soon, or_(waits.c.due_at_ms.is_(None), waits.c.due_at_ms > seen.now_ms))]


def _overdue(seen: Seen) -> list[ColumnElement[bool]]:
    return [_waits(waits.c.due_at_ms <= seen.now_ms)]


def _waits(*like: ColumnElement[bool]) -> ColumnElement[bool]:
    return conversations.c.id.in_(select(waits.c.conversation_id).where(WAIT_IS_OPEN, *like))


_IS_NOT_CLOSED = conversations.c.state != ConversationState.CLOSED
_IS_SNOOZED = conversations.c.state == ConversationState.SNOOZED
_IS_CLOSED = conversations.c.state == ConversationState.CLOSED
_LIKE: Mapping[View, Callable[[Seen], list[ColumnElement[bool]]]] = {
    View.MINE: _mine,
    View.UNASSIGNED: lambda _: [IS_UNASSIGNED],
    View.TEAM: _teams,
    View.MENTIONS: _mentions,
    View.WAITING: lambda _: [IS_WAITED_FOR],
    View.DUE_SOON: _due_soon,
    View.OVERDUE: _overdue,
    View.SNOOZED: lambda _: [_IS_SNOOZED],
    View.CLOSED: lambda _: [_IS_CLOSED],
    View.ALL: lambda _: [],
}

COUNTED = (
    View.MINE,
    View.UNASSIGNED,
    View.TEAM,
    View.MENTIONS,
    View.WAITING,
    View.DUE_SOON,
    View.OVERDUE,
    View.SNOOZED,
)
"""What is over, or is everything, is not worth counting at each look."""


async def counts(
    tx: AsyncConnection,
    *,
    person_id: str | None,
    team_ids: tuple[str, ...],
    inboxes: Collection[str] | None,
    now_ms: int,
) -> Mapping[View, int]:
    """Count each view, in these inboxes or (None) in all, in one query."""
    found = []
    for view in COUNTED:
        seen = Seen(view=view, person_id=person_id, team_ids=team_ids, now_ms=now_ms)
        like = _mentions_unseen(seen) if view is View.MENTIONS else conditions(seen)
        if inboxes is not None:
            # As an expression it has no index: SQLite would go through all of an inbox by it.
            like.append((conversations.c.inbox + "").in_(inboxes))
        blocked = select(contacts.c.id).where(IS_BLOCKED)
        rows = (
            select(literal(1))
            .where(*like, conversations.c.contact_id.not_in(blocked))
            .limit(MOST_COUNTED)
            .subquery()
        )
        found.append(select(func.count()).select_from(rows).scalar_subquery().label(view.value))
    row = (await tx.execute(select(*found))).mappings().one()
    return {view: row[view.value] for view in COUNTED}

"""Owns reading conversations: one, pages by filter, and pages of a timeline. Writes nothing."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, bindparam, select
from sqlalchemy.engine import RowMapping
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.conversations import views
from storage.conversations.reads import is_unread
from storage.conversations.states import ConversationState
from storage.conversations.timeline import Author, EntryKind
from storage.conversations.views import Seen
from storage.errors import CursorExpired
from storage.ids import Prefix
from storage.opting_out import OPTED_OUT_MS, wants_nothing
from storage.schema import (
    IS_BLOCKED,
    IS_UNANSWERED,
    IS_WAITED_FOR,
    WAIT_IS_OPEN,
    contacts,
    conversation_tags,
    conversations,
    people,
    teams,
    timeline,
    waits,
)
from storage.search.names import Called, is_called


@dataclass(frozen=True, slots=True, kw_only=True)
class ConversationRow:
    """A conversation with what is shown of its contact and of who has it. Times in ms."""

    id: str
    contact_id: str
    contact_name: str | None
    contact_external_id: str | None
    blocked: bool
    inbox: str
    number: str
    state: ConversationState
    person_id: str | None
    person_name: str | None
    team_id: str | None
    team_name: str | None
    priority: str
    tags: tuple[str, ...]
    snoozed_until_ms: int | None
    unanswered_since_ms: int | None
    due_soon_at_ms: int | None
    due_at_ms: int | None
    last_in_ms: int | None
    last_out_ms: int | None
    answered_ms: int | None
    held_since_ms: int | None
    opted_out_ms: int | None
    last_seq: int
    version: int
    created_at_ms: int

    @property
    def opted_out(self) -> bool:
        """Whether the contact wants no messages from this inbox."""
        return self.opted_out_ms is not None

    @property
    def wants_nothing(self) -> bool:
        """Whether that is the last that they said here."""
        return wants_nothing(self.opted_out_ms, last_in_ms=self.last_in_ms)


@dataclass(frozen=True, slots=True, kw_only=True)
class ConversationFilter:
    """What a list shows; None does not filter.

    ``assignee_id`` is a person's or a team's id; ``unassigned`` those that nobody has. ``called``
    is how the contact is meant. ``unread_by`` is a person's id.
    """

    state: ConversationState | None = None
    inbox: str | None = None
    contact_id: str | None = None
    external_id: str | None = None
    assignee_id: str | None = None
    unassigned: bool = False
    unanswered: bool | None = None
    held: bool | None = None
    tag: str | None = None
    blocked: bool = False
    called: Called | None = None
    seen: Seen | None = None
    """As somebody sees one of their views."""
    unread_by: str | None = None
    may_see: Collection[str] | None = None
    """The only inboxes to look in; None: all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ConversationPage:
    """Newest activity first; ``next`` is the place where the page after begins."""

    items: tuple[ConversationRow, ...]
    next: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryRow:
    """One row of a timeline, with the names of whom it was handed over to."""

    id: str
    seq: int
    kind: EntryKind
    at_ms: int
    message_id: str | None
    modem: str | None
    number: str | None
    text: str | None
    person_id: str | None
    person_name: str | None
    team_id: str | None
    team_name: str | None
    reason: str | None
    until_ms: int | None
    consent: str | None
    author: Author | None


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryPage:
    """Newest first; ``next`` is the cursor of the page after."""

    items: tuple[EntryRow, ...]
    next: str | None


_ALL = (
    select(
        conversations,
        contacts.c.name.label("contact_name"),
        contacts.c.external_id.label("contact_external_id"),
        IS_BLOCKED.label("blocked"),
        OPTED_OUT_MS.label("opted_out_ms"),
        people.c.display_name.label("person_name"),
        teams.c.display_name.label("team_name"),
        waits.c.due_soon_at_ms,
        waits.c.due_at_ms,
    )
    .join(contacts, contacts.c.id == conversations.c.contact_id)
    .outerjoin(people, people.c.id == conversations.c.person_id)
    .outerjoin(teams, teams.c.id == conversations.c.team_id)
    .outerjoin(waits, and_(waits.c.conversation_id == conversations.c.id, WAIT_IS_OPEN))
)
_ONE = _ALL.where(conversations.c.id == bindparam("of_conversation"))
ENTRIES = (
    select(
        timeline,
        people.c.display_name.label("person_name"),
        teams.c.display_name.label("team_name"),
    )
    .outerjoin(people, people.c.id == timeline.c.person_id)
    .outerjoin(teams, teams.c.id == timeline.c.team_id)
)
"""All rows of all timelines, as ``entry_row`` reads them."""

_ENTRIES = (
    ENTRIES.where(timeline.c.conversation_id == bindparam("of_conversation"))
    .order_by(timeline.c.seq.desc())
    .limit(bindparam("row_limit"))
)
_SEQ_OF = select(timeline.c.seq).where(
    timeline.c.id == bindparam("cursor"), timeline.c.conversation_id == bindparam("in_conversation")
)


async def get(tx: AsyncConnection, conversation_id: str) -> ConversationRow | None:
    """Read one."""
    rows = await _rows(tx, _ONE, {"of_conversation": conversation_id})
    return rows[0] if rows else None


async def page(
    tx: AsyncConnection, filters: ConversationFilter, *, limit: int, before: int | None = None
) -> ConversationPage:
    """Read a page, that with the newest activity first; ``before`` is ``next`` of another page."""
    query = _ALL.where(*_conditions(filters))
    if filters.called is not None:
        query = query.where(await is_called(tx, conversations.c.contact_id, filters.called))
    if before is not None:
        query = query.where(conversations.c.last_seq < before)
    query = query.order_by(conversations.c.last_seq.desc(), conversations.c.id).limit(limit + 1)
    found = await _rows(tx, query, {})
    items = tuple(found[:limit])
    return ConversationPage(items=items, next=items[-1].last_seq if len(found) > limit else None)


def _conditions(filters: ConversationFilter) -> list[ColumnElement[bool]]:
    wanted = {
        conversations.c.state: filters.state,
        conversations.c.inbox: filters.inbox,
        conversations.c.contact_id: filters.contact_id,
        contacts.c.external_id: filters.external_id,
    }
    found = [column == value for column, value in wanted.items() if value is not None]
    if filters.blocked:
        found.append(conversations.c.contact_id.in_(select(contacts.c.id).where(IS_BLOCKED)))
    else:
        found.append(~IS_BLOCKED)
    if filters.may_see is not None:
        found.append(conversations.c.inbox.in_(filters.may_see))
    person, team = conversations.c.person_id, conversations.c.team_id
    if filters.assignee_id is not None:
        is_team = filters.assignee_id.startswith(f"{Prefix.TEAM}_")
        found.append((team if is_team else person) == filters.assignee_id)
    if filters.unassigned:
        found += [person.is_(None), team.is_(None)]
    if filters.unanswered is not None:
        found.append(IS_UNANSWERED if filters.unanswered else ~IS_UNANSWERED)
    if filters.held is not None:
        is_held = conversations.c.held_since_ms.is_not(None)
        found.append(is_held if filters.held else ~is_held)
    if filters.tag is not None:
        tagged = select(conversation_tags.c.conversation_id).where(
            conversation_tags.c.tag == filters.tag
        )
        found.append(conversations.c.id.in_(tagged))
    if filters.seen is not None:
        found += views.conditions(filters.seen)
    if filters.unread_by is not None:
        found.append(is_unread(filters.unread_by))
    return found


async def longest_waiting(
    tx: AsyncConnection, *, may_see: Collection[str] | None, limit: int
) -> list[ConversationRow]:
    """Read those whose customers wait for an answer, who has waited longest first."""
    query = _ALL.where(IS_WAITED_FOR, *_conditions(ConversationFilter(may_see=may_see)))
    query = query.order_by(conversations.c.unanswered_since_ms, conversations.c.id).limit(limit)
    return await _rows(tx, query, {})


async def conversation_rows(
    tx: AsyncConnection, conditions: Sequence[ColumnElement[bool]], *, after: str, limit: int
) -> list[ConversationRow]:
    """Read those that fulfil all of these, in the order of their ids, which is that of age."""
    query = _ALL.where(*conditions, conversations.c.id > after).order_by(conversations.c.id)
    return await _rows(tx, query.limit(limit), {})


async def _rows(
    tx: AsyncConnection, query: Select[*tuple[Any, ...]], values: dict[str, Any]
) -> list[ConversationRow]:
    found = list((await tx.execute(query, values)).mappings())
    if not found:
        return []
    tags: dict[str, list[str]] = {}
    of_them = conversation_tags.c.conversation_id.in_([row["id"] for row in found])
    tagged = select(conversation_tags).where(of_them).order_by(conversation_tags.c.tag)
    for tag in await tx.execute(tagged):
        tags.setdefault(tag.conversation_id, []).append(tag.tag)
    return [_row(row, tags.get(row["id"], ())) for row in found]


def _row(row: RowMapping, tags: Sequence[str]) -> ConversationRow:
    state = ConversationState(row["state"])
    return ConversationRow(
        **{
            **row,
            "state": state,
            "blocked": bool(row["blocked"]),
        },
        tags=(*tags,),
    )


async def entries(
    tx: AsyncConnection, conversation_id: str, *, limit: int, cursor: str | None = None
) -> EntryPage:
    """Read a page of its timeline, newest first. Raises CursorExpired for a foreign cursor."""
    query = _ENTRIES
    if cursor is not None:
        place = {"cursor": cursor, "in_conversation": conversation_id}
        seq = (await tx.execute(_SEQ_OF, place)).scalar_one_or_none()
        if seq is None:
            raise CursorExpired(cursor=cursor)
        query = query.where(timeline.c.seq < seq)
    values = {"of_conversation": conversation_id, "row_limit": limit + 1}
    found = [entry_row(row) for row in (await tx.execute(query, values)).mappings()]
    items = tuple(found[:limit])
    return EntryPage(items=items, next=items[-1].id if len(found) > limit else None)


def entry_row(row: RowMapping) -> EntryRow:
    """Read a row of ENTRIES."""
    values = {name: row[name] for name in row if name != "conversation_id"}
    type_, id_, name = (values.pop(f"author_{each}") for each in ("type", "id", "name"))
    author = None if type_ is None else Author(type=type_, id=id_, name=name)
    return EntryRow(**{**values, "kind": EntryKind(row["kind"])}, author=author)

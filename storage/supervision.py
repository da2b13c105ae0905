"""Owns reading what was done in a time: waits, messages, closings, opt-outs. Writes nothing.

Gives facts that can be added up by person, inbox and day; who adds them up knows the shop's hours
and zones. Holds no text and no number.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Row, ScalarSelect, and_, func, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.schema import IS_CLOSING, consents, conversations, messages, timeline, waits

BUCKET_MS = 900_000
"""Messages are counted by quarters of an hour: each zone's days begin with one."""

_PERSON = "person"


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageCount:
    """How many messages of a quarter of an hour are alike; ``author_type`` None: customers'."""

    at_ms: int
    inbox: str
    author_type: str | None
    author_id: str | None
    state: str
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitFact:
    """A wait that ended, or became overdue; ``person_id`` is who answered, else who has it."""

    conversation_id: str
    inbox: str
    person_id: str | None
    due_at_ms: int | None
    ended_ms: int | None
    answered: bool
    open_seconds: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Closing:
    """A conversation that somebody closed, and since when it had been a matter."""

    conversation_id: str
    inbox: str
    person_id: str | None
    since_ms: int | None
    at_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Handled:
    """A conversation in which a person wrote."""

    at_ms: int
    conversation_id: str
    inbox: str
    person_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OptOut:
    """Somebody who wants no messages of an inbox any more."""

    at_ms: int
    inbox: str


def _bucket() -> ColumnElement[int]:
    return (messages.c.created_at_ms - messages.c.created_at_ms % BUCKET_MS).label("at_ms")


async def message_counts(
    tx: AsyncConnection, *, from_ms: int, to_ms: int
) -> Iterator[MessageCount]:
    """Count the messages of conversations."""
    same = (
        _bucket(),
        messages.c.inbox,
        messages.c.author_type,
        messages.c.author_id,
        messages.c.state,
    )
    query = (
        select(*same, func.count().label("number"))
        .where(
            messages.c.created_at_ms >= from_ms,
            messages.c.created_at_ms < to_ms,
            messages.c.conversation_id.is_not(None),
        )
        .group_by(*same)
    )
    rows = (await tx.execute(query)).all()
    return (
        MessageCount(
            at_ms=row.at_ms,
            inbox=row.inbox,
            author_type=row.author_type,
            author_id=row.author_id,
            state=row.state,
            count=row.number,
        )
        for row in rows
    )


async def handled(tx: AsyncConnection, *, from_ms: int, to_ms: int) -> Iterator[Handled]:
    """List in which conversations people wrote, once for each quarter of an hour."""
    query = (
        select(_bucket(), messages.c.conversation_id, messages.c.inbox, messages.c.author_id)
        .where(
            messages.c.created_at_ms >= from_ms,
            messages.c.created_at_ms < to_ms,
            messages.c.conversation_id.is_not(None),
            messages.c.author_type == _PERSON,
        )
        .distinct()
    )
    return (
        Handled(
            at_ms=row.at_ms,
            conversation_id=row.conversation_id,
            inbox=row.inbox,
            person_id=row.author_id,
        )
        for row in (await tx.execute(query)).all()
    )


async def wait_facts(
    tx: AsyncConnection, *, from_ms: int, to_ms: int, now_ms: int
) -> Iterator[WaitFact]:
    """List the waits that ended in a time, and those of which an answer was due in it and late."""
    late = and_(
        waits.c.due_at_ms >= from_ms,
        waits.c.due_at_ms < to_ms,
        waits.c.due_at_ms <= func.coalesce(waits.c.ended_ms, now_ms),
    )
    ended = and_(waits.c.ended_ms >= from_ms, waits.c.ended_ms < to_ms)
    query = (
        select(
            waits.c.conversation_id,
            waits.c.inbox,
            waits.c.due_at_ms,
            waits.c.ended_ms,
            waits.c.outcome,
            waits.c.open_seconds,
            messages.c.author_type,
            messages.c.author_id,
            conversations.c.person_id,
        )
        .join(conversations, conversations.c.id == waits.c.conversation_id)
        .outerjoin(messages, messages.c.id == waits.c.answer_id)
        .where(or_(late, ended))
    )
    return map(_wait, (await tx.execute(query)).all())


def _wait(row: Row[*tuple[Any, ...]]) -> WaitFact:
    holder = None if row.outcome == "answered" else row.person_id
    return WaitFact(
        conversation_id=row.conversation_id,
        inbox=row.inbox,
        person_id=row.author_id if row.author_type == _PERSON else holder,
        due_at_ms=row.due_at_ms,
        ended_ms=row.ended_ms,
        answered=row.outcome == "answered",
        open_seconds=row.open_seconds,
    )


def _since() -> ScalarSelect[int | None]:
    """Tell since when what is closed had been a matter: the first wait after it was closed last."""
    earlier = timeline.alias("earlier")
    before = (
        select(func.max(earlier.c.at_ms))
        .where(
            earlier.c.conversation_id == timeline.c.conversation_id,
            earlier.c.kind == "closed",
            earlier.c.seq < timeline.c.seq,
        )
        # Said aloud: by itself a query is bound to the one around it, not to that one's.
        .correlate(timeline)
        .scalar_subquery()
    )
    return (
        select(func.min(waits.c.since_ms))
        .where(
            waits.c.conversation_id == timeline.c.conversation_id,
            waits.c.since_ms <= timeline.c.at_ms,
            waits.c.since_ms >= func.coalesce(before, 0),
        )
        .correlate(timeline)
        .scalar_subquery()
    )


async def closings(tx: AsyncConnection, *, from_ms: int, to_ms: int) -> Iterator[Closing]:
    """List what somebody closed, each with the first wait since it was closed before."""
    query = (
        select(
            timeline.c.conversation_id,
            conversations.c.inbox,
            timeline.c.author_type,
            timeline.c.author_id,
            timeline.c.at_ms,
            _since().label("since_ms"),
        )
        .join(conversations, conversations.c.id == timeline.c.conversation_id)
        .where(IS_CLOSING, timeline.c.at_ms >= from_ms, timeline.c.at_ms < to_ms)
    )
    return (
        Closing(
            conversation_id=row.conversation_id,
            inbox=row.inbox,
            person_id=row.author_id if row.author_type == _PERSON else None,
            since_ms=row.since_ms,
            at_ms=row.at_ms,
        )
        for row in (await tx.execute(query)).all()
    )


async def opted_out(tx: AsyncConnection, *, from_ms: int, to_ms: int) -> Iterator[OptOut]:
    """List who took consent away."""
    query = select(consents.c.at_ms, consents.c.inbox).where(
        consents.c.what == "opted_out", consents.c.at_ms >= from_ms, consents.c.at_ms < to_ms
    )
    return (OptOut(at_ms=row.at_ms, inbox=row.inbox) for row in (await tx.execute(query)).all())

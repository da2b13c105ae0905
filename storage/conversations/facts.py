"""Owns reading what routing looks at of whom something comes from. Writes nothing."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import bindparam, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.prepared import Prepared
from storage.schema import (
    IS_AUTOMATIC,
    contact_numbers,
    contact_tags,
    contacts,
    conversations,
    messages,
    modems,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class PastAnswerRow:
    """An automatic answer that went to a number; ``kind`` is what it was about."""

    kind: str
    at_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactFacts:
    """A contact, and its conversation with an inbox where there is one."""

    id: str
    known: bool
    language: str | None
    spoken_language: str | None
    blocked: bool
    tags: frozenset[str]
    conversation_id: str | None
    assignee_id: str | None
    """The person's who has the conversation."""

    team_id: str | None
    answered_ms: int | None
    wrote_before: bool


_CONTACT = Prepared(
    select(
        contacts.c.id,
        contacts.c.name,
        contacts.c.language,
        contacts.c.spoken_language,
        contacts.c.blocked_at_ms,
        conversations.c.id.label("conversation_id"),
        conversations.c.person_id,
        conversations.c.team_id,
        conversations.c.answered_ms,
        conversations.c.last_in_ms,
    )
    .join_from(contact_numbers, contacts, contacts.c.id == contact_numbers.c.contact_id)
    .outerjoin(
        conversations,
        (conversations.c.contact_id == contacts.c.id)
        & (conversations.c.inbox == bindparam("in_inbox")),
    )
    .where(contact_numbers.c.number == bindparam("with_number"))
)
_TAGS = Prepared(select(contact_tags.c.tag).where(contact_tags.c.contact_id == bindparam("of_it")))
_AUTOMATIC = (
    IS_AUTOMATIC,
    messages.c.contact == bindparam("to_number"),
    messages.c.inbox == bindparam("in_inbox"),
)
_RECENT = Prepared(
    select(messages.c.author_id, messages.c.created_at_ms)
    .where(*_AUTOMATIC, messages.c.created_at_ms > bindparam("since"))
    .order_by(messages.c.created_at_ms.desc())
    .limit(100)
)
_LAST = Prepared(
    select(messages.c.author_id, func.max(messages.c.created_at_ms).label("created_at_ms"))
    .where(*_AUTOMATIC)
    .group_by(messages.c.author_id)
)
_OWN_NUMBER = Prepared(
    select(modems.c.name).where(modems.c.number == bindparam("that_number")).limit(1)
)
_NUMBER = Prepared(select(modems.c.number).where(modems.c.name == bindparam("of_modem")))
_OFFERED = select(func.max(messages.c.sent_at_ms)).where(
    messages.c.conversation_id == bindparam("in_conversation"),
    messages.c.direction == "out",
    messages.c.author_type != "automatic",
    messages.c.sent_at_ms >= bindparam("since"),
    messages.c.text.icontains(bindparam("word")),
)


async def contact(tx: AsyncConnection, *, number: str, inbox: str) -> ContactFacts | None:
    """Tell what is known of who has a number; None: nothing, they never wrote."""
    key = {"with_number": number, "in_inbox": inbox}
    row = (await _CONTACT.execute(tx, key)).one_or_none()
    if row is None:
        return None
    tags = (await _TAGS.execute(tx, {"of_it": row.id})).rows
    return ContactFacts(
        id=row.id,
        known=row.name is not None,
        language=row.language,
        spoken_language=row.spoken_language,
        blocked=row.blocked_at_ms is not None,
        tags=frozenset(each.tag for each in tags),
        conversation_id=row.conversation_id,
        assignee_id=row.person_id,
        team_id=row.team_id,
        answered_ms=row.answered_ms,
        wrote_before=row.last_in_ms is not None,
    )


async def past_answers(
    tx: AsyncConnection, *, number: str, inbox: str, since_ms: int
) -> list[PastAnswerRow]:
    """List the automatic answers to a number since then, and before then the last of each kind."""
    key = {"to_number": number, "in_inbox": inbox}
    recent: Sequence[Any] = (await _RECENT.execute(tx, {**key, "since": since_ms})).rows
    last: Sequence[Any] = (await _LAST.execute(tx, key)).rows
    older = [row for row in last if row.created_at_ms <= since_ms]
    return [PastAnswerRow(kind=row.author_id, at_ms=row.created_at_ms) for row in (*recent, *older)]


async def is_own_number(tx: AsyncConnection, number: str) -> bool:
    """Whether one of this gateway's modems has this number."""
    return (await _OWN_NUMBER.execute(tx, {"that_number": number})).one_or_none() is not None


async def numbers_of(tx: AsyncConnection, names: Collection[str]) -> list[str]:
    """List the numbers of these modems, as far as they are known."""
    numbers = [(await _NUMBER.execute(tx, {"of_modem": name})).one_or_none() for name in names]
    return [row.number for row in numbers if row is not None and row.number is not None]


async def offered_at_ms(
    tx: AsyncConnection, conversation_id: str, *, word: str, since_ms: int
) -> int | None:
    """Tell when a message with this word went out last, since then."""
    values = {"in_conversation": conversation_id, "word": word, "since": since_ms}
    at_ms: int | None = (await tx.execute(_OFFERED, values)).scalar_one()
    return at_ms

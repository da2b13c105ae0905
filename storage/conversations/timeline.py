"""Owns the rows of a conversation's one timeline, in the order in which they were committed."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.ids import Prefix, new_id
from storage.prepared import Prepared
from storage.schema import mentions, timeline


class EntryKind(StrEnum):
    """What a row tells."""

    MESSAGE = "message"
    MISSED_CALL = "missed_call"
    NOTE = "note"
    ASSIGNED = "assigned"
    CLOSED = "closed"
    REOPENED = "reopened"
    """By a person, or, without an author, by the end of its sleep."""
    SNOOZED = "snoozed"
    CONSENT = "consent"
    """Consent was taken away or given back, or may have been meant to be."""
    HELD = "held"
    """A rule holds it for review."""
    DUE_SOON = "due_soon"
    """An answer is due soon: its person was reminded."""
    OVERDUE = "overdue"
    """So was the team."""
    ESCALATED = "escalated"
    """So were the managers."""
    ANSWER_LOST = "answer_lost"
    """What was answered never arrived: the customer waits again."""
    MERGED = "merged"
    """Its contact and another were found to be one person; what passed with both is here."""
    SPLIT = "split"
    """Some of its contact's numbers were found to be another person's; that is there now."""
    ERASED = "erased"
    """What was written here is gone, at the customer's request."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Author:
    """Who did it, as they were called then."""

    type: str
    id: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Mention:
    """A person who is named in a text, from one character up to another."""

    person_id: str
    start: int
    stop: int


@dataclass(frozen=True, slots=True, kw_only=True)
class NewEntry:
    """One row. ``text`` is a note's, or why it was handed over to ``person_id`` or ``team_id``.

    ``reason`` is that in one word. ``number`` is who called. ``consent`` is what became of consent,
    in the words of the ledger and of ``routing.consent``.
    """

    kind: EntryKind
    message_id: str | None = None
    modem: str | None = None
    number: str | None = None
    text: str | None = None
    person_id: str | None = None
    team_id: str | None = None
    reason: str | None = None
    until_ms: int | None = None
    consent: str | None = None
    author: Author | None = None
    mentions: Sequence[Mention] = ()


_INSERT = Prepared(insert(timeline).returning(timeline.c.seq))


async def append(tx: AsyncConnection, conversation_id: str, entry: NewEntry, *, now_ms: int) -> int:
    """Add a row at the end; give its place in the order of all rows."""
    author = entry.author
    values = {
        "id": new_id(Prefix.TIMELINE, now_ms=now_ms),
        "conversation_id": conversation_id,
        "kind": entry.kind,
        "at_ms": now_ms,
        "message_id": entry.message_id,
        "modem": entry.modem,
        "number": entry.number,
        "text": entry.text,
        "person_id": entry.person_id,
        "team_id": entry.team_id,
        "reason": entry.reason,
        "until_ms": entry.until_ms,
        "consent": entry.consent,
        "author_type": None if author is None else author.type,
        "author_id": None if author is None else author.id,
        "author_name": None if author is None else author.name,
    }
    seq: int = (await _INSERT.execute(tx, values)).one_or_none().seq
    if entry.mentions:
        named = [
            {"seq": seq, "start": each.start, "stop": each.stop, "person_id": each.person_id}
            for each in entry.mentions
        ]
        await tx.execute(insert(mentions), named)
    return seq

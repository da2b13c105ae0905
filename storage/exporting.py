"""Owns reading everything there is, in the order in which it happened, a portion at a time.

Within one read transaction the portions are of one moment.
"""

from collections.abc import AsyncIterator, Collection
from typing import Any

from sqlalchemy import ColumnElement, Select, select
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.consents import ConsentRow, consent_row
from storage.contacts import ContactRow, contact_rows
from storage.conversations.reading import (
    ENTRIES,
    ConversationRow,
    EntryRow,
    conversation_rows,
    entry_row,
)
from storage.queries import MESSAGE_COLUMNS, MessageRow, message_row
from storage.schema import consents, contacts, conversations, messages, timeline

_PORTION = 500


async def all_contacts(
    tx: AsyncConnection, inboxes: Collection[str] | None
) -> AsyncIterator[list[ContactRow]]:
    """Give all contacts that were not erased, and have a conversation in one of these inboxes."""
    last = 0
    kept: list[ColumnElement[bool]] = [contacts.c.erased_at_ms.is_(None)]
    if inboxes is not None:
        somewhere = select(conversations.c.contact_id).where(conversations.c.inbox.in_(inboxes))
        kept.append(contacts.c.id.in_(somewhere))
    while rows := await contact_rows(
        tx, _after(select(contacts).where(*kept), contacts.c.seq, last)
    ):
        yield rows
        last = rows[-1].seq


async def all_conversations(
    tx: AsyncConnection, inboxes: Collection[str] | None
) -> AsyncIterator[list[ConversationRow]]:
    """Give all conversations of these inboxes; None: of all."""
    last = ""
    while rows := await conversation_rows(
        tx, _seen(inboxes, conversations.c.inbox), after=last, limit=_PORTION
    ):
        yield rows
        last = rows[-1].id


async def all_entries(
    tx: AsyncConnection,
    *,
    conversation_id: str | None = None,
    inboxes: Collection[str] | None = None,
) -> AsyncIterator[list[tuple[str, EntryRow]]]:
    """Give the rows of one timeline, or of all, each with the id of its conversation."""
    query = ENTRIES
    if conversation_id is not None:
        query = query.where(timeline.c.conversation_id == conversation_id)
    if inboxes is not None:
        of_them = select(conversations.c.id).where(conversations.c.inbox.in_(inboxes))
        query = query.where(timeline.c.conversation_id.in_(of_them))
    last = 0
    while rows := (await tx.execute(_after(query, timeline.c.seq, last))).mappings().all():
        yield [(row["conversation_id"], entry_row(row)) for row in rows]
        last = rows[-1]["seq"]


async def all_loose_messages(
    tx: AsyncConnection, inboxes: Collection[str] | None
) -> AsyncIterator[list[MessageRow]]:
    """Give the messages that are in no conversation: test messages, and those to our own people."""
    last = 0
    query = select(*MESSAGE_COLUMNS).where(
        messages.c.conversation_id.is_(None), *_seen(inboxes, messages.c.inbox)
    )
    while rows := (await tx.execute(_after(query, messages.c.seq, last))).mappings().all():
        yield [message_row(row) for row in rows]
        last = rows[-1]["seq"]


async def all_consents(
    tx: AsyncConnection, inboxes: Collection[str] | None
) -> AsyncIterator[list[ConsentRow]]:
    """Give the ledger of consent."""
    last = 0
    query = select(consents).where(*_seen(inboxes, consents.c.inbox))
    while rows := (await tx.execute(_after(query, consents.c.seq, last))).mappings().all():
        yield [consent_row(dict(row)) for row in rows]
        last = rows[-1]["seq"]


def _seen(inboxes: Collection[str] | None, column: ColumnElement[str]) -> list[ColumnElement[bool]]:
    return [] if inboxes is None else [column.in_(inboxes)]


def _after(
    query: Select[*tuple[Any, ...]], seq: ColumnElement[int], last: int
) -> Select[*tuple[Any, ...]]:
    return query.where(seq > last).order_by(seq).limit(_PORTION)

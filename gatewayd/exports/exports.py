"""Exports: of one conversation, and of everything; each is in the audit before it is written.

The store is read in one transaction, so that all of it is of one moment, into a file without a name
in the data folder: however slow its reader is, nothing waits, little memory is used, and nothing of
it is kept.
"""

import tempfile
from collections.abc import Awaitable, Callable, Collection
from dataclasses import dataclass
from typing import IO
from zoneinfo import ZoneInfo

from pydantic import BaseModel
from sqlalchemy.ext.asyncio import AsyncConnection

from config.schema import Language, Settings
from gatewayd.answering import kind_of, why_no_answer
from gatewayd.clock import Clock, to_rfc3339
from gatewayd.contactfiles import csvfile, vcard
from gatewayd.contactfiles.cards import FileFormat
from gatewayd.exports.formats import Format, Head, json_line, writer_of
from gatewayd.http.models.base import moment_at
from gatewayd.http.models.consents import consent_entry_json
from gatewayd.http.models.contacts import contact_json
from gatewayd.http.models.conversations import (
    Conversation,
    TimelineEntry,
    conversation_json,
    entry_json,
)
from gatewayd.http.models.messages import message_json
from gatewayd.http.models.staff import team_json, user_json
from gatewayd.reassembly import UNKNOWN_SENDER
from gatewayd.services.audits import Audits
from gatewayd.services.conversation_views import ConversationViews, OpeningClock
from gatewayd.services.drafts import Policy
from gatewayd.services.tokens import Principal
from storage import exporting, people, queries, teams
from storage.conversations import mentions, reading
from storage.conversations.reading import ConversationRow, EntryRow
from storage.engine import Store

_Put = Callable[[str], object]
_Write = Callable[[AsyncConnection, _Put], Awaitable[None]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """How a conversation is wanted."""

    conversation_id: str
    format: Format
    language: Language


class Exports:
    """Writes what there is into files that nobody else can open."""

    def __init__(self, *, settings: Settings, store: Store, clock: Clock, audits: Audits) -> None:
        self._gateway = settings.gateway
        self._served = Policy.of(settings).inboxes
        self._store = store
        self._clock = clock
        self._audits = audits
        self._views = ConversationViews(settings=settings, store=store, clock=clock)

    async def conversation(self, asked: Asked, *, by: Principal) -> IO[bytes] | None:
        """Write one; None where there is none such that they may see."""
        async with self._store.read() as tx:
            row = await reading.get(tx, asked.conversation_id)
        if row is None or not by.may_see(row.inbox):
            return None
        data = {"format": asked.format.value}
        await self._audits.note("conversation.exported", row.id, by=by, data=data)
        return await self._spooled(lambda tx, put: self._one(tx, put, asked, by))

    async def contacts(self, format_: FileFormat, *, by: Principal) -> IO[bytes]:
        """Write all contacts that they may see."""
        data = {"format": format_.value}
        await self._audits.note("contacts.exported", "contacts", by=by, data=data)
        return await self._spooled(lambda tx, put: _contacts(tx, put, format_, by.inboxes))

    async def everything(self, *, by: Principal) -> IO[bytes]:
        """Write all that they may see, as JSON Lines."""
        await self._audits.note("everything.exported", "everything", by=by)
        return await self._spooled(lambda tx, put: self._all(tx, put, by))

    async def _spooled(self, write: _Write) -> IO[bytes]:
        spool = tempfile.TemporaryFile(dir=self._gateway.data_dir)  # noqa: SIM115 - who reads it closes it
        try:
            async with self._store.read() as tx:
                await write(tx, lambda text: spool.write(text.encode("utf-8", "replace")))
            spool.seek(0)
        except BaseException:
            spool.close()
            raise
        return spool

    async def _one(self, tx: AsyncConnection, put: _Put, asked: Asked, by: Principal) -> None:
        row = await reading.get(tx, asked.conversation_id)
        if row is None:
            raise LookupError(asked.conversation_id)
        writer = writer_of(asked.format)
        head = Head(
            conversation=self._conversation(row, await self._views.clock(tx)),
            business=self._gateway.name,
            by=by.name,
            at=moment_at(self._clock.now_ms()),
            zone=ZoneInfo(self._gateway.timezone),
            language=asked.language,
        )
        put(writer.begin(head))
        async for portion in exporting.all_entries(tx, conversation_id=row.id):
            put(writer.rows([entry for _, entry in await _entries(tx, portion)]))
        put(writer.end())

    async def _all(self, tx: AsyncConnection, put: _Put, by: Principal) -> None:
        now_ms, inboxes = self._clock.now_ms(), by.inboxes
        put(json_line("export", {"of": self._gateway.name, "at": to_rfc3339(now_ms), "by": by.id}))
        for person in await people.list_all(tx, now_ms=now_ms):
            put(_line("user", user_json(person)))
        for team in await teams.list_all(tx):
            put(_line("team", team_json(team)))
        async for contacts in exporting.all_contacts(tx, inboxes):
            for contact in contacts:
                put(_line("contact", contact_json(contact, country=self._gateway.country)))
        clock = await self._views.clock(tx)
        async for conversations in exporting.all_conversations(tx, inboxes):
            for conversation in conversations:
                put(_line("conversation", self._conversation(conversation, clock)))
        await _all_that_passed(tx, put, inboxes)

    def _conversation(self, row: ConversationRow, clock: OpeningClock) -> Conversation:
        kind = kind_of(row.number, country=self._gateway.country)
        why_not = why_no_answer(
            row, clock.loaded.consent, country=self._gateway.country, served=self._served
        )
        return conversation_json(row, kind, why_not=why_not, clock=clock)


async def _contacts(
    tx: AsyncConnection, put: _Put, format_: FileFormat, inboxes: Collection[str] | None
) -> None:
    write = csvfile.line_of if format_ is FileFormat.CSV else vcard.card_of
    if format_ is FileFormat.CSV:
        put(csvfile.head())
    async for portion in exporting.all_contacts(tx, inboxes):
        for contact in portion:
            if UNKNOWN_SENDER not in contact.numbers:
                put(write(contact))


async def _all_that_passed(tx: AsyncConnection, put: _Put, inboxes: Collection[str] | None) -> None:
    async for portion in exporting.all_entries(tx, inboxes=inboxes):
        for conversation_id, entry in await _entries(tx, portion):
            put(_line("entry", entry, conversation_id=conversation_id))
    async for messages in exporting.all_loose_messages(tx, inboxes):
        for message in messages:
            put(_line("message", message_json(message)))
    async for ledger in exporting.all_consents(tx, inboxes):
        for consent in ledger:
            put(_line("consent", consent_entry_json(consent), contact_id=consent.contact_id))


def _line(kind: str, model: BaseModel, **more: object) -> str:
    return json_line(kind, {**more, **model.model_dump(mode="json")})


async def _entries(
    tx: AsyncConnection, portion: list[tuple[str, EntryRow]]
) -> list[tuple[str, TimelineEntry]]:
    ids = {entry.message_id for _, entry in portion if entry.message_id is not None}
    messages = await queries.messages_by_id(tx, ids)
    named = await mentions.of_entries(tx, {entry.seq for _, entry in portion})
    return [(of, entry_json(entry, messages, {}, named)) for of, entry in portion]

"""What routes of conversations share: which is meant, and how it and its timeline are shown."""

from collections.abc import Sequence

from aiohttp import web
from sqlalchemy.ext.asyncio import AsyncConnection

from gatewayd.answering import kind_of
from gatewayd.http import answers
from gatewayd.http.models.conversations import (
    Conversation,
    TimelineEntry,
    conversation_json,
    entry_json,
)
from gatewayd.http.problems import not_found
from gatewayd.http.route import CONVERSATIONS, Call
from storage import decisions, queries
from storage.conversations.reading import ConversationRow, EntryRow
from storage.conversations.timeline import EntryKind


def which(call: Call) -> str:
    """Say which conversation is meant."""
    return f"conversation {call.request.match_info['id']!a}"


async def named(call: Call) -> ConversationRow:
    """Read the one that is meant; raises Problem where there is none."""
    row = await call.request.app[CONVERSATIONS].get(call.request.match_info["id"])
    if row is None:
        raise not_found(which(call))
    return row


async def as_it_is(call: Call) -> web.StreamResponse:
    """Answer with the one that is meant."""
    return answers.json_of(shown(call, await named(call)))


def shown(call: Call, row: ConversationRow) -> Conversation:
    """Translate a row."""
    kind = kind_of(row.number, country=call.context.settings.gateway.country)
    answerable = call.request.app[CONVERSATIONS].why_not(row) is None
    return conversation_json(row, kind, answerable=answerable)


async def entries_shown(tx: AsyncConnection, entries: Sequence[EntryRow]) -> list[TimelineEntry]:
    """Translate rows of a timeline, each with its message or what was decided about its call."""
    ids = {entry.message_id for entry in entries if entry.message_id is not None}
    messages = await queries.messages_by_id(tx, ids)
    rung = {entry.seq for entry in entries if entry.kind is EntryKind.MISSED_CALL}
    calls = await decisions.of_calls(tx, rung)
    return [entry_json(entry, messages, calls) for entry in entries]

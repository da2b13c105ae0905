"""What routes of conversations share: which is meant, and how it and its timeline are shown."""

from collections.abc import Sequence
from http import HTTPStatus

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
from gatewayd.http.problems import Problem, not_found
from gatewayd.http.route import CONVERSATION_VIEWS, CONVERSATIONS, Call
from gatewayd.services.conversation_views import OpeningClock
from gatewayd.services.reading import News, news_for
from gatewayd.services.tokens import Principal, PrincipalType
from storage import decisions, queries
from storage.conversations import mentions
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
    return answers.json_of(await shown_now(call))


async def shown_now(call: Call) -> Conversation:
    """Read and translate the one that is meant."""
    row = await named(call)
    async with call.context.store.read() as tx:
        clock = await call.request.app[CONVERSATION_VIEWS].clock(tx)
        news = await news_for(tx, call.author, [row.id])
    return shown(call, row, clock, news)


def person(call: Call) -> Principal:
    """Give who asks; raises Problem for a program, which reads and looks at nothing itself."""
    if call.author.type is not PrincipalType.PERSON:
        raise Problem(HTTPStatus.FORBIDDEN, "person_needed", "this is for people who are logged in")
    return call.author


def shown(call: Call, row: ConversationRow, clock: OpeningClock, news: News | None) -> Conversation:
    """Translate a row; ``news`` is of the person who asks, None: it is none."""
    kind = kind_of(row.number, country=call.context.settings.gateway.country)
    why_not = call.request.app[CONVERSATIONS].why_no_answer(row, clock.loaded.consent)
    return conversation_json(
        row,
        kind,
        why_not=why_not,
        clock=clock,
        unread=None if news is None else news.unread.get(row.id, 0),
        mentions=None if news is None else news.mentions.get(row.id, 0),
    )


async def entries_shown(tx: AsyncConnection, entries: Sequence[EntryRow]) -> list[TimelineEntry]:
    """Translate rows of a timeline, each with its message or what was decided about its call."""
    ids = {entry.message_id for entry in entries if entry.message_id is not None}
    messages = await queries.messages_by_id(tx, ids)
    rung = {entry.seq for entry in entries if entry.kind is EntryKind.MISSED_CALL}
    calls = await decisions.of_calls(tx, rung)
    named = await mentions.of_entries(tx, {entry.seq for entry in entries})
    return [entry_json(entry, messages, calls, named) for entry in entries]

"""Routes of conversations."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from http import HTTPStatus

from aiohttp import web
from pydantic import BaseModel

from gatewayd.http import answers
from gatewayd.http.conversing import as_it_is, entries_shown, person, shown, shown_now, which
from gatewayd.http.editing import check
from gatewayd.http.models.base import milliseconds
from gatewayd.http.models.conversations import (
    AssignIn,
    Conversation,
    ConversationDetail,
    ConversationEdit,
    ConversationPage,
    ConversationsQuery,
    Noted,
    NoteIn,
    SnoozeIn,
    Timeline,
    TimelineQuery,
    noted_json,
)
from gatewayd.http.models.messages import message_json
from gatewayd.http.naming import called
from gatewayd.http.places import no_cursor, place
from gatewayd.http.problems import FieldProblem, not_found, unprocessable
from gatewayd.http.route import AUDITS, CONVERSATION_VIEWS, CONVERSATIONS, Answer, Call, Route
from gatewayd.http.sending import KEY_HEADER, REPLAYED, key_of, key_problem
from gatewayd.http.views import seen_by
from gatewayd.services.conversations import LONGEST_SLEEP_MS, NoSuchAssignee
from gatewayd.services.messages import KeyConflict
from gatewayd.services.once import Repeated
from gatewayd.services.reading import news_for
from gatewayd.services.tokens import Scope
from storage.conversations import reading, scheduled
from storage.conversations.reading import ConversationFilter
from storage.conversations.states import Act
from storage.errors import CursorExpired

_TAG = "Conversations"
_NOBODY = "none"
_ONE_NOTE = (
    "the same key and body write one note, for 7 days; with another body 422 `idempotency_mismatch`"
)
_NO_HEADERS: Mapping[str, str] = {}


async def list_conversations(call: Call) -> web.StreamResponse:
    """List what matches, that with the newest activity first."""
    asked: ConversationsQuery = call.query
    nobody = asked.assignee == _NOBODY
    filters = ConversationFilter(
        state=asked.state,
        inbox=asked.inbox,
        contact_id=asked.contact,
        external_id=asked.external_id,
        assignee_id=None if nobody else asked.assignee,
        unassigned=nobody,
        unanswered=asked.waiting,
        tag=asked.tag,
        held=asked.held,
        blocked=asked.blocked,
        called=called(call.request, asked.q, country=call.context.settings.gateway.country),
        unread_by=person(call).id if asked.unread else None,
        may_see=call.author.inboxes,
    )
    before = place(asked.cursor)
    async with call.context.store.read() as tx:
        clock = await call.request.app[CONVERSATION_VIEWS].clock(tx)
        filters = replace(filters, seen=await seen_by(tx, call, asked.view))
        page = await reading.page(tx, filters, limit=asked.limit, before=before)
        news = await news_for(tx, call.author, [row.id for row in page.items])
    return answers.json_of(
        ConversationPage(
            items=[shown(call, row, clock, news) for row in page.items],
            next=None if page.next is None else str(page.next),
        )
    )


async def get_conversation(call: Call) -> web.StreamResponse:
    """Show one with a page of its timeline."""
    asked: TimelineQuery = call.query
    conversation_id = call.request.match_info["id"]
    async with call.context.store.read() as tx:
        row = await reading.get(tx, conversation_id)
        clock = await call.request.app[CONVERSATION_VIEWS].clock(tx)
        if row is None:
            raise not_found(f"conversation {conversation_id!a}")
        try:
            page = await reading.entries(tx, row.id, limit=asked.limit, cursor=asked.cursor)
        except CursorExpired as error:
            raise no_cursor() from error
        items = await entries_shown(tx, page.items)
        waiting = await scheduled.of_conversation(tx, row.id, now_ms=call.context.clock.now_ms())
        news = await news_for(tx, call.author, [row.id])
    await call.request.app[AUDITS].looked(row.id, by=call.author)
    timeline = Timeline(items=items, next=page.next)
    as_listed = shown(call, row, clock, news)
    fields = {name: getattr(as_listed, name) for name in Conversation.model_fields}
    later = [message_json(each) for each in waiting]
    return answers.json_of(ConversationDetail(**fields, scheduled=later, timeline=timeline))


async def edit_conversation(call: Call) -> web.StreamResponse:
    """Set its priority and tags."""
    asked: ConversationEdit = call.body
    outcome = await call.request.app[CONVERSATIONS].describe(
        call.request.match_info["id"],
        priority=asked.priority if "priority" in asked.model_fields_set else None,
        tags=asked.tags if "tags" in asked.model_fields_set else None,
        version=asked.version,
        by=call.author,
    )
    check(outcome, which(call))
    return await as_it_is(call)


async def note_conversation(call: Call) -> web.StreamResponse:
    """Write what only we see."""
    asked: NoteIn = call.body
    conversation_id = call.request.match_info["id"]
    noted = await call.request.app[CONVERSATIONS].note(
        conversation_id,
        asked.text,
        by=call.author,
        key=key_of(call, place=f"{conversation_id}/notes"),
    )
    headers = None
    match noted.outcome:
        case Repeated():
            headers = REPLAYED
        case KeyConflict():
            raise key_problem(noted.outcome)
        case _:
            check(noted.outcome, which(call))
    shown_ = noted_json(await shown_now(call), noted.mentioned)
    return answers.json_of(shown_, headers=headers)


async def assign_conversation(call: Call) -> web.StreamResponse:
    """Hand it over."""
    asked: AssignIn = call.body
    outcome = await call.request.app[CONVERSATIONS].assign(
        call.request.match_info["id"],
        asked.to,
        note=asked.note,
        reason=asked.reason,
        version=asked.version,
        by=call.author,
    )
    if isinstance(outcome, NoSuchAssignee):
        wrong = FieldProblem(pointer="/to", detail="is the id of no user and no team")
        raise unprocessable([wrong], code="assignee_unknown")
    check(outcome, which(call))
    return await as_it_is(call)


async def close_conversation(call: Call) -> web.StreamResponse:
    """Let it be over."""
    return await _act(call, Act.CLOSE)


async def reopen_conversation(call: Call) -> web.StreamResponse:
    """Let it be our turn."""
    return await _act(call, Act.REOPEN)


async def snooze_conversation(call: Call) -> web.StreamResponse:
    """Let it be nobody's turn for a while."""
    asked: SnoozeIn = call.body
    until_ms, now_ms = milliseconds(asked.until), call.context.clock.now_ms()
    if until_ms <= now_ms:
        wrong = FieldProblem(pointer="/until", detail="is not in the future")
        raise unprocessable([wrong], code="snooze_in_the_past")
    if until_ms > now_ms + LONGEST_SLEEP_MS:
        wrong = FieldProblem(pointer="/until", detail="is more than a year away")
        raise unprocessable([wrong], code="snooze_too_late")
    return await _act(call, Act.SNOOZE, until_ms=until_ms)


async def _act(call: Call, what: Act, *, until_ms: int | None = None) -> web.StreamResponse:
    outcome = await call.request.app[CONVERSATIONS].act(
        call.request.match_info["id"], what, by=call.author, until_ms=until_ms
    )
    check(outcome, which(call))
    return await as_it_is(call)


def _command(
    word: str,
    handler: Callable[[Call], Awaitable[web.StreamResponse]],
    *,
    summary: str,
    body: type[BaseModel] | None = None,
    model: type[Conversation] = Conversation,
    headers: Mapping[str, str] = _NO_HEADERS,
) -> Route:
    return Route(
        method="POST",
        path=f"/v1/conversations/{{id}}/{word}",
        handler=handler,
        access=Scope.INBOX,
        tag=_TAG,
        summary=summary,
        body=body,
        headers=headers,
        answers={HTTPStatus.OK: Answer(model=model, description="As it is now")},
        problems=(HTTPStatus.CONFLICT,),
    )


ROUTES = (
    Route(
        method="GET",
        path="/v1/conversations",
        handler=list_conversations,
        access=Scope.INBOX,
        tag=_TAG,
        summary="Conversations, that with the newest activity first",
        query=ConversationsQuery,
        answers={HTTPStatus.OK: Answer(model=ConversationPage, description="A page")},
    ),
    Route(
        method="GET",
        path="/v1/conversations/{id}",
        handler=get_conversation,
        access=Scope.INBOX,
        tag=_TAG,
        summary="One conversation with its timeline, newest first",
        query=TimelineQuery,
        answers={HTTPStatus.OK: Answer(model=ConversationDetail, description="As it is now")},
    ),
    Route(
        method="PATCH",
        path="/v1/conversations/{id}",
        handler=edit_conversation,
        access=Scope.INBOX,
        tag=_TAG,
        summary="Set its priority and tags",
        body=ConversationEdit,
        answers={HTTPStatus.OK: Answer(model=Conversation, description="As it is now")},
        problems=(HTTPStatus.CONFLICT,),
    ),
    _command(
        "notes",
        note_conversation,
        summary="Write a note that only we see; @name mentions a colleague",
        body=NoteIn,
        headers={KEY_HEADER: _ONE_NOTE},
        model=Noted,
    ),
    _command("assign", assign_conversation, summary="Hand it to a user or a team", body=AssignIn),
    _command("close", close_conversation, summary="Close it; a new text opens it again"),
    _command("reopen", reopen_conversation, summary="Open it again"),
    _command("snooze", snooze_conversation, summary="Let it sleep until a time", body=SnoozeIn),
)

"""Routes of people who work on the same conversations: presence, what was read, counts."""

from http import HTTPStatus

from aiohttp import web

from gatewayd.http import answers
from gatewayd.http.conversing import as_it_is, named, person
from gatewayd.http.models.conversations import Conversation
from gatewayd.http.models.together import (
    PresenceIn,
    PresenceList,
    ReadIn,
    ViewCounts,
    counts_json,
    presence_json,
)
from gatewayd.http.problems import FieldProblem, unprocessable
from gatewayd.http.route import PRESENCES, READING, Answer, Call, Route
from gatewayd.services.tokens import Scope

_TAG = "Conversations"


async def say_presence(call: Call) -> web.StreamResponse:
    """Take note of what somebody does there."""
    asked: PresenceIn = call.body
    by, row = person(call), await named(call)
    there = call.request.app[PRESENCES].say(row.id, asked.state, inbox=row.inbox, by=by)
    return answers.json_of(presence_json(there))


async def list_presence(call: Call) -> web.StreamResponse:
    """Tell who is there."""
    row = await named(call)
    return answers.json_of(presence_json(call.request.app[PRESENCES].at(row.id)))


async def read_conversation(call: Call) -> web.StreamResponse:
    """Take note of what was read."""
    asked: ReadIn = call.body
    by, row = person(call), await named(call)
    if await call.request.app[READING].read(row, asked.up_to, by=by) is not None:
        wrong = FieldProblem(pointer="/up_to", detail="is no entry of this timeline")
        raise unprocessable([wrong], code="seen_unknown")
    return await as_it_is(call)


async def mark_unread(call: Call) -> web.StreamResponse:
    """Let it be unread again."""
    by, row = person(call), await named(call)
    await call.request.app[READING].mark_unread(row, by=by)
    return await as_it_is(call)


async def count_views(call: Call) -> web.StreamResponse:
    """Count what waits for one person."""
    return answers.json_of(counts_json(await call.request.app[READING].views(person(call))))


_THERE = {HTTPStatus.OK: Answer(model=PresenceList, description="All who are there")}
_AS_IT_IS = {HTTPStatus.OK: Answer(model=Conversation, description="As it is now")}

ROUTES = (
    Route(
        method="GET",
        path="/v1/conversations/counts",
        handler=count_views,
        access=Scope.INBOX,
        tag=_TAG,
        summary="How many are open, and unread to you, in each view",
        answers={HTTPStatus.OK: Answer(model=ViewCounts, description="By view")},
    ),
    Route(
        method="POST",
        path="/v1/conversations/{id}/presence",
        handler=say_presence,
        access=Scope.INBOX,
        tag=_TAG,
        summary="Say that you are looking, writing, or gone; believed for 45 s",
        body=PresenceIn,
        answers=_THERE,
    ),
    Route(
        method="GET",
        path="/v1/conversations/{id}/presence",
        handler=list_presence,
        access=Scope.INBOX,
        tag=_TAG,
        summary="Who is looking at it, or writing in it, just now",
        answers=_THERE,
    ),
    Route(
        method="POST",
        path="/v1/conversations/{id}/read",
        handler=read_conversation,
        access=Scope.INBOX,
        tag=_TAG,
        summary="Say up to where you have read it",
        body=ReadIn,
        answers=_AS_IT_IS,
    ),
    Route(
        method="POST",
        path="/v1/conversations/{id}/unread",
        handler=mark_unread,
        access=Scope.INBOX,
        tag=_TAG,
        summary="Let it be unread to you until you read it again",
        answers=_AS_IT_IS,
    ),
)

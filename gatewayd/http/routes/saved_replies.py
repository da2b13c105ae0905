"""Routes of saved replies."""

from http import HTTPStatus

from aiohttp import web

from config.schema import Language
from gatewayd.http import answers
from gatewayd.http.conversing import person
from gatewayd.http.editing import check, given, refused
from gatewayd.http.models.saved_replies import (
    RenderedReply,
    RenderIn,
    SavedReply,
    SavedReplyEdit,
    SavedReplyIn,
    SavedReplyPage,
    SavedReplyQuery,
    rendered_json,
    saved_replies_json,
    saved_reply_json,
)
from gatewayd.http.problems import FieldProblem, not_found, unprocessable
from gatewayd.http.route import CONVERSATIONS, SAVED_REPLIES, Answer, Call, Route
from gatewayd.services.tokens import Scope
from storage.saved_replies import NewSavedReply, SavedReplyRow

_TAG = "Saved replies"
_PATH = "/v1/saved-replies"


async def list_saved_replies(call: Call) -> web.StreamResponse:
    """List all that are theirs to use; one page holds them."""
    query: SavedReplyQuery = call.query
    rows = await call.request.app[SAVED_REPLIES].list_for(call.author, inbox=query.inbox)
    return answers.json_of(saved_replies_json(rows))


async def create_saved_reply(call: Call) -> web.StreamResponse:
    """Make one."""
    asked: SavedReplyIn = call.body
    new = NewSavedReply(
        shortcut=asked.shortcut,
        en=asked.en,
        fr=asked.fr,
        inbox=asked.inbox,
        person_id=person(call).id if asked.own else None,
    )
    made = await call.request.app[SAVED_REPLIES].add(new, by=call.author)
    if not isinstance(made, str):
        raise refused(made)
    row = await _named(call, made)
    headers = {"Location": f"{_PATH}/{made}"}
    return answers.json_of(saved_reply_json(row), status=HTTPStatus.CREATED, headers=headers)


async def get_saved_reply(call: Call) -> web.StreamResponse:
    """Show one."""
    return answers.json_of(saved_reply_json(await _named(call, call.request.match_info["id"])))


async def edit_saved_reply(call: Call) -> web.StreamResponse:
    """Change one."""
    asked: SavedReplyEdit = call.body
    reply_id = call.request.match_info["id"]
    values = given(asked, "shortcut", "en", "fr", "inbox")
    outcome = await call.request.app[SAVED_REPLIES].change(
        reply_id, values, version=asked.version, by=call.author
    )
    check(outcome, _what(reply_id))
    return await get_saved_reply(call)


async def delete_saved_reply(call: Call) -> web.StreamResponse:
    """Forget one."""
    reply_id = call.request.match_info["id"]
    check(await call.request.app[SAVED_REPLIES].remove(reply_id, by=call.author), _what(reply_id))
    return web.Response(status=HTTPStatus.NO_CONTENT)


async def render_saved_reply(call: Call) -> web.StreamResponse:
    """Fill one for a customer; nothing is sent."""
    asked: RenderIn = call.body
    row = await _named(call, call.request.match_info["id"])
    conversation = await call.request.app[CONVERSATIONS].get(asked.conversation)
    if conversation is None:
        wrong = FieldProblem(pointer="/conversation", detail="there is no such conversation")
        raise unprocessable([wrong], code="conversation_unknown")
    rendered = await call.request.app[SAVED_REPLIES].render(
        row,
        conversation,
        language=None if asked.language is None else Language(asked.language),
        by=call.author,
    )
    return answers.json_of(rendered_json(rendered))


async def _named(call: Call, reply_id: str) -> SavedReplyRow:
    row = await call.request.app[SAVED_REPLIES].get(reply_id, call.author)
    if row is None:
        raise not_found(_what(reply_id))
    return row


def _what(reply_id: str) -> str:
    return f"saved reply {reply_id!a}"


_SHOWN = {HTTPStatus.OK: Answer(model=SavedReply, description="As it is now")}

ROUTES = (
    Route(
        method="GET",
        path=_PATH,
        handler=list_saved_replies,
        access=Scope.INBOX,
        tag=_TAG,
        summary="Texts to answer with: everybody's, and your own",
        query=SavedReplyQuery,
        answers={HTTPStatus.OK: Answer(model=SavedReplyPage, description="All, on one page")},
    ),
    Route(
        method="POST",
        path=_PATH,
        handler=create_saved_reply,
        access=Scope.INBOX,
        tag=_TAG,
        summary="Make a saved reply: your own, or with `manage` everybody's",
        body=SavedReplyIn,
        answers={HTTPStatus.CREATED: Answer(model=SavedReply, description="The saved reply")},
        problems=(HTTPStatus.CONFLICT,),
    ),
    Route(
        method="GET",
        path=f"{_PATH}/{{id}}",
        handler=get_saved_reply,
        access=Scope.INBOX,
        tag=_TAG,
        summary="One saved reply",
        answers=_SHOWN,
    ),
    Route(
        method="PATCH",
        path=f"{_PATH}/{{id}}",
        handler=edit_saved_reply,
        access=Scope.INBOX,
        tag=_TAG,
        summary="Change a saved reply: your own, or with `manage` everybody's",
        body=SavedReplyEdit,
        answers=_SHOWN,
        problems=(HTTPStatus.CONFLICT,),
    ),
    Route(
        method="DELETE",
        path=f"{_PATH}/{{id}}",
        handler=delete_saved_reply,
        access=Scope.INBOX,
        tag=_TAG,
        summary="Forget a saved reply: your own, or with `manage` everybody's",
        answers={HTTPStatus.NO_CONTENT: Answer(media_type="", description="It is gone")},
    ),
    Route(
        method="POST",
        path=f"{_PATH}/{{id}}/render",
        handler=render_saved_reply,
        access=Scope.INBOX,
        tag=_TAG,
        summary="Fill one for the customer of a conversation; nothing is sent",
        body=RenderIn,
        answers={HTTPStatus.OK: Answer(model=RenderedReply, description="The text to look at")},
    ),
)

"""Routes of messages."""

from collections.abc import Mapping
from http import HTTPStatus

from aiohttp import web

from gatewayd.http import answers
from gatewayd.http.masked import is_masked
from gatewayd.http.measuring import preview_of
from gatewayd.http.models.base import milliseconds
from gatewayd.http.models.messages import (
    Message,
    MessageDetail,
    MessageIn,
    MessagePage,
    MessagesQuery,
    Preview,
    PreviewIn,
    ResolveIn,
    detail_json,
    message_body,
    message_json,
)
from gatewayd.http.places import no_cursor
from gatewayd.http.problems import Problem, not_found
from gatewayd.http.route import AUDITS, MESSAGES, Answer, Call, Route
from gatewayd.http.sending import KEY_HEADER, KEY_MEANS, accepted, key_of, refuse
from gatewayd.numbers import canonical
from gatewayd.services.drafts import (
    Draft,
    unseen_inbox,
)
from gatewayd.services.tokens import Scope
from gatewayd.services.waiting import waiting_of
from storage import decisions, queries
from storage.errors import CursorExpired
from storage.outbox import CancelOutcome, ResolveOutcome
from storage.queries import MessageFilter

_TAG = "Messages"


async def send_message(call: Call) -> web.StreamResponse:
    """Accept a message; it is durable when this answers."""
    asked: MessageIn = call.body
    result = await call.request.app[MESSAGES].accept(
        _draft(asked), author=call.author, key=key_of(call), answer=message_body
    )
    return accepted(result)


async def list_messages(call: Call) -> web.StreamResponse:
    """List what matches, newest first."""
    asked: MessagesQuery = call.query
    country = call.context.settings.gateway.country
    filters = MessageFilter(
        direction=asked.direction,
        state=asked.state,
        inbox=asked.inbox,
        contact=None if asked.contact is None else canonical(asked.contact, country=country).text,
        since_ms=None if asked.since is None else milliseconds(asked.since),
        until_ms=None if asked.until is None else milliseconds(asked.until),
        q=asked.q,
        to_us=not is_masked(call.request),  # the gateway names customers there by their numbers
        client_reference=asked.client_reference,
        conversation_id=asked.conversation,
        may_see=call.author.inboxes,
    )
    try:
        async with call.context.store.read() as tx:
            page = await queries.list_messages(tx, filters, limit=asked.limit, cursor=asked.cursor)
    except CursorExpired as error:
        raise no_cursor() from error
    return answers.json_of(
        MessagePage(items=[message_json(row) for row in page.items], next=page.next)
    )


async def get_message(call: Call) -> web.StreamResponse:
    """Show one with its attempts; who reads it has looked at its conversation."""
    detail = await _detail(call)
    if detail.conversation_id is not None:
        await call.request.app[AUDITS].looked(detail.conversation_id, by=call.author)
    return answers.json_of(detail)


async def cancel_message(call: Call) -> web.StreamResponse:
    """Stop one of which nothing is on the air."""
    message_id = call.request.match_info["id"]
    match await call.request.app[MESSAGES].cancel(message_id, by=call.author):
        case CancelOutcome.NOT_FOUND:
            raise not_found(f"outgoing message {message_id!a}")
        case CancelOutcome.TOO_LATE:
            detail = await _detail(call)
            raise Problem(
                HTTPStatus.CONFLICT,
                "too_late",
                f"it is {detail.state}: a part is on the air or may be, or it has ended; "
                "nothing was stopped",
            )
        case CancelOutcome.CANCELED:
            return answers.json_of(await _detail(call))


async def resolve_message(call: Call) -> web.StreamResponse:
    """Settle an unknown one."""
    message_id = call.request.match_info["id"]
    asked: ResolveIn = call.body
    match await call.request.app[MESSAGES].resolve(message_id, asked.as_, by=call.author):
        case ResolveOutcome.NOT_FOUND:
            raise not_found(f"outgoing message {message_id!a}")
        case ResolveOutcome.ERASED:
            raise Problem(
                HTTPStatus.CONFLICT,
                "message_erased",
                "its content was erased: there is nothing to send again",
            )
        case ResolveOutcome.NOT_UNKNOWN:
            detail = await _detail(call)
            raise Problem(
                HTTPStatus.CONFLICT,
                "not_unknown",
                f"it is {detail.state}; only an unknown message can be resolved",
            )
        case ResolveOutcome.RESOLVED:
            return answers.json_of(await _detail(call))


async def preview_message(call: Call) -> web.StreamResponse:
    """Measure a text as it would be sent."""
    asked: PreviewIn = call.body
    if asked.inbox is not None and not call.author.may_see(asked.inbox):
        raise refuse([unseen_inbox(asked.inbox)])
    # Not naming an inbox is no mistake here: a text has a length in any.
    found = preview_of(
        asked.text,
        call.context.settings,
        inbox=asked.inbox,
        must_be_served=asked.inbox is not None,
    )
    return answers.json_of(found)


def _draft(asked: MessageIn) -> Draft:
    return Draft(
        to=asked.to,
        text=asked.text,
        inbox=asked.inbox,
        send_at_ms=None if asked.send_at is None else milliseconds(asked.send_at),
        expires_at_ms=None if asked.expires_at is None else milliseconds(asked.expires_at),
        priority=asked.priority,
        delivery_report=asked.delivery_report,
        on_unknown=asked.on_unknown,
        client_reference=asked.client_reference,
    )


async def _detail(call: Call) -> MessageDetail:
    message_id = call.request.match_info["id"]
    async with call.context.store.read() as tx:
        row = await queries.get_message(tx, message_id)
        if row is None:
            raise not_found(f"message {message_id!a}")
        attempts = await queries.attempts_of(tx, message_id)
        routing = await decisions.of_message(tx, message_id)
    modems, settings = call.context.modems, call.context.settings
    serving = [modems.view(each.name) for each in settings.modems if each.inbox == row.inbox]
    waiting = waiting_of(
        row,
        attempts,
        [view for view in serving if view is not None],
        now_ms=call.context.clock.now_ms(),
    )
    return detail_json(row, attempts, waiting, routing)


def _answer(model: type[Message], description: str) -> Mapping[HTTPStatus, Answer]:
    return {HTTPStatus.OK: Answer(model=model, description=description)}


ROUTES = (
    Route(
        method="POST",
        path="/v1/messages",
        handler=send_message,
        access=Scope.MESSAGES_SEND,
        tag=_TAG,
        summary="Send a message",
        description="It is durable when this answers.",
        body=MessageIn,
        headers={KEY_HEADER: KEY_MEANS},
        answers={
            HTTPStatus.ACCEPTED: Answer(
                model=Message, description="Accepted; `Location` is where to follow it"
            )
        },
        problems=(HTTPStatus.CONFLICT,),
    ),
    Route(
        method="GET",
        path="/v1/messages",
        handler=list_messages,
        access=Scope.MESSAGES_READ,
        tag=_TAG,
        summary="Messages, newest first",
        query=MessagesQuery,
        answers={HTTPStatus.OK: Answer(model=MessagePage, description="A page")},
    ),
    Route(
        method="POST",
        path="/v1/messages/preview",
        handler=preview_message,
        access=Scope.MESSAGES_SEND,
        tag=_TAG,
        summary="How a text would be sent: encoding, parts, characters that cost",
        body=PreviewIn,
        answers={HTTPStatus.OK: Answer(model=Preview, description="Its measure")},
    ),
    Route(
        method="GET",
        path="/v1/messages/{id}",
        handler=get_message,
        access=Scope.MESSAGES_READ,
        tag=_TAG,
        summary="One message with its attempts",
        answers=_answer(MessageDetail, "The message"),
    ),
    Route(
        method="POST",
        path="/v1/messages/{id}/cancel",
        handler=cancel_message,
        access=Scope.MESSAGES_SEND,
        tag=_TAG,
        summary="Cancel a message of which nothing is on the air",
        answers=_answer(MessageDetail, "Canceled, now or already before"),
        problems=(HTTPStatus.CONFLICT,),
    ),
    Route(
        method="POST",
        path="/v1/messages/{id}/resolve",
        handler=resolve_message,
        access=Scope.MESSAGES_SEND,
        tag=_TAG,
        summary="Settle an `unknown` message by your own knowledge",
        body=ResolveIn,
        answers=_answer(MessageDetail, "As it is now"),
        problems=(HTTPStatus.CONFLICT,),
    ),
)

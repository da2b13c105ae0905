"""Routes of answering in a conversation: the answer, and how it would go."""

from http import HTTPStatus

from aiohttp import web

from gatewayd.answering import Unanswerable
from gatewayd.http import answers
from gatewayd.http.conversing import entries_shown, named
from gatewayd.http.measuring import preview_of
from gatewayd.http.models.base import milliseconds
from gatewayd.http.models.conversations import AnswerIn, AnswerPreview, AnswerPreviewIn
from gatewayd.http.models.messages import Message, message_body
from gatewayd.http.problems import FieldProblem, Problem, unprocessable
from gatewayd.http.route import CONVERSATIONS, Answer, Call, Route
from gatewayd.http.sending import KEY_HEADER, KEY_MEANS, accepted, key_of
from gatewayd.permission import CONSENT_CODES
from gatewayd.services.drafts import Draft, Refused
from gatewayd.services.replying import Manner, MovedOn, SeenUnknown
from gatewayd.services.tokens import Scope

_TAG = "Conversations"


async def answer_conversation(call: Call) -> web.StreamResponse:
    """Send to its contact; durable when this answers."""
    asked: AnswerIn = call.body
    row = await named(call)
    draft = Draft(
        to=row.number,
        text=asked.text,
        send_at_ms=None if asked.send_at is None else milliseconds(asked.send_at),
        expires_at_ms=None if asked.expires_at is None else milliseconds(asked.expires_at),
        priority=asked.priority,
        delivery_report=asked.delivery_report,
        on_unknown=asked.on_unknown,
        client_reference=asked.client_reference,
    )
    result = await call.request.app[CONVERSATIONS].answer(
        row,
        draft,
        author=call.author,
        key=key_of(call, place=row.id),
        answer=message_body,
        manner=Manner(seen=asked.seen, insist=asked.insist, sign=asked.sign),
    )
    match result:
        case Unanswerable():
            raise Problem(HTTPStatus.CONFLICT, result.code, result.reason)
        case MovedOn():
            raise await _moved_on(call, result)
        case SeenUnknown():
            wrong = FieldProblem(pointer="/seen", detail="is no entry of this timeline")
            raise unprocessable([wrong], code="seen_unknown")
        case Refused() if (code := result.refusals[0].code) in CONSENT_CODES:
            raise Problem(HTTPStatus.CONFLICT, code, result.refusals[0].detail)
        case _:
            return accepted(result)


async def _moved_on(call: Call, why: MovedOn) -> Problem:
    async with call.context.store.read() as tx:
        entries = await entries_shown(tx, why.entries)
    return Problem(
        HTTPStatus.CONFLICT,
        "conversation_moved_on",
        "something came that you had not seen: nothing was sent; look, then send it again with "
        "`insist`, or with what you have seen by now",
        since=[entry.model_dump(mode="json") for entry in entries],
    )


async def preview_answer(call: Call) -> web.StreamResponse:
    """Measure an answer as it would be sent."""
    asked: AnswerPreviewIn = call.body
    row = await named(call)
    text = await call.request.app[CONVERSATIONS].as_sent(
        row, asked.text, manner=Manner(sign=asked.sign), by=call.author
    )
    found = preview_of(text, call.context.settings, inbox=row.inbox, must_be_served=False)
    added = text.rpartition("\n")[2] if text != asked.text else None
    fields = {name: getattr(found, name) for name in type(found).model_fields}
    return answers.json_of(AnswerPreview(**fields, text=text, signature=added))


ROUTES = (
    Route(
        method="POST",
        path="/v1/conversations/{id}/messages",
        handler=answer_conversation,
        access=Scope.INBOX,
        tag=_TAG,
        summary="Answer: send to its contact, from its inbox",
        description="It is durable when this answers.",
        body=AnswerIn,
        headers={KEY_HEADER: KEY_MEANS},
        answers={
            HTTPStatus.ACCEPTED: Answer(
                model=Message, description="Accepted; `Location` is where to follow it"
            )
        },
        problems=(HTTPStatus.CONFLICT,),
    ),
    Route(
        method="POST",
        path="/v1/conversations/{id}/preview",
        handler=preview_answer,
        access=Scope.INBOX,
        tag=_TAG,
        summary="How an answer would be sent: all of its text, parts, price",
        body=AnswerPreviewIn,
        answers={HTTPStatus.OK: Answer(model=AnswerPreview, description="Its measure")},
    ),
)

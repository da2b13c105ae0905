"""The third-party API of SMS Gateway for Android: its messages, their states, and its webhooks.

One message of theirs goes to several phones, and is a message of ours for each: they share its id
as their ``client_reference``.
"""

import json
import secrets
from collections.abc import Sequence
from http import HTTPStatus
from typing import Annotated, Any

from aiohttp import web
from pydantic import BaseModel, Field

from gatewayd.compat.androidstates import message_json
from gatewayd.compat.sending import Denied, send
from gatewayd.compat.visit import Endpoint, Visit
from gatewayd.http.answers import json_text
from gatewayd.http.jsonbody import body_as
from gatewayd.http.models.base import Moment, milliseconds
from gatewayd.http.problems import FieldProblem, Problem, not_found, unprocessable
from gatewayd.http.route import WEBHOOKS
from gatewayd.numbers import BadNumber, normalise
from gatewayd.services.drafts import Draft
from gatewayd.services.tokens import Principal, Scope
from gatewayd.services.webhooks import Wanted
from gatewayd.webhooks.android import EVENTS, webhook_json
from storage import queries
from storage.queries import MessageFilter, MessageRow
from storage.webhooks import WebhookFormat

_BYPASSES_LIMITS = 100
_KEYS_KEPT_MS = 7 * 86_400_000
_MOST_RECIPIENTS = 100
_BASE = "/3rdparty/v1"


class _Text(BaseModel):
    text: str


class MessageIn(BaseModel):
    """A message as their clients post it; what is not here is passed over."""

    id: Annotated[str | None, Field(min_length=1, max_length=36)] = None
    numbers: Annotated[
        list[str], Field(alias="phoneNumbers", min_length=1, max_length=_MOST_RECIPIENTS)
    ]
    text_message: Annotated[_Text | None, Field(alias="textMessage")] = None
    message: Annotated[str | None, Field(description="the text, in older clients")] = None
    data: Annotated[Any, Field(alias="dataMessage")] = None
    mms: Annotated[Any, Field(alias="mmsMessage")] = None
    is_encrypted: Annotated[bool, Field(alias="isEncrypted")] = False
    with_report: Annotated[bool, Field(alias="withDeliveryReport")] = True
    ttl: Annotated[int | None, Field(ge=5, le=366 * 86_400)] = None
    valid_until: Annotated[Moment | None, Field(alias="validUntil")] = None
    schedule_at: Annotated[Moment | None, Field(alias="scheduleAt")] = None
    priority: Annotated[int, Field(ge=-128, le=127)] = 0


class WebhookIn(BaseModel):
    """A webhook as their clients post it."""

    id: Annotated[str | None, Field(min_length=1, max_length=36)] = None
    url: Annotated[str, Field(min_length=1, max_length=2000)]
    event: str


async def post_message(visit: Visit) -> web.Response:
    """Take a message for each phone."""
    principal = await visit.enter_by_header(scope=Scope.MESSAGES_SEND)
    asked = body_as(MessageIn, await visit.body())
    _check_numbers(asked.numbers, visit)
    id_ = asked.id or secrets.token_urlsafe(15)
    if asked.id is not None:
        await _check_is_new(id_, principal, visit)
    sent = await send(visit, principal, _draft(asked, id_, visit), asked.numbers, key=asked.id)
    rows = await _rows(id_, principal, visit)
    answer = message_json(id_, rows, [one for one in sent if isinstance(one, Denied)])
    headers = {"Location": f"{_BASE}/messages/{id_}"}
    return _json(answer, status=HTTPStatus.ACCEPTED, headers=headers)


async def get_message(visit: Visit) -> web.Response:
    """Tell the state of one."""
    principal = await visit.enter_by_header(scope=Scope.MESSAGES_READ)
    id_ = visit.request.match_info["id"]
    rows = await _rows(id_, principal, visit)
    if not rows:
        raise not_found("message with this id")
    return _json(message_json(id_, rows, ()))


def _check_numbers(numbers: Sequence[str], visit: Visit) -> None:
    """Refuse all where one is none, as they do."""
    country = visit.context.settings.gateway.country
    for number in numbers:
        read = normalise(number, country=country)
        if isinstance(read, BadNumber):
            raise _wrong("phoneNumbers", f"{number}: {read.reason}")


async def _check_is_new(id_: str, principal: Principal, visit: Visit) -> None:
    """Refuse an id whose idempotency key is forgotten by now."""
    before_ms = visit.context.clock.now_ms() - _KEYS_KEPT_MS
    if any(row.created_at_ms < before_ms for row in await _rows(id_, principal, visit)):
        raise Problem(
            HTTPStatus.CONFLICT, "idempotency_mismatch", "a message with this id already exists"
        )


def _draft(asked: MessageIn, id_: str, visit: Visit) -> Draft:
    text = asked.text_message.text if asked.text_message is not None else asked.message
    if asked.is_encrypted:
        raise _wrong("isEncrypted", "this gateway cannot decrypt")
    if asked.data is not None or asked.mms is not None or not text:
        raise _wrong("textMessage", "is required: data messages and MMS are not sent here")
    expires_at_ms = None if asked.valid_until is None else milliseconds(asked.valid_until)
    send_at_ms = None if asked.schedule_at is None else milliseconds(asked.schedule_at)
    if asked.ttl is not None:
        expires_at_ms = (send_at_ms or visit.context.clock.now_ms()) + asked.ttl * 1000
    return Draft(
        to="",
        text=text,
        send_at_ms=send_at_ms,
        expires_at_ms=expires_at_ms,
        priority="urgent" if asked.priority >= _BYPASSES_LIMITS else "normal",
        delivery_report=asked.with_report,
        client_reference=id_,
    )


async def _rows(id_: str, principal: Principal, visit: Visit) -> list[MessageRow]:
    """Read the messages of one of theirs, oldest first; only those of who asks."""
    filters = MessageFilter(direction="out", client_reference=id_)
    async with visit.context.store.read() as tx:
        page = await queries.list_messages(tx, filters, limit=_MOST_RECIPIENTS, cursor=None)
    return [row for row in reversed(page.items) if row.author_id == principal.id]


# --- webhooks


async def list_webhooks(visit: Visit) -> web.Response:
    """List those that speak their way."""
    await visit.enter_by_header(scope=Scope.ADMIN)
    views = await visit.request.app[WEBHOOKS].list_all()
    theirs = [view.row for view in views if view.row.format is WebhookFormat.ANDROID]
    return _json([webhook_json(row) for row in theirs])


async def post_webhook(visit: Visit) -> web.Response:
    """Make one, or replace the one that has its id."""
    await visit.enter_by_header(scope=Scope.ADMIN)
    asked = body_as(WebhookIn, await visit.body())
    types = EVENTS.get(asked.event)
    if types is None:
        raise _wrong("event", f"is not known here; known: {', '.join(EVENTS)}")
    service = visit.request.app[WEBHOOKS]
    for field, reason in service.refusals({"url": asked.url}):
        raise _wrong(field, reason)
    wanted = Wanted(
        url=asked.url,
        types=types,
        inbox=None,
        ordered=False,
        format=WebhookFormat.ANDROID,
        alias=asked.id,
    )
    row = await service.create(wanted)
    return _json(webhook_json(row), status=HTTPStatus.CREATED)


async def delete_webhook(visit: Visit) -> web.Response:
    """Remove one."""
    await visit.enter_by_header(scope=Scope.ADMIN)
    id_ = visit.request.match_info["id"]
    if not await visit.request.app[WEBHOOKS].remove(id_):
        raise not_found("webhook with this id")
    return web.Response(status=HTTPStatus.NO_CONTENT)


def _wrong(field: str, detail: str) -> Problem:
    return unprocessable([FieldProblem(pointer=f"/{field}", detail=detail)])


def _json(
    value: object, *, status: HTTPStatus = HTTPStatus.OK, headers: dict[str, str] | None = None
) -> web.Response:
    return json_text(json.dumps(value), status=status, headers=headers)


def _refuse(problem: Problem) -> web.Response:
    status = problem.status
    if problem.code == "idempotency_mismatch":
        status = HTTPStatus.CONFLICT
    elif status is HTTPStatus.UNPROCESSABLE_ENTITY:
        status = HTTPStatus.BAD_REQUEST
    headers = problem.headers
    if status is HTTPStatus.UNAUTHORIZED:
        headers = headers | {"WWW-Authenticate": 'Basic realm="gatewayd"'}
    return _json({"message": problem.detail}, status=status, headers=headers)


def _endpoint(method: str, path: str, handler: Any) -> Endpoint:
    return Endpoint(methods=(method,), path=_BASE + path, handler=handler, refuse=_refuse)


ENDPOINTS = (
    _endpoint("POST", "/messages", post_message),
    _endpoint("POST", "/message", post_message),
    _endpoint("GET", "/messages/{id}", get_message),
    _endpoint("GET", "/message/{id}", get_message),
    _endpoint("GET", "/webhooks", list_webhooks),
    _endpoint("POST", "/webhooks", post_webhook),
    _endpoint("DELETE", "/webhooks/{id}", delete_webhook),
)

"""Routes of webhooks and their deliveries."""

from collections.abc import Awaitable, Callable, Mapping
from http import HTTPStatus
from typing import Any

from aiohttp import web
from pydantic import BaseModel

from gatewayd.http import answers
from gatewayd.http.models.base import milliseconds
from gatewayd.http.models.webhooks import (
    DeliveriesQuery,
    DeliveryDetail,
    DeliveryPage,
    NewWebhook,
    ResendIn,
    Resent,
    Webhook,
    WebhookChange,
    WebhookIn,
    WebhookPage,
    delivery_detail_json,
    delivery_json,
    new_webhook_json,
    webhook_json,
)
from gatewayd.http.problems import FieldProblem, Problem, not_found, unprocessable
from gatewayd.http.route import WEBHOOKS, Answer, Call, Route
from gatewayd.services.tokens import Scope
from gatewayd.services.webhooks import Wanted, Webhooks, WebhookView
from storage.errors import CursorExpired

_TAG = "Webhooks"


async def create_webhook(call: Call) -> web.StreamResponse:
    """Make one and show its secret, this once."""
    asked: WebhookIn = call.body
    _check(call, asked.model_dump())
    types = None if asked.types is None else tuple(asked.types)
    row = await _service(call).create(
        Wanted(url=asked.url, types=types, inbox=asked.inbox, ordered=asked.ordered)
    )
    made = new_webhook_json(row, await _known(call, row.id))
    headers = {"Location": f"/v1/webhooks/{row.id}"}
    return answers.json_of(made, status=HTTPStatus.CREATED, headers=headers)


async def list_webhooks(call: Call) -> web.StreamResponse:
    """List all; there are few, so one page holds them."""
    views = await _service(call).list_all()
    return answers.json_of(WebhookPage(items=[webhook_json(view) for view in views]))


async def get_webhook(call: Call) -> web.StreamResponse:
    """Show one."""
    return answers.json_of(webhook_json(await _named(call)))


async def change_webhook(call: Call) -> web.StreamResponse:
    """Change what the body names."""
    asked: WebhookChange = call.body
    given = asked.model_dump(include=asked.model_fields_set)
    _check(call, given)
    enabled = given.pop("enabled", None)
    if not await _service(call).change(_id(call), given, enabled=enabled):
        raise _unknown(call)
    return answers.json_of(webhook_json(await _named(call)))


async def delete_webhook(call: Call) -> web.StreamResponse:
    """Forget one."""
    if not await _service(call).remove(_id(call)):
        raise _unknown(call)
    return web.Response(status=HTTPStatus.NO_CONTENT)


async def rotate_secret(call: Call) -> web.StreamResponse:
    """Make a new secret and show it, this once."""
    row = await _service(call).rotate(_id(call))
    if row is None:
        raise _unknown(call)
    return answers.json_of(new_webhook_json(row, await _known(call, row.id)))


async def list_deliveries(call: Call) -> web.StreamResponse:
    """List what was posted and what waits."""
    asked: DeliveriesQuery = call.query
    view = await _named(call)
    try:
        page = await _service(call).deliveries(
            view.row.id, state=asked.state, limit=asked.limit, cursor=asked.cursor
        )
    except CursorExpired as error:
        raise unprocessable(
            [FieldProblem(pointer="/query/cursor", detail="is not from this list")]
        ) from error
    items = [delivery_json(row) for row in page.items]
    return answers.json_of(DeliveryPage(items=items, next=page.next))


async def get_delivery(call: Call) -> web.StreamResponse:
    """Show one with its request and its last answer."""
    return answers.json_of(await _delivery(call))


async def resend_delivery(call: Call) -> web.StreamResponse:
    """Post one again."""
    delivery = await _delivery(call)
    if not await _service(call).resend_one(_id(call), delivery.id):
        waits = delivery.state == "pending"
        raise Problem(
            HTTPStatus.CONFLICT,
            "already_waiting" if waits else "event_gone",
            "it waits to be posted already" if waits else "its event is no longer kept",
        )
    return answers.json_of(await _delivery(call), status=HTTPStatus.ACCEPTED)


async def resend_deliveries(call: Call) -> web.StreamResponse:
    """Post the events of a time again."""
    asked: ResendIn = call.body
    view = await _named(call)
    until_ms = call.context.clock.now_ms() if asked.until is None else milliseconds(asked.until)
    count = await _service(call).resend(
        view.row,
        since_ms=milliseconds(asked.since),
        until_ms=until_ms,
        delivered_too=asked.delivered_too,
    )
    return answers.json_of(Resent(count=count), status=HTTPStatus.ACCEPTED)


def _service(call: Call) -> Webhooks:
    return call.request.app[WEBHOOKS]


def _id(call: Call) -> str:
    return call.request.match_info["id"]


def _unknown(call: Call) -> Problem:
    return not_found(f"webhook {_id(call)!a}")


async def _known(call: Call, webhook_id: str) -> WebhookView:
    view = await _service(call).get(webhook_id)
    if view is None:
        raise not_found(f"webhook {webhook_id!a}")
    return view


async def _named(call: Call) -> WebhookView:
    return await _known(call, _id(call))


async def _delivery(call: Call) -> DeliveryDetail:
    delivery_id = call.request.match_info["delivery_id"]
    found = await _service(call).delivery(_id(call), delivery_id)
    if found is None:
        raise not_found(f"delivery {delivery_id!a} of webhook {_id(call)!a}")
    return delivery_detail_json(*found)


def _check(call: Call, asked: Mapping[str, Any]) -> None:
    refusals = _service(call).refusals(asked)
    if refusals:
        raise unprocessable(
            [FieldProblem(pointer=f"/{name}", detail=detail) for name, detail in refusals],
            code="webhook_unfit",
        )


def _route(
    method: str,
    path: str,
    handler: Callable[[Call], Awaitable[web.StreamResponse]],
    summary: str,
    model: type[BaseModel] | None,
    *,
    status: HTTPStatus = HTTPStatus.OK,
    **more: Any,
) -> Route:
    answer = (
        Answer(media_type="", description="It is gone")
        if model is None
        else Answer(model=model, description=(model.__doc__ or "").rstrip("."))
    )
    return Route(
        method=method,
        path=f"/v1/webhooks{path}",
        handler=handler,
        access=Scope.ADMIN,
        tag=_TAG,
        summary=summary,
        answers={status: answer},
        **more,
    )


_CHANGE = "Change it; disable or enable it"
_MAKE = "Make a webhook; its secret is in this answer only"
_ROTATE = "A new secret; the one before signs too for a day"
_RESEND = "Post the events of a time again: those that did not arrive, or all"

ROUTES = (
    _route(
        *("POST", "", create_webhook, _MAKE, NewWebhook),
        status=HTTPStatus.CREATED,
        body=WebhookIn,
    ),
    _route("GET", "", list_webhooks, "All webhooks, without their secrets", WebhookPage),
    _route("GET", "/{id}", get_webhook, "One webhook", Webhook),
    _route(
        "PATCH", "/{id}", change_webhook, "Change, enable, disable", Webhook, body=WebhookChange
    ),
    _route(
        *("DELETE", "/{id}", delete_webhook, "Forget a webhook and its deliveries", None),
        status=HTTPStatus.NO_CONTENT,
    ),
    _route("POST", "/{id}/rotate", rotate_secret, _ROTATE, NewWebhook),
    _route(
        *("GET", "/{id}/deliveries", list_deliveries, "What was posted, what waits", DeliveryPage),
        query=DeliveriesQuery,
    ),
    _route(
        *("GET", "/{id}/deliveries/{delivery_id}", get_delivery),
        *("One delivery: request and last answer", DeliveryDetail),
    ),
    _route(
        *("POST", "/{id}/deliveries/{delivery_id}/resend", resend_delivery),
        *("Post one again, under the same id", DeliveryDetail),
        status=HTTPStatus.ACCEPTED,
        problems=(HTTPStatus.CONFLICT,),
    ),
    _route(
        *("POST", "/{id}/resend", resend_deliveries, _RESEND, Resent),
        status=HTTPStatus.ACCEPTED,
        body=ResendIn,
    ),
)

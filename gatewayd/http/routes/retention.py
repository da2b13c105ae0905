"""Routes of how long an inbox keeps what was written."""

from http import HTTPStatus
from typing import Annotated

from aiohttp import web
from pydantic import Field

from gatewayd.bus import Topic
from gatewayd.http import answers
from gatewayd.http.models.base import Input, Output
from gatewayd.http.problems import not_found
from gatewayd.http.route import Answer, Call, Route
from gatewayd.services.tokens import Scope
from storage import retention
from storage.editing import Edit

_TAG = "Inboxes"
_MEANS = "how many days; 0: for good; null: as `[retention] messages` says"
_CENTURY = 36_525


class Retention(Output):
    """How long what was written is kept."""

    keep_days: Annotated[int | None, Field(description=_MEANS)]


class RetentionIn(Input):
    """How long it is to be kept."""

    keep_days: Annotated[int | None, Field(ge=0, le=_CENTURY, description=_MEANS)]


async def get_retention(call: Call) -> web.StreamResponse:
    """Tell what was set."""
    name = call.request.match_info["name"]
    async with call.context.store.read() as tx:
        chosen = await retention.kept_days(tx)
    if name not in chosen:
        raise not_found(f"inbox {name!a}")
    return answers.json_of(Retention(keep_days=chosen[name]))


async def set_retention(call: Call) -> web.StreamResponse:
    """Set it; what is older goes within a day."""
    asked: RetentionIn = call.body
    name = call.request.match_info["name"]
    async with call.context.store.write() as tx:
        done = await retention.set_keep_days(
            tx, name, asked.keep_days, by=call.author.id, now_ms=call.context.clock.now_ms()
        )
    if done is Edit.NOT_FOUND:
        raise not_found(f"inbox {name!a}")
    call.context.bus.publish(Topic.JOURNAL)
    return answers.json_of(Retention(keep_days=asked.keep_days))


_SHOWN = {HTTPStatus.OK: Answer(model=Retention, description="As it is now")}

ROUTES = (
    Route(
        method="GET",
        path="/v1/inboxes/{name}/retention",
        handler=get_retention,
        access=Scope.INBOX,
        tag=_TAG,
        summary="How long an inbox keeps what was written",
        answers=_SHOWN,
    ),
    Route(
        method="PUT",
        path="/v1/inboxes/{name}/retention",
        handler=set_retention,
        access=Scope.MANAGE,
        tag=_TAG,
        summary="Set how long; what is older goes within a day",
        body=RetentionIn,
        answers=_SHOWN,
    ),
)

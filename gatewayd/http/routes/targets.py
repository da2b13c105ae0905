"""Routes of how long customers of an inbox may wait."""

from http import HTTPStatus

from aiohttp import web

from gatewayd.http import answers
from gatewayd.http.editing import check
from gatewayd.http.models.targets import InboxTargets, TargetsIn, row_of, targets_json
from gatewayd.http.problems import not_found
from gatewayd.http.route import INBOX_TARGETS, Answer, Call, Route
from gatewayd.services.tokens import Scope

_TAG = "Inboxes"
_PATH = "/v1/inboxes/{name}/targets"


async def get_targets(call: Call) -> web.StreamResponse:
    """Show those of an inbox."""
    return answers.json_of(await _named(call))


async def put_targets(call: Call) -> web.StreamResponse:
    """Set all of them."""
    asked: TargetsIn = call.body
    row = row_of(call.request.match_info["name"], asked)
    outcome = await call.request.app[INBOX_TARGETS].put(row, version=asked.version, by=call.author)
    check(outcome, _what(call))
    return answers.json_of(await _named(call))


def _what(call: Call) -> str:
    return f"inbox {call.request.match_info['name']!a}"


async def _named(call: Call) -> InboxTargets:
    view = await call.request.app[INBOX_TARGETS].get(call.request.match_info["name"])
    if view is None:
        raise not_found(_what(call))
    return targets_json(view)


ROUTES = (
    Route(
        method="GET",
        path=_PATH,
        handler=get_targets,
        access=Scope.INBOX,
        tag=_TAG,
        summary="How long its customers may wait",
        answers={HTTPStatus.OK: Answer(model=InboxTargets, description="As it is now")},
    ),
    Route(
        method="PUT",
        path=_PATH,
        handler=put_targets,
        access=Scope.MANAGE,
        tag=_TAG,
        summary="Set how long its customers may wait",
        body=TargetsIn,
        answers={HTTPStatus.OK: Answer(model=InboxTargets, description="As it is now")},
        problems=(HTTPStatus.CONFLICT,),
    ),
)

"""Routes by which a manager lets people in."""

from http import HTTPStatus

from aiohttp import web

from gatewayd.http import answers
from gatewayd.http.editing import refused
from gatewayd.http.models.staff import LinkMade, link_json
from gatewayd.http.problems import not_found
from gatewayd.http.route import LINKS, Answer, Call, Route
from gatewayd.services.links import MadeLink
from gatewayd.services.tokens import Scope

_TAG = "Users"


async def create_link(call: Call) -> web.StreamResponse:
    """Make a one-time link for somebody, and show it this once."""
    user_id = call.request.match_info["id"]
    made = await call.request.app[LINKS].create_for(user_id, by=call.author)
    if made is None:
        raise not_found(f"active user {user_id!a}")
    if not isinstance(made, MadeLink):
        raise refused(made)
    return answers.json_of(link_json(made), status=HTTPStatus.CREATED)


ROUTES = (
    Route(
        method="POST",
        path="/v1/users/{id}/link",
        handler=create_link,
        access=Scope.MANAGE,
        tag=_TAG,
        summary="A one-time link by which a person chooses a password; older ones end",
        answers={HTTPStatus.CREATED: Answer(model=LinkMade, description="Pass it on to them")},
    ),
)

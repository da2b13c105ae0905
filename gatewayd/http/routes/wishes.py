"""Routes of how people wish to be told: their own, or anybody's for a manager."""

from http import HTTPStatus

from aiohttp import web

from gatewayd.http import answers
from gatewayd.http.editing import check
from gatewayd.http.models.wishes import NotificationWishes, WishesIn, wishes_in, wishes_json
from gatewayd.http.problems import Problem, not_found
from gatewayd.http.route import WISHES, Answer, Call, Route
from gatewayd.services.tokens import PrincipalType, Scope

_TAG = "Users"
_PATH = "/v1/users/{id}/notifications"


async def get_wishes(call: Call) -> web.StreamResponse:
    """Show a person's."""
    return answers.json_of(await _named(call))


async def put_wishes(call: Call) -> web.StreamResponse:
    """Set a person's."""
    asked: WishesIn = call.body
    person_id = _permitted(call)
    outcome = await call.request.app[WISHES].put(person_id, wishes_in(asked), by=call.author)
    check(outcome, _what(call))
    return answers.json_of(await _named(call))


def _what(call: Call) -> str:
    return f"user {call.request.match_info['id']!a}"


def _permitted(call: Call) -> str:
    """Give whose they are; raises Problem for who is neither that person nor a manager."""
    person_id = call.request.match_info["id"]
    own = call.author.type is PrincipalType.PERSON and call.author.id == person_id
    if not own and not call.author.may(Scope.MANAGE):
        raise Problem(
            HTTPStatus.FORBIDDEN,
            "scope_missing",
            "of others this needs the scope 'manage'",
        )
    return person_id


async def _named(call: Call) -> NotificationWishes:
    view = await call.request.app[WISHES].get(_permitted(call))
    if view is None:
        raise not_found(_what(call))
    return wishes_json(view)


ROUTES = (
    Route(
        method="GET",
        path=_PATH,
        handler=get_wishes,
        access=Scope.INBOX,
        tag=_TAG,
        summary="How a person wishes to be told: one's own, or for a manager anybody's",
        answers={HTTPStatus.OK: Answer(model=NotificationWishes, description="As it is now")},
    ),
    Route(
        method="PUT",
        path=_PATH,
        handler=put_wishes,
        access=Scope.INBOX,
        tag=_TAG,
        summary="Set how a person wishes to be told",
        body=WishesIn,
        answers={HTTPStatus.OK: Answer(model=NotificationWishes, description="As it is now")},
    ),
)

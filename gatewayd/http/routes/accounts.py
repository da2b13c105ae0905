"""Routes by which a manager lets people in, and out."""

from http import HTTPStatus

from aiohttp import web

from gatewayd.http import answers
from gatewayd.http.editing import refused
from gatewayd.http.models.session import NewPassword
from gatewayd.http.models.staff import LinkMade, Suspended, Suspension, User, link_json, user_json
from gatewayd.http.problems import not_found
from gatewayd.http.route import LEAVING, LINKS, STAFF, STREAMS, Answer, Call, Route
from gatewayd.services.leaving import Gone
from gatewayd.services.links import MadeLink
from gatewayd.services.staff import Unfit
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


async def set_password(call: Call) -> web.StreamResponse:
    """Set somebody's password for them."""
    asked: NewPassword = call.body
    user_id = call.request.match_info["id"]
    done = await call.request.app[LINKS].set_password(user_id, asked.password, by=call.author)
    if isinstance(done, Unfit):
        raise refused(done)
    if not done:
        raise not_found(f"user {user_id!a}")
    call.request.app[STREAMS].end_of(user_id)
    return web.Response(status=HTTPStatus.NO_CONTENT)


async def suspend_user(call: Call) -> web.StreamResponse:
    """End somebody's access at once, and hand on what they have."""
    asked: Suspension = call.body
    user_id = call.request.match_info["id"]
    outcome = await call.request.app[LEAVING].suspend(
        user_id, hand_over_to=asked.hand_over_to, note=asked.note, by=call.author
    )
    match outcome:
        case None:
            raise not_found(f"user {user_id!a}")
        case Gone():
            for ended in (user_id, *outcome.tokens):
                call.request.app[STREAMS].end_of(ended)
        case _:
            raise refused(outcome)
    suspended = Suspended(
        user=await _user(call, user_id),
        handed_over=outcome.handed_over,
        tokens_ended=list(outcome.tokens),
    )
    return answers.json_of(suspended)


async def unsuspend_user(call: Call) -> web.StreamResponse:
    """Let somebody work again."""
    user_id = call.request.match_info["id"]
    outcome = await call.request.app[LEAVING].unsuspend(user_id, by=call.author)
    if not isinstance(outcome, bool):
        raise refused(outcome)
    return answers.json_of(await _user(call, user_id))


async def _user(call: Call, user_id: str) -> User:
    row = await call.request.app[STAFF].person(user_id)
    if row is None:
        raise not_found(f"user {user_id!a}")
    return user_json(row)


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
    Route(
        method="PUT",
        path="/v1/users/{id}/password",
        handler=set_password,
        access=Scope.ADMIN,
        tag=_TAG,
        summary="Set somebody's password; all their sessions end. A link is better",
        body=NewPassword,
        answers={HTTPStatus.NO_CONTENT: Answer(media_type="", description="It is so")},
    ),
    Route(
        method="POST",
        path="/v1/users/{id}/suspend",
        handler=suspend_user,
        access=Scope.MANAGE,
        tag=_TAG,
        summary="End somebody's access at once, and hand on what they have",
        description="Nothing is deleted; what they did stays under their name.",
        body=Suspension,
        answers={HTTPStatus.OK: Answer(model=Suspended, description="What ended")},
        problems=(HTTPStatus.CONFLICT,),
    ),
    Route(
        method="POST",
        path="/v1/users/{id}/unsuspend",
        handler=unsuspend_user,
        access=Scope.MANAGE,
        tag=_TAG,
        summary="Let somebody work again, by the password that they had",
        answers={HTTPStatus.OK: Answer(model=User, description="As they are now")},
    ),
)

"""Routes by which a person logs in and out."""

from http import HTTPStatus

from aiohttp import web

from gatewayd.http import answers
from gatewayd.http.editing import refused
from gatewayd.http.logged_in import SESSIONS, drop, keep, visitor_of
from gatewayd.http.models.session import (
    LoggedIn,
    LogIn,
    LogInByLink,
    LogOutQuery,
    OwnSessionPage,
    PasswordChange,
    logged_in_json,
    own_session_json,
)
from gatewayd.http.problems import Problem, not_found
from gatewayd.http.route import LINKS, STREAMS, Answer, Call, Door, Route
from gatewayd.services.links import LinkIsOver
from gatewayd.services.sessions import Begun, NotLetIn, TooManyGuesses
from gatewayd.services.staff import Unfit
from storage.people import Taken

_TAG = "Session"


async def log_in(call: Call) -> web.StreamResponse:
    """Let somebody in by name and password."""
    asked: LogIn = call.body
    visitor = visitor_of(call.request)
    outcome = await call.request.app[SESSIONS].log_in(asked.name, asked.password, visitor=visitor)
    match outcome:
        case TooManyGuesses():
            raise too_many_guesses(outcome)
        case NotLetIn():
            raise Problem(
                HTTPStatus.UNAUTHORIZED, "log_in_refused", "the name or the password is wrong"
            )
        case Begun():
            return _begun(call, outcome)


async def log_in_by_link(call: Call) -> web.StreamResponse:
    """Set the password of whom a one-time link is for, and let them in."""
    asked: LogInByLink = call.body
    outcome = await call.request.app[LINKS].use(
        asked.link,
        password=asked.password,
        visitor=visitor_of(call.request),
        name=asked.name,
        display_name=asked.display_name,
    )
    match outcome:
        case LinkIsOver():
            raise Problem(
                HTTPStatus.GONE,
                "link_over",
                "this link was used already, is too old, or never was; ask for another",
            )
        case Unfit() | Taken():
            raise refused(outcome)
        case Begun():
            call.request.app[STREAMS].end_of(outcome.session.principal.id)
            return _begun(call, outcome)


def _begun(call: Call, begun: Begun) -> web.StreamResponse:
    response = answers.json_of(logged_in_json(begun.session))
    keep(response, call.request, begun)
    return response


async def show_session(call: Call) -> web.StreamResponse:
    """Tell who is logged in."""
    return answers.json_of(logged_in_json(call.logged_in))


async def log_out(call: Call) -> web.StreamResponse:
    """End this session, or all of this person's."""
    asked: LogOutQuery = call.query
    session, service = call.logged_in, call.request.app[SESSIONS]
    if asked.all:
        await service.end_all(session.principal.id)
        call.request.app[STREAMS].end_of(session.principal.id)
    else:
        await service.end(session.id, person_id=session.principal.id)
        call.request.app[STREAMS].end_of(session.id)
    response = web.Response(status=HTTPStatus.NO_CONTENT)
    drop(response)
    return response


async def list_sessions(call: Call) -> web.StreamResponse:
    """List one's own."""
    session = call.logged_in
    rows = await call.request.app[SESSIONS].list_of(session.principal.id)
    items = [own_session_json(row, current=session.id) for row in rows]
    return answers.json_of(OwnSessionPage(items=items))


async def end_session(call: Call) -> web.StreamResponse:
    """End one of one's own."""
    session_id = call.request.match_info["id"]
    person_id = call.logged_in.principal.id
    if not await call.request.app[SESSIONS].end(session_id, person_id=person_id):
        raise not_found(f"session {session_id!a} of yours")
    call.request.app[STREAMS].end_of(session_id)
    return web.Response(status=HTTPStatus.NO_CONTENT)


async def change_password(call: Call) -> web.StreamResponse:
    """Set another password for oneself."""
    asked: PasswordChange = call.body
    outcome = await call.request.app[SESSIONS].change_password(
        call.logged_in, current=asked.current, new=asked.new
    )
    match outcome:
        case TooManyGuesses():
            raise too_many_guesses(outcome)
        case Unfit():
            raise refused(outcome)
        case None:
            streams = call.request.app[STREAMS]
            streams.end_of(call.logged_in.principal.id, but=call.logged_in.id)
            return web.Response(status=HTTPStatus.NO_CONTENT)


def too_many_guesses(why: TooManyGuesses) -> Problem:
    """Build the answer to one who guesses, or may."""
    return Problem(
        HTTPStatus.TOO_MANY_REQUESTS,
        "too_many_guesses",
        f"too many wrong passwords; try again in {why.wait_seconds} s",
        headers={"Retry-After": str(why.wait_seconds)},
    )


_LOGGED_IN = {HTTPStatus.OK: Answer(model=LoggedIn, description="Who is logged in; a cookie")}
_DONE = {HTTPStatus.NO_CONTENT: Answer(media_type="", description="It is so")}
_COOKIE = "The session is in the cookie `gatewayd_session`, which no script of the page can read."

ROUTES = (
    Route(
        method="POST",
        path="/v1/session",
        handler=log_in,
        access=Door.OPEN,
        tag=_TAG,
        summary="Log in",
        description=_COOKIE,
        body=LogIn,
        answers=_LOGGED_IN,
        problems=(
            HTTPStatus.UNAUTHORIZED,
            HTTPStatus.FORBIDDEN,
            HTTPStatus.TOO_MANY_REQUESTS,
            HTTPStatus.SERVICE_UNAVAILABLE,
        ),
    ),
    Route(
        method="POST",
        path="/v1/session/link",
        handler=log_in_by_link,
        access=Door.OPEN,
        tag=_TAG,
        summary="Use a one-time link: choose a password and log in",
        description=_COOKIE,
        body=LogInByLink,
        answers=_LOGGED_IN,
        problems=(
            HTTPStatus.FORBIDDEN,
            HTTPStatus.CONFLICT,
            HTTPStatus.GONE,
            HTTPStatus.SERVICE_UNAVAILABLE,
        ),
    ),
    Route(
        method="GET",
        path="/v1/session",
        handler=show_session,
        access=Door.SESSION,
        tag=_TAG,
        summary="Who is logged in, and the token for changes",
        answers=_LOGGED_IN,
    ),
    Route(
        method="DELETE",
        path="/v1/session",
        handler=log_out,
        access=Door.SESSION,
        tag=_TAG,
        summary="Log out, here or everywhere",
        query=LogOutQuery,
        answers=_DONE,
    ),
    Route(
        method="GET",
        path="/v1/session/all",
        handler=list_sessions,
        access=Door.SESSION,
        tag=_TAG,
        summary="Where one is logged in",
        answers={HTTPStatus.OK: Answer(model=OwnSessionPage, description="All, on one page")},
    ),
    Route(
        method="DELETE",
        path="/v1/session/all/{id}",
        handler=end_session,
        access=Door.SESSION,
        tag=_TAG,
        summary="Log out somewhere else",
        answers=_DONE,
    ),
    Route(
        method="POST",
        path="/v1/session/password",
        handler=change_password,
        access=Door.SESSION,
        tag=_TAG,
        summary="Choose another password; all other sessions end",
        body=PasswordChange,
        answers=_DONE,
    ),
)

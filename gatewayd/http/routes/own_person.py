"""Routes of what a person sees and sets of themselves, whatever their role."""

from http import HTTPStatus

from aiohttp import web

from gatewayd.http import answers
from gatewayd.http.editing import check, given
from gatewayd.http.models.staff import OwnEdit, User, user_json
from gatewayd.http.problems import not_found
from gatewayd.http.route import STAFF, Answer, Call, Door, Route

_TAG = "Session"
_PATH = "/v1/session/person"


async def show_oneself(call: Call) -> web.StreamResponse:
    """Show who is logged in."""
    return answers.json_of(await _oneself(call))


async def edit_oneself(call: Call) -> web.StreamResponse:
    """Change what is one's own to change."""
    asked: OwnEdit = call.body
    principal = call.logged_in.principal
    values = given(asked, "display_name", "language", "phone", "email", "notify", "signature")
    outcome = await call.request.app[STAFF].change_person(
        principal.id, values, version=asked.version, by=principal
    )
    check(outcome, f"user {principal.id!a}")
    return answers.json_of(await _oneself(call))


async def _oneself(call: Call) -> User:
    person_id = call.logged_in.principal.id
    row = await call.request.app[STAFF].person(person_id)
    if row is None:
        raise not_found(f"user {person_id!a}")
    return user_json(row)


_SHOWN = {HTTPStatus.OK: Answer(model=User, description="As it is now")}
ROUTES = (
    Route(
        method="GET",
        path=_PATH,
        handler=show_oneself,
        access=Door.SESSION,
        tag=_TAG,
        summary="Oneself: names, language, phone, e-mail, signature, absences",
        answers=_SHOWN,
    ),
    Route(
        method="PATCH",
        path=_PATH,
        handler=edit_oneself,
        access=Door.SESSION,
        tag=_TAG,
        summary="Change one's own display name, language, phone, e-mail, signature and ways",
        description="Role, inboxes and shifts are a manager's to set.",
        body=OwnEdit,
        answers=_SHOWN,
        problems=(HTTPStatus.CONFLICT,),
    ),
)

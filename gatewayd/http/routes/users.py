"""Routes of the people who work with the inboxes."""

from http import HTTPStatus

from aiohttp import web

from gatewayd.http import answers
from gatewayd.http.editing import check, given, refused
from gatewayd.http.models.base import milliseconds
from gatewayd.http.models.staff import (
    Absence,
    AbsenceIn,
    AbsencePage,
    User,
    UserEdit,
    UserIn,
    UserPage,
    absence_json,
    user_json,
)
from gatewayd.http.problems import Problem, not_found
from gatewayd.http.route import STAFF, STREAMS, Answer, Call, Route
from gatewayd.services.staff import Unfit
from gatewayd.services.tokens import PrincipalType, Scope
from storage.people import NewAbsence, NewPerson, PersonRow

_TAG = "Users"


async def list_users(call: Call) -> web.StreamResponse:
    """List all."""
    people = await call.request.app[STAFF].people()
    return answers.json_of(UserPage(items=[_shown(call, row) for row in people]))


async def create_user(call: Call) -> web.StreamResponse:
    """Add one."""
    asked: UserIn = call.body
    person = NewPerson(
        name=asked.name,
        display_name=asked.display_name,
        language=asked.language,
        phone=asked.phone,
        shifts=asked.shifts,
        delegate_id=asked.delegate,
        role=asked.role.value,
        inboxes=None if asked.inboxes is None else tuple(asked.inboxes),
        email=asked.email,
        notify=None if asked.notify is None else tuple(asked.notify),
        signature=asked.signature,
    )
    made = await call.request.app[STAFF].add_person(person, by=call.author)
    if not isinstance(made, str):
        raise refused(made)
    headers = {"Location": f"/v1/users/{made}"}
    return answers.json_of(await _user(call, made), status=HTTPStatus.CREATED, headers=headers)


async def get_user(call: Call) -> web.StreamResponse:
    """Show one."""
    return answers.json_of(await _user(call, call.request.match_info["id"]))


async def edit_user(call: Call) -> web.StreamResponse:
    """Change one."""
    asked: UserEdit = call.body
    user_id = call.request.match_info["id"]
    values = given(
        asked,
        *("name", "display_name", "language", "phone", "shifts", "signature"),
        *("role", "inboxes", "email", "notify"),
    )
    if "delegate" in asked.model_fields_set:
        values["delegate_id"] = asked.delegate
    outcome = await call.request.app[STAFF].change_person(
        user_id, values, version=asked.version, by=call.author
    )
    check(outcome, f"user {user_id!a}")
    if values.keys() & {"role", "inboxes"}:
        # What they may see is another thing from now on; the page comes back and resumes.
        call.request.app[STREAMS].end_of(user_id)
    return answers.json_of(await _user(call, user_id))


async def list_absences(call: Call) -> web.StreamResponse:
    """List all of one person."""
    user = await _user(call, call.request.match_info["id"])
    rows = await call.request.app[STAFF].absences(user.id)
    return answers.json_of(AbsencePage(items=[absence_json(row) for row in rows]))


async def create_absence(call: Call) -> web.StreamResponse:
    """Note that somebody is away, or will be."""
    asked: AbsenceIn = call.body
    user_id = call.request.match_info["id"]
    _check_whose(call, user_id)
    begins = asked.from_
    absence = NewAbsence(
        kind=asked.kind,
        from_ms=call.context.clock.now_ms() if begins is None else milliseconds(begins),
        until_ms=None if asked.until is None else milliseconds(asked.until),
        delegate_id=asked.delegate,
        note=asked.note,
    )
    row = await call.request.app[STAFF].add_absence(user_id, absence, by=call.author)
    if row is None:
        raise not_found(f"user {user_id!a}")
    if isinstance(row, Unfit):
        raise refused(row)
    headers = {"Location": f"/v1/users/{user_id}/absences/{row.id}"}
    return answers.json_of(absence_json(row), status=HTTPStatus.CREATED, headers=headers)


async def end_absence(call: Call) -> web.StreamResponse:
    """Let somebody be back, or not go."""
    user_id, absence_id = call.request.match_info["id"], call.request.match_info["absence"]
    _check_whose(call, user_id)
    if not await call.request.app[STAFF].end_absence(user_id, absence_id, by=call.author):
        raise not_found(f"absence {absence_id!a} of this user that is not over")
    return web.Response(status=HTTPStatus.NO_CONTENT)


def _check_whose(call: Call, user_id: str) -> None:
    if call.author.id != user_id and not call.author.may(Scope.MANAGE):
        raise Problem(
            HTTPStatus.FORBIDDEN,
            "absence_of_another",
            "a person notes their own absences; those of others are for a manager",
        )


async def _user(call: Call, user_id: str) -> User:
    row = await call.request.app[STAFF].person(user_id)
    if row is None:
        raise not_found(f"user {user_id!a}")
    return _shown(call, row)


def _shown(call: Call, row: PersonRow) -> User:
    """Where a colleague is reached in private is for themselves, managers and programs."""
    author, user = call.author, user_json(row)
    if author.type is not PrincipalType.PERSON or author.id == row.id or author.may(Scope.MANAGE):
        return user
    return user.model_copy(update={"phone": None, "email": None})


_SHOWN = {HTTPStatus.OK: Answer(model=User, description="As it is now")}

ROUTES = (
    Route(
        method="GET",
        path="/v1/users",
        handler=list_users,
        access=Scope.INBOX,
        tag=_TAG,
        summary="All who work with the inboxes, by name",
        answers={HTTPStatus.OK: Answer(model=UserPage, description="All, on one page")},
    ),
    Route(
        method="POST",
        path="/v1/users",
        handler=create_user,
        access=Scope.MANAGE,
        tag=_TAG,
        summary="Add a person, who can log in once they have used a link",
        body=UserIn,
        answers={HTTPStatus.CREATED: Answer(model=User, description="The person")},
        problems=(HTTPStatus.CONFLICT,),
    ),
    Route(
        method="GET",
        path="/v1/users/{id}",
        handler=get_user,
        access=Scope.INBOX,
        tag=_TAG,
        summary="One person",
        answers=_SHOWN,
    ),
    Route(
        method="PATCH",
        path="/v1/users/{id}",
        handler=edit_user,
        access=Scope.MANAGE,
        tag=_TAG,
        summary="Change a person",
        body=UserEdit,
        answers=_SHOWN,
        problems=(HTTPStatus.CONFLICT,),
    ),
    Route(
        method="GET",
        path="/v1/users/{id}/absences",
        handler=list_absences,
        access=Scope.INBOX,
        tag=_TAG,
        summary="When somebody was, is or will be away, the newest first",
        answers={HTTPStatus.OK: Answer(model=AbsencePage, description="All, on one page")},
    ),
    Route(
        method="POST",
        path="/v1/users/{id}/absences",
        handler=create_absence,
        access=Scope.INBOX,
        tag=_TAG,
        summary="Note that somebody is away, or will be",
        body=AbsenceIn,
        answers={HTTPStatus.CREATED: Answer(model=Absence, description="The absence")},
    ),
    Route(
        method="DELETE",
        path="/v1/users/{id}/absences/{absence}",
        handler=end_absence,
        access=Scope.INBOX,
        tag=_TAG,
        summary="Let somebody be back; what has not begun is taken back",
        answers={HTTPStatus.NO_CONTENT: Answer(media_type="", description="It is over")},
    ),
)

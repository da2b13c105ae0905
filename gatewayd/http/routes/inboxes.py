"""Routes of inboxes."""

from http import HTTPStatus

from aiohttp import web

from gatewayd.http import answers
from gatewayd.http.editing import check, given
from gatewayd.http.models.inboxes import Inbox, InboxEdit, InboxPage, inbox_json
from gatewayd.http.problems import not_found
from gatewayd.http.route import INBOXES, Answer, Call, Route
from gatewayd.services.tokens import Scope

_TAG = "Inboxes"


async def list_inboxes(call: Call) -> web.StreamResponse:
    """List all; there are few, so one page holds them."""
    every = await call.request.app[INBOXES].list_all()
    views = [view for view in every if call.author.may_see(view.name)]
    return answers.json_of(InboxPage(items=[inbox_json(view) for view in views]))


async def get_inbox(call: Call) -> web.StreamResponse:
    """Show one."""
    return answers.json_of(await _named(call))


async def edit_inbox(call: Call) -> web.StreamResponse:
    """Set what managers may set."""
    asked: InboxEdit = call.body
    values: dict[str, str | bool | None] = {
        **given(asked, "display_name", "timezone", "language", "hours", "signature")
    }
    if "team" in asked.model_fields_set:
        values["team_id"] = asked.team
    for name in asked.model_fields_set & {"signature_mode", "take_on_answer"}:
        values[name] = getattr(asked, name)
    outcome = await call.request.app[INBOXES].change(
        call.request.match_info["name"], values, version=asked.version, by=call.author
    )
    check(outcome, _what(call))
    return answers.json_of(await _named(call))


def _what(call: Call) -> str:
    return f"inbox {call.request.match_info['name']!a}"


async def _named(call: Call) -> Inbox:
    view = await call.request.app[INBOXES].get(call.request.match_info["name"])
    if view is None:
        raise not_found(_what(call))
    return inbox_json(view)


ROUTES = (
    Route(
        method="GET",
        path="/v1/inboxes",
        handler=list_inboxes,
        access=Scope.INBOX,
        tag=_TAG,
        summary="All inboxes, by name",
        answers={HTTPStatus.OK: Answer(model=InboxPage, description="All, on one page")},
    ),
    Route(
        method="GET",
        path="/v1/inboxes/{name}",
        handler=get_inbox,
        access=Scope.INBOX,
        tag=_TAG,
        summary="One inbox",
        answers={HTTPStatus.OK: Answer(model=Inbox, description="As it is now")},
    ),
    Route(
        method="PATCH",
        path="/v1/inboxes/{name}",
        handler=edit_inbox,
        access=Scope.MANAGE,
        tag=_TAG,
        summary="Set display name, time zone, language, hours, team, signature, who takes what",
        body=InboxEdit,
        answers={HTTPStatus.OK: Answer(model=Inbox, description="As it is now")},
        problems=(HTTPStatus.CONFLICT,),
    ),
)

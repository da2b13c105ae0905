"""Routes of teams."""

from http import HTTPStatus

from aiohttp import web

from gatewayd.http import answers
from gatewayd.http.editing import check, refused
from gatewayd.http.models.staff import Team, TeamEdit, TeamIn, TeamPage, team_json
from gatewayd.http.problems import not_found
from gatewayd.http.route import STAFF, Answer, Call, Route
from gatewayd.services.tokens import Scope

_TAG = "Teams"


async def list_teams(call: Call) -> web.StreamResponse:
    """List all; there are few, so one page holds them."""
    rows = await call.request.app[STAFF].teams()
    return answers.json_of(TeamPage(items=[team_json(row) for row in rows]))


async def create_team(call: Call) -> web.StreamResponse:
    """Make one."""
    asked: TeamIn = call.body
    made = await call.request.app[STAFF].add_team(
        name=asked.name,
        display_name=asked.display_name,
        members=asked.members,
        on_call=asked.on_call,
        by=call.author,
    )
    if not isinstance(made, str):
        raise refused(made)
    headers = {"Location": f"/v1/teams/{made}"}
    return answers.json_of(await _team(call, made), status=HTTPStatus.CREATED, headers=headers)


async def get_team(call: Call) -> web.StreamResponse:
    """Show one."""
    return answers.json_of(await _team(call, call.request.match_info["id"]))


async def edit_team(call: Call) -> web.StreamResponse:
    """Change one."""
    asked: TeamEdit = call.body
    team_id = call.request.match_info["id"]
    names = {"name": asked.name, "display_name": asked.display_name}
    outcome = await call.request.app[STAFF].change_team(
        team_id,
        {name: value for name, value in names.items() if name in asked.model_fields_set},
        members=asked.members if "members" in asked.model_fields_set else None,
        on_call=asked.on_call if "on_call" in asked.model_fields_set else None,
        version=asked.version,
        by=call.author,
    )
    check(outcome, f"team {team_id!a}")
    return answers.json_of(await _team(call, team_id))


async def _team(call: Call, team_id: str) -> Team:
    row = await call.request.app[STAFF].team(team_id)
    if row is None:
        raise not_found(f"team {team_id!a}")
    return team_json(row)


_SHOWN = {HTTPStatus.OK: Answer(model=Team, description="As it is now")}

ROUTES = (
    Route(
        method="GET",
        path="/v1/teams",
        handler=list_teams,
        access=Scope.INBOX,
        tag=_TAG,
        summary="All teams, by name",
        answers={HTTPStatus.OK: Answer(model=TeamPage, description="All, on one page")},
    ),
    Route(
        method="POST",
        path="/v1/teams",
        handler=create_team,
        access=Scope.MANAGE,
        tag=_TAG,
        summary="Make a team",
        body=TeamIn,
        answers={HTTPStatus.CREATED: Answer(model=Team, description="The team")},
        problems=(HTTPStatus.CONFLICT,),
    ),
    Route(
        method="GET",
        path="/v1/teams/{id}",
        handler=get_team,
        access=Scope.INBOX,
        tag=_TAG,
        summary="One team",
        answers=_SHOWN,
    ),
    Route(
        method="PATCH",
        path="/v1/teams/{id}",
        handler=edit_team,
        access=Scope.MANAGE,
        tag=_TAG,
        summary="Change a team or who is in it",
        body=TeamEdit,
        answers=_SHOWN,
        problems=(HTTPStatus.CONFLICT,),
    ),
)

"""The route of a modem's troubles."""

from http import HTTPStatus
from zoneinfo import ZoneInfo

from aiohttp import web

from gatewayd.http import answers
from gatewayd.http.models.base import PageQuery
from gatewayd.http.models.modems import IncidentPage, incident_json
from gatewayd.http.places import no_cursor
from gatewayd.http.problems import not_found
from gatewayd.http.route import Answer, Call, Route
from gatewayd.incidents import incident_view
from gatewayd.services.tokens import Scope
from storage import modems
from storage.errors import CursorExpired


async def list_incidents(call: Call) -> web.StreamResponse:
    """List all that one modem ever had, newest first."""
    asked: PageQuery = call.query
    name = call.request.match_info["name"]
    directory = call.context.modems
    if directory.view(name) is None:
        raise not_found(f"modem {name!a}")
    try:
        async with call.context.store.read() as tx:
            rows = await modems.incidents_of(tx, name, limit=asked.limit + 1, cursor=asked.cursor)
    except CursorExpired as error:
        raise no_cursor() from error
    zone = ZoneInfo(call.context.settings.gateway.timezone)
    items = [
        incident_json(incident_view(row, zone=zone, recording=directory.recording_of(row.id)))
        for row in rows[: asked.limit]
    ]
    more = len(rows) > asked.limit
    return answers.json_of(IncidentPage(items=items, next=items[-1].id if more else None))


ROUTES = (
    Route(
        method="GET",
        path="/v1/modems/{name}/incidents",
        handler=list_incidents,
        access=Scope.MESSAGES_READ,
        tag="Modems",
        summary="A modem's troubles, newest first: cause, steps, times and cure",
        query=PageQuery,
        answers={HTTPStatus.OK: Answer(model=IncidentPage, description="A page")},
    ),
)

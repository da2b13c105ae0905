"""Routes of what managers set for the whole business."""

from http import HTTPStatus

from aiohttp import web

from gatewayd.http import answers
from gatewayd.http.editing import refused
from gatewayd.http.masked import OPTIONS
from gatewayd.http.models.settings import Settings, SettingsEdit, settings_json
from gatewayd.http.route import STREAMS, Answer, Call, Route
from gatewayd.services.ranks import Forbidden
from gatewayd.services.tokens import Scope


async def get_settings(call: Call) -> web.StreamResponse:
    """Tell what holds."""
    chosen = await call.request.app[OPTIONS].get()
    return answers.json_of(settings_json(chosen))


async def edit_settings(call: Call) -> web.StreamResponse:
    """Set it; where masking is otherwise, open streams begin again, so that it holds for them."""
    given = call.body.given()
    chosen = await call.request.app[OPTIONS].change(given, by=call.author)
    if isinstance(chosen, Forbidden):
        raise refused(chosen)
    if "mask_numbers" in given:
        call.request.app[STREAMS].end_all()
    return answers.json_of(settings_json(chosen))


_TAG = "Settings"
_SHOWN = {HTTPStatus.OK: Answer(model=Settings, description="As it is now")}

ROUTES = (
    Route(
        method="GET",
        path="/v1/settings",
        handler=get_settings,
        access=Scope.INBOX,
        tag=_TAG,
        summary="What managers have set for the whole business",
        answers=_SHOWN,
    ),
    Route(
        method="PATCH",
        path="/v1/settings",
        handler=edit_settings,
        access=Scope.MANAGE,
        tag=_TAG,
        summary="Set it",
        body=SettingsEdit,
        answers=_SHOWN,
    ),
)

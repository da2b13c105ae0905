"""Routes of what managers set for the whole business."""

from http import HTTPStatus
from typing import Annotated

from aiohttp import web
from pydantic import Field

from gatewayd.http import answers
from gatewayd.http.masked import OPTIONS
from gatewayd.http.models.base import Input, Output
from gatewayd.http.route import STREAMS, Answer, Call, Route
from gatewayd.services.tokens import Scope

_MEANS = "agents see the ends of customers' numbers only"


class Settings(Output):
    """What holds."""

    mask_numbers: Annotated[bool, Field(description=_MEANS)]


class SettingsEdit(Input):
    """What is to hold."""

    mask_numbers: Annotated[bool, Field(description=_MEANS)]


async def get_settings(call: Call) -> web.StreamResponse:
    """Tell what holds."""
    chosen = await call.request.app[OPTIONS].get()
    return answers.json_of(Settings(mask_numbers=chosen.mask_numbers))


async def edit_settings(call: Call) -> web.StreamResponse:
    """Set it; open streams begin again, so that it holds for them too."""
    asked: SettingsEdit = call.body
    chosen = await call.request.app[OPTIONS].set_mask_numbers(asked.mask_numbers, by=call.author)
    call.request.app[STREAMS].end_all()
    return answers.json_of(Settings(mask_numbers=chosen.mask_numbers))


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

"""The route that erases a contact."""

from http import HTTPStatus

from aiohttp import web

from gatewayd.http import answers
from gatewayd.http.editing import refused
from gatewayd.http.models.erasures import EraseIn, ErasureDone, erasure_json
from gatewayd.http.problems import Problem
from gatewayd.http.route import ERASURES, Answer, Call, Route
from gatewayd.http.routes.contacts import shown
from gatewayd.services.ranks import Forbidden
from gatewayd.services.tokens import Scope
from storage.erasing import OnItsWay


async def erase_contact(call: Call) -> web.StreamResponse:
    """Erase all that is theirs."""
    asked: EraseIn = call.body
    contact_id = call.request.match_info["id"]
    erasure = await call.request.app[ERASURES].erase(
        contact_id, reason=asked.reason, by=call.author
    )
    if erasure is None:
        await shown(call, contact_id)  # raises, with what became of it
        raise LookupError(contact_id)
    if isinstance(erasure, Forbidden):
        raise refused(erasure)
    if isinstance(erasure, OnItsWay):
        raise Problem(
            HTTPStatus.CONFLICT,
            "message_on_its_way",
            "a modem is sending them something at this moment; ask again in a minute",
        )
    return answers.json_of(erasure_json(contact_id, erasure))


ROUTES = (
    Route(
        method="POST",
        path="/v1/contacts/{id}/erase",
        handler=erase_contact,
        access=Scope.MANAGE,
        tag="Contacts",
        summary="Erase all that is theirs, at their request; counts and the fact stay",
        body=EraseIn,
        answers={HTTPStatus.OK: Answer(model=ErasureDone, description="What was erased")},
        problems=(HTTPStatus.CONFLICT, HTTPStatus.GONE),
    ),
)

"""The route that tries unread PDUs again."""

from http import HTTPStatus

from aiohttp import web

from gatewayd.http import answers
from gatewayd.http.models.decode import Decoded, decoded_json
from gatewayd.http.route import REDECODE, Answer, Call, Route
from gatewayd.services.tokens import Scope


async def decode_messages(call: Call) -> web.StreamResponse:
    """Try again what could not be read."""
    return answers.json_of(decoded_json(await call.request.app[REDECODE].run()))


ROUTES = (
    Route(
        method="POST",
        path="/v1/messages/decode",
        handler=decode_messages,
        access=Scope.ADMIN,
        tag="Messages",
        summary="Try again what came in and could not be read",
        description="After an upgrade: what can be read now is handled as if it had just come in.",
        answers={HTTPStatus.OK: Answer(model=Decoded, description="What it has brought")},
    ),
)

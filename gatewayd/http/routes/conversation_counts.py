"""The route of how many conversations are in each list: one request for all of them."""

from http import HTTPStatus

from aiohttp import web

from gatewayd.http import answers
from gatewayd.http.models.conversation_counts import ConversationCounts, counts_json
from gatewayd.http.route import CONVERSATION_VIEWS, Answer, Call, Route
from gatewayd.services.tokens import Scope


async def get_counts(call: Call) -> web.StreamResponse:
    """Count each list as whoever asks sees it."""
    counts = await call.request.app[CONVERSATION_VIEWS].counts(by=call.author)
    return answers.json_of(counts_json(counts))


ROUTES = (
    Route(
        method="GET",
        path="/v1/conversations/views",
        handler=get_counts,
        access=Scope.INBOX,
        tag="Conversations",
        summary="How many there are in each view",
        answers={HTTPStatus.OK: Answer(model=ConversationCounts, description="As it is now")},
    ),
)

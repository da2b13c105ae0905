"""Which view of the conversations a request asks for."""

from sqlalchemy.ext.asyncio import AsyncConnection

from gatewayd.http.problems import FieldProblem, unprocessable
from gatewayd.http.route import CONVERSATION_VIEWS, Call
from gatewayd.services.conversation_views import NobodysView
from storage.conversations.views import Seen, View


async def seen_by(tx: AsyncConnection, call: Call, view: View | None) -> Seen | None:
    """Give the view as whoever asks sees it; raises Problem where they have none such."""
    if view is None:
        return None
    seen = await call.request.app[CONVERSATION_VIEWS].seen(tx, view, by=call.author)
    if isinstance(seen, NobodysView):
        why = "is a user's own: log in as one, or ask for an assignee"
        raise unprocessable([FieldProblem(pointer="/query/view", detail=why)], code="view_nobodys")
    return seen

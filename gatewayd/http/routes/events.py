"""The route of events: a stream, or a page for those who ask for JSON."""

from http import HTTPStatus

from aiohttp import web

from gatewayd.http import answers
from gatewayd.http.models.events import Event, EventPage, EventsQuery, event_json
from gatewayd.http.problems import FieldProblem, Problem, unprocessable
from gatewayd.http.route import EVENTS, STREAMS, Answer, Call, Route
from gatewayd.services.events import Filter, Told, parse_types
from gatewayd.services.tokens import Scope
from storage.errors import CursorExpired

_STREAM = "text/event-stream"


async def get_events(call: Call) -> web.StreamResponse:
    """Tell what happened: as it happens, or by pages."""
    asked: EventsQuery = call.query
    wanted = parse_types(asked.types)
    if isinstance(wanted, str):
        wrong = FieldProblem(pointer="/query/types", detail=wanted)
        raise unprocessable([wrong], code="event_type_unknown")
    try:
        if _wants_page(call.request):
            return await _page(call, asked, wanted)
        # A reconnecting reader knows better than the address it first asked for.
        cursor = call.request.headers.get("Last-Event-ID") or asked.after
        return await call.request.app[STREAMS].run(
            call.request,
            principal=call.author,
            session=call.session,
            events=call.request.app[EVENTS],
            cursor=cursor,
            wanted=wanted,
        )
    except CursorExpired as error:
        raise Problem(
            HTTPStatus.GONE,
            "cursor_expired",
            f"no event {error.cursor!a} is kept (any more); begin again without a cursor",
        ) from error


async def _page(call: Call, asked: EventsQuery, wanted: Filter) -> web.StreamResponse:
    events = call.request.app[EVENTS]
    told: list[Told] = []
    cursor, more = asked.after, True
    while more and len(told) <= asked.limit:
        batch = await events.after(cursor, limit=asked.limit + 1, wanted=wanted)
        more = len(batch) > asked.limit
        cursor = batch[-1].change.id if batch else cursor
        told += await events.seen_by(call.author, batch)
    items = [event_json(one) for one in told[: asked.limit]]
    more = len(told) > asked.limit
    return answers.json_of(EventPage(items=items, next=items[-1].id if more else None))


def _wants_page(request: web.Request) -> bool:
    accepted = request.headers.get("Accept", "")
    return "application/json" in accepted and _STREAM not in accepted


ROUTES = (
    Route(
        method="GET",
        path="/v1/events",
        handler=get_events,
        access=Scope.EVENTS,
        tag="Events",
        summary="What happens, as it happens; or a page of what happened",
        description=(
            "Server-sent events from now on, or after `Last-Event-ID`; a comment every 15 s shows "
            "that the connection lives. With `Accept: application/json` a page after `after`, "
            "oldest first."
        ),
        query=EventsQuery,
        headers={"Last-Event-ID": "resume a stream after this event"},
        streams=True,
        answers={
            HTTPStatus.OK: Answer(
                media_type=_STREAM,
                model=Event,
                description="Each event's `data` line is this object",
                also={"application/json": EventPage},
            )
        },
        problems=(HTTPStatus.GONE,),
    ),
)

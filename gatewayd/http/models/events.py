"""Events on the wire: one envelope everywhere (CONTRACT.md "Events")."""

from typing import Annotated, Any

from pydantic import Field

from gatewayd.http.models.base import Moment, Output, Page, Query, moment_at
from gatewayd.http.models.messages import message_json
from gatewayd.services.events import Told


class EventsQuery(Query):
    """Where to begin, and how many on a page."""

    after: Annotated[
        str | None, Field(max_length=128, description="only what happened after this event")
    ] = None
    limit: Annotated[int, Field(ge=1, le=200, description="events on a page of JSON")] = 50
    types: Annotated[
        str | None,
        Field(max_length=1000, description="only these types, with commas between them"),
    ] = None


class Event(Output):
    """One happening."""

    id: str
    type: str
    created_at: Moment
    data: Annotated[
        dict[str, Any],
        Field(description="of `message.*`: the message, with its state at that time"),
    ]


class EventPage(Page[Event]):
    """Events, oldest first; `next` is the last one's id while there are more."""


def event_json(told: Told) -> Event:
    """Join an event with its message; the state is the event's, the rest as it is now."""
    data: dict[str, Any] = dict(told.change.data)
    if told.message is not None:
        data = message_json(told.message).model_dump(mode="json") | data
    return Event(
        id=told.change.id,
        type=told.change.type,
        created_at=moment_at(told.change.created_at_ms),
        data=data,
    )

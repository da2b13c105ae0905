"""Reading server-sent events (HTML living standard, section 9.2) line by line."""

import json
from dataclasses import dataclass, field
from typing import Any

from .errors import UnexpectedAnswerError
from .wire import Json


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One happening. ``id`` is what to resume after, and the same whenever it is told."""

    id: str
    type: str
    data: Json
    envelope: Json = field(repr=False)
    """All of it, as it came."""


def event_of(envelope: Any) -> Event:
    """Read an envelope, as streams, pages and webhooks have it."""
    match envelope:
        case {"id": str(event_id), "type": str(kind), "data": dict(data)}:
            return Event(id=event_id, type=kind, data=data, envelope=envelope)
        case _:
            raise UnexpectedAnswerError("this is no event of gatewayd")


class Reader:
    """Takes the lines of one stream and gives its events.

    ``last_id`` is where to resume: the gateway names one before the first event.
    """

    def __init__(self, last_id: str | None = None) -> None:
        self.last_id = last_id
        self._id: str | None = None
        self._data: list[str] = []

    def begin(self) -> None:
        """Forget what the stream before broke off in the middle of."""
        self._id = None
        self._data = []

    def feed(self, raw: bytes) -> Event | None:
        """Take one line; gives the event that it ends, if any."""
        line = raw.decode("utf-8", "replace").rstrip("\r\n")
        if not line:
            return self._end()
        name, _, value = line.partition(":")
        match name:
            case "data":
                self._data.append(value.removeprefix(" "))
            case "id":
                self._id = value.removeprefix(" ")
            case _:
                pass  # a comment is a heartbeat; what is new is for newer clients
        return None

    def _end(self) -> Event | None:
        data, self._data = "\n".join(self._data), []
        if self._id is not None:
            self.last_id = self._id
        if not data:
            return None
        try:
            return event_of(json.loads(data))
        except ValueError as error:
            raise UnexpectedAnswerError("an event is not JSON") from error

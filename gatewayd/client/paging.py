"""Going through lists page by page: which page to ask for next, and what is in one. No I/O."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Generic, TypeVar

from .shapes import Contact, Conversation, FormerContact, Message, TimelineEntry
from .sse import Event, event_of
from .wire import Call, Json, path_of

T = TypeVar("T")

PAGE = 200


def _as_it_is(item: Any) -> Any:
    return item


class Pages(Generic[T]):
    """The pages of one list; ``T`` is the shape of its items.

    ``part`` names what holds the page in an answer that holds more.
    """

    def __init__(
        self,
        path: str,
        filters: Mapping[str, object],
        *,
        cursor: str = "cursor",
        part: str | None = None,
        read: Callable[[Any], T] = _as_it_is,
    ) -> None:
        self._path = path
        self._query: Json = {"limit": PAGE, **filters}
        self._cursor = cursor
        self._part = part
        self._read = read
        self._is_over = False

    @property
    def next(self) -> Call[Json] | None:
        """What to ask for the next page; None after the last."""
        if self._is_over:
            return None
        return Call(method="GET", path=self._path, query=dict(self._query))

    def take(self, answer: Json) -> Sequence[T]:
        """Take the answer to ``next``; gives what is in it."""
        page = answer if self._part is None else answer[self._part]
        self._query[self._cursor] = page["next"]
        self._is_over = page["next"] is None
        return [self._read(item) for item in page["items"]]


def messages(filters: Mapping[str, object]) -> Pages[Message]:
    """Go through messages."""
    return Pages("/v1/messages", filters)


def conversations(filters: Mapping[str, object]) -> Pages[Conversation]:
    """Go through conversations."""
    return Pages("/v1/conversations", filters)


def timeline(conversation_id: str) -> Pages[TimelineEntry]:
    """Go through all that happened in a conversation."""
    return Pages(path_of("v1", "conversations", conversation_id), {}, part="timeline")


def contacts(filters: Mapping[str, object]) -> Pages[Contact]:
    """Go through contacts."""
    return Pages("/v1/contacts", filters)


def former_contacts(since: str) -> Pages[FormerContact]:
    """Go through contacts that were merged or erased."""
    return Pages("/v1/contacts/former", {"since": since})


def past_events(after: str | None, types: Sequence[str]) -> Pages[Event]:
    """Go through what happened after an event."""
    filters = {"types": ",".join(types) or None, "after": after}
    return Pages("/v1/events", filters, cursor="after", read=event_of)

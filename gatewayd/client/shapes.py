"""The shapes of answers, for editors and type checkers; the answers themselves are plain dicts.

A newer gateway may add fields. `/docs` on the gateway tells what each one means.
"""

from typing import Generic, Literal, NotRequired, TypedDict, TypeVar

Item = TypeVar("Item")

MessageState = Literal[
    "received",
    "queued",
    "sending",
    "sent",
    "delivered",
    "undelivered",
    "failed",
    "expired",
    "canceled",
    "unknown",
]
Priority = Literal["urgent", "normal", "bulk"]
Urgency = Literal["low", "normal", "high", "urgent"]


class Author(TypedDict):
    """Who did it."""

    type: str
    id: str
    name: str


class MessageError(TypedDict):
    """Why a message ended badly or is unknown."""

    code: str
    detail: str


class Cost(TypedDict):
    """An amount in exact decimal text."""

    amount: str
    currency: str


Message = TypedDict(
    "Message",
    {
        "id": str,
        "direction": Literal["in", "out"],
        "state": MessageState,
        "from": str | None,
        "to": str | None,
        "text": str | None,
        "encoding": str,
        "national": NotRequired[str],
        "parts": int,
        "inbox": str,
        "modem": str | None,
        "conversation_id": str | None,
        "author": Author | None,
        "created_at": str,
        "sent_at": str | None,
        "delivered_at": str | None,
        "error": MessageError | None,
        "client_reference": str | None,
        "cost": Cost | None,
        "failover": NotRequired[bool],
        "kind": NotRequired[str],
        "complete": NotRequired[bool],
        "missing_parts": NotRequired[int],
    },
)
"""A message, either way."""


class Preview(TypedDict):
    """How a text would be sent."""

    encoding: Literal["gsm7", "ucs2"]
    national: str | None
    parts: int
    max_parts: int
    characters: int
    units_used: int
    units_left: int
    forced: list[dict[str, object]]
    cost: Cost | None


class ContactNumber(TypedDict):
    """An address of a contact."""

    number: str
    kind: str
    answerable: bool


class Contact(TypedDict):
    """Somebody whom the shop writes with."""

    id: str
    name: str | None
    language: Literal["en", "fr"] | None
    spoken_language: Literal["en", "fr"] | None
    numbers: list[ContactNumber]
    tags: list[str]
    notes: str | None
    external_id: str | None
    blocked_at: str | None
    created_at: str
    updated_at: str
    version: int


class Page(TypedDict, Generic[Item]):
    """A page of a list."""

    items: list[Item]
    next: str | None


class FormerContact(TypedDict):
    """A contact that there is no longer."""

    id: str
    why: Literal["merged", "erased"]
    into: str | None
    external_id: str | None
    at: str


class ContactBrief(TypedDict):
    """With whom a conversation is."""

    id: str
    name: str | None
    external_id: str | None
    number: str
    kind: str
    answerable: bool
    why_not_answerable: str | None
    blocked: bool
    opted_out: bool


class Assignee(TypedDict):
    """A person or a team."""

    type: Literal["user", "team"]
    id: str
    name: str


class Conversation(TypedDict):
    """All that passes between one contact and one inbox."""

    id: str
    inbox: str
    contact: ContactBrief
    state: str
    assignee: Assignee | None
    priority: Urgency
    tags: list[str]
    unanswered_since: str | None
    waiting_seconds: int | None
    due_at: str | None
    due_soon: bool
    overdue: bool
    snoozed_until: str | None
    held_since: str | None
    last_incoming_at: str | None
    last_outgoing_at: str | None
    created_at: str
    unread: int | None
    version: int


class TimelineEntry(TypedDict):
    """One thing that happened in a conversation."""

    id: str
    type: str
    at: str
    author: Author | None
    message: Message | None
    text: str | None
    mentions: list[dict[str, object]]
    assignee: Assignee | None
    reason: str | None
    until: str | None
    modem: str | None
    consent: str | None
    routing: dict[str, object] | None


class ConversationDetail(Conversation):
    """A conversation with the newest page of its timeline."""

    timeline: Page[TimelineEntry]

"""What a route is: one description gives the router its entry and OpenAPI its operation.

Owns Route, Call and who may enter. Knows no particular route.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from http import HTTPStatus
from typing import Any

from aiohttp import web
from pydantic import BaseModel

from gatewayd.contactfiles.importing import Imports
from gatewayd.exports.exports import Exports
from gatewayd.http.context import HttpContext
from gatewayd.http.streams import Streams
from gatewayd.presence import Presences
from gatewayd.redecode import Redecode
from gatewayd.services.audits import Audits
from gatewayd.services.consents import Consents
from gatewayd.services.contacts import Contacts
from gatewayd.services.conversation_views import ConversationViews
from gatewayd.services.conversations import Conversations
from gatewayd.services.erasures import Erasures
from gatewayd.services.events import Events
from gatewayd.services.identities import Identities
from gatewayd.services.inboxes import Inboxes
from gatewayd.services.leaving import Leaving
from gatewayd.services.links import Links
from gatewayd.services.messages import Messages
from gatewayd.services.new_contacts import NewContacts
from gatewayd.services.preview import Previews
from gatewayd.services.reading import Reading
from gatewayd.services.rulebook import Rules
from gatewayd.services.saved_replies import SavedReplies
from gatewayd.services.sessions import Session
from gatewayd.services.staff import Staff
from gatewayd.services.supervision import Supervision
from gatewayd.services.targets import InboxTargets
from gatewayd.services.tokens import Principal, Scope, Tokens
from gatewayd.services.webhooks import Webhooks
from gatewayd.services.wishes import NotificationWishes
from gatewayd.services.writing_first import WritingFirst


class Door(StrEnum):
    """Who may enter without a scope."""

    OPEN = "open"
    """Anyone: what it tells is in this program's public source."""

    LOOPBACK = "loopback"
    """Anyone on this machine; from elsewhere any valid token."""

    SESSION = "session"
    """A person who is logged in, whatever their role."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One admitted request: who asks, and what, already validated by the route's models."""

    request: web.Request
    context: HttpContext
    principal: Principal | None
    body: Any = None
    query: Any = None
    body_digest: bytes = b""
    """SHA-256 of the body's bytes."""
    file: bytes = b""
    """The body as it is, of a route that takes a file."""
    session: Session | None = None
    """By which session a person asks."""

    @property
    def author(self) -> Principal:
        """Who asks; only for routes that need a scope."""
        if self.principal is None:
            raise LookupError("this route admits callers without a token")
        return self.principal

    @property
    def logged_in(self) -> Session:
        """The session; only for routes that need one."""
        if self.session is None:
            raise LookupError("this route admits callers without a session")
        return self.session


Handler = Callable[[Call], Awaitable[web.StreamResponse]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """One successful answer of a route."""

    model: type[BaseModel] | None = None
    media_type: str = "application/json"
    description: str
    also: Mapping[str, type[BaseModel] | None] = field(default_factory=dict)
    """Other media types of the same answer; None: plain text."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """One method on one path."""

    method: str
    path: str
    handler: Handler
    access: Scope | Door
    tag: str
    summary: str
    answers: Mapping[HTTPStatus, Answer]
    description: str = ""
    body: type[BaseModel] | None = None
    query: type[BaseModel] | None = None
    file_types: Sequence[str] = ()
    """The media types of a body that is a file and no JSON; larger ones are taken."""
    headers: Mapping[str, str] = field(default_factory=dict)
    """Optional request headers that mean something here, each with what."""
    streams: bool = False
    """Whether its answer may go on for ever."""
    problems: Sequence[HTTPStatus] = ()
    """Errors of its own, beside those of its access, body and query."""

    @property
    def changes(self) -> bool:
        """Whether it may change something: refused while the daemon stops."""
        return self.method not in {"GET", "HEAD"}

    def every_problem(self) -> tuple[HTTPStatus, ...]:
        """All error statuses it may answer, in order."""
        found = {*self.problems, HTTPStatus.MISDIRECTED_REQUEST, HTTPStatus.INTERNAL_SERVER_ERROR}
        if self.access is not Door.OPEN:
            found |= {
                HTTPStatus.UNAUTHORIZED,
                HTTPStatus.TOO_MANY_REQUESTS,
                HTTPStatus.SERVICE_UNAVAILABLE,
            }
        if isinstance(self.access, Scope) or self.access is Door.SESSION:
            found.add(HTTPStatus.FORBIDDEN)
        if self.body is not None or self.file_types:
            found |= {HTTPStatus.BAD_REQUEST, HTTPStatus.REQUEST_ENTITY_TOO_LARGE}
        if self.body is not None or self.query is not None:
            found.add(HTTPStatus.UNPROCESSABLE_ENTITY)
        if "{" in self.path:
            found.add(HTTPStatus.NOT_FOUND)
        return tuple(sorted(found))


MESSAGES = web.AppKey("messages", Messages)
CONVERSATIONS = web.AppKey("conversations", Conversations)
CONSENTS = web.AppKey("consents", Consents)
CONTACTS = web.AppKey("contacts", Contacts)
NEW_CONTACTS = web.AppKey("new_contacts", NewContacts)
WRITING_FIRST = web.AppKey("writing_first", WritingFirst)
IDENTITIES = web.AppKey("identities", Identities)
ERASURES = web.AppKey("erasures", Erasures)
IMPORTS = web.AppKey("imports", Imports)
EXPORTS = web.AppKey("exports", Exports)
STAFF = web.AppKey("staff", Staff)
LEAVING = web.AppKey("leaving", Leaving)
LINKS = web.AppKey("links", Links)
INBOXES = web.AppKey("inboxes", Inboxes)
INBOX_TARGETS = web.AppKey("inbox_targets", InboxTargets)
RULES = web.AppKey("rules", Rules)
PRESENCES = web.AppKey("presences", Presences)
READING = web.AppKey("reading", Reading)
SAVED_REPLIES = web.AppKey("saved_replies", SavedReplies)
PREVIEWS = web.AppKey("previews", Previews)
AUDITS = web.AppKey("audits", Audits)
TOKENS = web.AppKey("tokens", Tokens)
EVENTS = web.AppKey("events", Events)
STREAMS = web.AppKey("streams", Streams)
REDECODE = web.AppKey("redecode", Redecode)
WEBHOOKS = web.AppKey("webhooks", Webhooks)
WISHES = web.AppKey("wishes", NotificationWishes)
CONVERSATION_VIEWS = web.AppKey("conversation_views", ConversationViews)
SUPERVISION = web.AppKey("supervision", Supervision)

"""Conversations and their timeline on the wire (CONTRACT.md "Inbox")."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Literal

from pydantic import Field

from gatewayd.answering import AddressKind, Unanswerable
from gatewayd.handing_over import HandOverReason
from gatewayd.http.models.base import Input, Moment, Output, Page, PageQuery, moment_at, moment_of
from gatewayd.http.models.editing import NOT_GIVEN, Edited, Line, Tags, Version
from gatewayd.http.models.mentions import Mention, mentions_json
from gatewayd.http.models.messages import (
    Author,
    Message,
    OnUnknown,
    Preview,
    Priority,
    Routing,
    message_json,
)
from gatewayd.http.models.shapes import SAYS_SOMETHING
from gatewayd.services.conversation_views import OpeningClock
from storage.conversations.mentions import MentionRow
from storage.conversations.reading import ConversationRow, EntryRow
from storage.conversations.states import ConversationState
from storage.conversations.timeline import EntryKind
from storage.conversations.views import View
from storage.people import PersonRow
from storage.queries import MessageRow

Urgency = Literal["low", "normal", "high", "urgent"]
_TEXT = "any Unicode; its length is bounded in parts"
_SEEN = (
    "the id of the newest entry of the timeline that you had before you: if the customer, or "
    "another of us, did something since, nothing is sent and the answer is 409 "
    "`conversation_moved_on` with what came `since`"
)
_SIGN = (
    "true: with the inbox's signature, or a name to sign with; false: without one; default: as "
    "the inbox has it where a person writes, and never where a program does"
)
_NOTE = Field(min_length=1, max_length=5000, pattern=SAYS_SOMETHING)


class ConversationsQuery(PageQuery):
    """Which conversations."""

    view: Annotated[
        View | None,
        Field(description="a list that people work with; `mine` and `team` are the asking user's"),
    ] = None
    state: ConversationState | None = None
    assignee: Annotated[
        str | None, Field(description="the id of a user or a team; `none`: those nobody has")
    ] = None
    inbox: str | None = None
    waiting: Annotated[
        bool | None, Field(description="whether the customer waits for an answer")
    ] = None
    contact: Annotated[str | None, Field(description="the contact's id")] = None
    external_id: Annotated[
        str | None, Field(max_length=200, description="by which your own system knows the contact")
    ] = None
    tag: str | None = None
    held: Annotated[bool | None, Field(description="whether a rule holds it for review")] = None
    blocked: Annotated[
        bool, Field(description="those of blocked contacts, which are left out otherwise")
    ] = False
    unread: Annotated[bool, Field(description="only those that are unread to you")] = False
    q: Annotated[
        str | None,
        Field(min_length=1, max_length=200, description="in the contact's name or number"),
    ] = None


class TimelineQuery(PageQuery):
    """Which page of the timeline."""


class AnswerIn(Input):
    """What to send to the contact, from the conversation's inbox."""

    text: Annotated[str, Field(description=_TEXT)]
    seen: Annotated[str | None, Field(max_length=64, description=_SEEN)] = None
    insist: Annotated[bool, Field(description="send it whatever came since `seen`")] = False
    sign: Annotated[bool | Line | None, Field(description=_SIGN)] = None
    send_at: Annotated[Moment | None, Field(description="not before this time")] = None
    expires_at: Annotated[Moment | None, Field(description="not sent after this time")] = None
    priority: Priority = "normal"
    delivery_report: bool = True
    on_unknown: OnUnknown | None = None
    client_reference: Annotated[str | None, Field(max_length=200)] = None


class AnswerPreviewIn(Input):
    """A text to measure as it would be sent in a conversation."""

    text: Annotated[str, Field(max_length=50_000)]
    sign: Annotated[bool | Line | None, Field(description=_SIGN)] = None


class AnswerPreview(Preview):
    """How an answer would be sent, by whom it was asked for."""

    text: Annotated[str, Field(description="all of it, with the signature")]
    signature: Annotated[str | None, Field(description="what is added to what was written")]


class NoteIn(Input):
    """What only we see."""

    text: Annotated[str, _NOTE]


class AssignIn(Input):
    """Whose it is from now on."""

    to: Annotated[
        str | None, Field(max_length=64, description="the id of a user or a team; null: nobody's")
    ]
    note: Annotated[str | None, _NOTE] = None
    reason: Annotated[
        HandOverReason | None, Field(strict=False, description="why, in one word; null: not said")
    ] = None
    version: Version = None


class SnoozeIn(Input):
    """How long it is nobody's turn."""

    until: Annotated[Moment, Field(description="then it opens; also when the customer writes")]


class ConversationEdit(Edited):
    """What is to be changed of a conversation."""

    priority: Urgency = NOT_GIVEN
    tags: Tags = NOT_GIVEN


class ContactBrief(Output):
    """With whom."""

    id: str
    name: str | None
    external_id: Annotated[str | None, Field(description="by which your own system knows them")]
    number: Annotated[str, Field(description="that they used last; `unknown` if unreadable")]
    kind: AddressKind
    answerable: Annotated[bool, Field(description="whether one can answer there now")]
    why_not_answerable: Annotated[
        str | None,
        Field(description="the code that an answer would be refused with; null: it would not"),
    ]
    blocked: bool
    opted_out: Annotated[bool, Field(description="of this inbox: they want no messages")]


class Assignee(Output):
    """A person or a team."""

    type: Literal["user", "team"]
    id: str
    name: str


class Conversation(Output):
    """All that passes between one contact and one inbox."""

    id: str
    inbox: str
    contact: ContactBrief
    state: ConversationState
    assignee: Assignee | None
    priority: Urgency
    tags: list[str]
    unanswered_since: Annotated[
        Moment | None, Field(description="what the customer wrote first since our last answer")
    ]
    waiting_seconds: Annotated[
        int | None, Field(description="since then, in opening time; null where nobody waits")
    ]
    due_at: Annotated[
        Moment | None, Field(description="when an answer is due; null: never, or not told yet")
    ]
    due_soon: Annotated[bool, Field(description="an answer is due soon, and not overdue")]
    overdue: bool
    snoozed_until: Moment | None
    held_since: Annotated[
        Moment | None,
        Field(description="a rule holds it for review, until somebody answers or closes it"),
    ]
    last_incoming_at: Moment | None
    last_outgoing_at: Moment | None
    created_at: Moment
    unread: Annotated[
        int | None,
        Field(
            description="what the customer wrote or rang that you have not read and nobody has "
            "answered; 1 where you marked it unread; null: you are no person"
        ),
    ]
    mentions: Annotated[
        int | None,
        Field(
            description="notes in it that mention you and that you have not seen; null: as above"
        ),
    ]
    version: Annotated[int, Field(description="grows with each change of it and its timeline")]


class Noted(Conversation):
    """A conversation in which a note was just written."""

    mentioned: Annotated[
        list[Assignee], Field(description="the colleagues whom the note mentions, each once")
    ]


class TimelineEntry(Output):
    """One thing that happened in a conversation."""

    id: str
    type: EntryKind
    at: Moment
    author: Annotated[Author | None, Field(description="null: the customer, or the gateway")]
    message: Message | None
    text: Annotated[str | None, Field(description="of a note; why it was handed over")]
    mentions: Annotated[list[Mention], Field(description="colleagues whom a note mentions")]
    assignee: Annotated[Assignee | None, Field(description="to whom it was handed over")]
    reason: Annotated[
        str | None,
        Field(
            description="why, in one word: as somebody said, or that of `conversation.reassigned`"
        ),
    ]
    until: Annotated[Moment | None, Field(description="how long it sleeps")]
    modem: Annotated[str | None, Field(description="that a missed call rang at")]
    consent: Annotated[
        str | None,
        Field(
            description="`opted_out`, `opted_in`, `opt_out_expired`; what the customer wrote may "
            "mean one: `suggest_opt_out`, `cancel_for_a_person`"
        ),
    ]
    routing: Annotated[
        Routing | None,
        Field(description="what was decided about a missed call; a message has it itself"),
    ]


class Timeline(Page[TimelineEntry]):
    """Newest first."""


class ConversationDetail(Conversation):
    """A conversation with a page of its timeline."""

    scheduled: Annotated[
        list[Message],
        Field(description="answers that wait for their time, the next first, 100 at most"),
    ]
    timeline: Timeline


class ConversationPage(Page[Conversation]):
    """Conversations, that with the newest activity first."""


def conversation_json(
    row: ConversationRow,
    kind: AddressKind,
    *,
    why_not: Unanswerable | None,
    clock: OpeningClock,
    unread: int | None = None,
    mentions: int | None = None,
) -> Conversation:
    """Translate a row."""
    overdue = row.due_at_ms is not None and row.due_at_ms <= clock.now_ms
    soon = row.due_soon_at_ms is not None and row.due_soon_at_ms <= clock.now_ms
    return Conversation(
        id=row.id,
        inbox=row.inbox,
        contact=_contact(row, kind, why_not),
        state=row.state,
        assignee=_assignee(row),
        priority=row.priority,
        tags=list(row.tags),
        unanswered_since=moment_of(row.unanswered_since_ms),
        waiting_seconds=clock.seconds(row.inbox, row.unanswered_since_ms),
        due_at=moment_of(row.due_at_ms),
        due_soon=soon and not overdue,
        overdue=overdue,
        snoozed_until=moment_of(row.snoozed_until_ms),
        held_since=moment_of(row.held_since_ms),
        last_incoming_at=moment_of(row.last_in_ms),
        last_outgoing_at=moment_of(row.last_out_ms),
        created_at=moment_at(row.created_at_ms),
        unread=unread,
        mentions=mentions,
        version=row.version,
    )


def noted_json(conversation: Conversation, mentioned: Sequence[PersonRow]) -> Noted:
    """Say whom the note mentions that was just written there."""
    fields = {name: getattr(conversation, name) for name in Conversation.model_fields}
    named = [Assignee(type="user", id=row.id, name=row.display_name) for row in mentioned]
    return Noted(**fields, mentioned=named)


def entry_json(
    row: EntryRow,
    messages: Mapping[str, MessageRow],
    calls: Mapping[int, Routing],
    mentioned: Mapping[int, Sequence[MentionRow]],
) -> TimelineEntry:
    """Translate a row, with the message that it stands for or what was decided about a call."""
    found = messages.get(row.message_id or "")
    message = None if found is None else message_json(found)
    author = None if message is None else message.author
    if row.author is not None:
        author = Author(type=row.author.type, id=row.author.id, name=row.author.name)
    return TimelineEntry(
        id=row.id,
        type=row.kind,
        at=moment_at(row.at_ms),
        author=author,
        message=message,
        text=row.text,
        mentions=mentions_json(mentioned.get(row.seq, ())),
        assignee=_assignee(row),
        reason=row.reason,
        until=moment_of(row.until_ms),
        modem=row.modem,
        consent=row.consent,
        routing=calls.get(row.seq),
    )


def _assignee(row: ConversationRow | EntryRow) -> Assignee | None:
    if row.person_id is not None:
        return Assignee(type="user", id=row.person_id, name=row.person_name or "")
    if row.team_id is not None:
        return Assignee(type="team", id=row.team_id, name=row.team_name or "")
    return None


def _contact(row: ConversationRow, kind: AddressKind, why_not: Unanswerable | None) -> ContactBrief:
    return ContactBrief(
        id=row.contact_id,
        name=row.contact_name,
        external_id=row.contact_external_id,
        number=row.number,
        kind=kind,
        answerable=why_not is None,
        why_not_answerable=None if why_not is None else why_not.code,
        blocked=row.blocked,
        opted_out=row.opted_out,
    )

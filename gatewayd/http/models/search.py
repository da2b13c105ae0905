"""Search on the wire."""

from typing import Annotated, Literal

from pydantic import Field

from gatewayd.http.models.base import Moment, Output, Page, PageQuery, moment_at
from gatewayd.http.models.messages import Author
from storage.search.asked import Kind
from storage.search.reading import Hit

_PERSON = "a contact's id: what is with them; a user's: what they wrote"
_Since = Annotated[Moment | None, Field(description="of messages and notes: at or after")]


_Range = Annotated[list[int], Field(min_length=2, max_length=2)]


class SearchQuery(PageQuery):
    """What to look for, and where."""

    q: Annotated[str, Field(min_length=1, max_length=200, description='words, "phrases", a number')]
    kind: Kind | None = None
    inbox: str | None = None
    conversation: Annotated[str | None, Field(description="the conversation's id")] = None
    person: Annotated[str | None, Field(description=_PERSON)] = None
    tag: Annotated[str | None, Field(description="of the conversation or of its contact")] = None
    direction: Annotated[Literal["in", "out"] | None, Field(description="of messages")] = None
    since: _Since = None
    until: Annotated[Moment | None, Field(description="of messages and notes: before")] = None


class Snippet(Output):
    """A piece of what was found."""

    field: Annotated[
        Literal["text", "name", "notes", "number"],
        Field(description="of a message or note the `text`, else what of a contact"),
    ]
    text: Annotated[str, Field(description="the piece itself: plain text, no HTML")]
    ranges: Annotated[
        list[_Range],
        Field(description="where in it the words stand: start and end, in Unicode characters"),
    ]


class HitContact(Output):
    """With whom."""

    id: str
    name: str | None
    number: str


class SearchHit(Output):
    """One thing that was found."""

    kind: Kind
    id: Annotated[str, Field(description="of the message, of the note's entry, of the contact")]
    at: Annotated[Moment, Field(description="when it was written; since when there is a contact")]
    conversation_id: Annotated[
        str | None, Field(description="where it stands; a contact's with the newest activity")
    ]
    inbox: Annotated[str | None, Field(description="null for a contact")]
    contact: HitContact
    direction: Annotated[Literal["in", "out"] | None, Field(description="of a message")]
    author: Annotated[Author | None, Field(description="who wrote it; null: the customer")]
    snippet: Snippet


class SearchPage(Page[SearchHit]):
    """Contacts first, then messages and notes, each newest first."""


def hit_json(hit: Hit) -> SearchHit:
    """Translate what was found."""
    author = hit.author
    return SearchHit(
        kind=hit.kind,
        id=hit.id,
        at=moment_at(hit.at_ms),
        conversation_id=hit.conversation_id,
        inbox=hit.inbox,
        contact=HitContact(id=hit.contact_id, name=hit.contact_name, number=hit.number),
        direction=hit.direction,
        author=None if author is None else Author(type=author.type, id=author.id, name=author.name),
        snippet=Snippet(
            field=hit.found_in,
            text=hit.snippet.text,
            ranges=[list(one) for one in hit.snippet.ranges],
        ),
    )

"""Saved replies on the wire."""

from collections.abc import Sequence
from typing import Annotated, Literal

from pydantic import Field

from gatewayd.http.models.base import Input, Moment, Output, Page, Query, moment_at
from gatewayd.http.models.editing import NOT_GIVEN, Edited, Language, Slug
from gatewayd.services.saved_replies import Rendered
from storage.saved_replies import SavedReplyRow

Text = Annotated[
    str,
    Field(
        max_length=1000,
        description="with `{contact_name}`, `{contact_first_name}`, `{person}` and "
        "`{first_name}` (who writes), `{business}`; empty: the other language's is used",
    ),
]
Inbox = Annotated[
    str | None, Field(max_length=64, description="where it can be used; null: everywhere")
]


class SavedReplyIn(Input):
    """A saved reply to make."""

    shortcut: Slug
    en: Text = ""
    fr: Text = ""
    inbox: Inbox = None
    own: Annotated[bool, Field(description="for yourself only; else for everybody")] = False


class SavedReplyEdit(Edited):
    """What is to be changed of one."""

    shortcut: Slug = NOT_GIVEN
    en: Text = NOT_GIVEN
    fr: Text = NOT_GIVEN
    inbox: Inbox = None


class SavedReplyQuery(Query):
    """Which are listed."""

    inbox: Annotated[
        str | None, Field(max_length=64, description="those that can be used there")
    ] = None


class SavedReply(Output):
    """A text to answer with."""

    id: str
    shortcut: str
    en: str
    fr: str
    inbox: Inbox
    own: Annotated[bool, Field(description="yours only; else everybody's")]
    version: int
    updated_at: Moment


class SavedReplyPage(Page[SavedReply]):
    """All that are yours to use, by shortcut; of the same one that which is meant comes first."""


class RenderIn(Input):
    """For whom it is to be filled."""

    conversation: Annotated[str, Field(max_length=64)]
    language: Annotated[
        Language | None, Field(description="null: the customer's, else the inbox's")
    ] = None


class RenderedReply(Output):
    """The text, for its writer to look at and send."""

    text: str
    language: Annotated[Literal["en", "fr"], Field(description="in which it is")]
    missing: Annotated[list[str], Field(description="names in it that are not known")]


def saved_reply_json(row: SavedReplyRow) -> SavedReply:
    """Translate one."""
    return SavedReply(
        id=row.id,
        shortcut=row.shortcut,
        en=row.en,
        fr=row.fr,
        inbox=row.inbox,
        own=row.person_id is not None,
        version=row.version,
        updated_at=moment_at(row.updated_at_ms),
    )


def saved_replies_json(rows: Sequence[SavedReplyRow]) -> SavedReplyPage:
    """Translate all."""
    return SavedReplyPage(items=[saved_reply_json(row) for row in rows])


def rendered_json(rendered: Rendered) -> RenderedReply:
    """Translate a filled one."""
    return RenderedReply(
        text=rendered.text, language=rendered.language.value, missing=list(rendered.missing)
    )

"""Inboxes on the wire."""

from typing import Annotated, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, Field

from gatewayd.http.models.base import Output, Page
from gatewayd.http.models.editing import Edited, Language, Line
from gatewayd.services.inboxes import InboxView


def _zone(value: str) -> str:
    try:
        ZoneInfo(value)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise ValueError('must be a time zone such as "America/Toronto"') from error
    return value


Zone = Annotated[str, Field(max_length=64), AfterValidator(_zone)]


class InboxEdit(Edited):
    """What is to be changed of an inbox; null gives it back to the configuration."""

    display_name: Line | None = None
    timezone: Zone | None = None
    language: Language | None = None
    hours: Annotated[
        str | None,
        Field(
            min_length=1,
            max_length=1000,
            description="of the week, as OpenStreetMap's opening_hours; null: always open. They "
            "are a part of the rules: this makes a new version of them",
        ),
    ] = None
    team: Annotated[
        str | None, Field(max_length=64, description="the id of the team; null: nobody's")
    ] = None
    signature: Annotated[
        str | None, Field(min_length=1, max_length=200, description="null: none")
    ] = None


Inherited = Literal["display_name", "timezone", "language"]


class Inbox(Output):
    """A team's shared mailbox."""

    name: str
    display_name: str
    timezone: str
    language: Language
    hours: Annotated[
        str | None, Field(description="of the week, as the rules have them; null: always open")
    ]
    team: Annotated[str | None, Field(description="the id of the team whose mailbox it is")]
    signature: str | None
    modems: Annotated[list[str], Field(description="that serve it; none: nothing can be sent")]
    inherited: Annotated[
        list[Inherited],
        Field(description="what nobody has set here: it is as the configuration says"),
    ]
    version: int


class InboxPage(Page[Inbox]):
    """All, by name."""


def inbox_json(view: InboxView) -> Inbox:
    """Translate a view."""
    return Inbox(
        name=view.name,
        display_name=view.display_name,
        timezone=view.timezone,
        language=view.language,
        hours=view.hours,
        team=view.team_id,
        signature=view.signature,
        modems=list(view.modems),
        inherited=list(view.inherited),
        version=view.version,
    )

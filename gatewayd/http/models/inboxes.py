"""Inboxes on the wire."""

from typing import Annotated, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, Field

from gatewayd.http.models.base import Output, Page
from gatewayd.http.models.editing import NOT_GIVEN, Edited, Language, Line
from gatewayd.services.inboxes import InboxView
from routing.signature import SignatureMode


def _zone(value: str) -> str:
    try:
        ZoneInfo(value)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise ValueError('must be a time zone such as "America/Toronto"') from error
    return value


Zone = Annotated[str, Field(max_length=64), AfterValidator(_zone)]


_SIGNATURE = (
    "under what people write: one line with `{first_name}`, `{person}`, `{business}`; null: "
    "`{first_name} @ {business}`"
)
_MODE = "`first`: the first message of a stretch is signed; `every`; `never`"
_TAKES = "whether a person who answers what nobody has takes it"


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
    signature: Annotated[str | None, Field(description=_SIGNATURE)] = None
    signature_mode: Annotated[SignatureMode, Field(strict=False, description=_MODE)] = NOT_GIVEN
    take_on_answer: Annotated[bool, Field(description=_TAKES)] = NOT_GIVEN


Inherited = Literal["display_name", "timezone", "language", "signature"]


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
    signature: Annotated[str, Field(description=_SIGNATURE)]
    signature_mode: Annotated[SignatureMode, Field(description=_MODE)]
    take_on_answer: Annotated[bool, Field(description=_TAKES)]
    modems: Annotated[list[str], Field(description="that serve it; none: nothing can be sent")]
    inherited: Annotated[
        list[Inherited],
        Field(
            description="what nobody has set here: as the configuration, or this program, has it"
        ),
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
        signature_mode=view.signature_mode,
        take_on_answer=view.take_on_answer,
        modems=list(view.modems),
        inherited=list(view.inherited),
        version=view.version,
    )

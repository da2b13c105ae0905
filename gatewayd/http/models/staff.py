"""The people who work with the inboxes, and their teams, on the wire."""

from typing import Annotated, Literal

from pydantic import Field

from gatewayd.http.models.base import Input, Moment, Output, Page, moment_at, moment_of
from gatewayd.http.models.editing import NOT_GIVEN, Edited, Language, Line, Slug
from gatewayd.http.models.shapes import EMAIL
from gatewayd.services.links import MadeLink
from gatewayd.services.roles import Role
from storage.links import LinkPurpose
from storage.people import AbsenceKind, AbsenceRow, PersonRow, PersonState
from storage.teams import TeamRow

_ID = Field(max_length=64)
_PHONE = Field(max_length=200, description="their own, however written")
_SHIFTS = Field(
    min_length=1, max_length=1000, description="when they work, as OpenStreetMap's opening_hours"
)
_SIGNATURE = Field(
    description="their own, instead of the inbox's: one line with `{first_name}`, `{person}` "
    "(the display name), `{business}`; null: the inbox's"
)
_LANGUAGE = Field(description="null: the gateway's")
_DELEGATE = Field(
    max_length=64,
    description="the id of the user who stands in where an absence names nobody",
)


_ROLE = Field(strict=False, description="what they may do")
_INBOXES = Field(max_length=100, description="the only ones that they see; null: all")
_EMAIL = Field(max_length=254, pattern=EMAIL)
_IN_PRIVATE = Field(description="null for colleagues: for managers, programs and the person")
_NOTIFY = Field(max_length=3, description="the ways in which they wish to be told; null: all")

Inboxes = Annotated[list[Annotated[str, Field(max_length=64)]] | None, _INBOXES]
Notify = Annotated[list[Literal["page", "email", "sms"]] | None, _NOTIFY]


class UserIn(Input):
    """A person to add."""

    name: Slug
    display_name: Line
    language: Annotated[Language | None, _LANGUAGE] = None
    phone: Annotated[str | None, _PHONE] = None
    shifts: Annotated[str | None, _SHIFTS] = None
    delegate: Annotated[str | None, _DELEGATE] = None
    role: Annotated[Role, _ROLE] = Role.AGENT
    inboxes: Inboxes = None
    email: Annotated[str | None, _EMAIL] = None
    notify: Notify = None
    signature: Annotated[str | None, _SIGNATURE] = None


class UserEdit(Edited):
    """What is to be changed of a person."""

    name: Slug = NOT_GIVEN
    display_name: Line = NOT_GIVEN
    language: Annotated[Language | None, _LANGUAGE] = None
    phone: Annotated[str | None, _PHONE] = None
    shifts: Annotated[str | None, _SHIFTS] = None
    delegate: Annotated[str | None, _DELEGATE] = None
    role: Annotated[Role, _ROLE] = NOT_GIVEN
    inboxes: Inboxes = None
    email: Annotated[str | None, _EMAIL] = None
    notify: Notify = None
    signature: Annotated[str | None, _SIGNATURE] = None


class OwnEdit(Edited):
    """What a person may change of themselves; role, inboxes and shifts are a manager's."""

    display_name: Line = NOT_GIVEN
    language: Annotated[Language | None, _LANGUAGE] = None
    phone: Annotated[str | None, _PHONE] = None
    email: Annotated[str | None, _EMAIL] = None
    notify: Notify = None
    signature: Annotated[str | None, _SIGNATURE] = None


class AbsenceIn(Input):
    """A time away."""

    kind: AbsenceKind = Field(strict=False)
    from_: Annotated[Moment | None, Field(alias="from", description="default: now")] = None
    until: Annotated[
        Moment | None, Field(description="the return; needed of a vacation, else null if unknown")
    ] = None
    delegate: Annotated[
        str | None, Field(max_length=64, description="the id of the user who stands in")
    ] = None
    note: Annotated[str | None, Field(max_length=1000)] = None


class Absence(Output):
    """A time away."""

    id: str
    kind: AbsenceKind
    from_: Annotated[Moment, Field(alias="from")]
    until: Annotated[Moment | None, Field(description="null: nobody knows")]
    delegate: Annotated[str | None, Field(description="the id of the user who stands in")]
    note: str | None


class AbsencePage(Page[Absence]):
    """All of a person, the newest first."""


class User(Output):
    """Somebody who works with the inboxes."""

    id: str
    name: str
    display_name: str
    language: Annotated[Language | None, _LANGUAGE]
    phone: Annotated[str | None, _IN_PRIVATE]
    shifts: str | None
    delegate: Annotated[str | None, _DELEGATE]
    role: Role
    state: Annotated[PersonState, Field(description="`suspended`: they can do nothing")]
    inboxes: Annotated[list[str] | None, _INBOXES]
    email: Annotated[str | None, _IN_PRIVATE]
    notify: Notify
    signature: Annotated[str | None, _SIGNATURE]
    teams: Annotated[list[str], Field(description="the ids of the teams that they are in")]
    absences: Annotated[list[Absence], Field(description="those that are not over")]
    version: int


class UserPage(Page[User]):
    """All, by name."""


_IN_ORDER = "in the order in which they are asked"
_ON_CALL = "the ids of those whom urgent words reach while it is closed, the first one first"


class TeamIn(Input):
    """A team to make."""

    name: Slug
    display_name: Line
    members: Annotated[
        list[Annotated[str, _ID]],
        Field(default_factory=list, max_length=500, description=_IN_ORDER),
    ]
    on_call: Annotated[
        list[Annotated[str, _ID]],
        Field(default_factory=list, max_length=500, description=_ON_CALL),
    ]


class TeamEdit(Edited):
    """What is to be changed of a team."""

    name: Slug = NOT_GIVEN
    display_name: Line = NOT_GIVEN
    members: Annotated[
        list[Annotated[str, _ID]], Field(max_length=500, description=f"all of them, {_IN_ORDER}")
    ] = NOT_GIVEN
    on_call: Annotated[list[Annotated[str, _ID]], Field(max_length=500, description=_ON_CALL)] = (
        NOT_GIVEN
    )


class Team(Output):
    """Some of the people."""

    id: str
    name: str
    display_name: str
    members: Annotated[list[str], Field(description=f"their ids, {_IN_ORDER}")]
    on_call: Annotated[list[str], Field(description=_ON_CALL)]
    version: int


class TeamPage(Page[Team]):
    """All, by name."""


class Suspension(Input):
    """Who takes over from somebody who leaves."""

    hand_over_to: Annotated[
        str | None,
        Field(max_length=64, description="a user's or a team's id; null: each inbox's own team"),
    ] = None
    note: Annotated[str | None, Field(min_length=1, max_length=10_000)] = None


class Suspended(Output):
    """Somebody who is suspended."""

    user: User
    handed_over: Annotated[int, Field(description="how many conversations went to others")]
    tokens_ended: Annotated[list[str], Field(description="the ids of the tokens that were theirs")]


class LinkMade(Output):
    """A one-time link, just made."""

    id: str
    purpose: Annotated[LinkPurpose, Field(description="`invite`: to their first password")]
    path: Annotated[
        str, Field(description="where it is opened on the page's address; shown this once")
    ]
    expires_at: Moment


def link_json(made: MadeLink) -> LinkMade:
    """Translate a link with its secret."""
    return LinkMade(
        id=made.link.id,
        purpose=made.link.purpose,
        path=made.path,
        expires_at=moment_at(made.link.expires_at_ms),
    )


def user_json(row: PersonRow) -> User:
    """Translate a row."""
    return User(
        id=row.id,
        name=row.name,
        display_name=row.display_name,
        language=row.language,
        phone=row.phone,
        shifts=row.shifts,
        delegate=row.delegate_id,
        role=Role(row.role),
        state=row.state,
        inboxes=None if row.inboxes is None else list(row.inboxes),
        email=row.email,
        notify=None if row.notify is None else list(row.notify),
        signature=row.signature,
        teams=list(row.team_ids),
        absences=[absence_json(absence) for absence in row.absences],
        version=row.version,
    )


def absence_json(row: AbsenceRow) -> Absence:
    """Translate a row."""
    return Absence(
        id=row.id,
        kind=row.kind,
        from_=moment_at(row.from_ms),
        until=moment_of(row.until_ms),
        delegate=row.delegate_id,
        note=row.note,
    )


def team_json(row: TeamRow) -> Team:
    """Translate a row."""
    return Team(
        id=row.id,
        name=row.name,
        display_name=row.display_name,
        members=list(row.member_ids),
        on_call=list(row.on_call_ids),
        version=row.version,
    )

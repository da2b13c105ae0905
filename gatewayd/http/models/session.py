"""Logging in, on the wire. No answer has a password or the session's secret in it."""

from typing import Annotated

from pydantic import Field

from gatewayd.accounts.passwords import SHORTEST
from gatewayd.http.models.base import Input, Moment, Output, Page, Query, moment_at
from gatewayd.http.models.editing import Line, Slug
from gatewayd.services.roles import Role
from gatewayd.services.sessions import Session
from gatewayd.services.tokens import ordered
from storage.sessions import SessionRow

# Longer than any that is taken, so that the answer can say why.
_PASSWORD = Field(min_length=1, max_length=1000)
_NEW = Field(min_length=1, max_length=1000, description=f"{SHORTEST} characters or more")


class LogIn(Input):
    """Who wants in."""

    name: Annotated[str, Field(min_length=1, max_length=64)]
    password: Annotated[str, _PASSWORD]


class LogInByLink(Input):
    """The one-time link that somebody was given, and the password that they choose."""

    link: Annotated[str, Field(min_length=1, max_length=200, description="its last part")]
    name: Annotated[
        Slug | None, Field(description="of the first administrator only: what they log in by")
    ] = None
    display_name: Annotated[Line | None, Field(description="as colleagues see it")] = None
    password: Annotated[str, _NEW]


class PasswordChange(Input):
    """Another password for oneself."""

    current: Annotated[str, _PASSWORD]
    new: Annotated[str, _NEW]


class NewPassword(Input):
    """A password for somebody else."""

    password: Annotated[str, _NEW]


class LogOutQuery(Query):
    """What ends."""

    all: Annotated[bool, Field(description="also all other sessions of this person")] = False


class SessionPerson(Output):
    """Who is logged in."""

    id: str
    name: str
    display_name: str


class LoggedIn(Output):
    """A session, as the page needs it."""

    id: str
    person: SessionPerson
    role: Role
    scopes: list[str]
    inboxes: Annotated[list[str] | None, Field(description="those that they see; null: all")]
    csrf_token: Annotated[str, Field(description="goes into `X-CSRF-Token` of each change")]
    expires_at: Annotated[Moment, Field(description="later with each use, up to a month")]


class OwnSession(Output):
    """One of one's own sessions."""

    id: str
    created_at: Moment
    last_used_at: Annotated[Moment, Field(description="to within five minutes")]
    expires_at: Moment
    address: str
    user_agent: str
    current: Annotated[bool, Field(description="whether it is the one that asks")]


class OwnSessionPage(Page[OwnSession]):
    """All of one's own, the newest first."""


def logged_in_json(session: Session) -> LoggedIn:
    """Write a session."""
    person = session.principal
    inboxes = person.inboxes
    return LoggedIn(
        id=session.id,
        person=SessionPerson(id=person.id, name=session.name, display_name=person.name),
        role=session.role,
        scopes=[scope.value for scope in ordered(person.scopes)],
        inboxes=None if inboxes is None else sorted(inboxes),
        csrf_token=session.csrf_token,
        expires_at=moment_at(session.expires_at_ms),
    )


def own_session_json(row: SessionRow, *, current: str) -> OwnSession:
    """Write one of a person's sessions."""
    return OwnSession(
        id=row.id,
        created_at=moment_at(row.created_at_ms),
        last_used_at=moment_at(row.last_used_at_ms),
        expires_at=moment_at(row.expires_at_ms),
        address=row.address,
        user_agent=row.user_agent,
        current=row.id == current,
    )

"""Working together on the wire: who is looking, what was read, how much waits."""

from collections.abc import Sequence
from typing import Annotated

from pydantic import Field

from gatewayd.http.models.base import Input, Moment, Output, moment_at
from gatewayd.presence import PresenceState, Present
from gatewayd.services.reading import Counted, Views


class PresenceIn(Input):
    """What you do there just now."""

    state: Annotated[PresenceState, Field(strict=False)]


class Presence(Output):
    """A person at a conversation."""

    user_id: str
    name: str
    state: PresenceState
    until: Annotated[Moment, Field(description="gone after that, unless they say it again")]


class PresenceList(Output):
    """All who are there, by name."""

    items: list[Presence]


class ReadIn(Input):
    """Up to where you have read."""

    up_to: Annotated[
        str | None, Field(max_length=64, description="the timeline entry's id; null: all of it")
    ]


class Count(Output):
    """Of one view."""

    open: Annotated[int, Field(description="whose turn is ours")]
    unread: Annotated[int, Field(description="of any state, unread to you")]


class ViewCounts(Output):
    """How many conversations are in the views of one person."""

    mine: Count
    teams: Annotated[Count, Field(description="of your teams, and no person's")]
    unassigned: Annotated[Count, Field(description="nobody's")]
    all: Count


def presence_json(there: Sequence[Present]) -> PresenceList:
    """Translate all who are there."""
    return PresenceList(
        items=[
            Presence(
                user_id=each.person_id,
                name=each.name,
                state=each.state,
                until=moment_at(each.until_ms),
            )
            for each in there
        ]
    )


def counts_json(views: Views) -> ViewCounts:
    """Translate the counts."""
    return ViewCounts(
        mine=_count(views.mine),
        teams=_count(views.teams),
        unassigned=_count(views.unassigned),
        all=_count(views.all),
    )


def _count(counted: Counted) -> Count:
    return Count(open=counted.open, unread=counted.unread)

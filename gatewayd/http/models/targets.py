"""How long customers of an inbox may wait, on the wire."""

from typing import Annotated

from pydantic import Field

from gatewayd.http.models.base import Input, Output
from gatewayd.http.models.editing import Version
from gatewayd.services.targets import TargetsView
from storage.targets import TargetsRow

_ANSWER = Field(
    ge=1, le=30_000, description="minutes of opening time until an answer is due; null: never"
)
_DUE_SOON = Field(
    ge=1, le=99, description="percent of them after which the person in charge is reminded"
)
_ESCALATE = Field(
    ge=100, le=1000, description="percent of them after which the managers are told; null: never"
)
_REASSIGN = Field(
    ge=1,
    le=30_000,
    description="minutes of opening time after which the team gets what the person in charge has "
    "not answered; null: never",
)


class TargetsIn(Input):
    """All of an inbox's targets; what is not given is as by default."""

    answer_minutes: Annotated[int | None, _ANSWER]
    due_soon_percent: Annotated[int, _DUE_SOON] = 50
    escalate_percent: Annotated[int | None, _ESCALATE] = 150
    reassign_minutes: Annotated[int | None, _REASSIGN] = None
    version: Version = None


class InboxTargets(Output):
    """How long customers of an inbox may wait."""

    answer_minutes: Annotated[int | None, _ANSWER]
    due_soon_percent: Annotated[int, _DUE_SOON]
    escalate_percent: Annotated[int | None, _ESCALATE]
    reassign_minutes: Annotated[int | None, _REASSIGN]
    inherited: Annotated[bool, Field(description="whether these hold because nobody set any")]
    version: Annotated[int, Field(description="the inbox's")]


def row_of(inbox: str, asked: TargetsIn) -> TargetsRow:
    """Translate what is to be set."""
    return TargetsRow(
        inbox=inbox,
        answer_minutes=asked.answer_minutes,
        due_soon_percent=asked.due_soon_percent,
        escalate_percent=asked.escalate_percent,
        reassign_minutes=asked.reassign_minutes,
    )


def targets_json(view: TargetsView) -> InboxTargets:
    """Translate a view."""
    return InboxTargets(
        answer_minutes=view.row.answer_minutes,
        due_soon_percent=view.row.due_soon_percent,
        escalate_percent=view.row.escalate_percent,
        reassign_minutes=view.row.reassign_minutes,
        inherited=view.inherited,
        version=view.version,
    )

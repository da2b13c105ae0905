"""How many conversations are in each list, on the wire."""

from collections.abc import Mapping
from typing import Annotated

from pydantic import Field

from gatewayd.http.models.base import Output
from storage.conversations.views import MOST_COUNTED, View

Count = Annotated[int, Field(ge=0, le=MOST_COUNTED)]


class ConversationCounts(Output):
    """How many conversations are in each view; the most that is counted means that or more."""

    mine: Count
    unassigned: Count
    team: Count
    mentions: Annotated[
        int, Field(ge=0, le=MOST_COUNTED, description="with a mention that you have not seen")
    ]
    waiting: Count
    due_soon: Count
    overdue: Count
    snoozed: Count
    most_counted: int


def counts_json(counts: Mapping[View, int]) -> ConversationCounts:
    """Translate counts."""
    return ConversationCounts(
        **{view.value: count for view, count in counts.items()}, most_counted=MOST_COUNTED
    )

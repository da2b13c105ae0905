"""The lists of the inbox: which conversations each shows, and what it is called."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from gatewayd.web.languages import N_
from storage.conversations.reading import ConversationFilter
from storage.conversations.states import ConversationState


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """One list; its titles are sentences of the catalogue."""

    key: str
    title: str
    empty: str
    """What is said when nothing is in it."""
    filter: Callable[[str | None], ConversationFilter]
    """Of a reader, by their id as a person."""
    personal: bool = False
    """Whether it is only for people of the business, and not for a program's token."""


_ALL = (
    View(
        key="mine",
        title=N_("Mine"),
        empty=N_("Nothing is waiting for you. Well done."),
        filter=lambda me: ConversationFilter(assignee_id=me),
        personal=True,
    ),
    View(
        key="unassigned",
        title=N_("Unassigned"),
        empty=N_("Everything has somebody who takes care of it."),
        filter=lambda _: ConversationFilter(unassigned=True),
    ),
    View(
        key="waiting",
        title=N_("Waiting"),
        empty=N_("No customer is waiting for an answer."),
        filter=lambda _: ConversationFilter(unanswered=True),
    ),
    View(
        key="snoozed",
        title=N_("Snoozed"),
        empty=N_("Nothing sleeps. A conversation that you snooze comes back by itself."),
        filter=lambda _: ConversationFilter(state=ConversationState.SNOOZED),
    ),
    View(
        key="all",
        title=N_("All"),
        empty=N_("No conversation yet. It begins when a customer writes, or when you do."),
        filter=lambda _: ConversationFilter(),
    ),
    View(
        key="closed",
        title=N_("Closed"),
        empty=N_("Nothing is closed yet."),
        filter=lambda _: ConversationFilter(state=ConversationState.CLOSED),
    ),
)
VIEWS: Mapping[str, View] = {view.key: view for view in _ALL}
"""By their place in an address, in the order in which they are shown."""


def views_for(person_id: str | None) -> list[View]:
    """Give those that a reader has."""
    return [view for view in VIEWS.values() if person_id is not None or not view.personal]

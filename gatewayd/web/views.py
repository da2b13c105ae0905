"""The lists of the inbox as people know them: their titles, and what is said when one is empty."""

from collections.abc import Mapping
from dataclasses import dataclass

from gatewayd.web.languages import N_
from storage.conversations.views import View


@dataclass(frozen=True, slots=True, kw_only=True)
class List:
    """One list; its titles are sentences of the catalogue."""

    view: View
    title: str
    empty: str
    personal: bool = False
    """Whether it is only for people of the business, and not for a program's token."""

    @property
    def key(self) -> str:
        """Its place in an address."""
        return self.view.value


_ALL = (
    List(
        view=View.MINE,
        title=N_("Mine"),
        empty=N_("Nothing is waiting for you. Well done."),
        personal=True,
    ),
    List(
        view=View.UNASSIGNED,
        title=N_("Unassigned"),
        empty=N_("Everything has somebody who takes care of it."),
    ),
    List(
        view=View.TEAM,
        title=N_("My team"),
        empty=N_("Nothing waits for your team."),
        personal=True,
    ),
    List(
        view=View.MENTIONS,
        title=N_("Mentions"),
        empty=N_("No note mentions you. Colleagues call you there by @ and your name."),
        personal=True,
    ),
    List(
        view=View.WAITING,
        title=N_("Waiting"),
        empty=N_("No customer is waiting for an answer."),
    ),
    List(
        view=View.OVERDUE,
        title=N_("Overdue"),
        empty=N_("Nobody has waited too long."),
    ),
    List(
        view=View.SNOOZED,
        title=N_("Snoozed"),
        empty=N_("Nothing sleeps. A conversation that you snooze comes back by itself."),
    ),
    List(
        view=View.ALL,
        title=N_("All"),
        empty=N_("No conversation yet. It begins when a customer writes, or when you do."),
    ),
    List(view=View.CLOSED, title=N_("Closed"), empty=N_("Nothing is closed yet.")),
)
LISTS: Mapping[str, List] = {each.key: each for each in _ALL}
"""By their place in an address, in the order in which they are shown."""


def lists_for(person_id: str | None) -> list[List]:
    """Give those that a reader has."""
    return [each for each in LISTS.values() if person_id is not None or not each.personal]

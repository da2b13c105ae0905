"""The sections of the page, and who sees which."""

from collections.abc import Iterator
from dataclasses import dataclass

from gatewayd.services.tokens import Scope
from gatewayd.web.languages import N_
from gatewayd.web.route import Visit


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """A place in the navigation; its title is a sentence of the catalogue."""

    path: str
    title: str
    icon: str
    access: Scope


SECTIONS: tuple[Section, ...] = (
    Section(path="/inbox", title=N_("Inbox"), icon="inbox", access=Scope.INBOX),
    Section(path="/contacts", title=N_("Contacts"), icon="contacts", access=Scope.INBOX),
    Section(path="/supervision", title=N_("Supervision"), icon="chart", access=Scope.SUPERVISE),
    Section(path="/modems", title=N_("Modems"), icon="modem", access=Scope.MANAGE),
    Section(path="/settings", title=N_("Settings"), icon="settings", access=Scope.MANAGE),
)
"""In their order. What is added here appears at the side, and on a phone at the bottom."""


def sections(visit: Visit) -> Iterator[tuple[Section, bool]]:
    """Give those that a reader may open, each with whether they are in it."""
    path = visit.request.path
    for section in SECTIONS:
        if visit.principal is not None and visit.principal.may(section.access):
            yield section, path == section.path or path.startswith(f"{section.path}/")

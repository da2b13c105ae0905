"""The settings: which areas there are, and the page that leads to each."""

from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from aiohttp import web

from gatewayd.services.tokens import Scope
from gatewayd.web.languages import N_
from gatewayd.web.render import page
from gatewayd.web.route import PageRoute, Visit


@dataclass(frozen=True, slots=True, kw_only=True)
class Area:
    """A part of the settings; title and explanation are sentences of the catalogue."""

    key: str
    title: str
    about: str
    icon: str

    @property
    def path(self) -> str:
        """Where it is."""
        return f"/settings/{self.key}"


AREAS: tuple[Area, ...] = (
    Area(
        key="hours",
        title=N_("Hours"),
        about=N_("The week, holidays, closures, and what customers are sent meanwhile."),
        icon="clock",
    ),
    Area(
        key="answers",
        title=N_("Automatic answers"),
        about=N_("What customers get while you are closed, away or on holiday, in both languages."),
        icon="automatic",
    ),
    Area(
        key="replies",
        title=N_("Saved replies"),
        about=N_("What you write often, kept in both languages, and chosen by / in an answer."),
        icon="saved",
    ),
    Area(
        key="rules",
        title=N_("Rules"),
        about=N_("Who gets which text; tags, forwards and answers by words or senders."),
        icon="hand",
    ),
    Area(
        key="templates",
        title=N_("Templates"),
        about=N_("Texts that rules answer with, in both languages."),
        icon="note",
    ),
    Area(
        key="inboxes",
        title=N_("Inboxes"),
        about=N_("Name, team, signature, and how long customers may wait."),
        icon="inbox",
    ),
    Area(
        key="people",
        title=N_("People"),
        about=N_("Who works here, who is away and who takes over; invitations and leavers."),
        icon="person",
    ),
    Area(
        key="teams",
        title=N_("Teams"),
        about=N_("Who answers which inbox together, and who is on call."),
        icon="team",
    ),
    Area(
        key="digest",
        title=N_("Daily digest"),
        about=N_("An e-mail each morning: what was done, who waits, how the modems are."),
        icon="chart",
    ),
)


def settings_page(
    visit: Visit,
    template: str,
    *,
    area: str,
    status: HTTPStatus = HTTPStatus.OK,
    **values: Any,
) -> web.Response:
    """Write a page of an area, with the way to the others where they are the reader's too."""
    areas = AREAS if visit.author.may(Scope.MANAGE) else ()
    return page(visit, f"settings/{template}", status=status, areas=areas, area_key=area, **values)


async def _areas(visit: Visit) -> web.StreamResponse:
    """Lead to each area."""
    return page(visit, "settings/areas.html", areas=AREAS, area_key="")


ROUTES = (PageRoute(method="GET", path="/settings", handler=_areas, access=Scope.MANAGE),)

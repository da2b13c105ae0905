"""Every page of the settings."""

from gatewayd.web.route import PageRoute
from gatewayd.web.settings import (
    areas,
    leaving_pages,
    people_pages,
    person_pages,
    team_pages,
)

ROUTES: tuple[PageRoute, ...] = (
    *areas.ROUTES,
    # Before the pages of one person: nobody's id is "new".
    *people_pages.ROUTES,
    *leaving_pages.ROUTES,
    *person_pages.ROUTES,
    *team_pages.ROUTES,
)

"""Every page of the settings."""

from gatewayd.web.route import PageRoute
from gatewayd.web.settings import (
    answers_pages,
    areas,
    digest_pages,
    hours_pages,
    inboxes_pages,
    keeping,
    leaving_pages,
    people_pages,
    person_pages,
    profile_pages,
    replies_pages,
    rules_pages,
    team_pages,
    templates_pages,
    wishes_pages,
)

ROUTES: tuple[PageRoute, ...] = (
    *areas.ROUTES,
    *hours_pages.ROUTES,
    *answers_pages.ROUTES,
    *rules_pages.ROUTES,
    *replies_pages.ROUTES,
    *templates_pages.ROUTES,
    *inboxes_pages.ROUTES,
    *keeping.ROUTES,
    *digest_pages.ROUTES,
    # Before the pages of one person: nobody's id is "new".
    *people_pages.ROUTES,
    *leaving_pages.ROUTES,
    *person_pages.ROUTES,
    *team_pages.ROUTES,
    *profile_pages.ROUTES,
    *wishes_pages.ROUTES,
)

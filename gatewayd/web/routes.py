"""Every page there is."""

from gatewayd.web import (
    act_pages,
    answer_pages,
    conversation_pages,
    inbox_pages,
    login_pages,
    own_pages,
    start_pages,
)
from gatewayd.web.route import PageRoute
from gatewayd.web.settings.routes import ROUTES as SETTINGS

ROUTES: tuple[PageRoute, ...] = (
    *login_pages.ROUTES,
    *own_pages.ROUTES,
    *start_pages.ROUTES,
    *inbox_pages.ROUTES,
    *conversation_pages.ROUTES,
    *answer_pages.ROUTES,
    *act_pages.ROUTES,
    *SETTINGS,
)

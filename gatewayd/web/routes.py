"""Every page there is."""

from gatewayd.web import conversation_pages, inbox_pages, login_pages, own_pages
from gatewayd.web.route import PageRoute

ROUTES: tuple[PageRoute, ...] = (
    *login_pages.ROUTES,
    *own_pages.ROUTES,
    *inbox_pages.ROUTES,
    *conversation_pages.ROUTES,
)

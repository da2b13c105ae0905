"""Every page there is."""

from gatewayd.web import conversation_pages, inbox_pages, own_pages
from gatewayd.web.route import PageRoute

ROUTES: tuple[PageRoute, ...] = (
    *own_pages.ROUTES,
    *inbox_pages.ROUTES,
    *conversation_pages.ROUTES,
)

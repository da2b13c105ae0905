"""Every page of contacts."""

from gatewayd.web.contacts import (
    consent_pages,
    contact_pages,
    erase_pages,
    file_pages,
    identity_pages,
    import_pages,
    list_pages,
    panel_pages,
)
from gatewayd.web.route import PageRoute

ROUTES: tuple[PageRoute, ...] = (
    *list_pages.ROUTES,
    *contact_pages.ROUTES,
    *panel_pages.ROUTES,
    *consent_pages.ROUTES,
    *identity_pages.ROUTES,
    *erase_pages.ROUTES,
    *file_pages.ROUTES,
    *import_pages.ROUTES,
)

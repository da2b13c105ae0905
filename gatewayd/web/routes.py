"""Every page there is."""

from gatewayd.web import (
    act_pages,
    answer_pages,
    conversation_pages,
    inbox_pages,
    installing,
    login_pages,
    own_pages,
    start_pages,
)
from gatewayd.web.contacts.routes import ROUTES as CONTACTS
from gatewayd.web.modems import pages as modem_pages
from gatewayd.web.modems import ussd_pages
from gatewayd.web.records import pages as record_pages
from gatewayd.web.route import PageRoute
from gatewayd.web.settings.routes import ROUTES as SETTINGS
from gatewayd.web.supervision import pages as supervision_pages
from gatewayd.web.supervision import waiting
from gatewayd.web.writing import pages as writing_pages

ROUTES: tuple[PageRoute, ...] = (
    *login_pages.ROUTES,
    *own_pages.ROUTES,
    *installing.ROUTES,
    *start_pages.ROUTES,
    *inbox_pages.ROUTES,
    *conversation_pages.ROUTES,
    *answer_pages.ROUTES,
    *act_pages.ROUTES,
    *writing_pages.ROUTES,
    *CONTACTS,
    *modem_pages.ROUTES,
    *ussd_pages.ROUTES,
    *supervision_pages.ROUTES,
    *waiting.ROUTES,
    *record_pages.ROUTES,
    *SETTINGS,
)

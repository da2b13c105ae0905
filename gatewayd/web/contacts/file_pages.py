"""Contacts as files: handed out to a spreadsheet or an address book."""

from aiohttp import web

from gatewayd.contactfiles.cards import FileFormat
from gatewayd.http.route import EXPORTS
from gatewayd.http.routes.contact_files import MEDIA_TYPES, SUFFIXES
from gatewayd.http.routes.exports import send_spool
from gatewayd.services.tokens import Scope
from gatewayd.web.contacts.list_pages import CONTACTS_PAGE
from gatewayd.web.route import PageRoute, Visit


async def _export(visit: Visit) -> web.StreamResponse:
    """Hand all contacts out that they may see; it is on record before."""
    written = visit.field("format")
    chosen = FileFormat(written) if written in set(FileFormat) else FileFormat.CSV
    spool = await visit.request.app[EXPORTS].contacts(chosen, by=visit.author)
    return await send_spool(
        visit.request,
        spool,
        media_type=MEDIA_TYPES[chosen],
        disposition=f'attachment; filename="contacts.{SUFFIXES[chosen]}"',
    )


ROUTES = (
    PageRoute(
        method="POST", path=f"{CONTACTS_PAGE}/export", handler=_export, access=Scope.SUPERVISE
    ),
)

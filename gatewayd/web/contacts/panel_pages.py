"""The form beside a conversation: who they are, in short."""

from aiohttp import web

from gatewayd.http.problems import not_found
from gatewayd.http.route import CONTACTS
from gatewayd.web.contacts.fields import ContactForm
from gatewayd.web.conversation_pages import PLACE, conversation_page, place_of
from gatewayd.web.flashes import Flash
from gatewayd.web.languages import N_
from gatewayd.web.open_conversation import named_conversation, open_conversation
from gatewayd.web.render import go_to
from gatewayd.web.route import PageRoute, Visit
from storage.editing import Edit

_SAVED = N_("Saved")
_FIELDS = ("name", "language", "notes")


async def _edit(visit: Visit) -> web.StreamResponse:
    """Write down who they are; what cannot be taken stands in the form again, with why."""
    row, form = await named_conversation(visit), ContactForm(visit=visit)
    written = form.values()
    outcome = None
    if not form.errors:
        outcome = await visit.request.app[CONTACTS].change(
            row.contact_id,
            {name: written[name] for name in _FIELDS},
            tags=None,
            version=form.version,
            by=visit.author,
        )
    if outcome is Edit.DONE:
        return go_to(place_of(visit), flash=Flash(message=_SAVED))
    if outcome is Edit.NOT_FOUND:
        raise not_found(f"contact {row.contact_id!a}")
    opened = await open_conversation(visit, row.id)
    if outcome is Edit.CHANGED_MEANWHILE:
        form.changed_meanwhile(opened.contact)
    return await conversation_page(
        visit, opened, shown="contact", contact_form=form, status=form.status
    )


ROUTES = (PageRoute(method="POST", path=f"{PLACE}/contact", handler=_edit),)

"""One contact's page: who they are, what passed with them, what they want; editing and blocking."""

from http import HTTPStatus
from typing import Any

from aiohttp import web

from gatewayd.http.problems import not_found
from gatewayd.http.route import CONTACTS, IDENTITIES
from gatewayd.web.contacts.fields import ContactForm
from gatewayd.web.contacts.list_pages import CONTACTS_PAGE
from gatewayd.web.contacts.reading import (
    consent_of,
    conversations_of,
    inbox_names,
    is_person,
    named_contact,
)
from gatewayd.web.flashes import Flash
from gatewayd.web.languages import N_
from gatewayd.web.render import go_to, page
from gatewayd.web.route import PageRoute, Visit
from storage.contacts import ContactRow
from storage.editing import Edit
from storage.people import Taken

ONE = f"{CONTACTS_PAGE}/{{id}}"
_SAVED = N_("Saved")
_BLOCKED = N_("Blocked. What they send is kept, and bothers nobody.")
_UNBLOCKED = N_("Not blocked any more.")
_TAKEN = N_("Another contact has this id already.")


def place_of(visit: Visit) -> str:
    """Give the address of the contact that a form is about."""
    return f"{CONTACTS_PAGE}/{visit.named('id')}"


async def _show(visit: Visit) -> web.StreamResponse:
    """Show one; one that became a part of another leads there."""
    contact = await visit.request.app[CONTACTS].get(visit.named("id"))
    if contact is not None and contact.erased_at_ms is None:
        return await contact_page(visit, contact, ContactForm(visit=visit))
    former = await visit.request.app[IDENTITIES].former(visit.named("id"))
    if former is None:
        raise not_found(f"contact {visit.named('id')!a}")
    if former.into_id is not None:
        return go_to(f"{CONTACTS_PAGE}/{former.into_id}")
    return page(visit, "contacts/gone.html", status=HTTPStatus.GONE, at_ms=former.at_ms)


async def contact_page(
    visit: Visit, contact: ContactRow, form: ContactForm, *, said: Any = None
) -> web.Response:
    """Write the page; ``form`` and ``said`` are forms that could not be taken, with why."""
    is_wrong = said is not None and bool(said.errors)
    return page(
        visit,
        "contacts/contact.html",
        status=HTTPStatus.UNPROCESSABLE_ENTITY if is_wrong else form.status,
        contact=contact,
        form=form,
        values=form.fields(contact),
        passed=await conversations_of(visit, contact),
        consent=await consent_of(visit, contact.id),
        said=said,
        inboxes=await inbox_names(visit),
        is_person=is_person(contact),
    )


async def _edit(visit: Visit) -> web.StreamResponse:
    """Write down who they are."""
    contact, form = await named_contact(visit), ContactForm(visit=visit)
    values = form.values()
    if not form.errors:
        outcome = await visit.request.app[CONTACTS].change(
            contact.id, values, tags=form.tags, version=form.version, by=visit.author
        )
        match outcome:
            case Edit.DONE:
                return go_to(place_of(visit), flash=Flash(message=_SAVED))
            case Taken():
                form.wrong("external_id", _TAKEN)
            case Edit.CHANGED_MEANWHILE:
                form.changed_meanwhile(await named_contact(visit))
            case Edit.NOT_FOUND:
                raise not_found(f"contact {contact.id!a}")
    return await contact_page(visit, await named_contact(visit), form)


async def _block(visit: Visit) -> web.StreamResponse:
    """Keep their messages apart from now on, or no longer; it can be taken back."""
    contact = await named_contact(visit)
    blocked = visit.field("blocked") == "yes"
    await visit.request.app[CONTACTS].set_blocked(contact.id, blocked=blocked, by=visit.author)
    flash = Flash(
        message=_BLOCKED if blocked else _UNBLOCKED,
        undo=f"{place_of(visit)}/block",
        undo_fields={"blocked": "no" if blocked else "yes"},
    )
    return go_to(place_of(visit), flash=flash)


ROUTES = (
    PageRoute(method="GET", path=ONE, handler=_show),
    PageRoute(method="POST", path=ONE, handler=_edit),
    PageRoute(method="POST", path=f"{ONE}/block", handler=_block),
)

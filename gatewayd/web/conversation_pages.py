"""Pages that show one conversation, and the contact it is with."""

from functools import partial
from http import HTTPStatus
from typing import Any
from urllib.parse import urlencode

from aiohttp import web

from gatewayd.web.contacts.fields import ContactForm
from gatewayd.web.inbox_pages import list_pane
from gatewayd.web.open_conversation import OpenConversation, Written, open_conversation
from gatewayd.web.render import page
from gatewayd.web.route import PageRoute, Visit

PLACE = "/inbox/{view}/{id}"
"""Where a conversation is, beside the list that it was opened from."""

_PARTS = {"timeline": "inbox/conversation_part.html", "contact": "inbox/contact.html"}


async def show(visit: Visit) -> web.StreamResponse:
    """Show a conversation beside its list."""
    opened = await open_conversation(visit, visit.named("id"))
    return await conversation_page(visit, opened)


async def show_contact(visit: Visit) -> web.StreamResponse:
    """Show the contact's panel by itself, where there is room for one only."""
    opened = await open_conversation(visit, visit.named("id"))
    return await conversation_page(visit, opened, shown="contact")


async def conversation_page(
    visit: Visit,
    opened: OpenConversation,
    *,
    shown: str = "conversation",
    written: Written | None = None,
    contact_form: ContactForm | None = None,
    status: HTTPStatus = HTTPStatus.OK,
) -> web.StreamResponse:
    """Write the page of a conversation; ``written`` is what its composer begins with.

    ``contact_form`` is that of the contact, where it could not be taken.
    """
    form = contact_form or ContactForm(visit=visit)
    common: dict[str, Any] = {
        "open": opened,
        "view": visit.named("view"),
        "address": partial(_address, visit),
        "asked": _asked(visit),
        "contact_form": form,
        "contact_fields": form.fields(opened.contact),
        "written": written or opened.begun(visit.request.query.get("reply")),
    }
    if visit.part in _PARTS:
        return page(visit, _PARTS[visit.part], status=status, **common)
    return page(
        visit,
        "inbox/inbox.html",
        status=status,
        script_parts={"list": "inbox/list_part.html"},
        pane=await list_pane(visit, visit.named("view")),
        shown=shown,
        **common,
    )


def _address(visit: Visit, **asked: str | None) -> str:
    """Give an address of this conversation, beside what was looked for."""
    return place_of(visit) + _asked(visit, **asked)


def _asked(visit: Visit, **asked: str | None) -> str:
    query = {"q": visit.request.query.get("q")} | asked
    kept = urlencode({name: value for name, value in query.items() if value})
    return f"?{kept}" if kept else ""


def place_of(visit: Visit) -> str:
    """Give the address of the conversation that a form is about."""
    return f"/inbox/{visit.named('view')}/{visit.named('id')}"


ROUTES = (
    PageRoute(method="GET", path=PLACE, handler=show),
    PageRoute(method="GET", path=f"{PLACE}/contact", handler=show_contact),
)

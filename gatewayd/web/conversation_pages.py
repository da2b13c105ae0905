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
        "asked": _query(visit, "q"),
        "asked_here": _query(visit, "q", "at"),
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


def place_of(visit: Visit, act: str = "") -> str:
    """Give the address of the conversation that a form is about, or of what is done to it.

    What was looked for goes along: its list stays, and so does what was found.
    """
    return _path(visit) + (f"/{act}" if act else "") + _query(visit, "q", "at")


def _address(visit: Visit, **asked: str | None) -> str:
    """Give an address of the conversation that leads elsewhere in it, the same list beside it."""
    return _path(visit) + _query(visit, "q", **asked)


def _path(visit: Visit) -> str:
    return f"/inbox/{visit.named('view')}/{visit.named('id')}"


def _query(visit: Visit, *kept: str, **asked: str | None) -> str:
    values = {name: visit.request.query.get(name) for name in kept} | asked
    query = urlencode({name: value for name, value in values.items() if value})
    return f"?{query}" if query else ""


ROUTES = (
    PageRoute(method="GET", path=PLACE, handler=show),
    PageRoute(method="GET", path=f"{PLACE}/contact", handler=show_contact),
)

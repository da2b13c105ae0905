"""Routes of contacts."""

from http import HTTPStatus

from aiohttp import web

from gatewayd.http import answers
from gatewayd.http.editing import check, given
from gatewayd.http.models.contacts import (
    Contact,
    ContactEdit,
    ContactPage,
    ContactsQuery,
    contact_json,
)
from gatewayd.http.problems import FieldProblem, not_found, unprocessable
from gatewayd.http.route import CONTACTS, Answer, Call, Route
from gatewayd.numbers import canonical, digits_of
from gatewayd.services.tokens import Scope
from storage import contacts
from storage.contacts import ContactFilter
from storage.errors import CursorExpired

_TAG = "Contacts"


async def list_contacts(call: Call) -> web.StreamResponse:
    """List what matches, newest first."""
    asked: ContactsQuery = call.query
    country = _country(call)
    filters = ContactFilter(
        number=None if asked.number is None else canonical(asked.number, country=country).text,
        tag=asked.tag,
        blocked=asked.blocked,
        q=asked.q,
        digits=digits_of(asked.q),
        may_see=call.author.inboxes,
    )
    try:
        async with call.context.store.read() as tx:
            page = await contacts.page(tx, filters, limit=asked.limit, cursor=asked.cursor)
    except CursorExpired as error:
        wrong = FieldProblem(pointer="/query/cursor", detail="is no cursor of this list")
        raise unprocessable([wrong]) from error
    items = [contact_json(row, country=country) for row in page.items]
    return answers.json_of(ContactPage(items=items, next=page.next))


async def get_contact(call: Call) -> web.StreamResponse:
    """Show one."""
    return answers.json_of(await _named(call))


async def edit_contact(call: Call) -> web.StreamResponse:
    """Set what is known of one."""
    asked: ContactEdit = call.body
    outcome = await call.request.app[CONTACTS].change(
        call.request.match_info["id"],
        given(asked, "name", "language", "notes"),
        tags=asked.tags if "tags" in asked.model_fields_set else None,
        version=asked.version,
        by=call.author,
    )
    check(outcome, _what(call))
    return answers.json_of(await _named(call))


async def block_contact(call: Call) -> web.StreamResponse:
    """Keep their messages apart."""
    return await _set_blocked(call, blocked=True)


async def unblock_contact(call: Call) -> web.StreamResponse:
    """Hear them again."""
    return await _set_blocked(call, blocked=False)


async def _set_blocked(call: Call, *, blocked: bool) -> web.StreamResponse:
    contact_id = call.request.match_info["id"]
    outcome = await call.request.app[CONTACTS].set_blocked(
        contact_id, blocked=blocked, by=call.author
    )
    check(outcome, _what(call))
    return answers.json_of(await _named(call))


def _what(call: Call) -> str:
    return f"contact {call.request.match_info['id']!a}"


async def _named(call: Call) -> Contact:
    row = await call.request.app[CONTACTS].get(call.request.match_info["id"])
    if row is None:
        raise not_found(_what(call))
    return contact_json(row, country=_country(call))


def _country(call: Call) -> str:
    return call.context.settings.gateway.country


_SHOWN = {HTTPStatus.OK: Answer(model=Contact, description="As it is now")}

ROUTES = (
    Route(
        method="GET",
        path="/v1/contacts",
        handler=list_contacts,
        access=Scope.INBOX,
        tag=_TAG,
        summary="Contacts, newest first",
        query=ContactsQuery,
        answers={HTTPStatus.OK: Answer(model=ContactPage, description="A page")},
    ),
    Route(
        method="GET",
        path="/v1/contacts/{id}",
        handler=get_contact,
        access=Scope.INBOX,
        tag=_TAG,
        summary="One contact",
        answers=_SHOWN,
    ),
    Route(
        method="PATCH",
        path="/v1/contacts/{id}",
        handler=edit_contact,
        access=Scope.INBOX,
        tag=_TAG,
        summary="Set name, language, tags, notes",
        body=ContactEdit,
        answers=_SHOWN,
        problems=(HTTPStatus.CONFLICT,),
    ),
    Route(
        method="POST",
        path="/v1/contacts/{id}/block",
        handler=block_contact,
        access=Scope.INBOX,
        tag=_TAG,
        summary="Keep their messages apart: they open nothing, and nobody is told",
        answers=_SHOWN,
    ),
    Route(
        method="POST",
        path="/v1/contacts/{id}/unblock",
        handler=unblock_contact,
        access=Scope.INBOX,
        tag=_TAG,
        summary="Hear them again",
        answers=_SHOWN,
    ),
)

"""Routes of contacts."""

from http import HTTPStatus

from aiohttp import web

from gatewayd.http import answers
from gatewayd.http.editing import check, given
from gatewayd.http.models.base import milliseconds
from gatewayd.http.models.contacts import (
    Contact,
    ContactEdit,
    ContactPage,
    ContactsQuery,
    contact_json,
)
from gatewayd.http.naming import called
from gatewayd.http.places import no_cursor
from gatewayd.http.problems import FieldProblem, Problem, not_found, unprocessable
from gatewayd.http.route import CONTACTS, IDENTITIES, Answer, Call, Route
from gatewayd.numbers import canonical
from gatewayd.services.tokens import Scope
from storage import contacts
from storage.contacts import ContactFilter
from storage.errors import CursorExpired

_TAG = "Contacts"
_IF_MATCH = "If-Match"
_LONGEST_VERSION = 10


async def list_contacts(call: Call) -> web.StreamResponse:
    """List what matches, newest first."""
    asked: ContactsQuery = call.query
    country = _country(call)
    filters = ContactFilter(
        number=None if asked.number is None else canonical(asked.number, country=country).text,
        tag=asked.tag,
        blocked=asked.blocked,
        called=called(call.request, asked.q, country=country),
        may_see=call.author.inboxes,
        external_id=asked.external_id,
        updated_since_ms=None if asked.updated_since is None else milliseconds(asked.updated_since),
    )
    try:
        async with call.context.store.read() as tx:
            page = await contacts.page(tx, filters, limit=asked.limit, cursor=asked.cursor)
    except CursorExpired as error:
        raise no_cursor() from error
    items = [contact_json(row, country=country) for row in page.items]
    return answers.json_of(ContactPage(items=items, next=page.next))


async def get_contact(call: Call) -> web.StreamResponse:
    """Show one."""
    return _answer(await _named(call))


async def edit_contact(call: Call) -> web.StreamResponse:
    """Set what is known of one."""
    asked: ContactEdit = call.body
    outcome = await call.request.app[CONTACTS].change(
        call.request.match_info["id"],
        given(asked, "name", "language", "notes", "external_id"),
        tags=asked.tags if "tags" in asked.model_fields_set else None,
        version=asked.version or _seen(call),
        by=call.author,
    )
    check(outcome, _what(call))
    return _answer(await _named(call))


def _answer(contact: Contact) -> web.Response:
    return answers.json_of(contact, headers={"ETag": f'"{contact.version}"'})


def _seen(call: Call) -> int | None:
    """Read the version that the client has looked at from its If-Match header."""
    tag = call.request.headers.get(_IF_MATCH)
    if tag is None or tag == "*":
        return None
    version = tag.strip('"')
    if not (version.isascii() and version.isdecimal() and len(version) < _LONGEST_VERSION):
        detail = "must be the ETag that came with the contact"
        raise unprocessable([FieldProblem(pointer=f"/header/{_IF_MATCH}", detail=detail)])
    return int(version)


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
    return await shown(call, call.request.match_info["id"])


async def shown(call: Call, contact_id: str) -> Contact:
    """Show a contact as it is now; raises Problem 404, or 410 with what became of it."""
    row = await call.request.app[CONTACTS].get(contact_id)
    if row is not None and row.erased_at_ms is None:
        return contact_json(row, country=_country(call))
    former = await call.request.app[IDENTITIES].former(contact_id)
    if former is None:
        raise not_found(f"contact {contact_id!a}")
    became = f"it is a part of {former.into_id} now" if former.into_id else "it was erased"
    raise Problem(HTTPStatus.GONE, "contact_gone", f"there is no such contact any more: {became}")


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
        problems=(HTTPStatus.GONE,),
    ),
    Route(
        method="PATCH",
        path="/v1/contacts/{id}",
        handler=edit_contact,
        access=Scope.INBOX,
        tag=_TAG,
        summary="Set name, language, tags, notes, external id",
        body=ContactEdit,
        headers={_IF_MATCH: "the ETag that came with it, in place of `version`"},
        answers=_SHOWN,
        problems=(HTTPStatus.CONFLICT, HTTPStatus.GONE),
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

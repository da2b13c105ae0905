"""The list of contacts, found by name, number or tag; and adding one."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from http import HTTPStatus
from urllib.parse import urlencode

from aiohttp import web

from gatewayd.http.naming import called
from gatewayd.http.problems import not_found
from gatewayd.http.route import NEW_CONTACTS
from gatewayd.services.messages import IdempotencyKey, KeyConflict
from gatewayd.services.new_contacts import Created, InNoInbox, KnownAlready, NewContact
from gatewayd.services.staff import Unfit
from gatewayd.web.contacts.fields import ContactForm
from gatewayd.web.flashes import Flash
from gatewayd.web.languages import N_
from gatewayd.web.render import go_to, page
from gatewayd.web.route import PageRoute, Visit
from storage import consents, contact_tags, contacts
from storage.contacts import ContactFilter, ContactRow
from storage.errors import CursorExpired

CONTACTS_PAGE = "/contacts"
_ON_A_PAGE = 50
_LONGEST_SEARCH = 200
_ADDED = N_("Added.")
_KNOWN = N_("This number is another contact’s already.")
_KNOWN_ID = N_("Another contact has this id already.")
_AGAIN = N_("This form was sent before with something else in it. Look whether they are there.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A page of contacts, newest first, and how it was asked for."""

    items: Sequence[ContactRow]
    opted_out: frozenset[str]
    """The ids of those who want no messages, of some inbox that the reader sees."""
    q: str
    tag: str
    blocked: bool
    more: str | None
    """The query of the page after."""


async def found_contacts(visit: Visit, *, limit: int = _ON_A_PAGE) -> Found:
    """Read the contacts that a request asks for."""
    query, may_see = visit.request.query, visit.author.inboxes
    q = query.get("q", "").strip()[:_LONGEST_SEARCH]
    tag = query.get("tag", "").strip()[:_LONGEST_SEARCH]
    blocked = query.get("blocked") == "yes"
    filters = ContactFilter(
        called=called(visit.request, q or None, country=visit.context.settings.gateway.country),
        tag=tag or None,
        blocked=True if blocked else None,
        may_see=may_see,
    )
    async with visit.context.store.read() as tx:
        try:
            got = await contacts.page(tx, filters, limit=limit, cursor=query.get("after"))
        except CursorExpired as error:
            raise not_found("page of contacts") from error
        ids = [row.id for row in got.items]
        out = await consents.opted_out_among(tx, ids, may_see=may_see)
    asked = {"q": q, "tag": tag, "blocked": "yes" if blocked else "", "after": got.next or ""}
    kept = {name: value for name, value in asked.items() if value}
    return Found(
        items=got.items,
        opted_out=out,
        q=q,
        tag=tag,
        blocked=blocked,
        more=urlencode(kept) if got.next else None,
    )


async def _list(visit: Visit) -> web.StreamResponse:
    """Show the contacts that are looked for, or the newest."""
    found = await found_contacts(visit)
    tags: Sequence[str] = ()
    # Who sees certain inboxes only is not told the words of the others.
    if visit.author.inboxes is None and visit.part is None:
        async with visit.context.store.read() as tx:
            tags = await contact_tags.in_use(tx)
    return page(
        visit,
        "contacts/list.html",
        script_parts={"more": "contacts/rows.html"},
        found=found,
        tags=tags,
    )


async def _new(visit: Visit) -> web.StreamResponse:
    """Ask who is to be added."""
    return _form(visit, ContactForm(visit=visit), once=secrets.token_urlsafe(18))


def _form(visit: Visit, form: ContactForm, *, once: str, known: str = "") -> web.Response:
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK
    return page(visit, "contacts/new.html", status=status, form=form, once=once, known=known)


async def _add(visit: Visit) -> web.StreamResponse:
    """Write one down."""
    form, once = ContactForm(visit=visit), visit.field("once")[:64]
    values, numbers = form.values(), form.numbers()
    if form.errors:
        return _form(visit, form, once=once)
    known = {name: value for name, value in values.items() if value is not None}
    written = "\0".join([*numbers, *form.tags, *known.values()])
    digest = sha256(written.encode("utf-8", "surrogatepass")).digest()
    key = IdempotencyKey(key=f"page-{once}", body_digest=digest) if once else None
    outcome = await visit.request.app[NEW_CONTACTS].create(
        NewContact(numbers=numbers, values=known, tags=form.tags), by=visit.author, key=key
    )
    match outcome:
        case Created(contact_id=contact_id):
            return go_to(f"{CONTACTS_PAGE}/{contact_id}", flash=Flash(message=_ADDED))
        case KnownAlready(field=field, contact_id=contact_id):
            form.wrong(field, _KNOWN if field == "numbers" else _KNOWN_ID)
            return _form(visit, form, once=once, known=contact_id)
        case Unfit():
            place = int(outcome.field.rpartition("/")[2])
            form.no_number(numbers[place], outcome.code, outcome.detail)
        case KeyConflict():
            form.wrong("form", _AGAIN)
        case InNoInbox():
            form.wrong("form", _NOT_YOURS)
    return _form(visit, form, once=once)


_NOT_YOURS = N_(
    "You see certain inboxes only, and a new contact is in none yet. Ask a manager to add them."
)

ROUTES = (
    PageRoute(method="GET", path=CONTACTS_PAGE, handler=_list),
    PageRoute(method="GET", path=f"{CONTACTS_PAGE}/new", handler=_new),
    PageRoute(method="POST", path=f"{CONTACTS_PAGE}/new", handler=_add),
)

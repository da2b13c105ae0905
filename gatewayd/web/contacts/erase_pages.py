"""Erasing a contact at their request: what goes, what stays, which copies hold it; then that."""

from http import HTTPStatus

from aiohttp import web

from gatewayd.http.problems import not_found
from gatewayd.http.route import ERASURES
from gatewayd.services.ranks import Forbidden
from gatewayd.services.tokens import Scope
from gatewayd.web.contacts.contact_pages import ONE
from gatewayd.web.contacts.reading import is_person, named_contact
from gatewayd.web.languages import N_
from gatewayd.web.render import page
from gatewayd.web.route import PageRoute, Visit
from storage.contacts import ContactRow
from storage.erasing import OnItsWay

_LONGEST = 200
_NO_REASON = N_("Write how they asked for it, on one line of at most %(most)s characters.")
_NOT_SURE = N_("Tick the box: this cannot be taken back.")
_ELSEWHERE = N_(
    "They have a conversation in an inbox that you do not see. Ask somebody who sees every inbox."
)
_ON_ITS_WAY = N_("A modem is sending them something at this moment. Try again in a minute.")


async def _ask(visit: Visit) -> web.StreamResponse:
    """Say what would be done."""
    return await _dialog(visit, await named_contact(visit), {})


async def _dialog(visit: Visit, contact: ContactRow, errors: dict[str, str]) -> web.Response:
    foretold = await visit.request.app[ERASURES].foretell(contact.id)
    if foretold is None or not is_person(contact):
        raise not_found(f"contact {contact.id!a}")
    return page(
        visit,
        "contacts/erase.html",
        status=HTTPStatus.UNPROCESSABLE_ENTITY if errors else HTTPStatus.OK,
        contact=contact,
        would=foretold.would,
        backups=foretold.backups,
        errors=errors,
    )


async def _erase(visit: Visit) -> web.StreamResponse:
    """Erase all that is theirs, and say what was done."""
    contact, say = await named_contact(visit), visit.tongue.say
    reason, errors = " ".join(visit.field("reason").split()), dict[str, str]()
    if not reason or len(reason) > _LONGEST or not reason.isprintable():
        errors["reason"] = say(_NO_REASON, most=_LONGEST)
    if not visit.field("sure"):
        errors["sure"] = say(_NOT_SURE)
    if errors or not is_person(contact):
        return await _dialog(visit, contact, errors)
    erasure = await visit.request.app[ERASURES].erase(contact.id, reason=reason, by=visit.author)
    if erasure is None:
        raise not_found(f"contact {contact.id!a}")
    if isinstance(erasure, Forbidden):
        return await _dialog(visit, contact, {"form": say(_ELSEWHERE)})
    if isinstance(erasure, OnItsWay):
        return await _dialog(visit, contact, {"form": say(_ON_ITS_WAY)})
    return page(
        visit,
        "contacts/erased.html",
        done=erasure.done,
        backups=erasure.backups,
        files=erasure.files,
    )


ROUTES = (
    PageRoute(method="GET", path=f"{ONE}/erase", handler=_ask, access=Scope.MANAGE),
    PageRoute(method="POST", path=f"{ONE}/erase", handler=_erase, access=Scope.MANAGE),
)

"""Pages of one person: what they are called, what they do, when they work, how they are told."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from aiohttp import web

from config.schema import Language
from gatewayd.http.problems import not_found
from gatewayd.http.route import STAFF, STREAMS
from gatewayd.services.tokens import Scope
from gatewayd.web.flashes import Flash
from gatewayd.web.languages import N_
from gatewayd.web.render import go_to
from gatewayd.web.route import PageRoute, Visit
from gatewayd.web.seen_inboxes import seen_inboxes
from gatewayd.web.settings.absence_form import KINDS, QUICK
from gatewayd.web.settings.areas import settings_page
from gatewayd.web.settings.fields import Written
from gatewayd.web.settings.people_pages import PEOPLE, active, person_named, roles_for
from gatewayd.web.settings.profile import WAYS, absences_of
from gatewayd.web.settings.whereabouts import whereabouts
from storage.editing import Edit
from storage.people import PersonRow

_LONGEST_HOURS = 500
_SAVED = N_("Saved")


async def _show(visit: Visit) -> web.StreamResponse:
    """Show a person."""
    person = await person_named(visit)
    return await _page(visit, person, Written(visit=visit), _as_stored(person))


def _as_stored(person: PersonRow) -> Mapping[str, Any]:
    return {
        "display_name": person.display_name,
        "name": person.name,
        "role": person.role,
        "sees": "all" if person.inboxes is None else "some",
        "inboxes": person.inboxes or (),
        "phone": person.phone or "",
        "email": person.email or "",
        "language": person.language or "",
        "shifts": person.shifts or "",
        "delegate": person.delegate_id or "",
        "notify": tuple(WAYS) if person.notify is None else person.notify,
        "version": person.version,
    }


def _as_written(form: Written, version: int) -> Mapping[str, Any]:
    lines = ("display_name", "name", "role", "sees", "phone", "email", "language", "shifts")
    several = {name: tuple(form.visit.form.getall(name, [])) for name in ("inboxes", "notify")}
    written = {name: form.text(name) for name in (*lines, "delegate")}
    return {**written, **several, "version": version}


async def _page(
    visit: Visit, person: PersonRow, form: Written, values: Mapping[str, Any]
) -> web.Response:
    staff = visit.request.app[STAFF]
    people = await staff.people()
    return settings_page(
        visit,
        "person.html",
        area="people",
        status=HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK,
        person=person,
        form=form,
        values=values,
        where=whereabouts(person, visit.formats),
        absences=absences_of(visit, person),
        colleagues=active(people, but=person.id),
        inboxes=await seen_inboxes(visit),
        roles=roles_for(visit),
        ways=WAYS,
        quick=QUICK,
        kinds=KINDS,
        own=person.id == visit.person_id,
    )


async def _save(visit: Visit) -> web.StreamResponse:
    """Save a person."""
    person, form = await person_named(visit), Written(visit=visit)
    known = [inbox.name for inbox in await seen_inboxes(visit)]
    values = _read(form)
    if person.id != visit.person_id:
        role = form.choice("role", roles_for(visit), person.role)
        some = visit.field("sees") == "some"
        ranks = {"role": role, "inboxes": form.several("inboxes", known) if some else None}
        values |= {key: rank for key, rank in ranks.items() if rank != getattr(person, key)}
    if not form.errors:
        outcome = await visit.request.app[STAFF].change_person(
            person.id, values, version=form.version, by=visit.author
        )
        if outcome is Edit.DONE:
            if values.keys() & {"role", "inboxes"}:
                # What they may see is another thing from now on; the page comes back and resumes.
                visit.request.app[STREAMS].end_of(person.id)
            return go_to(PEOPLE, flash=Flash(message=_SAVED))
        if outcome is Edit.NOT_FOUND:
            raise not_found("person")
        form.note(outcome, otherwise="form")
    current = await person_named(visit)
    return await _page(visit, current, form, _as_written(form, current.version))


def _read(form: Written) -> dict[str, Any]:
    notify = form.several("notify", WAYS)
    language = form.visit.field("language")
    return {
        "display_name": form.line("display_name"),
        "name": form.login("name"),
        "phone": form.text("phone", most=64) or None,
        "email": form.email("email"),
        "language": language if language in set(Language) else None,
        "shifts": form.text("shifts", most=_LONGEST_HOURS) or None,
        "delegate_id": form.text("delegate", most=64) or None,
        "notify": None if notify == tuple(WAYS) else notify,
    }


ROUTES = (
    PageRoute(method="GET", path=f"{PEOPLE}/{{id}}", handler=_show, access=Scope.MANAGE),
    PageRoute(method="POST", path=f"{PEOPLE}/{{id}}", handler=_save, access=Scope.MANAGE),
)

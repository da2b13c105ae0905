"""Pages of the people: who is there, an absence in two clicks, invitations."""

from collections.abc import Sequence
from dataclasses import dataclass
from http import HTTPStatus
from zoneinfo import ZoneInfo

import segno
from aiohttp import web

from gatewayd.http.problems import not_found
from gatewayd.http.route import LINKS, STAFF
from gatewayd.services.links import MadeLink
from gatewayd.services.roles import Role
from gatewayd.services.staff import Unfit
from gatewayd.services.tokens import Scope
from gatewayd.web.flashes import Flash, Tone
from gatewayd.web.languages import N_
from gatewayd.web.login_pages import login_name
from gatewayd.web.render import go_to
from gatewayd.web.route import PageRoute, Visit
from gatewayd.web.seen_inboxes import seen_inboxes
from gatewayd.web.settings.absence_form import KINDS, QUICK, read_absence
from gatewayd.web.settings.areas import settings_page
from gatewayd.web.settings.fields import Written, why
from gatewayd.web.settings.whereabouts import Whereabouts, until_words, whereabouts
from storage.people import AbsenceRow, NewPerson, PersonRow, PersonState

PEOPLE = "/settings/people"
ROLES = {
    Role.AGENT: N_("Answers customers"),
    Role.MANAGER: N_("Also manages: hours, answers, people, figures"),
    Role.ADMIN: N_("Administrator: everything, also modems and programs"),
}
_AWAY = N_("%(name)s is away. The team takes over.")
_AWAY_UNTIL = N_("%(name)s is away until %(when)s. The team takes over.")
_AWAY_FOR = N_("%(name)s is away. %(other)s takes over.")
_AWAY_UNTIL_FOR = N_("%(name)s is away until %(when)s. %(other)s takes over.")
_BACK = N_("%(name)s is back.")
_NOT_AWAY = N_("This absence is over already.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """A person as the list shows them."""

    row: PersonRow
    where: Whereabouts
    teams: Sequence[str]
    on_call: bool
    stands_in: str
    """The name of who takes over now; empty: the team."""


async def person_named(visit: Visit) -> PersonRow:
    """Read the person that the address names."""
    row = await visit.request.app[STAFF].person(visit.named("id"))
    if row is None:
        raise not_found(f"person {visit.named('id')!a}")
    return row


def active(people: Sequence[PersonRow], *, but: str | None = None) -> list[PersonRow]:
    """Give those who work here."""
    return [each for each in people if each.state is PersonState.ACTIVE and each.id != but]


async def _list(visit: Visit, *, status: HTTPStatus = HTTPStatus.OK) -> web.Response:
    staff = visit.request.app[STAFF]
    people, teams = await staff.people(), await staff.teams()
    names = {row.id: row.display_name for row in people}
    on_call = {person_id for team in teams for person_id in team.on_call_ids}
    listed = []
    for row in people:
        where = whereabouts(row, visit.formats)
        other = (where.absence and where.absence.delegate_id) or row.delegate_id
        listed.append(
            Listed(
                row=row,
                where=where,
                teams=[team.display_name for team in teams if row.id in team.member_ids],
                on_call=row.id in on_call,
                stands_in=names.get(other or "", ""),
            )
        )
    return settings_page(
        visit,
        "people.html",
        area="people",
        status=status,
        people=listed,
        active=active(people),
        quick=QUICK,
        kinds=KINDS,
        roles=ROLES,
    )


async def _people(visit: Visit) -> web.StreamResponse:
    """Show everybody."""
    return await _list(visit)


async def _away(visit: Visit) -> web.StreamResponse:
    """Note that somebody is away, and who takes over."""
    return await take_absence(visit, await person_named(visit), back=PEOPLE)


async def take_absence(visit: Visit, person: PersonRow, *, back: str) -> web.StreamResponse:
    """Take an absence as it was written, and tell what it means."""
    staff = visit.request.app[STAFF]
    others = active(await staff.people(), but=person.id)
    form = Written(visit=visit)
    zone = ZoneInfo(visit.context.settings.gateway.timezone)
    absence = read_absence(form, people=[row.id for row in others], zone=zone)
    if absence is None:
        return go_to(back, flash=_error(next(iter(form.errors.values()))))
    row = await staff.add_absence(person.id, absence, by=visit.author)
    if row is None:
        raise not_found("person")
    if isinstance(row, Unfit):
        return go_to(back, flash=_error(why(visit.tongue, row)))
    names = {each.id: each.display_name for each in others}
    other = names.get(row.delegate_id or person.delegate_id or "", "")
    return go_to(back, flash=_told(visit, person, row, other))


_PLAIN = N_("%(text)s")


def _error(text: str) -> Flash:
    return Flash(message=_PLAIN, values={"text": text}, tone=Tone.ERROR)


def _told(visit: Visit, person: PersonRow, row: AbsenceRow, other: str) -> Flash:
    values = {"name": person.display_name}
    if other:
        values["other"] = other
    if row.until_ms is not None:
        values["when"] = until_words(row.until_ms, visit.formats)
        message = _AWAY_UNTIL_FOR if other else _AWAY_UNTIL
    else:
        message = _AWAY_FOR if other else _AWAY
    place = "/me" if person.id == visit.person_id else f"{PEOPLE}/{person.id}"
    return Flash(
        message=message, values=values, undo=f"{place}/back", undo_fields={"absence": row.id}
    )


async def _back(visit: Visit) -> web.StreamResponse:
    """Let somebody be back."""
    return await end_absence(visit, await person_named(visit), back=PEOPLE)


async def end_absence(visit: Visit, person: PersonRow, *, back: str) -> web.StreamResponse:
    """End an absence that the form names."""
    ended = await visit.request.app[STAFF].end_absence(
        person.id, visit.field("absence"), by=visit.author
    )
    if not ended:
        return go_to(back, flash=Flash(message=_NOT_AWAY, tone=Tone.ERROR))
    return go_to(back, flash=Flash(message=_BACK, values={"name": person.display_name}))


async def _new(visit: Visit) -> web.StreamResponse:
    """Ask who is to be invited."""
    return await _new_page(visit, Written(visit=visit))


async def _new_page(visit: Visit, form: Written) -> web.Response:
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK
    inboxes = await seen_inboxes(visit)
    return settings_page(
        visit,
        "invite.html",
        area="people",
        status=status,
        form=form,
        inboxes=inboxes,
        roles=roles_for(visit),
    )


def roles_for(visit: Visit) -> dict[Role, str]:
    """Give the roles that a reader may give."""
    admin = visit.author.may(Scope.ADMIN)
    return {role: words for role, words in ROLES.items() if admin or role is not Role.ADMIN}


async def _invite(visit: Visit) -> web.StreamResponse:
    """Add a colleague, and show their link: this once, so not by way of another page."""
    form = Written(visit=visit)
    shown = form.line("display_name")
    name = form.login("name") if form.text("name") else login_name(shown)
    if not name:
        form.login("name")
    role = form.choice("role", roles_for(visit), Role.AGENT)
    known = [inbox.name for inbox in await seen_inboxes(visit)]
    # Who sees some inboxes only gives no more than these.
    only = form.several("inboxes", known) if visit.field("sees") == "some" else None
    email = form.email("email")
    if form.errors:
        return await _new_page(visit, form)
    person = NewPerson(name=name, display_name=shown, role=role, inboxes=only, email=email)
    made = await visit.request.app[STAFF].add_person(person, by=visit.author)
    if not isinstance(made, str):
        form.note(made, otherwise="form")
        return await _new_page(visit, form)
    return await _show_link(visit, made)


async def _link(visit: Visit) -> web.StreamResponse:
    """Make another link for somebody."""
    return await _show_link(visit, (await person_named(visit)).id)


async def _show_link(visit: Visit, person_id: str) -> web.StreamResponse:
    made = await visit.request.app[LINKS].create_for(person_id, by=visit.author)
    if made is None:
        raise not_found("active person")
    if not isinstance(made, MadeLink):
        return go_to(f"{PEOPLE}/{person_id}", flash=_error(why(visit.tongue, made)))
    person = await visit.request.app[STAFF].person(person_id)
    address = f"{visit.request.scheme}://{visit.request.host}{made.path}"
    drawing = segno.make_qr(address, error="m").svg_inline(
        scale=5, border=3, dark="#000", light="#fff", svgclass="qr", lineclass=None
    )
    return settings_page(
        visit,
        "link.html",
        area="people",
        person=person,
        link=made.link,
        address=address,
        drawing=drawing,
        here_only=visit.request.url.host in _THIS_MACHINE,
    )


_THIS_MACHINE = {"localhost", "127.0.0.1", "::1"}

_ONE = f"{PEOPLE}/{{id}}"
ROUTES = (
    PageRoute(method="GET", path=PEOPLE, handler=_people, access=Scope.MANAGE),
    PageRoute(method="GET", path=f"{PEOPLE}/new", handler=_new, access=Scope.MANAGE),
    PageRoute(method="POST", path=f"{PEOPLE}/new", handler=_invite, access=Scope.MANAGE),
    PageRoute(method="POST", path=f"{_ONE}/away", handler=_away, access=Scope.MANAGE),
    PageRoute(method="POST", path=f"{_ONE}/back", handler=_back, access=Scope.MANAGE),
    PageRoute(method="POST", path=f"{_ONE}/link", handler=_link, access=Scope.MANAGE),
)

"""Pages of the teams: who is in them, and who is on call in which order."""

from collections.abc import Sequence
from http import HTTPStatus

from aiohttp import web

from gatewayd.http.problems import not_found
from gatewayd.http.route import STAFF
from gatewayd.services.ranks import Forbidden
from gatewayd.services.staff import Unfit
from gatewayd.services.tokens import Scope
from gatewayd.web.flashes import Flash
from gatewayd.web.languages import N_
from gatewayd.web.login_pages import login_name
from gatewayd.web.render import go_to
from gatewayd.web.route import PageRoute, Visit
from gatewayd.web.seen_inboxes import seen_inboxes
from gatewayd.web.settings.areas import settings_page
from gatewayd.web.settings.fields import CHANGED_MEANWHILE, Written, why
from gatewayd.web.settings.people_pages import active
from storage.editing import Edit
from storage.people import PersonRow, Taken
from storage.teams import TeamRow

_TEAMS = "/settings/teams"
_NEW = "new"
_SAVED = N_("Saved")
_LAST_PLACE = 1_000


async def _list(visit: Visit) -> web.StreamResponse:
    """Show all teams."""
    staff = visit.request.app[STAFF]
    return settings_page(
        visit,
        "teams.html",
        area="teams",
        teams=await staff.teams(),
        names={row.id: row.display_name for row in await staff.people()},
        inboxes=await seen_inboxes(visit),
    )


async def _team(visit: Visit) -> TeamRow | None:
    """Read the team that the address names; None is a new one."""
    if visit.named("id") == _NEW:
        return None
    row = await visit.request.app[STAFF].team(visit.named("id"))
    if row is None:
        raise not_found(f"team {visit.named('id')!a}")
    return row


async def _show(visit: Visit) -> web.StreamResponse:
    """Show a team, or ask for a new one."""
    team = await _team(visit)
    members = () if team is None else team.member_ids
    on_call = () if team is None else team.on_call_ids
    shown = "" if team is None else team.display_name
    return await _page(visit, team, Written(visit=visit), (members, on_call), shown)


async def _page(
    visit: Visit,
    team: TeamRow | None,
    form: Written,
    places: tuple[Sequence[str], Sequence[str]],
    shown: str,
) -> web.Response:
    members, on_call = places
    people = active(await visit.request.app[STAFF].people())
    known = {row.id: row for row in people}
    first = [known[each] for each in members if each in known]
    return settings_page(
        visit,
        "team.html",
        area="teams",
        status=HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK,
        team=team,
        form=form,
        shown=shown,
        people=[*first, *(row for row in people if row not in first)],
        members=members,
        on_call=on_call,
    )


async def _save(visit: Visit) -> web.StreamResponse:
    """Make or change a team."""
    team, form = await _team(visit), Written(visit=visit)
    people = active(await visit.request.app[STAFF].people())
    shown = form.line("display_name")
    members = in_places(form, people, "member")
    on_call = in_places(form, people, "call")
    if not form.errors:
        outcome = await _store(visit, team, shown, members, on_call, version=form.version)
        match outcome:
            case Edit.NOT_FOUND | Edit.CHANGED_MEANWHILE:
                form.wrong("form", CHANGED_MEANWHILE)
            case Forbidden():
                form.note(outcome, otherwise="form")
            case Taken() | Unfit():
                form.errors["display_name"] = why(visit.tongue, outcome)
            case _:
                return go_to(_TEAMS, flash=Flash(message=_SAVED))
    shown = form.text("display_name")
    return await _page(visit, await _team(visit), form, (members, on_call), shown)


async def _store(
    visit: Visit,
    team: TeamRow | None,
    shown: str,
    members: Sequence[str],
    on_call: Sequence[str],
    *,
    version: int | None,
) -> str | Edit | Taken | Unfit | Forbidden:
    staff = visit.request.app[STAFF]
    if team is None:
        name = login_name(shown) or f"team{visit.formats.now_ms % _LAST_PLACE}"
        return await staff.add_team(
            name=name, display_name=shown, members=members, on_call=on_call, by=visit.author
        )
    return await staff.change_team(
        team.id,
        {"display_name": shown},
        members=members,
        on_call=on_call,
        version=version,
        by=visit.author,
    )


def in_places(form: Written, people: Sequence[PersonRow], field: str) -> list[str]:
    """Give those who have a place, in its order; who has none of it is not among them."""
    placed = []
    for number, person in enumerate(people):
        written = form.text(f"{field}-{person.id}", most=4)
        if written.isascii() and written.isdecimal() and 0 < int(written) <= _LAST_PLACE:
            placed.append((int(written), number, person.id))
    return [person_id for _, _, person_id in sorted(placed)]


ROUTES = (
    PageRoute(method="GET", path=_TEAMS, handler=_list, access=Scope.MANAGE),
    PageRoute(method="GET", path=f"{_TEAMS}/{{id}}", handler=_show, access=Scope.MANAGE),
    PageRoute(method="POST", path=f"{_TEAMS}/{{id}}", handler=_save, access=Scope.MANAGE),
)

"""Pages of leavers: what will happen, in one dialog, and back again."""

from collections import Counter

from aiohttp import web

from gatewayd.http.problems import not_found
from gatewayd.http.route import LEAVING, RULES, STAFF, STREAMS
from gatewayd.services.leaving import Gone
from gatewayd.services.tokens import Scope
from gatewayd.web.flashes import Flash
from gatewayd.web.languages import N_
from gatewayd.web.render import go_to
from gatewayd.web.route import PageRoute, Visit
from gatewayd.web.settings.areas import settings_page
from gatewayd.web.settings.fields import Written, why
from gatewayd.web.settings.people_pages import PEOPLE, active, person_named
from routing import rulesfile
from routing.model import Target, TargetKind
from storage import leaving
from storage.people import PersonRow

_LEFT = N_("%(name)s can no longer log in. Conversations handed over: %(count)s.")
_WORKS_AGAIN = N_("%(name)s works here again.")
_LONGEST_NOTE = 1000


async def _ask(visit: Visit) -> web.StreamResponse:
    """Show what will happen when somebody leaves."""
    return await _dialog(visit, await person_named(visit), Written(visit=visit))


async def _dialog(visit: Visit, person: PersonRow, form: Written) -> web.Response:
    staff = visit.request.app[STAFF]
    people, teams = await staff.people(), await staff.teams()
    async with visit.context.store.read() as tx:
        left = await leaving.unfinished_of(tx, person.id)
    return settings_page(
        visit,
        "leave.html",
        area="people",
        person=person,
        form=form,
        count=len(left),
        by_inbox=sorted(Counter(each.inbox for each in left).items()),
        colleagues=active(people, but=person.id),
        teams=teams,
        on_call=[team.display_name for team in teams if person.id in team.on_call_ids],
        rules=await _rules_naming(visit, person),
        delegators=[row.display_name for row in active(people) if row.delegate_id == person.id],
    )


async def _rules_naming(visit: Visit, person: PersonRow) -> list[str]:
    row = await visit.request.app[RULES].current()
    book = rulesfile.from_document(row.document).book
    them = Target(kind=TargetKind.PERSON, name=person.name)
    rules = () if book is None else book.rules
    return [rule.name for rule in rules if them in {rule.do.assign, *rule.do.forward}]


async def _leave(visit: Visit) -> web.StreamResponse:
    """End somebody's access, and hand on what they have."""
    person, form = await person_named(visit), Written(visit=visit)
    outcome = await visit.request.app[LEAVING].suspend(
        person.id,
        hand_over_to=form.text("hand_over_to", most=64) or None,
        note=form.text("note", most=_LONGEST_NOTE) or None,
        by=visit.author,
    )
    match outcome:
        case None:
            raise not_found("person")
        case Gone():
            for ended in (person.id, *outcome.tokens):
                visit.request.app[STREAMS].end_of(ended)
        case _:
            form.note(outcome, otherwise="form")
            return await _dialog(visit, person, form)
    values = {"name": person.display_name, "count": visit.formats.number(outcome.handed_over)}
    return go_to(PEOPLE, flash=Flash(message=_LEFT, values=values))


async def _work_again(visit: Visit) -> web.StreamResponse:
    """Let somebody work here again."""
    person = await person_named(visit)
    outcome = await visit.request.app[LEAVING].unsuspend(person.id, by=visit.author)
    if not isinstance(outcome, bool):
        form = Written(visit=visit)
        form.errors["form"] = why(visit.tongue, outcome)
        return await _dialog(visit, person, form)
    return go_to(PEOPLE, flash=Flash(message=_WORKS_AGAIN, values={"name": person.display_name}))


_ONE = f"{PEOPLE}/{{id}}"
ROUTES = (
    PageRoute(method="GET", path=f"{_ONE}/leave", handler=_ask, access=Scope.MANAGE),
    PageRoute(method="POST", path=f"{_ONE}/leave", handler=_leave, access=Scope.MANAGE),
    PageRoute(method="POST", path=f"{_ONE}/return", handler=_work_again, access=Scope.MANAGE),
)

"""How the reader is told of what, on their own page."""

from collections.abc import Mapping
from dataclasses import replace

from aiohttp import web

from gatewayd.http.problems import not_found
from gatewayd.http.route import WISHES
from gatewayd.web.flashes import Flash
from gatewayd.web.languages import N_
from gatewayd.web.render import go_to
from gatewayd.web.route import PageRoute, Visit
from gatewayd.web.settings.fields import Written
from gatewayd.web.settings.profile import SHORT_WAYS
from gatewayd.wishes import Matter, Way

MATTERS: Mapping[Matter, str] = {
    Matter.NEW_MINE: N_("A customer writes, and you have it"),
    Matter.NEW_TEAM: N_("A customer writes, and your team has it, or nobody"),
    Matter.HANDED: N_("Somebody hands a conversation to you"),
    Matter.MENTION: N_("A note mentions you"),
    Matter.MINE: N_("Somebody waits long for your answer"),
    Matter.TEAM: N_("Somebody waits long for your team’s answer"),
    Matter.OVERDUE: N_("Somebody waits so long that the managers are told"),
}
"""In the order in which they are shown."""


async def _save(visit: Visit) -> web.StreamResponse:
    """Save them."""
    person_id, form = visit.person_id, Written(visit=visit)
    service = visit.request.app[WISHES]
    view = None if person_id is None else await service.get(person_id)
    if person_id is None or view is None:
        raise not_found("wishes of a program")
    ways = {
        matter: frozenset(Way(each) for each in form.several(matter.value, SHORT_WAYS))
        for matter in Matter
    }
    take_back = visit.field("take_back") == "yes"
    wanted = replace(view.wishes, ways=ways, take_back=take_back)
    await service.put(person_id, wanted, by=visit.author)
    return go_to("/me", flash=Flash(message=N_("Saved")))


ROUTES = (PageRoute(method="POST", path="/me/wishes", handler=_save),)

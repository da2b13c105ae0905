"""The page of the daily digest: when it goes, to whom, whether I get it, and what it would say."""

from dataclasses import replace
from datetime import time
from http import HTTPStatus

from aiohttp import web

from gatewayd.daily.schedule import DailyWish
from gatewayd.http.editing import refused
from gatewayd.http.masked import OPTIONS
from gatewayd.http.route import WISHES
from gatewayd.http.routes.supervision import DAILY_PREVIEW
from gatewayd.services.ranks import Forbidden
from gatewayd.services.tokens import Scope
from gatewayd.web.flashes import Flash
from gatewayd.web.languages import N_
from gatewayd.web.render import go_to
from gatewayd.web.route import PageRoute, Visit
from gatewayd.web.settings.areas import settings_page
from gatewayd.web.settings.fields import Written

_PLACE = "/settings/digest"
_SAVED = N_("Saved")
_NO_TIME = N_("Write a time of day, such as 07:00.")
_WISHES = {
    DailyWish.OPEN_DAYS: N_("On days when an inbox of mine is open"),
    DailyWish.EVERY_DAY: N_("Every day"),
    DailyWish.NEVER: N_("Never"),
}


async def _show(visit: Visit) -> web.StreamResponse:
    """Show all of it."""
    return await _page(visit, Written(visit=visit))


async def _page(visit: Visit, form: Written) -> web.Response:
    preview = await visit.request.app[DAILY_PREVIEW].preview(
        None, visit.formats.tongue.language, by=visit.author
    )
    at = "" if preview.at is None else preview.at.strftime("%H:%M")
    own = next((each for each in preview.recipients if each.person.id == visit.person_id), None)
    return settings_page(
        visit,
        "digest.html",
        area="digest",
        status=HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK,
        form=form,
        at=form.text("at", most=10) if form.errors else at,
        preview=preview,
        own=own,
        wishes=_WISHES,
    )


async def _set_time(visit: Visit) -> web.StreamResponse:
    """Set when it goes; an empty time is never."""
    form = Written(visit=visit)
    written = form.text("at", most=10)
    at = _read(written)
    if written and at is None:
        form.wrong("at", _NO_TIME)
        return await _page(visit, form)
    outcome = await visit.request.app[OPTIONS].change({"daily_digest_at": at}, by=visit.author)
    if isinstance(outcome, Forbidden):
        raise refused(outcome)
    return go_to(_PLACE, flash=Flash(message=_SAVED))


def _read(written: str) -> time | None:
    """Read what a browser's field for a time gives; None: it is none."""
    try:
        return time.fromisoformat(written).replace(second=0, microsecond=0, tzinfo=None)
    except ValueError:
        return None


async def _wish(visit: Visit) -> web.StreamResponse:
    """Let the reader choose on which days they get it."""
    wish = Written(visit=visit).choice("daily_digest", DailyWish, DailyWish.OPEN_DAYS)
    if visit.person_id is not None:
        service = visit.request.app[WISHES]
        view = await service.get(visit.person_id)
        if view is not None:
            wanted = replace(view.wishes, daily_digest=DailyWish(wish))
            await service.put(visit.person_id, wanted, by=visit.author)
    return go_to(_PLACE, flash=Flash(message=_SAVED))


ROUTES = (
    PageRoute(method="GET", path=_PLACE, handler=_show, access=Scope.MANAGE),
    PageRoute(method="POST", path=_PLACE, handler=_set_time, access=Scope.MANAGE),
    PageRoute(method="POST", path=f"{_PLACE}/mine", handler=_wish, access=Scope.MANAGE),
)

"""Pages of the hours: the week, holidays, dated closures and openings, and what would be sent."""

from dataclasses import replace
from http import HTTPStatus

from aiohttp import web

from gatewayd.http.problems import not_found
from gatewayd.http.route import INBOXES
from gatewayd.services.drafts import DEFAULT_INBOX
from gatewayd.services.inboxes import InboxView
from gatewayd.services.ranks import Forbidden
from gatewayd.services.rulebook import UnfitBook
from gatewayd.services.tokens import Scope
from gatewayd.web.flashes import Flash
from gatewayd.web.languages import N_
from gatewayd.web.render import go_to
from gatewayd.web.route import PageRoute, Visit
from gatewayd.web.seen_inboxes import seen_inboxes
from gatewayd.web.settings.areas import settings_page
from gatewayd.web.settings.book import OpenBook, open_book, put_book
from gatewayd.web.settings.fields import Written
from gatewayd.web.settings.hours_sheet import HoursSheet, hours_of, sheet_from, sheet_of
from gatewayd.web.settings.trial import Trial, this_evening, try_out
from routing import rulesfile
from routing.rulebook import Rulebook
from storage.editing import Edit

_HOURS = "/settings/hours"
_SAVED = N_("Saved. It holds from now on.")
_WEEKDAYS = 5


async def inbox_named(visit: Visit) -> InboxView:
    """Read the inbox that the address names."""
    inbox = await visit.request.app[INBOXES].get(visit.named("inbox"))
    if inbox is None:
        raise not_found(f"inbox {visit.named('inbox')!a}")
    return inbox


async def first_inbox(visit: Visit, area: str) -> web.StreamResponse:
    """Lead to an area's page of the first inbox that the reader sees."""
    named = [inbox.name for inbox in await seen_inboxes(visit)]
    first = DEFAULT_INBOX if DEFAULT_INBOX in named else next(iter(named), DEFAULT_INBOX)
    return go_to(f"/settings/{area}/{first}")


async def _first(visit: Visit) -> web.StreamResponse:
    return await first_inbox(visit, "hours")


async def _show(visit: Visit) -> web.StreamResponse:
    """Show an inbox's hours, and what would be sent at some moment."""
    inbox, opened = await inbox_named(visit), await open_book(visit)
    at = visit.request.query.get("at", "")
    trial = await try_out(visit, inbox.name, at) if at else None
    form = Written(visit=visit)
    return await _page(visit, inbox, _sheet(visit, opened, inbox), form, opened.version, trial)


def _sheet(visit: Visit, opened: OpenBook, inbox: InboxView) -> HoursSheet:
    country = visit.context.settings.gateway.country
    hours = opened.inbox(inbox.name).hours
    return sheet_of(hours, country=country, today=visit.formats.today)


async def _page(
    visit: Visit,
    inbox: InboxView,
    sheet: HoursSheet,
    form: Written,
    version: int,
    trial: Trial | str | None,
) -> web.Response:
    return settings_page(
        visit,
        "hours.html",
        area="hours",
        status=HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK,
        inbox=inbox,
        inboxes=await seen_inboxes(visit),
        sheet=sheet,
        form=form,
        version=version,
        trial=trial,
        at=visit.field("at") or visit.request.query.get("at") or this_evening(visit.formats),
        more=visit.field("do") == "more",
    )


async def _save(visit: Visit) -> web.StreamResponse:
    """Save hours; or try them, or make room for more, with what is written as it is."""
    inbox, opened, form = await inbox_named(visit), await open_book(visit), Written(visit=visit)
    sheet = sheet_from(form, _sheet(visit, opened, inbox))
    version = opened.version if form.version is None else form.version
    if visit.field("do") == "more":
        return await _page(visit, inbox, sheet, form, version, None)
    if visit.field("do") == "copy":
        copied = replace(sheet, week=(sheet.week[0],) * _WEEKDAYS + sheet.week[_WEEKDAYS:])
        return await _page(visit, inbox, copied, form, version, None)
    book = _book(visit, opened, inbox, sheet, form)
    trial = None
    if not form.errors and visit.field("do") == "try":
        document = rulesfile.to_document(book)
        trial = await try_out(visit, inbox.name, visit.field("at"), document=document)
    elif not form.errors:
        outcome = await put_book(visit, book, version=version)
        if outcome is Edit.DONE:
            return go_to(f"{_HOURS}/{inbox.name}", flash=Flash(message=_SAVED))
        note_book(form, outcome)
        version = opened.version
    return await _page(visit, inbox, sheet, form, version, trial)


def _book(
    visit: Visit, opened: OpenBook, inbox: InboxView, sheet: HoursSheet, form: Written
) -> Rulebook:
    before = opened.inbox(inbox.name)
    f = visit.formats
    hours = hours_of(sheet, before.hours, form, today=f.today, weekday=f.weekday)
    return opened.with_inbox(inbox.name, replace(before, hours=hours))


def note_book(form: Written, outcome: Edit | UnfitBook | Forbidden) -> None:
    """Note why a book was not put in force."""
    if isinstance(outcome, UnfitBook):
        form.errors["form"] = "; ".join(str(problem) for problem in outcome.problems[:5])
    else:
        form.note(outcome, otherwise="form")


ROUTES = (
    PageRoute(method="GET", path=_HOURS, handler=_first, access=Scope.MANAGE),
    PageRoute(method="GET", path=f"{_HOURS}/{{inbox}}", handler=_show, access=Scope.MANAGE),
    PageRoute(method="POST", path=f"{_HOURS}/{{inbox}}", handler=_save, access=Scope.MANAGE),
)

"""Pages of the automatic answers of an inbox."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from http import HTTPStatus
from zoneinfo import ZoneInfo

from aiohttp import web

from gatewayd.http.route import RULES
from gatewayd.services.inboxes import InboxView
from gatewayd.services.tokens import Scope
from gatewayd.web.flashes import Flash
from gatewayd.web.languages import N_
from gatewayd.web.render import go_to
from gatewayd.web.route import PageRoute, Visit
from gatewayd.web.seen_inboxes import seen_inboxes
from gatewayd.web.settings.answer_texts import (
    KINDS,
    AnswerRow,
    policy_of,
    read_aloud,
    rows_from,
    rows_of,
)
from gatewayd.web.settings.areas import settings_page
from gatewayd.web.settings.book import OpenBook, open_book, put_book
from gatewayd.web.settings.fields import Written
from gatewayd.web.settings.hours_pages import first_inbox, inbox_named, note_book
from gatewayd.web.settings.trial import opening_in_words, parts_of, state_in_words, this_evening
from routing import rulesfile
from routing.answers import AnswerKind
from routing.hours import state_at
from routing.model import Texts
from storage.editing import Edit

_ANSWERS = "/settings/answers"
_SAVED = N_("Saved. It holds from now on.")
_VERSIONS_LOOKED_AT = 30
_FIRST_YEAR, _LAST_YEAR = 2000, 2199


async def _first(visit: Visit) -> web.StreamResponse:
    return await first_inbox(visit, "answers")


async def _show(visit: Visit) -> web.StreamResponse:
    """Show an inbox's automatic answers."""
    inbox, opened = await inbox_named(visit), await open_book(visit)
    rows = rows_of(opened.inbox(inbox.name).answers.texts, await _earlier(visit, inbox.name))
    return await _page(visit, inbox, opened, rows, Written(visit=visit), opened.version)


async def _earlier(visit: Visit, inbox: str) -> list[Mapping[AnswerKind, Texts]]:
    """Read the texts that this inbox had before, the newest first."""
    rows = await visit.request.app[RULES].history(limit=_VERSIONS_LOOKED_AT, before=None)
    books = [rulesfile.from_document(row.document).book for row in rows]
    return [
        book.inboxes[inbox].answers.texts
        for book in books
        if book is not None and inbox in book.inboxes
    ]


async def _page(
    visit: Visit,
    inbox: InboxView,
    opened: OpenBook,
    rows: list[AnswerRow],
    form: Written,
    version: int,
) -> web.Response:
    at = visit.field("at") or this_evening(visit.formats)
    zone = ZoneInfo(inbox.timezone)
    country = visit.context.settings.gateway.country
    hours = replace(opened.inbox(inbox.name).hours, zone=inbox.timezone, country=country)
    moment = _moment(at, zone) or visit.formats.at(visit.formats.now_ms)
    shown = read_aloud(
        rows,
        business=visit.context.settings.gateway.name,
        hours=hours,
        country=country,
        at=moment,
    )
    state = state_at(hours, moment)
    # What is still being written is not refused.
    refused = form.errors and visit.part is None
    return settings_page(
        visit,
        "answers.html",
        area="answers",
        status=HTTPStatus.UNPROCESSABLE_ENTITY if refused else HTTPStatus.OK,
        script_parts={"preview": "settings/answers_preview.html"},
        then=(state_in_words(state, visit.formats), opening_in_words(state, visit.formats)),
        inbox=inbox,
        inboxes=await seen_inboxes(visit),
        rows=[(row, parts_of(row.shown.en), parts_of(row.shown.fr)) for row in shown],
        kinds=KINDS,
        form=form,
        version=version,
        at=at,
    )


def _moment(written: str, zone: ZoneInfo) -> datetime | None:
    try:
        read = datetime.fromisoformat(written)
    except ValueError:
        return None
    if not _FIRST_YEAR <= read.year <= _LAST_YEAR:
        return None
    return read.replace(tzinfo=zone)


async def _save(visit: Visit) -> web.StreamResponse:
    """Save the answers; or show how they would read, with what is written as it is."""
    inbox, opened, form = await inbox_named(visit), await open_book(visit), Written(visit=visit)
    rows = rows_from(form)
    version = opened.version if form.version is None else form.version
    if visit.field("do") != "try" and not form.errors:
        before = opened.inbox(inbox.name)
        after = replace(before, answers=policy_of(rows, before.answers))
        outcome = await put_book(visit, opened.with_inbox(inbox.name, after), version=version)
        if outcome is Edit.DONE:
            return go_to(f"{_ANSWERS}/{inbox.name}", flash=Flash(message=_SAVED))
        note_book(form, outcome)
        version = opened.version
    return await _page(visit, inbox, opened, rows, form, version)


ROUTES = (
    PageRoute(method="GET", path=_ANSWERS, handler=_first, access=Scope.MANAGE),
    PageRoute(method="GET", path=f"{_ANSWERS}/{{inbox}}", handler=_show, access=Scope.MANAGE),
    PageRoute(method="POST", path=f"{_ANSWERS}/{{inbox}}", handler=_save, access=Scope.MANAGE),
)

"""Pages of the saved replies: everybody's, which managers keep, and each person's own."""

from dataclasses import dataclass, replace
from http import HTTPStatus

from aiohttp import web

from gatewayd.http.problems import not_found
from gatewayd.http.route import SAVED_REPLIES
from gatewayd.services.ranks import Forbidden
from gatewayd.services.staff import Unfit
from gatewayd.services.tokens import Scope
from gatewayd.web.flashes import Flash
from gatewayd.web.languages import N_
from gatewayd.web.render import go_to
from gatewayd.web.route import PageRoute, Visit
from gatewayd.web.seen_inboxes import seen_inboxes
from gatewayd.web.settings.areas import settings_page
from gatewayd.web.settings.fields import Written
from gatewayd.web.settings.trial import parts_of
from storage.editing import Edit
from storage.people import Taken
from storage.saved_replies import NewSavedReply, SavedReplyRow

_REPLIES = "/settings/replies"
_NEW = "new"
_SAVED = N_("Saved")
_GONE = N_("Removed.")
_EMPTY = N_("Write a text in English, French or both.")
_THERE_IS_ONE = N_("There is one of this name already.")
_LONGEST = 1000
_NOTHING = NewSavedReply(shortcut="", en="", fr="", inbox=None, person_id=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A reply as its form shows it, and what becomes of it there."""

    id: str
    """Of one that there is; else empty."""
    reply: NewSavedReply
    version: int
    fixed: bool
    """Whether the reader may look at it only."""


async def _list(visit: Visit) -> web.StreamResponse:
    """Show all that the reader may use."""
    rows = await visit.request.app[SAVED_REPLIES].list_for(visit.author, inbox=None)
    inboxes = await seen_inboxes(visit)
    return settings_page(
        visit,
        "replies.html",
        area="replies",
        shared=[row for row in rows if row.person_id is None],
        own=[row for row in rows if row.person_id is not None],
        inboxes={inbox.name: inbox.display_name for inbox in inboxes},
    )


async def _show(visit: Visit) -> web.StreamResponse:
    """Show one, or ask for a new one."""
    row = await _row(visit)
    return await _page(visit, Written(visit=visit), _as_stored(visit, row))


async def _row(visit: Visit) -> SavedReplyRow | None:
    """Read the one that the address names; None: a new one."""
    name = visit.named("id")
    if name == _NEW:
        return None
    row = await visit.request.app[SAVED_REPLIES].get(name, visit.author)
    if row is None:
        raise not_found(f"saved reply {name!a}")
    return row


def _as_stored(visit: Visit, row: SavedReplyRow | None) -> Shown:
    if row is None:
        own = None if visit.author.may(Scope.MANAGE) else visit.person_id
        return Shown(id="", reply=replace(_NOTHING, person_id=own), version=0, fixed=False)
    by = visit.author
    limited = row.inbox is None and by.inboxes is not None
    fixed = row.person_id is None and (limited or not by.may(Scope.MANAGE))
    return Shown(id=row.id, reply=row, version=row.version, fixed=fixed)


async def _page(visit: Visit, form: Written, shown: Shown) -> web.Response:
    reply = shown.reply
    return settings_page(
        visit,
        "reply.html",
        area="replies",
        status=HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK,
        form=form,
        shown=shown,
        sizes=(parts_of(reply.en), parts_of(reply.fr)),
        inboxes=await seen_inboxes(visit),
    )


async def _save(visit: Visit) -> web.StreamResponse:
    """Save one, or remove it."""
    row, form = await _row(visit), Written(visit=visit)
    if row is not None and visit.field("do") == "remove":
        return await _remove(visit, form, row)
    wanted = await _written(visit, form, row)
    if not form.errors:
        await _put(visit, form, row, wanted)
    if not form.errors:
        return go_to(_REPLIES, flash=Flash(message=_SAVED))
    stored = _as_stored(visit, row)
    return await _page(visit, form, replace(stored, reply=wanted))


async def _written(visit: Visit, form: Written, row: SavedReplyRow | None) -> NewSavedReply:
    """Read the form; whose it is stays as it was made."""
    known = [inbox.name for inbox in await seen_inboxes(visit)]
    if row is not None:
        owner = row.person_id
    else:
        shared = visit.field("whose") == "shared" and visit.author.may(Scope.MANAGE)
        owner = None if shared else visit.person_id
    en, fr = (form.text(each, most=_LONGEST) for each in ("en", "fr"))
    if not (en or fr):
        form.wrong("en", _EMPTY)
    return NewSavedReply(
        shortcut=form.login("shortcut"),
        en=en,
        fr=fr,
        inbox=form.choice("inbox", known, "") or None,
        person_id=owner,
    )


async def _put(
    visit: Visit, form: Written, row: SavedReplyRow | None, wanted: NewSavedReply
) -> None:
    """Save it, and note what keeps it from being saved."""
    service = visit.request.app[SAVED_REPLIES]
    if row is None:
        made = await service.add(wanted, by=visit.author)
        if not isinstance(made, str):
            _note(form, made)
        return
    values = {name: getattr(wanted, name) for name in ("shortcut", "en", "fr", "inbox")}
    _note(form, await service.change(row.id, values, version=form.version, by=visit.author))


def _note(form: Written, outcome: Edit | Taken | Unfit | Forbidden) -> None:
    if isinstance(outcome, Taken):
        form.wrong("shortcut", _THERE_IS_ONE)
    elif outcome is not Edit.DONE:
        form.note(outcome, otherwise="form")


async def _remove(visit: Visit, form: Written, row: SavedReplyRow) -> web.StreamResponse:
    outcome = await visit.request.app[SAVED_REPLIES].remove(row.id, by=visit.author)
    if isinstance(outcome, Forbidden):
        form.note(outcome, otherwise="form")
        return await _page(visit, form, _as_stored(visit, row))
    # Gone already is gone as well.
    return go_to(_REPLIES, flash=Flash(message=_GONE))


ROUTES = (
    PageRoute(method="GET", path=_REPLIES, handler=_list),
    PageRoute(method="GET", path=f"{_REPLIES}/{{id}}", handler=_show),
    PageRoute(method="POST", path=f"{_REPLIES}/{{id}}", handler=_save),
)

"""Pages of the inboxes: name, team, signature, who takes what, how long customers may wait."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any
from zoneinfo import available_timezones

from aiohttp import web

from config.schema import Language
from gatewayd.http.editing import refused
from gatewayd.http.masked import OPTIONS
from gatewayd.http.problems import not_found
from gatewayd.http.route import INBOX_TARGETS, INBOXES, STAFF, STREAMS
from gatewayd.services.inboxes import InboxView
from gatewayd.services.ranks import Forbidden
from gatewayd.services.targets import TargetsView
from gatewayd.services.tokens import Scope
from gatewayd.web.flashes import Flash
from gatewayd.web.languages import N_
from gatewayd.web.render import go_to
from gatewayd.web.route import PageRoute, Visit
from gatewayd.web.seen_inboxes import seen_inboxes
from gatewayd.web.settings.areas import settings_page
from gatewayd.web.settings.fields import Written
from gatewayd.web.settings.hours_pages import inbox_named
from gatewayd.web.settings.keeping import keeping_of
from gatewayd.web.week_words import in_words
from routing.signature import DEFAULT_SIGNATURE, SignatureMode
from storage.editing import Edit
from storage.targets import TargetsRow

_INBOXES = "/settings/inboxes"
_SAVED = N_("Saved")
_MODES = {
    SignatureMode.FIRST: N_("The first text of a stretch"),
    SignatureMode.EVERY: N_("Every text"),
    SignatureMode.NEVER: N_("Never"),
}
_LONGEST_MINUTES = 30_000
_NOT_A_NUMBER = N_("Write a number from %(least)s to %(most)s.")
_NO_ZONE = N_("There is no time zone of this name.")
_TARGETS: Mapping[str, tuple[int, int, bool]] = {
    "answer_minutes": (1, _LONGEST_MINUTES, True),
    "due_soon_percent": (1, 99, False),
    "escalate_percent": (100, 1000, True),
    "reassign_minutes": (1, _LONGEST_MINUTES, True),
}
"""The least, the most, and whether it may be empty, which is never."""


async def _list(visit: Visit) -> web.StreamResponse:
    """Show all inboxes, and what holds for them all."""
    return settings_page(
        visit,
        "inboxes.html",
        area="inboxes",
        inboxes=await seen_inboxes(visit),
        in_words=in_words,
        teams={team.id: team.display_name for team in await visit.request.app[STAFF].teams()},
        masked=(await visit.request.app[OPTIONS].get()).mask_numbers,
    )


async def _mask(visit: Visit) -> web.StreamResponse:
    """Let agents see the ends of numbers only, or all of them."""
    masked = bool(visit.field("mask_numbers"))
    outcome = await visit.request.app[OPTIONS].change({"mask_numbers": masked}, by=visit.author)
    if isinstance(outcome, Forbidden):
        raise refused(outcome)
    # Open streams begin again, so that it holds for them too.
    visit.request.app[STREAMS].end_all()
    return go_to(_INBOXES, flash=Flash(message=_SAVED))


async def _show(visit: Visit) -> web.StreamResponse:
    """Show an inbox."""
    inbox = await inbox_named(visit)
    targets = await _targets(visit, inbox)
    return await _page(visit, inbox, Written(visit=visit), _as_stored(inbox, targets))


async def _targets(visit: Visit, inbox: InboxView) -> TargetsView:
    found = await visit.request.app[INBOX_TARGETS].get(inbox.name)
    if found is None:
        raise not_found("inbox")
    return found


def _as_stored(inbox: InboxView, targets: TargetsView) -> dict[str, Any]:
    own = {
        name: "" if name in inbox.inherited else getattr(inbox, name)
        for name in ("display_name", "timezone", "language", "signature")
    }
    numbers = {name: getattr(targets.row, name) for name in _TARGETS}
    return {
        **own,
        **{name: "" if number is None else number for name, number in numbers.items()},
        "team": inbox.team_id or "",
        "signature_mode": inbox.signature_mode,
        "take_on_answer": inbox.take_on_answer,
        "version": inbox.version,
    }


async def _page(
    visit: Visit, inbox: InboxView, form: Written, values: Mapping[str, Any]
) -> web.Response:
    return settings_page(
        visit,
        "inbox.html",
        area="inboxes",
        status=HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK,
        inbox=inbox,
        form=form,
        values=values,
        teams=await visit.request.app[STAFF].teams(),
        modes=_MODES,
        usual_signature=DEFAULT_SIGNATURE,
        keeping=await keeping_of(visit, inbox.name),
        gateway=visit.context.settings.gateway,
    )


async def _save(visit: Visit) -> web.StreamResponse:
    """Save an inbox."""
    inbox, form = await inbox_named(visit), Written(visit=visit)
    values = _read(form)
    numbers = {name: _number(form, name, *limits) for name, limits in _TARGETS.items()}
    if not form.errors:
        outcome = await visit.request.app[INBOXES].change(
            inbox.name, values, version=form.version, by=visit.author
        )
        if outcome is Edit.DONE:
            await _put_targets(visit, inbox, numbers)
            return go_to(_INBOXES, flash=Flash(message=_SAVED))
        form.note(outcome, otherwise="form")
        form.errors.update({"team": form.errors["team_id"]} if "team_id" in form.errors else {})
    current = await inbox_named(visit)
    written = {name: form.text(name) for name in (*values, *_TARGETS, "team")}
    shown = {**written, "take_on_answer": form.ticked("take_on_answer")}
    return await _page(visit, current, form, shown | {"version": current.version})


def _read(form: Written) -> dict[str, str | bool | None]:
    zone = form.text("timezone", most=64)
    if zone and zone not in available_timezones():
        form.wrong("timezone", _NO_ZONE)
    language = form.visit.field("language")
    return {
        "display_name": form.line("display_name") if form.text("display_name") else None,
        "timezone": zone or None,
        "language": language if language in set(Language) else None,
        "team_id": form.text("team", most=64) or None,
        "signature": form.text("signature", most=1000) or None,
        "signature_mode": form.choice("signature_mode", SignatureMode, SignatureMode.FIRST),
        "take_on_answer": form.ticked("take_on_answer"),
    }


def _number(form: Written, name: str, least: int, most: int, may_be_empty: bool) -> int | None:  # noqa: FBT001 - one row of a table
    written = form.text(name, most=12)
    if not written and may_be_empty:
        return None
    known = written.isascii() and written.isdecimal() and least <= int(written) <= most
    if not known:
        form.wrong(name, _NOT_A_NUMBER, least=least, most=most)
    return int(written) if known else None


async def _put_targets(visit: Visit, inbox: InboxView, numbers: dict[str, int | None]) -> None:
    """Set the targets where they are others; whoever saves a form has just set the rest."""
    before = (await _targets(visit, inbox)).row
    after = TargetsRow(
        inbox=inbox.name,
        answer_minutes=numbers["answer_minutes"],
        due_soon_percent=numbers["due_soon_percent"] or before.due_soon_percent,
        escalate_percent=numbers["escalate_percent"],
        reassign_minutes=numbers["reassign_minutes"],
    )
    if after != before:
        await visit.request.app[INBOX_TARGETS].put(after, version=None, by=visit.author)


ROUTES = (
    PageRoute(method="GET", path=_INBOXES, handler=_list, access=Scope.MANAGE),
    PageRoute(method="POST", path=_INBOXES, handler=_mask, access=Scope.MANAGE),
    PageRoute(method="GET", path=f"{_INBOXES}/{{inbox}}", handler=_show, access=Scope.MANAGE),
    PageRoute(method="POST", path=f"{_INBOXES}/{{inbox}}", handler=_save, access=Scope.MANAGE),
)

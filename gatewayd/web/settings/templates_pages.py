"""Pages of the templates: the texts that rules answer with."""

from http import HTTPStatus

from aiohttp import web

from gatewayd.http.problems import not_found
from gatewayd.http.route import RULES
from gatewayd.services.rulebook import UnfitBook
from gatewayd.services.tokens import Scope
from gatewayd.web.flashes import Flash, Tone
from gatewayd.web.languages import N_
from gatewayd.web.login_pages import login_name
from gatewayd.web.render import go_to
from gatewayd.web.route import PageRoute, Visit
from gatewayd.web.settings.areas import settings_page
from gatewayd.web.settings.book import OpenBook, open_book
from gatewayd.web.settings.fields import Written
from gatewayd.web.settings.hours_pages import note_book
from gatewayd.web.settings.trial import parts_of
from routing.model import NO_TEXT, Texts
from routing.template import problem_of
from storage.editing import Edit

_TEMPLATES = "/settings/templates"
_NEW = "new"
_SAVED = N_("Saved")
_GONE = N_("Removed.")
_IN_USE = N_("It stays: %(why)s")
_UNFIT = N_("This text cannot be used: %(detail)s")
_EMPTY = N_("Write a text in English, French or both.")
_NO_NAME = N_("Write a short name, of letters, digits and dashes.")
_THERE_IS_ONE = N_("There is one of this name already.")
_LONGEST = 1000


async def _list(visit: Visit) -> web.StreamResponse:
    """Show all."""
    opened = await open_book(visit)
    return settings_page(
        visit,
        "templates.html",
        area="templates",
        templates=opened.book.templates,
        version=opened.version,
    )


async def _show(visit: Visit) -> web.StreamResponse:
    """Show one, or ask for a new one."""
    opened, name = await open_book(visit), visit.named("name")
    if name != _NEW and name not in opened.book.templates:
        raise not_found(f"template {name!a}")
    texts = opened.book.templates.get(name, NO_TEXT)
    return _page(visit, Written(visit=visit), "" if name == _NEW else name, texts, opened.version)


def _page(visit: Visit, form: Written, name: str, texts: Texts, version: int) -> web.Response:
    return settings_page(
        visit,
        "template.html",
        area="templates",
        status=HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK,
        form=form,
        name=name,
        new=visit.named("name") == _NEW,
        texts=texts,
        sizes=(parts_of(texts.en), parts_of(texts.fr)),
        version=version,
    )


async def _save(visit: Visit) -> web.StreamResponse:
    """Save one, or remove it."""
    opened, form = await open_book(visit), Written(visit=visit)
    new = visit.named("name") == _NEW
    if visit.field("do") == "remove" and not new:
        return await _remove(visit, form)
    name = _name(form, opened) if new else visit.named("name")
    texts = _texts(form)
    version = opened.version if form.version is None else form.version
    if not form.errors:
        outcome = await visit.request.app[RULES].set_template(
            name, texts, version=version, by=visit.author
        )
        if outcome is Edit.DONE:
            return go_to(_TEMPLATES, flash=Flash(message=_SAVED))
        note_book(form, outcome)
        version = opened.version
    return _page(visit, form, form.text("name", most=32) if new else name, texts, version)


def _name(form: Written, opened: OpenBook) -> str:
    name = login_name(form.text("name", most=32))
    if not name or name == _NEW:
        form.wrong("name", _NO_NAME)
    elif name in opened.book.templates:
        form.wrong("name", _THERE_IS_ONE)
    return name


def _texts(form: Written) -> Texts:
    texts = {name: form.text(name, most=_LONGEST) for name in ("en", "fr")}
    for name, text in texts.items():
        if text and (why := problem_of(text)):
            form.wrong(name, _UNFIT, detail=why)
    if not any(texts.values()):
        form.wrong("en", _EMPTY)
    return Texts(**texts)


async def _remove(visit: Visit, form: Written) -> web.StreamResponse:
    outcome = await visit.request.app[RULES].set_template(
        visit.named("name"), None, version=form.version, by=visit.author
    )
    if outcome is Edit.DONE:
        return go_to(_TEMPLATES, flash=Flash(message=_GONE))
    if outcome is Edit.NOT_FOUND:
        raise not_found("template")
    note_book(form, outcome)
    why = form.errors["form"]
    flash = Flash(message=_IN_USE, values={"why": why}, tone=Tone.ERROR)
    if not isinstance(outcome, UnfitBook):
        flash = Flash(message=N_("%(text)s"), values={"text": why}, tone=Tone.ERROR)
    return go_to(_TEMPLATES, flash=flash)


ROUTES = (
    PageRoute(method="GET", path=_TEMPLATES, handler=_list, access=Scope.MANAGE),
    PageRoute(method="GET", path=f"{_TEMPLATES}/{{name}}", handler=_show, access=Scope.MANAGE),
    PageRoute(method="POST", path=f"{_TEMPLATES}/{{name}}", handler=_save, access=Scope.MANAGE),
)

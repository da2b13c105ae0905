"""Pages of the reader's own: language and appearance, profile and password."""

from http import HTTPStatus

from aiohttp import web

from config.schema import Language
from gatewayd.http.route import STAFF
from gatewayd.web.entry import LANGUAGE_COOKIE, THEME_COOKIE, THEMES
from gatewayd.web.flashes import Flash, is_ours
from gatewayd.web.languages import N_
from gatewayd.web.render import go_to, page
from gatewayd.web.route import PageRoute, Visit
from gatewayd.web.settings.fields import Written
from gatewayd.web.settings.profile import SHORT_WAYS, profile_of
from gatewayd.web.settings.wishes_pages import MATTERS

_YEAR_SECONDS = 31_536_000
_NAMES = {Language.EN: "English", Language.FR: "Français"}


async def _me(visit: Visit) -> web.StreamResponse:
    """Show what a reader can choose."""
    return await me_page(visit)


async def me_page(
    visit: Visit, form: Written | None = None, *, status: HTTPStatus = HTTPStatus.OK
) -> web.Response:
    """Show the reader's own page; ``form`` is one of theirs that could not be taken."""
    profile = await profile_of(visit, form)
    return page(
        visit,
        "me.html",
        status=status,
        languages=_NAMES,
        profile=profile,
        matters=MATTERS,
        short_ways=SHORT_WAYS,
    )


async def _choose(visit: Visit) -> web.StreamResponse:
    """Keep what a reader chose, on this device."""
    back = visit.field("back")
    response = go_to(back if is_ours(back) else "/me", flash=Flash(message=N_("Saved")))
    language, theme = visit.field("language"), visit.field("theme")
    if language in set(Language):
        keep_language(response, language)
        if visit.person_id is not None:
            # Theirs, not this device's alone: automatic notices to them are in it too.
            await visit.request.app[STAFF].change_person(
                visit.person_id, {"language": language}, version=None, by=visit.author
            )
    if theme in THEMES:
        _keep(response, THEME_COOKIE, theme)
    elif theme:
        response.del_cookie(THEME_COOKIE, path="/")
    return response


def keep_language(response: web.StreamResponse, language: str) -> None:
    """Let the browser remember the language."""
    _keep(response, LANGUAGE_COOKIE, language)


def _keep(response: web.StreamResponse, name: str, value: str) -> None:
    response.set_cookie(name, value, max_age=_YEAR_SECONDS, path="/", httponly=True, samesite="Lax")


ROUTES = (
    PageRoute(method="GET", path="/me", handler=_me),
    PageRoute(method="POST", path="/me", handler=_choose),
)

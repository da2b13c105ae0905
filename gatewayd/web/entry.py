"""Admits a browser to a page, or sends it to the log-in; reads language, theme and form.

The same gate as the API's, before the same services.
"""

from dataclasses import replace
from http import HTTPStatus
from urllib.parse import quote
from zoneinfo import ZoneInfo

from aiohttp import web
from aiohttp.web_request import FileField
from multidict import MultiDict, MultiDictProxy

from config.schema import Language
from gatewayd.http.context import HttpContext
from gatewayd.http.gate import Entered, Gate
from gatewayd.http.logged_in import CSRF_FIELD, CSRF_HEADER
from gatewayd.http.masked import is_masked
from gatewayd.http.problems import Problem
from gatewayd.http.route import EVENTS
from gatewayd.services.tokens import Scope
from gatewayd.web import flashes
from gatewayd.web.formats import Formats
from gatewayd.web.languages import preferred, tongue
from gatewayd.web.render import go_to
from gatewayd.web.route import AGAIN_HEADER, PART_HEADER, Form, PageRoute, Upload, Visit

LANGUAGE_COOKIE = "gatewayd_language"
THEME_COOKIE = "gatewayd_theme"
THEMES = ("light", "dark")
_NOTHING: Form = MultiDictProxy(MultiDict())


async def visit_of(
    context: HttpContext, gate: Gate, route: PageRoute, request: web.Request
) -> Visit | web.StreamResponse:
    """Admit a request; or give the answer that sends it elsewhere. Raises Problem."""
    form = await _filled_in(context, route, request) if route.changes else _NOTHING
    token = form.get(CSRF_FIELD)
    try:
        entered = await gate.enter(
            route.access,
            request,
            changes=route.changes,
            csrf_token=token if isinstance(token, str) else request.headers.get(CSRF_HEADER),
        )
    except Problem as problem:
        if problem.status is not HTTPStatus.UNAUTHORIZED or request.headers.get(PART_HEADER):
            raise
        return go_to(login_path(request))
    visit = reading(context, request, entered, form)
    if not isinstance(route.access, Scope) or visit.part is not None:
        return visit
    # Before the page is read, so that its events from here on tell whatever it does not have.
    return replace(visit, at=await request.app[EVENTS].start(None))


async def _filled_in(context: HttpContext, route: PageRoute, request: web.Request) -> Form:
    limits = context.limits
    most = limits.body_bytes + (limits.file_bytes if route.takes_file else 0)
    try:
        posted = await request.clone(client_max_size=most).post()
    except web.HTTPRequestEntityTooLarge as error:
        detail = f"this is larger than {most // 1024} KiB, the most that is taken here"
        raise Problem(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "body_too_large", detail) from error
    form = MultiDict[str | Upload]()
    for name, value in posted.items():
        if isinstance(value, FileField):
            with value.file as opened:
                form.add(name, Upload(name=value.filename, data=opened.read()))
        elif isinstance(value, str):
            form.add(name, value)
    return MultiDictProxy(form)


_NOBODY = Entered(principal=None, session=None)


def reading(
    context: HttpContext,
    request: web.Request,
    entered: Entered = _NOBODY,
    form: Form = _NOTHING,
) -> Visit:
    """Put together how somebody reads."""
    gateway = context.settings.gateway
    return Visit(
        request=request,
        context=context,
        principal=entered.principal,
        session=entered.session,
        formats=Formats(
            tongue=tongue(language_of(request, gateway.language), gateway.region),
            zone=ZoneInfo(gateway.timezone),
            region=gateway.region,
            now_ms=context.clock.now_ms(),
            masked=is_masked(request),
        ),
        theme=theme_of(request),
        form=form,
        flash=None if _is_only_again(request) else flashes.taken(request),
    )


def _is_only_again(request: web.Request) -> bool:
    """Whether our script reads a page again, or a part: what is to be said once is not for that.

    It may do so in any tab, just while another one follows its form's answer to the next page.
    """
    return PART_HEADER in request.headers or AGAIN_HEADER in request.headers


def login_path(request: web.Request) -> str:
    """Give the log-in that comes back here afterwards."""
    if request.method != "GET" or request.path == "/":
        return "/login"
    return f"/login?next={quote(request.path_qs, safe='')}"


def language_of(request: web.Request, default: Language) -> Language:
    """Choose the language: the one that was chosen here, else what the browser asks for."""
    chosen = request.cookies.get(LANGUAGE_COOKIE, "")
    if chosen in set(Language):
        return Language(chosen)
    return preferred(request.headers.get("Accept-Language"), default)


def theme_of(request: web.Request) -> str:
    """Choose the theme: the one that was chosen here, else what the device prefers."""
    chosen = request.cookies.get(THEME_COOKIE, "")
    return chosen if chosen in THEMES else ""

"""Joins the page to the application: its own table of routes, its files, its errors."""

from collections.abc import Awaitable, Callable

from aiohttp import web

from gatewayd.http.context import HttpContext
from gatewayd.http.gate import Gate
from gatewayd.http.middleware import PROBLEM_PAGE, REQUEST_ID
from gatewayd.http.problems import Problem, not_found
from gatewayd.web import assets
from gatewayd.web.contacts.pending import PENDING_FILES, PendingFiles
from gatewayd.web.entry import reading, visit_of
from gatewayd.web.problem_words import problem_words
from gatewayd.web.render import page
from gatewayd.web.route import PageRoute
from gatewayd.web.routes import ROUTES

_YEAR = "public, max-age=31536000, immutable"


def add_page(app: web.Application, context: HttpContext, gate: Gate) -> None:
    """Add all of the page."""
    app[PENDING_FILES] = PendingFiles(clock=context.clock)
    for route in ROUTES:
        app.router.add_route(route.method, route.path, _admitted(context, gate, route))
    app.router.add_route("GET", f"{assets.PREFIX}/{{digest}}/{{name:.+}}", _file)

    def problem_page(request: web.Request, problem: Problem) -> web.Response | None:
        return _problem(context, request, problem)

    app[PROBLEM_PAGE] = problem_page


def _admitted(
    context: HttpContext, gate: Gate, route: PageRoute
) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
    async def handle(request: web.Request) -> web.StreamResponse:
        admitted = await visit_of(context, gate, route, request)
        if isinstance(admitted, web.StreamResponse):
            return admitted
        return await route.handler(admitted)

    return handle


async def _file(request: web.Request) -> web.StreamResponse:
    name = request.match_info["name"]
    asset = assets.assets().get(name)
    # An address of another version gives no file: its page would get one that does not fit.
    if asset is None or asset.url != request.path:
        raise not_found(f"file {name!a}")
    headers = {"Cache-Control": _YEAR, "Vary": "Accept-Encoding"}
    body = asset.body
    if asset.zipped is not None and "gzip" in request.headers.get("Accept-Encoding", ""):
        headers["Content-Encoding"] = "gzip"
        body = asset.zipped
    return web.Response(body=body, content_type=asset.media_type, charset=None, headers=headers)


def _problem(context: HttpContext, request: web.Request, problem: Problem) -> web.Response | None:
    """Tell a person what a program is told as JSON."""
    if request.path.startswith("/v1/") or "text/html" not in request.headers.get("Accept", ""):
        return None
    title, advice = problem_words(problem)
    response = page(
        reading(context, request),
        "problem.html",
        status=problem.status,
        title=title,
        advice=advice,
        problem=problem,
        request_id=request[REQUEST_ID],
    )
    response.headers.update(problem.headers)
    return response

"""The second listener, on plain http: how to trust us, and the way to https. Nothing else.

A request with a token is refused and not led on: who sends one in the clear should notice.
"""

from http import HTTPStatus

from aiohttp import web
from aiohttp.typedefs import Handler

from gatewayd.http.client import CLIENT, client_of
from gatewayd.http.context import HttpContext
from gatewayd.http.middleware import REQUEST_ID, check_host, new_request_id
from gatewayd.http.problems import Problem
from gatewayd.http.routes.trust import show_certificate, show_page

HTTPS_PORT = web.AppKey("https_port", int)
"""The listener's real one; set once it listens."""


def build_plain_app(context: HttpContext) -> web.Application:
    """Make the application."""

    @web.middleware
    async def answer(request: web.Request, handler: Handler) -> web.StreamResponse:
        request[REQUEST_ID] = new_request_id()
        request[CLIENT] = client_of(request, ())
        try:
            check_host(context, request)
            response = await handler(request)
        except Problem as problem:
            response = problem.response(request[REQUEST_ID])
        response.headers["Cache-Control"] = "no-store"
        response.headers["X-Content-Type-Options"] = "nosniff"
        return response

    async def trust(request: web.Request) -> web.StreamResponse:
        return show_page(context, request)

    async def certificate(_: web.Request) -> web.StreamResponse:
        return show_certificate(context)

    app = web.Application(middlewares=[answer], client_max_size=1024)
    app.router.add_get("/trust", trust)
    app.router.add_get("/trust/authority.crt", certificate)
    app.router.add_route("*", "/{path:.*}", _lead_on)
    return app


async def _lead_on(request: web.Request) -> web.StreamResponse:
    if request.method not in {"GET", "HEAD"} or "Authorization" in request.headers:
        raise Problem(
            HTTPStatus.FORBIDDEN,
            "https_only",
            "this is plain http, where everybody can read along: use https, and revoke a token "
            "that was sent here",
        )
    secure = request.url.with_scheme("https").with_port(request.app[HTTPS_PORT])
    return web.Response(status=HTTPStatus.TEMPORARY_REDIRECT, headers={"Location": str(secure)})

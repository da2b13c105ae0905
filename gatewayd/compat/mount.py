"""Puts the APIs that are switched on beside our own; one that is not answers 404 like any path."""

from collections.abc import Awaitable, Callable, Sequence

from aiohttp import web

from config.compat import CompatSettings
from gatewayd.compat import alerts, android, kannel, smseagle
from gatewayd.compat.visit import Endpoint, Visit
from gatewayd.http.context import HttpContext
from gatewayd.http.gate import Gate
from gatewayd.http.problems import FORM, Form

ENDPOINTS: dict[str, Sequence[Endpoint]] = {
    "smseagle": smseagle.ENDPOINTS,
    "kannel": kannel.ENDPOINTS,
    "android_sms_gateway": android.ENDPOINTS,
    "alertmanager": alerts.ALERTMANAGER,
    "grafana": alerts.GRAFANA,
}
"""Every address, by the key of ``[compat]`` that opens it."""


def mount(app: web.Application, context: HttpContext, gate: Gate) -> None:
    """Add the addresses of the APIs that are on."""
    for endpoint in endpoints(context.settings.compat):
        for method in endpoint.methods:
            app.router.add_route(method, endpoint.path, _guarded(context, gate, endpoint))


def endpoints(compat: CompatSettings) -> list[Endpoint]:
    """List the addresses that are open."""
    return [each for key, those in ENDPOINTS.items() if getattr(compat, key) for each in those]


def _guarded(
    context: HttpContext, gate: Gate, endpoint: Endpoint
) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
    form = Form(endpoint.refuse)

    async def handle(request: web.Request) -> web.StreamResponse:
        request[FORM] = form
        return await endpoint.handler(Visit(request=request, context=context, gate=gate))

    return handle

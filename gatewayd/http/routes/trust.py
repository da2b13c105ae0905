"""The page that brings the shop's own authority to phones, on the listener and on plain http.

Nobody needs a token: who has to trust us first cannot have logged in. What it shows is no secret.
"""

from http import HTTPStatus

from aiohttp import web

from config.schema import Language, Settings
from gatewayd.http.context import HttpContext
from gatewayd.http.plain_page import content_security_policy, stylesheet
from gatewayd.http.problems import Problem, not_found
from gatewayd.http.route import Answer, Call, Door, Route
from gatewayd.http.trust import Trust, page
from gatewayd.tls.addresses import lan_addresses
from gatewayd.tls.errors import TlsError

_TAG = "Service"
_CERTIFICATE_TYPE = "application/x-x509-ca-cert"


async def trust_page(call: Call) -> web.StreamResponse:
    """Show the page."""
    return show_page(call.context, call.request)


async def authority_file(call: Call) -> web.StreamResponse:
    """Give the certificate."""
    return show_certificate(call.context)


def show_page(context: HttpContext, request: web.Request) -> web.Response:
    """Write the page in the language that was asked for, or that the browser prefers."""
    style = stylesheet()
    return web.Response(
        text=page(_trust(context), _language(request, context.settings), style),
        content_type="text/html",
        headers={"Content-Security-Policy": content_security_policy(style)},
    )


def show_certificate(context: HttpContext) -> web.Response:
    """Give it so that phones offer to install it."""
    return web.Response(
        body=_trust(context).certificate,
        content_type=_CERTIFICATE_TYPE,
        headers={"Content-Disposition": 'attachment; filename="authority.crt"'},
    )


def _trust(context: HttpContext) -> Trust:
    try:
        found = None if context.certificates is None else context.certificates.authority()
    except TlsError as error:
        raise Problem(
            HTTPStatus.SERVICE_UNAVAILABLE, "authority_unreadable", f"{error}; tell IT"
        ) from error
    if found is None:
        raise not_found("authority of our own: see [http.tls] local_authority")
    certificate, fingerprint = found
    settings = context.settings
    http, plain = settings.http, settings.http_tls.plain_listen
    address = next(map(str, lan_addresses()), "127.0.0.1")
    named = [name for name in http.allowed_hosts if name.endswith(".local")]
    hosts = [*(named or http.allowed_hosts[:1]), _bracketed(address)]
    own = (
        f"http://{_bracketed(address)}:{plain.port}" if plain else f"https://{hosts[0]}:{http.port}"
    )
    return Trust(
        business=settings.gateway.name,
        certificate=certificate,
        fingerprint=fingerprint,
        address=f"{own}/trust",
        then=tuple(f"https://{host}:{http.port}/" for host in hosts),
    )


def _bracketed(address: str) -> str:
    return f"[{address}]" if ":" in address else address


def _language(request: web.Request, settings: Settings) -> Language:
    asked = request.query.get("lang") or request.headers.get("Accept-Language", "")[:2].lower()
    return Language(asked) if asked in set(Language) else settings.gateway.language


ROUTES = (
    Route(
        method="GET",
        path="/trust",
        handler=trust_page,
        access=Door.OPEN,
        tag=_TAG,
        summary="How to trust the shop's own authority, for people",
        answers={HTTPStatus.OK: Answer(media_type="text/html", description="The page")},
        problems=(HTTPStatus.NOT_FOUND, HTTPStatus.SERVICE_UNAVAILABLE),
    ),
    Route(
        method="GET",
        path="/trust/authority.crt",
        handler=authority_file,
        access=Door.OPEN,
        tag=_TAG,
        summary="The shop's own authority, to be installed",
        answers={HTTPStatus.OK: Answer(media_type=_CERTIFICATE_TYPE, description="In PEM form")},
        problems=(HTTPStatus.NOT_FOUND, HTTPStatus.SERVICE_UNAVAILABLE),
    ),
)

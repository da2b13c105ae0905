"""A person in a browser: their cookie, who they are, and whether our own page asked.

Owns the cookie's name and attributes and the defence against other sites' pages (CSRF). For the
API's gate and for the page alike; the session itself is the service's.
"""

import hmac
from collections.abc import Collection
from http import HTTPStatus
from urllib.parse import urlsplit

from aiohttp import web

from gatewayd.http.client import CLIENT
from gatewayd.http.peer import host_name
from gatewayd.http.problems import Problem
from gatewayd.services.sessions import LONGEST_MS, Begun, Session, Sessions, Visitor

COOKIE = "gatewayd_session"
CSRF_HEADER = "X-CSRF-Token"
CSRF_FIELD = "csrf_token"
"""The hidden field of a form that says the same as the header."""
SESSIONS = web.AppKey("sessions", Sessions)

_SESSION = web.RequestKey("session", Session)
# A page of another port or another name under the same domain is not ours either.
_OUR_SITES = {"same-origin", "none"}


async def session_of(request: web.Request) -> Session | None:
    """Find who is logged in with this request; None: nobody, or not any more."""
    if _SESSION in request:
        return request[_SESSION]
    secret = request.cookies.get(COOKIE)
    if not secret:
        return None
    session = await request.app[SESSIONS].recognise(secret)
    if session is not None:
        request[_SESSION] = session
    return session


def has_cookie(request: web.Request) -> bool:
    """Whether the request claims a session, whatever became of it."""
    return bool(request.cookies.get(COOKIE))


def visitor_of(request: web.Request) -> Visitor:
    """Tell where a log-in comes from."""
    address = request[CLIENT].address or "this machine"
    return Visitor(address=address, user_agent=request.headers.get("User-Agent", ""))


def keep(response: web.StreamResponse, request: web.Request, begun: Begun) -> None:
    """Give the browser its session."""
    # A header that a client forges could only make its own cookie stricter.
    by_tls = request[CLIENT].encrypted or request.headers.get("X-Forwarded-Proto") == "https"
    response.set_cookie(
        COOKIE,
        begun.secret,
        max_age=LONGEST_MS // 1000,
        path="/",
        httponly=True,
        samesite="Lax",
        secure=by_tls,
    )


def drop(response: web.StreamResponse) -> None:
    """Let the browser forget its session."""
    response.del_cookie(COOKIE, path="/", httponly=True, samesite="Lax")


def check_csrf(session: Session, token: str | None) -> None:
    """Raise Problem 403 unless ``token``, of the header or of a form, is this session's."""
    given = (token or "").encode("utf-8", "surrogateescape")
    if not hmac.compare_digest(given, session.csrf_token.encode("ascii")):
        raise Problem(
            HTTPStatus.FORBIDDEN,
            "csrf_missing",
            f"a change needs the header {CSRF_HEADER} with the token of GET /v1/session",
        )


def check_same_origin(request: web.Request, allowed_hosts: Collection[str]) -> None:
    """Raise Problem 403 where a browser says that a page of another site asks."""
    site = request.headers.get("Sec-Fetch-Site")
    origin = request.headers.get("Origin")
    if site is not None and site not in _OUR_SITES:
        raise _cross_site()
    if origin is not None and not _is_ours(origin, request, allowed_hosts):
        raise _cross_site()


def _is_ours(origin: str, request: web.Request, allowed_hosts: Collection[str]) -> bool:
    try:
        theirs = urlsplit(origin).netloc.lower()
    except ValueError:
        return False
    asked = request.headers.get("Host", "").lower()
    if theirs and theirs == asked:
        return True
    # Behind a proxy the port, or the whole Host, may be another than the browser's.
    return host_name(theirs) in {name.lower() for name in allowed_hosts}


def _cross_site() -> Problem:
    return Problem(
        HTTPStatus.FORBIDDEN,
        "cross_site",
        "a page of another site asks this; open the gateway's own page",
    )

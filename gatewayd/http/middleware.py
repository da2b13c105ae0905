"""Around every request: its id, its Host, its errors as problems, its figures.

Owns the request's barrier: an unforeseen exception ends one request, never the daemon.
"""

import asyncio
import re
import secrets
from collections.abc import Callable
from http import HTTPStatus

import structlog
from aiohttp import web
from aiohttp.typedefs import Handler, Middleware

from gatewayd.barrier import trace
from gatewayd.http.client import CLIENT, client_of
from gatewayd.http.context import HttpContext
from gatewayd.http.masked import masked
from gatewayd.http.peer import is_our_host
from gatewayd.http.problems import FORM, Form, Problem, from_http_exception
from storage.errors import StoreError

log = structlog.get_logger(__name__)

REQUEST_ID = web.RequestKey("request_id", str)

ProblemPage = Callable[[web.Request, Problem], web.Response | None]
PROBLEM_PAGE: web.AppKey[ProblemPage] = web.AppKey("problem_page")
"""Tells a browser of a problem; gives None where a program asked."""

_ID_HEADER = "X-Request-Id"
_ACCEPTABLE_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")


def around(context: HttpContext) -> Middleware:
    """Build the one middleware of the application."""

    @web.middleware
    async def answer(request: web.Request, handler: Handler) -> web.StreamResponse:
        given = request.headers.get(_ID_HEADER, "")
        request_id = given if _ACCEPTABLE_ID.fullmatch(given) else new_request_id()
        request[REQUEST_ID] = request_id
        request[CLIENT] = client_of(request, context.settings.http.trusted_proxies)
        loop = asyncio.get_running_loop()
        started = loop.time()
        response = await _within_barrier(context, request, handler)
        context.metrics.http_answered(
            method=request.method,
            route=_canonical(request),
            status=response.status,
            seconds=loop.time() - started if isinstance(response, web.Response) else None,
        )
        return response

    return answer


async def _within_barrier(
    context: HttpContext, request: web.Request, handler: Handler
) -> web.StreamResponse:
    request_id = request[REQUEST_ID]
    try:
        check_host(context, request)
        return await handler(request)
    except Problem as problem:
        return _refused(request, problem)
    except web.HTTPException as error:
        return _refused(request, from_http_exception(error, request.path))
    except StoreError as error:
        log.warning("request_store_unavailable", request_id=request_id, error=repr(error))
        what = "the store does not answer"
        if error.is_full:
            what = "the disk is full"
        elif error.is_damaged:
            what = "the database is damaged"
        trouble = Problem(
            HTTPStatus.SERVICE_UNAVAILABLE,
            "store_unavailable",
            f"{what}; nothing was done",
            headers={"Retry-After": "5"},
        )
        return _refused(request, trouble)
    except Exception as error:  # noqa: BLE001 - the request's barrier (DESIGN.md "Incoming")
        log.error(  # noqa: TRY400 - its words may quote a message
            "request_failed",
            request_id=request_id,
            route=_canonical(request),
            error=type(error).__name__,
            trace=trace(error),
        )
        trouble = Problem(
            HTTPStatus.INTERNAL_SERVER_ERROR,
            "internal_error",
            f"a fault in gatewayd; its log has the request id {request_id}",
        )
        return _refused(request, trouble)


def _refused(request: web.Request, problem: Problem) -> web.Response:
    form: Form | None = request.get(FORM)
    if form is not None:
        return form.refuse(problem)
    in_a_page: ProblemPage | None = request.app.get(PROBLEM_PAGE)
    page = None if in_a_page is None else in_a_page(request, problem)
    return masked(request, problem.response(request[REQUEST_ID])) if page is None else page


def check_host(context: HttpContext, request: web.Request) -> None:
    """Raise Problem where the request is meant for somebody else."""
    allowed = context.settings.http.allowed_hosts
    if not is_our_host(request, allowed, called=request[CLIENT].host):
        raise Problem(
            HTTPStatus.MISDIRECTED_REQUEST,
            "wrong_host",
            "this server does not go by that Host; see [http] allowed_hosts",
        )


async def mark(request: web.Request, response: web.StreamResponse) -> None:
    """Put the headers on every answer, also on streams, just before it is sent."""
    request_id = request.get(REQUEST_ID)
    if request_id is not None:
        response.headers[_ID_HEADER] = request_id
    response.headers.setdefault("Cache-Control", "no-store")
    response.headers["X-Content-Type-Options"] = "nosniff"


def new_request_id() -> str:
    """Make one, for the answer and the log."""
    return f"req_{secrets.token_hex(10)}"


def _canonical(request: web.Request) -> str:
    resource = request.match_info.route.resource
    return "unmatched" if resource is None else resource.canonical

"""Every error answer of the API: RFC 9457 problem details, with our fixed codes.

Owns the one error shape. Knows nothing of routes, services or the store.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus

from aiohttp import web

PROBLEM_TYPE = "application/problem+json"


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldProblem:
    """One thing wrong with the input; `pointer` is a JSON pointer (RFC 6901) into the body.

    Query parameters are pointed at as ``/query/NAME``, headers as ``/header/NAME``.
    """

    pointer: str
    detail: str


class Problem(Exception):  # noqa: N818  # RFC 9457's own name for it
    """Ends a request with an error answer."""

    def __init__(
        self,
        status: HTTPStatus,
        code: str,
        detail: str,
        *,
        errors: Sequence[FieldProblem] = (),
        headers: Mapping[str, str] | None = None,
        reasons: Sequence[str] = (),
        since: Sequence[object] = (),
    ) -> None:
        super().__init__(code)
        self.status = status
        self.code = code
        self.detail = detail
        self.errors = tuple(errors)
        self.headers = dict(headers or {})
        self.reasons = tuple(reasons)
        self.since = tuple(since)

    def response(self, request_id: str) -> web.Response:
        """Answer with it."""
        body: dict[str, object] = {
            "type": "about:blank",
            "title": self.status.phrase,
            "status": self.status.value,
            "detail": self.detail,
            "code": self.code,
            "request_id": request_id,
        }
        if self.errors:
            body["errors"] = [
                {"pointer": error.pointer, "detail": error.detail} for error in self.errors
            ]
        if self.reasons:
            body["reasons"] = list(self.reasons)
        if self.since:
            body["since"] = list(self.since)
        # ASCII: a detail may quote input that no UTF-8 can hold.
        return web.Response(
            status=self.status.value,
            body=json.dumps(body).encode("ascii"),
            content_type=PROBLEM_TYPE,
            headers=self.headers,
        )


@dataclass(frozen=True, slots=True)
class Form:
    """How an API that is not ours says that a request failed."""

    refuse: Callable[[Problem], web.Response]


FORM = web.RequestKey("form", Form)
"""Set by a handler whose errors are not problem details."""


def unprocessable(errors: Sequence[FieldProblem], *, code: str = "invalid_request") -> Problem:
    """Build the answer to input that is well formed but can't be accepted."""
    detail = "; ".join(f"{error.pointer}: {error.detail}" for error in errors[:3])
    return Problem(HTTPStatus.UNPROCESSABLE_ENTITY, code, detail, errors=errors)


def not_found(what: str) -> Problem:
    """Build the answer to an id or name that nothing has."""
    return Problem(HTTPStatus.NOT_FOUND, "not_found", f"there is no {what}")


def from_http_exception(error: web.HTTPException, path: str) -> Problem:
    """Translate what aiohttp's own router and reader raise."""
    status = HTTPStatus(error.status)
    headers: dict[str, str] = {}
    match error:
        case web.HTTPMethodNotAllowed():
            methods = sorted(error.allowed_methods)
            headers["Allow"] = ", ".join(methods)
            return Problem(
                status,
                "method_not_allowed",
                f"{path} answers {' and '.join(methods)}, not {error.method}",
                headers=headers,
            )
        case web.HTTPNotFound():
            return Problem(status, "not_found", f"there is nothing at {path}")
        case _:
            code = status.phrase.lower().replace(" ", "_").replace("-", "_")
            return Problem(status, code, error.reason or status.phrase)

"""What can go wrong between a program and the gateway, each as an error of its own.

Owns reading a refusal (RFC 9457). ``code`` is fixed: decide by it.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any


class GatewaydError(Exception):
    """The common ancestor: catch it to catch all of them."""


class UnreachableError(GatewaydError):
    """No connection was made, so nothing was asked; ``__cause__`` says why."""


class LostError(GatewaydError):
    """The connection ended before the answer was whole: the request may have taken effect."""

    def __init__(self, said: str, *, timed_out: bool = False) -> None:
        super().__init__(said)
        self.timed_out = timed_out


class UnexpectedAnswerError(GatewaydError):
    """What answers there is not a gatewayd, or not of a version that this client knows."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong with what was sent; ``pointer`` is a JSON pointer into it."""

    pointer: str
    detail: str


class RefusedError(GatewaydError):
    """The gateway answered with a problem."""

    def __init__(
        self,
        status: int,
        *,
        code: str = "",
        detail: str = "",
        request_id: str = "",
        faults: tuple[Fault, ...] = (),
        retry_after: float | None = None,
    ) -> None:
        super().__init__(detail or f"HTTP status {status}")
        self.status = status
        self.code = code
        self.detail = detail or f"HTTP status {status}"
        self.request_id = request_id
        self.faults = faults
        self.retry_after = retry_after
        """Seconds that the gateway asks us to wait."""


class UnauthorizedError(RefusedError):
    """401: no token, or one that is unknown or revoked."""


class ForbiddenError(RefusedError):
    """403: the token lacks the scope."""


class NotFoundError(RefusedError):
    """404: nothing has this id, or this token may not see it."""


class ConflictError(RefusedError):
    """409: not possible in the present state, such as ``changed_meanwhile`` or ``opted_out``."""


class GoneError(RefusedError):
    """410: an event cursor is older than what is kept, or a contact was merged or erased."""


class InvalidError(RefusedError):
    """422: ``faults`` points at each thing that cannot be."""


class TooManyRequestsError(RefusedError):
    """429: slower, please; ``retry_after`` says by how much."""


class UnavailableError(RefusedError):
    """503: stopping, or not ready yet."""


_BY_STATUS: Mapping[int, type[RefusedError]] = {
    HTTPStatus.UNAUTHORIZED: UnauthorizedError,
    HTTPStatus.FORBIDDEN: ForbiddenError,
    HTTPStatus.NOT_FOUND: NotFoundError,
    HTTPStatus.CONFLICT: ConflictError,
    HTTPStatus.GONE: GoneError,
    HTTPStatus.UNPROCESSABLE_ENTITY: InvalidError,
    HTTPStatus.TOO_MANY_REQUESTS: TooManyRequestsError,
    HTTPStatus.SERVICE_UNAVAILABLE: UnavailableError,
}


def refusal(status: int, raw: bytes, retry_after: str | None = None) -> RefusedError:
    """Read the answer to what was refused; whatever its body is, there is an error to raise."""
    problem = _problem(raw)
    errors = problem.get("errors")
    faults = tuple(
        Fault(pointer=str(one.get("pointer", "")), detail=str(one.get("detail", "")))
        for one in (errors if isinstance(errors, list) else [])
        if isinstance(one, dict)
    )
    return _BY_STATUS.get(status, RefusedError)(
        status,
        code=str(problem.get("code", "")),
        detail=str(problem.get("detail") or problem.get("title") or ""),
        request_id=str(problem.get("request_id", "")),
        faults=faults,
        retry_after=_seconds(retry_after),
    )


def _problem(raw: bytes) -> dict[str, Any]:
    try:
        problem = json.loads(raw)
    except ValueError:
        return {}
    return problem if isinstance(problem, dict) else {}


def _seconds(retry_after: str | None) -> float | None:
    """Read Retry-After; gatewayd writes seconds, and a date by a proxy is not worth its rules."""
    if retry_after is None or not (retry_after.isascii() and retry_after.isdigit()):
        return None
    return float(retry_after)

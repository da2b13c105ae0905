"""One request as it goes out and one answer as it comes in, whoever carries them."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any, Generic, TypeVar
from urllib.parse import quote, urlencode

from .errors import UnexpectedAnswerError, refusal

Json = dict[str, Any]
T_co = TypeVar("T_co", covariant=True)

CONNECT_SECONDS = 5.0
ANSWER_SECONDS = 30.0
SILENCE_SECONDS = 35.0
"""The gateway's heartbeat comes every 15 s; without two of them a stream is dead."""

_REPEATABLE = frozenset({"GET", "HEAD", "PUT", "DELETE"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Call(Generic[T_co]):
    """What to ask; ``T_co`` is the shape of its answer."""

    method: str
    path: str
    query: Mapping[str, object] = field(default_factory=dict)
    body: Mapping[str, object] | None = None
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def repeatable(self) -> bool:
        """Whether asking twice is as good as once."""
        return self.method in _REPEATABLE or "Idempotency-Key" in self.headers

    @property
    def target(self) -> str:
        """The path with its query; what is None is left out."""
        given = {name: _text(value) for name, value in self.query.items() if value is not None}
        return f"{self.path}?{urlencode(given)}" if given else self.path

    @property
    def content(self) -> bytes | None:
        """The body. ASCII with escapes: a text may hold what UTF-8 cannot."""
        return None if self.body is None else json.dumps(self.body).encode("ascii")


def _text(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


def path_of(*names: str) -> str:
    """Join names to a path; a name stays one whatever is in it."""
    return "".join(f"/{quote(name, safe='')}" for name in names)


def headers_of(call: Call[Any], token: str | None) -> dict[str, str]:
    """Write the headers of a request."""
    headers = {"Accept": "application/json", **call.headers}
    if call.body is not None:
        headers["Content-Type"] = "application/json"
    if token is not None:
        headers["Authorization"] = f"Bearer {token}"
    return headers


def answer_of(status: int, raw: bytes, retry_after: str | None = None) -> Json:
    """Read an answer; raises RefusedError, UnexpectedAnswerError."""
    if status >= HTTPStatus.BAD_REQUEST:
        raise refusal(status, raw, retry_after)
    if not raw.strip():
        return {}
    try:
        answer = json.loads(raw)
    except ValueError as error:
        raise UnexpectedAnswerError("the answer is not JSON") from error
    if not isinstance(answer, dict):
        raise UnexpectedAnswerError("the answer is no JSON object")
    return answer

"""One request to an API that is not ours: who asks, by whatever it calls a password, and what.

Owns the order of the checks, which is the gate's: token, scope, rate, then the body. Knows no
particular API.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from urllib.parse import parse_qsl

import structlog
from aiohttp import BasicAuth, web

from gatewayd.http.body import read_body
from gatewayd.http.client import CLIENT
from gatewayd.http.context import HttpContext
from gatewayd.http.gate import Gate
from gatewayd.http.problems import Problem
from gatewayd.http.route import TOKENS
from gatewayd.services.tokens import Principal, Scope

_log = structlog.get_logger(__name__)

_MOST_FIELDS = 100
_FORM = "application/x-www-form-urlencoded"

Fields = Mapping[str, bytes]
"""Parameters by name, not decoded yet: some APIs name the character set in another parameter."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """A request on its way in."""

    request: web.Request
    context: HttpContext
    gate: Gate

    async def body(self) -> bytes:
        """Read the body's bytes; raises Problem."""
        return await read_body(self.request, self.context.limits.body_bytes)

    async def fields(self) -> Fields:
        """Read the parameters of the query and, of a POST, of the form; raises Problem.

        Where a name is given twice, the form goes before the query, and then the first counts.
        """
        query = self.request.raw_path.partition("?")[2]
        pairs = _pairs(query.encode("utf-8", "surrogateescape"))
        if self.request.method == "POST":
            raw = await self.body()
            if raw and self.request.content_type != _FORM:
                raise Problem(
                    HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
                    "not_a_form",
                    f"the body must be a form: Content-Type: {_FORM}",
                )
            pairs = [*_pairs(raw), *pairs]
        found: dict[str, bytes] = {}
        for name, value in pairs:
            found.setdefault(name, value)
        return found

    async def enter(
        self, secret: str | None, *, scope: Scope, user: str | None = None
    ) -> Principal:
        """Recognise who asks; raises Problem. ``user``: the name that goes with the password."""
        principal = await self.request.app[TOKENS].recognise(secret.strip()) if secret else None
        if principal is None or (user is not None and user != principal.name):
            if secret:  # who shows nothing yet may only ask how to
                # Not what was given as a name: people put the password there.
                known = (
                    {} if principal is None else {"token": principal.name, "reason": "other_user"}
                )
                _log.info("token_refused", client=self.request[CLIENT].address, **known)
            raise Problem(
                HTTPStatus.UNAUTHORIZED,
                "token_invalid" if user is None else "password_invalid",
                "this token is unknown, was revoked, or has another name",
            )
        if not principal.may(scope):
            raise Problem(
                HTTPStatus.FORBIDDEN,
                "scope_missing",
                f"this needs the scope {scope}, which the token {principal.name!r} lacks",
            )
        self.pay(principal)
        self._check_running()
        return principal

    async def enter_by_header(self, *, scope: Scope) -> Principal:
        """Recognise who asks by ``Authorization``, Bearer or Basic; raises Problem."""
        given = self.request.headers.get("Authorization", "")
        kind, _, secret = given.partition(" ")
        if kind.lower() == "bearer":
            return await self.enter(secret.strip(), scope=scope)
        try:
            basic = BasicAuth.decode(given, encoding="utf-8") if given else None
        except ValueError:
            basic = None
        if basic is None:
            return await self.enter(None, scope=scope)
        return await self.enter(basic.password, scope=scope, user=basic.login)

    def pay(self, principal: Principal, requests: int = 1) -> None:
        """Take so many requests from the token's bucket; raises Problem where it is empty."""
        now_seconds = asyncio.get_running_loop().time()
        wait_seconds = self.gate.rates.take(principal.id, now_seconds=now_seconds, count=requests)
        if wait_seconds:
            raise Problem(
                HTTPStatus.TOO_MANY_REQUESTS,
                "too_many_requests",
                f"this token asks too often; try again in {wait_seconds} s",
                headers={"Retry-After": str(wait_seconds)},
            )

    def _check_running(self) -> None:
        if self.context.stopping.is_set():
            raise Problem(
                HTTPStatus.SERVICE_UNAVAILABLE,
                "stopping",
                "the gateway is shutting down",
                headers={"Retry-After": "5"},
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """One address of an API that is not ours."""

    methods: Sequence[str]
    path: str
    handler: Callable[[Visit], Awaitable[web.Response]]
    refuse: Callable[[Problem], web.Response]


def _pairs(raw: bytes) -> list[tuple[str, bytes]]:
    # Latin-1 keeps every byte what it is.
    try:
        found = parse_qsl(
            raw.decode("latin-1"),
            keep_blank_values=True,
            encoding="latin-1",
            max_num_fields=_MOST_FIELDS,
        )
    except ValueError as error:
        raise Problem(
            HTTPStatus.BAD_REQUEST, "too_many_fields", f"more than {_MOST_FIELDS} parameters"
        ) from error
    return [(name, value.encode("latin-1")) for name, value in found]


def text_of(fields: Fields, *names: str, charset: str = "utf-8") -> str | None:
    """Give the first of these parameters that is there as text; raises Problem for no text."""
    raw = next((fields[name] for name in names if name in fields), None)
    if raw is None:
        return None
    try:
        return raw.decode(charset)
    except UnicodeDecodeError as error:
        raise Problem(
            HTTPStatus.BAD_REQUEST, "not_text", f"{names[0]} is not text in {charset}"
        ) from error

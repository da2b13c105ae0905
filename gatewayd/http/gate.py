"""Admits a request to its route or answers why not: token, scope, rate, then body and query.

Owns the order of these checks. Knows no particular route.
"""

import asyncio
import hashlib
from http import HTTPStatus

from aiohttp import web

from gatewayd.http.body import read_body
from gatewayd.http.context import HttpContext
from gatewayd.http.jsonbody import body_as, query_as
from gatewayd.http.limits import RateLimiter
from gatewayd.http.peer import administrator_uid, is_on_this_machine, user_name
from gatewayd.http.problems import Problem
from gatewayd.http.route import Call, Door, Route
from gatewayd.services.tokens import Principal, PrincipalType, Scope, Tokens

_CHALLENGE = {"WWW-Authenticate": 'Bearer realm="gatewayd"'}


class Gate:
    """One per application: it remembers each token's rate."""

    def __init__(self, context: HttpContext, tokens: Tokens) -> None:
        self._context = context
        self._tokens = tokens
        self.rates = RateLimiter(
            per_second=context.limits.requests_per_second, burst=context.limits.burst
        )

    async def admit(self, route: Route, request: web.Request) -> Call:
        """Check all that stands before the handler; raises Problem."""
        principal = await self._identify(route, request)
        if principal is not None:
            self._check_scope(route, principal)
            self._check_rate(principal)
        if route.changes and self._context.stopping.is_set():
            raise Problem(
                HTTPStatus.SERVICE_UNAVAILABLE,
                "stopping",
                "the gateway is shutting down",
                headers={"Retry-After": "5"},
            )
        raw = await self._read(route, request)
        return Call(
            request=request,
            context=self._context,
            principal=principal,
            body=None if route.body is None else body_as(route.body, raw),
            query=None if route.query is None else query_as(route.query, request.query),
            body_digest=hashlib.sha256(raw).digest(),
        )

    async def _identify(self, route: Route, request: web.Request) -> Principal | None:
        if route.access is Door.OPEN:
            return None
        header = request.headers.get("Authorization")
        if header is not None:
            return await self._by_token(header)
        uid = administrator_uid(request)
        if uid is not None:
            return Principal(
                type=PrincipalType.LOCAL,
                id=f"uid:{uid}",
                name=user_name(uid),
                scopes=frozenset({Scope.ADMIN}),
            )
        if route.access is Door.LOOPBACK and is_on_this_machine(request):
            return None
        raise Problem(
            HTTPStatus.UNAUTHORIZED,
            "token_required",
            "send a token: Authorization: Bearer gw_…",
            headers=_CHALLENGE,
        )

    async def _by_token(self, header: str) -> Principal:
        kind, _, secret = header.partition(" ")
        secret = secret.strip()
        principal, detail = None, "this token is unknown or was revoked"
        if kind.lower() == "bearer" and secret:
            principal = await self._tokens.recognise(secret)
        else:
            detail = "this is no token; expected Authorization: Bearer gw_…"
        if principal is None:
            raise Problem(
                HTTPStatus.UNAUTHORIZED,
                "token_invalid",
                detail,
                headers={
                    "WWW-Authenticate": _CHALLENGE["WWW-Authenticate"] + ', error="invalid_token"'
                },
            )
        return principal

    def _check_scope(self, route: Route, principal: Principal) -> None:
        if isinstance(route.access, Scope) and not principal.may(route.access):
            raise Problem(
                HTTPStatus.FORBIDDEN,
                "scope_missing",
                f"this needs the scope {route.access}, which the token {principal.name!r} lacks",
            )

    def _check_rate(self, principal: Principal) -> None:
        if principal.type is not PrincipalType.TOKEN:
            return
        now_seconds = asyncio.get_running_loop().time()
        wait_seconds = self.rates.take(principal.id, now_seconds=now_seconds)
        if wait_seconds:
            raise Problem(
                HTTPStatus.TOO_MANY_REQUESTS,
                "too_many_requests",
                f"this token asks too often; try again in {wait_seconds} s",
                headers={"Retry-After": str(wait_seconds)},
            )

    async def _read(self, route: Route, request: web.Request) -> bytes:
        most = self._context.limits.body_bytes
        return await read_body(request, most, wanted=route.body is not None)

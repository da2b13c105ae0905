"""Admits a request to its route or answers why not: who, scope, rate, then body and query.

Owns the order of these checks. Knows no particular route.
"""

import asyncio
import hashlib
from collections.abc import Collection
from dataclasses import dataclass
from http import HTTPStatus

import structlog
from aiohttp import web

from gatewayd.http.body import read_body, read_file
from gatewayd.http.client import CLIENT
from gatewayd.http.context import HttpContext
from gatewayd.http.external import resolve
from gatewayd.http.jsonbody import body_as, query_as
from gatewayd.http.logged_in import (
    CSRF_HEADER,
    check_csrf,
    check_same_origin,
    has_cookie,
    session_of,
)
from gatewayd.http.masked import mark
from gatewayd.http.peer import administrator_uid, is_on_this_machine, user_name
from gatewayd.http.problems import Problem, not_found
from gatewayd.http.route import Call, Door, Route
from gatewayd.rates import RateLimiter
from gatewayd.services.sessions import Session
from gatewayd.services.sight import ids_in
from gatewayd.services.tokens import Principal, PrincipalType, Scope, Tokens
from storage import sight

_log = structlog.get_logger(__name__)
_CHALLENGE = {"WWW-Authenticate": 'Bearer realm="gatewayd"'}


Access = Scope | Door


@dataclass(frozen=True, slots=True, kw_only=True)
class Entered:
    """Who was admitted; ``session`` where they are logged in."""

    principal: Principal | None
    session: Session | None


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
        entered = await self.enter(
            route.access,
            request,
            changes=route.changes,
            csrf_token=request.headers.get(CSRF_HEADER),
        )
        raw = await self._read(route, request)
        body = None if route.body is None else body_as(route.body, raw)
        # Who sees every inbox may name anything.
        if body is not None and entered.principal and entered.principal.inboxes is not None:
            await self._check_seen(entered.principal, ids_in(body.model_dump()))
        return Call(
            request=request,
            context=self._context,
            principal=entered.principal,
            body=body,
            query=None if route.query is None else query_as(route.query, request.query),
            file=raw if route.file_types else b"",
            body_digest=hashlib.sha256(raw).digest(),
            session=entered.session,
        )

    async def enter(
        self, access: Access, request: web.Request, *, changes: bool, csrf_token: str | None
    ) -> Entered:
        """Tell who asks, and that they may; raises Problem.

        ``csrf_token`` is what a request that ``changes`` something shows to be our own page's.
        """
        shows_token = "Authorization" in request.headers
        if changes and not shows_token:
            check_same_origin(request, self._context.settings.http.allowed_hosts)
        # One who shows a token asks for themselves, whatever their cookies say.
        looked_for = access is not Door.OPEN and not shows_token
        session = await session_of(request) if looked_for else None
        if session is not None and changes:
            check_csrf(session, csrf_token)
        principal = (
            session.principal if session is not None else await self._identify(access, request)
        )
        if principal is not None:
            self._check_scope(access, principal)
            self._check_rate(principal)
            await resolve(self._context.store, request, may_see=principal.inboxes)
            await self._check_sight(principal, request)
        if changes and self._context.stopping.is_set():
            raise Problem(
                HTTPStatus.SERVICE_UNAVAILABLE,
                "stopping",
                "the gateway is shutting down",
                headers={"Retry-After": "5"},
            )
        await mark(request, principal)
        return Entered(principal=principal, session=session)

    async def _identify(self, access: Access, request: web.Request) -> Principal | None:
        if access is Door.OPEN:
            return None
        header = request.headers.get("Authorization")
        if header is not None:
            return await self._by_token(header, request)
        # A browser's request never counts as that of an account of this machine.
        claims_session = has_cookie(request)
        uid = administrator_uid(request)
        if uid is not None and not claims_session:
            return Principal(
                type=PrincipalType.LOCAL,
                id=f"uid:{uid}",
                name=user_name(uid),
                scopes=frozenset({Scope.ADMIN}),
            )
        if access is Door.LOOPBACK and is_on_this_machine(request):
            return None
        if claims_session:
            raise Problem(
                HTTPStatus.UNAUTHORIZED,
                "session_ended",
                "this session has ended; log in again",
                headers=_CHALLENGE,
            )
        raise Problem(
            HTTPStatus.UNAUTHORIZED,
            "token_required",
            "send a token: Authorization: Bearer gw_…",
            headers=_CHALLENGE,
        )

    async def _by_token(self, header: str, request: web.Request) -> Principal:
        kind, _, secret = header.partition(" ")
        secret = secret.strip()
        principal, detail = None, "this token is unknown or was revoked"
        if kind.lower() == "bearer" and secret:
            principal = await self._tokens.recognise(secret)
        else:
            detail = "this is no token; expected Authorization: Bearer gw_…"
        if principal is None:
            _log.info("token_refused", client=request[CLIENT].address)
            raise Problem(
                HTTPStatus.UNAUTHORIZED,
                "token_invalid",
                detail,
                headers={
                    "WWW-Authenticate": _CHALLENGE["WWW-Authenticate"] + ', error="invalid_token"'
                },
            )
        return principal

    def _check_scope(self, access: Access, principal: Principal) -> None:
        if isinstance(access, Scope) and not principal.may(access):
            raise Problem(
                HTTPStatus.FORBIDDEN,
                "scope_missing",
                f"this needs the scope {access}, which {_whose(principal)} lacks",
            )
        if access is Door.SESSION and principal.type is not PrincipalType.PERSON:
            raise Problem(
                HTTPStatus.FORBIDDEN,
                "session_required",
                "this is for a person who is logged in, not for a program",
            )

    async def _check_sight(self, principal: Principal, request: web.Request) -> None:
        """What lies in an inbox that they do not see is not there for them, on any route."""
        if principal.inboxes is None:
            return
        named = request.match_info
        inbox = named.get("name" if request.path.startswith("/v1/inboxes/") else "inbox")
        if inbox is not None and not principal.may_see(inbox):
            raise not_found(f"inbox {inbox!a}")
        await self._check_seen(principal, [*named.values()])

    async def _check_seen(self, principal: Principal, ids: Collection[str]) -> None:
        if principal.inboxes is None or not ids:
            return
        async with self._context.store.read() as tx:
            unseen = await sight.unseen_of(tx, ids, principal.inboxes)
        if unseen:
            raise not_found(f"{min(unseen)!a}")

    def _check_rate(self, principal: Principal) -> None:
        if principal.type is PrincipalType.LOCAL:
            return
        now_seconds = asyncio.get_running_loop().time()
        wait_seconds = self.rates.take(principal.id, now_seconds=now_seconds)
        if wait_seconds:
            raise Problem(
                HTTPStatus.TOO_MANY_REQUESTS,
                "too_many_requests",
                f"{_whose(principal)} asks too often; try again in {wait_seconds} s",
                headers={"Retry-After": str(wait_seconds)},
            )

    async def _read(self, route: Route, request: web.Request) -> bytes:
        if route.file_types:
            return await read_file(request, self._context.limits.file_bytes)
        most = self._context.limits.body_bytes
        return await read_body(request, most, wanted=route.body is not None)


def _whose(principal: Principal) -> str:
    """Name in an answer what the asker has shown."""
    by_token = principal.type is PrincipalType.TOKEN
    return f"the token {principal.name!r}" if by_token else "your role"

"""Routes of tokens."""

from http import HTTPStatus

from aiohttp import web

from gatewayd.http import answers
from gatewayd.http.models.base import moment_at, moment_of
from gatewayd.http.models.tokens import NewToken, Token, TokenIn, TokenPage
from gatewayd.http.problems import FieldProblem, not_found, unprocessable
from gatewayd.http.route import STREAMS, TOKENS, Answer, Call, Route
from gatewayd.services.tokens import Scope, UnfitToken, UnknownScopes, parse_scopes
from storage.tokens import TokenRow

_TAG = "Tokens"


async def create_token(call: Call) -> web.StreamResponse:
    """Make one and show its secret, this once."""
    asked: TokenIn = call.body
    scopes = parse_scopes(asked.scopes)
    if isinstance(scopes, UnknownScopes):
        raise unprocessable(
            [FieldProblem(pointer="/scopes", detail=scopes.reason)], code="scope_unknown"
        )
    created = await call.request.app[TOKENS].create(
        name=asked.name,
        scopes=scopes,
        inboxes=asked.inboxes,
        person_id=asked.user,
        by=call.author,
    )
    if isinstance(created, UnfitToken):
        wrong = FieldProblem(pointer=f"/{created.field}", detail=created.detail)
        raise unprocessable([wrong], code=created.code)
    row, secret = created
    made = NewToken(**_token(row).model_dump(), token=secret)
    headers = {"Location": f"/v1/tokens/{row.id}"}
    return answers.json_of(made, status=HTTPStatus.CREATED, headers=headers)


async def list_tokens(call: Call) -> web.StreamResponse:
    """List all; there are few, so one page holds them."""
    rows = await call.request.app[TOKENS].list_all()
    return answers.json_of(TokenPage(items=[_token(row) for row in rows]))


async def revoke_token(call: Call) -> web.StreamResponse:
    """End one, and its open streams with it."""
    token_id = call.request.match_info["id"]
    if not await call.request.app[TOKENS].revoke(token_id, by=call.author):
        raise not_found(f"token {token_id!a} that is in force")
    call.request.app[STREAMS].end_of(token_id)
    return web.Response(status=HTTPStatus.NO_CONTENT)


def _token(row: TokenRow) -> Token:
    return Token(
        id=row.id,
        name=row.name,
        scopes=list(row.scopes),
        created_at=moment_at(row.created_at_ms),
        last_used_at=moment_of(row.last_used_at_ms),
        revoked_at=moment_of(row.revoked_at_ms),
        inboxes=None if row.inboxes is None else list(row.inboxes),
        user=row.person_id,
    )


ROUTES = (
    Route(
        method="POST",
        path="/v1/tokens",
        handler=create_token,
        access=Scope.ADMIN,
        tag=_TAG,
        summary="Make a token; its secret is in this answer only",
        body=TokenIn,
        answers={HTTPStatus.CREATED: Answer(model=NewToken, description="The token")},
    ),
    Route(
        method="GET",
        path="/v1/tokens",
        handler=list_tokens,
        access=Scope.ADMIN,
        tag=_TAG,
        summary="All tokens, without their secrets",
        answers={HTTPStatus.OK: Answer(model=TokenPage, description="All, on one page")},
    ),
    Route(
        method="DELETE",
        path="/v1/tokens/{id}",
        handler=revoke_token,
        access=Scope.ADMIN,
        tag=_TAG,
        summary="Revoke a token, at once",
        answers={
            HTTPStatus.NO_CONTENT: Answer(media_type="", description="It opens nothing any more")
        },
    ),
)

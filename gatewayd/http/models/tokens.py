"""Tokens on the wire; the secret only in the answer to its making."""

from typing import Annotated

from pydantic import Field

from gatewayd.http.models.base import Input, Moment, Output, Page
from gatewayd.http.models.shapes import PRINTABLE
from gatewayd.services.tokens import Scope


class TokenIn(Input):
    """A token to make."""

    name: Annotated[str, Field(min_length=1, max_length=64, pattern=PRINTABLE)]
    scopes: Annotated[
        list[str],
        Field(min_length=1, max_length=20, json_schema_extra={"items": {"enum": list(Scope)}}),
    ]
    inboxes: Annotated[
        list[Annotated[str, Field(max_length=64)]] | None,
        Field(min_length=1, max_length=100, description="the only ones that it opens; null: all"),
    ] = None
    user: Annotated[
        str | None, Field(max_length=64, description="the id of the user with whom it ends")
    ] = None


class Token(Output):
    """A token, without its secret."""

    id: str
    name: str
    scopes: list[str]
    created_at: Moment
    last_used_at: Annotated[Moment | None, Field(description="to within five minutes")]
    revoked_at: Moment | None
    inboxes: Annotated[list[str] | None, Field(description="null: all")]
    user: Annotated[str | None, Field(description="the id of the user with whom it ends")]


class NewToken(Token):
    """A token just made."""

    token: Annotated[str, Field(description="the secret, shown this once")]


class TokenPage(Page[Token]):
    """Tokens, newest first."""

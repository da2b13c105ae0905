"""Owns the tokens' rows: hashes and scopes, never a token itself."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import bindparam, insert, select, update
from sqlalchemy.engine import RowMapping
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.glance import Glance
from storage.ids import Prefix, new_id
from storage.prepared import Prepared
from storage.schema import tokens


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenRow:
    """A token as stored. Times are UTC milliseconds."""

    id: str
    name: str
    scopes: tuple[str, ...]
    created_at_ms: int
    last_used_at_ms: int | None
    revoked_at_ms: int | None
    inboxes: tuple[str, ...] | None
    """The only ones that it opens; None: all."""
    person_id: str | None
    """Whose it is, and with whom it ends; None: a program's."""


_BY_HASH = Prepared(
    select(tokens).where(tokens.c.hash == bindparam("token_hash"), tokens.c.revoked_at_ms.is_(None))
)
_TOUCH = (
    update(tokens)
    .where(tokens.c.id == bindparam("token_id"))
    .values(last_used_at_ms=bindparam("now"))
)
_REVOKE = (
    update(tokens)
    .where(tokens.c.id == bindparam("token_id"), tokens.c.revoked_at_ms.is_(None))
    .values(revoked_at_ms=bindparam("now"))
)


async def create(
    tx: AsyncConnection,
    *,
    hash_: bytes,
    name: str,
    scopes: Sequence[str],
    inboxes: Sequence[str] | None,
    person_id: str | None,
    now_ms: int,
) -> TokenRow:
    """Insert a token by the hash of its secret."""
    row = TokenRow(
        id=new_id(Prefix.TOKEN, now_ms=now_ms),
        name=name,
        scopes=tuple(scopes),
        created_at_ms=now_ms,
        last_used_at_ms=None,
        revoked_at_ms=None,
        inboxes=None if inboxes is None else tuple(inboxes),
        person_id=person_id,
    )
    await tx.execute(
        insert(tokens),
        {
            "id": row.id,
            "hash": hash_,
            "name": name,
            "scopes": list(row.scopes),
            "created_at_ms": now_ms,
            "inboxes": None if inboxes is None else list(inboxes),
            "person_id": person_id,
        },
    )
    return row


async def find_by_hash(tx: AsyncConnection | Glance, hash_: bytes) -> TokenRow | None:
    """Find a token that has not been revoked."""
    row = (await _BY_HASH.execute(tx, {"token_hash": hash_})).one_or_none()
    return None if row is None else _token(row._asdict())


async def list_all(tx: AsyncConnection) -> list[TokenRow]:
    """List all tokens, the revoked too, newest first."""
    rows = await tx.execute(select(tokens).order_by(tokens.c.created_at_ms.desc(), tokens.c.id))
    return [_token(row) for row in rows.mappings()]


async def revoke(tx: AsyncConnection, *, token_id: str, now_ms: int) -> bool:
    """End a token; false when there is none such, or it had ended."""
    return (await tx.execute(_REVOKE, {"token_id": token_id, "now": now_ms})).rowcount == 1


async def touch(tx: AsyncConnection, *, token_id: str, now_ms: int) -> None:
    """Note that a token was used; the caller does so now and then, not at each request."""
    await tx.execute(_TOUCH, {"token_id": token_id, "now": now_ms})


def _token(row: RowMapping | Mapping[str, Any]) -> TokenRow:
    return TokenRow(
        id=row["id"],
        name=row["name"],
        scopes=tuple(row["scopes"]),
        created_at_ms=row["created_at_ms"],
        last_used_at_ms=row["last_used_at_ms"],
        revoked_at_ms=row["revoked_at_ms"],
        inboxes=None if row["inboxes"] is None else tuple(row["inboxes"]),
        person_id=row["person_id"],
    )

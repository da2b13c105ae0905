"""Owns Idempotency-Key records: the first answer to a request, kept with what it made.

``begin`` and ``finish`` belong in the one transaction that does what was asked: then a crash
leaves both or neither. A record goes when its message is erased.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeAlias

from sqlalchemy import bindparam, delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.changes import Json
from storage.prepared import Prepared
from storage.schema import idempotency_keys


@dataclass(frozen=True, slots=True, kw_only=True)
class Fresh:
    """The key is new and now ours: do the work, then ``finish``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Replay:
    """The request was answered before, like this."""

    status: int
    body: Mapping[str, Json] | None
    message_id: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Mismatch:
    """The key was used for another body."""


@dataclass(frozen=True, slots=True, kw_only=True)
class InProgress:
    """The first request with this key has begun in another transaction and not finished."""


Begun: TypeAlias = Fresh | Replay | Mismatch | InProgress

_OURS = (
    idempotency_keys.c.token_id == bindparam("of_token"),
    idempotency_keys.c.key == bindparam("of_key"),
)
_FIND = Prepared(select(idempotency_keys).where(*_OURS))
_INSERT = Prepared(insert(idempotency_keys))
_FORGET = delete(idempotency_keys).where(*_OURS)
_FINISH = Prepared(
    update(idempotency_keys)
    .where(*_OURS, idempotency_keys.c.status.is_(None))
    .values(
        status=bindparam("with_status"),
        body=bindparam("with_body", type_=idempotency_keys.c.body.type),
        message_id=bindparam("of_message"),
    )
)


async def begin(
    tx: AsyncConnection,
    *,
    token_id: str,
    key: str,
    body_digest: bytes,
    now_ms: int,
    valid_ms: int | None = None,
) -> Begun:
    """Claim the key for this token, or tell what became of the request that has it.

    With ``valid_ms`` a key that was claimed longer ago than that counts as new.
    """
    query = {"of_token": token_id, "of_key": key}
    row = (await _FIND.execute(tx, query)).one_or_none()
    if row is not None and valid_ms is not None and row.created_at_ms < now_ms - valid_ms:
        await tx.execute(_FORGET, query)
        row = None
    if row is None:
        await _INSERT.execute(
            tx,
            {
                "token_id": token_id,
                "key": key,
                "body_digest": body_digest,
                "created_at_ms": now_ms,
            },
        )
        return Fresh()
    if row.body_digest != body_digest:
        return Mismatch()
    if row.status is None:
        return InProgress()
    return Replay(status=row.status, body=row.body, message_id=row.message_id)


async def finish(
    tx: AsyncConnection,
    *,
    token_id: str,
    key: str,
    status: int,
    body: Mapping[str, Json] | None,
    message_id: str | None,
) -> bool:
    """Keep the answer under the key; false when it was not begun or had one."""
    values = {
        "of_token": token_id,
        "of_key": key,
        "with_status": status,
        "with_body": None if body is None else dict(body),
        "of_message": message_id,
    }
    return (await _FINISH.execute(tx, values)).rowcount == 1


async def forget(tx: AsyncConnection, *, token_id: str, key: str) -> None:
    """Let a key be new again: what was to be done under it was not."""
    await tx.execute(_FORGET, {"of_token": token_id, "of_key": key})


async def prune(tx: AsyncConnection, before_ms: int) -> int:
    """Forget keys first used before ``before_ms``; give how many."""
    old = delete(idempotency_keys).where(idempotency_keys.c.created_at_ms < before_ms)
    return (await tx.execute(old)).rowcount

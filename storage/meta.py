"""Owns single facts about the store itself: the salt of its digests, and the newest time it saw."""

import hashlib
import hmac
import secrets

from sqlalchemy import delete, func, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.schema import changes, meta

_SALT = "salt"
_SALT_BYTES = 32
_OVERRULED = "clock_overruled"
_LAST_EVENTS = 200


async def salt(tx: AsyncConnection) -> bytes:
    """Give the store's secret salt, made at the first call; needs a write transaction."""
    found = await known_salt(tx)
    if not found:
        found = secrets.token_bytes(_SALT_BYTES)
        await tx.execute(insert(meta), {"key": _SALT, "value": found})
    return found


async def known_salt(tx: AsyncConnection) -> bytes:
    """Give the store's secret salt in a transaction that only reads; empty before the first."""
    found: bytes | None = (
        await tx.execute(select(meta.c.value).where(meta.c.key == _SALT))
    ).scalar_one_or_none()
    return found or b""


def digest(salt_: bytes, value: bytes) -> bytes:
    """Digest bytes so that nobody without the store can test a guess (a number, a text)."""
    return hmac.new(salt_, value, hashlib.sha256).digest()


async def newest_ms(tx: AsyncConnection) -> int:
    """Tell the latest time of the last events, 0 without one: no honest clock is before it.

    Of several, since a start writes events before anybody has looked at its clock.
    """
    last = select(changes.c.created_at_ms).order_by(changes.c.seq.desc()).limit(_LAST_EVENTS)
    query = select(func.max(last.subquery().c.created_at_ms))
    found: int | None = (await tx.execute(query)).scalar_one_or_none()
    return found or 0


async def overruled_ms(tx: AsyncConnection) -> int:
    """Tell up to which time the events are known to be dated by a clock that ran ahead; 0: none."""
    query = select(meta.c.value).where(meta.c.key == _OVERRULED)
    found: bytes | None = (await tx.execute(query)).scalar_one_or_none()
    return 0 if found is None else int(found)


async def overrule(tx: AsyncConnection, until_ms: int) -> None:
    """Note that events dated up to ``until_ms`` prove nothing about the clock."""
    await tx.execute(delete(meta).where(meta.c.key == _OVERRULED))
    await tx.execute(insert(meta), {"key": _OVERRULED, "value": str(until_ms).encode()})

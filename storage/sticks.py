"""Owns what is remembered of the USB stick that a modem was found on: one JSON value a modem."""

from sqlalchemy import delete, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.schema import meta

_KEY = "stick:"


async def recall(tx: AsyncConnection, modem: str) -> bytes | None:
    """What was remembered last, as it was given."""
    query = select(meta.c.value).where(meta.c.key == _KEY + modem)
    found: bytes | None = (await tx.execute(query)).scalar_one_or_none()
    return found


async def remember(tx: AsyncConnection, *, modem: str, value: bytes) -> None:
    """Keep it from now on."""
    await tx.execute(delete(meta).where(meta.c.key == _KEY + modem))
    await tx.execute(insert(meta), {"key": _KEY + modem, "value": value})

"""Owns which SIM a modem serves, and whether its own memory may hold another SIM's messages."""

from sqlalchemy import delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.schema import meta, modems

_KEY = "memory_in_doubt:"


async def served(tx: AsyncConnection, modem: str) -> str | None:
    """The ICCID that a modem served last; None for a modem that has served none that it told."""
    found: str | None = (
        await tx.execute(select(modems.c.iccid).where(modems.c.name == modem))
    ).scalar_one_or_none()
    return found


async def serve(tx: AsyncConnection, *, modem: str, iccid: str, now_ms: int) -> None:
    """Let a modem serve this SIM from now on."""
    values = {"iccid": iccid, "updated_at_ms": now_ms}
    changed = await tx.execute(update(modems).where(modems.c.name == modem).values(values))
    if changed.rowcount == 0:
        await tx.execute(insert(modems), {"name": modem, "muted": False, **values})


async def in_doubt(tx: AsyncConnection, modem: str) -> bool:
    """Whether nobody knows which SIM the messages in the modem's own memory were sent to."""
    query = select(meta.c.key).where(meta.c.key == _KEY + modem)
    return (await tx.execute(query)).first() is not None


async def doubt(tx: AsyncConnection, modem: str) -> None:
    """Note that nobody knows it."""
    await settle(tx, modem)
    await tx.execute(insert(meta), {"key": _KEY + modem, "value": b""})


async def settle(tx: AsyncConnection, modem: str) -> None:
    """Note that what lies there from now on is the served SIM's."""
    await tx.execute(delete(meta).where(meta.c.key == _KEY + modem))

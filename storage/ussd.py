"""Owns the memory of the form in which a modem wants its USSD requests."""

from sqlalchemy import delete, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.schema import meta

_KEY = "ussd_form:"


async def recall_form(tx: AsyncConnection, modem: str) -> str | None:
    """Tell which form worked last with this modem; None before the first."""
    query = select(meta.c.value).where(meta.c.key == _KEY + modem)
    found: bytes | None = (await tx.execute(query)).scalar_one_or_none()
    return None if found is None else found.decode("ascii")


async def remember_form(tx: AsyncConnection, modem: str, form: str) -> None:
    """Remember which form works with this modem."""
    await tx.execute(delete(meta).where(meta.c.key == _KEY + modem))
    await tx.execute(insert(meta), {"key": _KEY + modem, "value": form.encode("ascii")})

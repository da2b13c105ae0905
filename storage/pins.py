"""Owns the memory of PINs that a SIM refused: a salted digest per SIM, never the PIN."""

from enum import StrEnum

from sqlalchemy import delete, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from storage import meta
from storage.schema import meta as facts

_KEY = "pin_refused:"


class PinMemory(StrEnum):
    """What is remembered of a SIM and a PIN."""

    NONE_REFUSED = "none_refused"
    ANOTHER_REFUSED = "another_refused"
    THIS_REFUSED = "this_refused"


async def recall(tx: AsyncConnection, *, holder: str, pin: str) -> PinMemory:
    """Tell what this SIM (its ICCID, else the modem's IMEI) did with this PIN before."""
    query = select(facts.c.value).where(facts.c.key == _KEY + holder)
    refused: bytes | None = (await tx.execute(query)).scalar_one_or_none()
    if refused is None:
        return PinMemory.NONE_REFUSED
    same = refused == meta.digest(await meta.salt(tx), pin.encode())
    return PinMemory.THIS_REFUSED if same else PinMemory.ANOTHER_REFUSED


async def remember_refused(tx: AsyncConnection, *, holder: str, pin: str) -> None:
    """Remember that this SIM refused this PIN; the last one counts."""
    await forget(tx, holder=holder)
    value = meta.digest(await meta.salt(tx), pin.encode())
    await tx.execute(insert(facts), {"key": _KEY + holder, "value": value})


async def forget(tx: AsyncConnection, *, holder: str) -> None:
    """Forget what this SIM refused."""
    await tx.execute(delete(facts).where(facts.c.key == _KEY + holder))

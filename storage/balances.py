"""Owns the last balance that each modem's SIM was read to have, and the last try to read it."""

from dataclasses import asdict, dataclass

from sqlalchemy import bindparam, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.schema import balances


@dataclass(frozen=True, slots=True, kw_only=True)
class BalanceRow:
    """What is known of one modem's SIM. Times are UTC milliseconds.

    ``micros`` and ``read_at_ms`` are of the last try that succeeded, ``failure`` of the last one.
    """

    modem: str
    iccid: str | None
    micros: int | None
    currency: str | None
    read_at_ms: int | None
    tried_at_ms: int
    failure: str | None


_ONE = select(balances).where(balances.c.modem == bindparam("of_modem"))


async def get(tx: AsyncConnection, modem: str) -> BalanceRow | None:
    """Read what is known; None before the first try."""
    row = (await tx.execute(_ONE, {"of_modem": modem})).mappings().one_or_none()
    return None if row is None else BalanceRow(**row)


async def put(tx: AsyncConnection, row: BalanceRow) -> None:
    """Remember the outcome of a try."""
    facts = asdict(row)
    changed = await tx.execute(update(balances).where(balances.c.modem == row.modem).values(facts))
    if changed.rowcount == 0:
        await tx.execute(insert(balances), facts)

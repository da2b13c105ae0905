"""Owns knowing again, by a salted digest, a number whose erased contact had opted out."""

from sqlalchemy import bindparam, delete, insert, select, update
from sqlalchemy.engine import RowMapping
from sqlalchemy.ext.asyncio import AsyncConnection

from storage import meta
from storage.prepared import Prepared
from storage.schema import kept_opt_outs, opt_outs

_ANY = Prepared(select(kept_opt_outs.c.inbox).limit(1))
_OF = select(kept_opt_outs).where(kept_opt_outs.c.digest == bindparam("of_number"))


async def refused(tx: AsyncConnection, number: str) -> set[tuple[str, str]]:
    """Tell which inboxes and business numbers a number, of no contact now, opted out of."""
    if (await _ANY.execute(tx, {})).one_or_none() is None:
        return set()
    digest = meta.digest(await meta.known_salt(tx), number.encode())
    rows = await tx.execute(_OF, {"of_number": digest})
    return {(row.inbox, row.business_number) for row in rows}


async def restore(tx: AsyncConnection, number: str, contact_id: str) -> None:
    """Let what a number opted out of hold for the contact that it is of from now on.

    Where another of the contact's numbers opted out of the same, the stricter one holds.
    """
    if (await _ANY.execute(tx, {})).one_or_none() is None:
        return
    digest = meta.digest(await meta.known_salt(tx), number.encode())
    for kept in (await tx.execute(_OF, {"of_number": digest})).mappings().all():
        await _hold(tx, kept, contact_id)
    await tx.execute(delete(kept_opt_outs).where(kept_opt_outs.c.digest == digest))


async def _hold(tx: AsyncConnection, kept: RowMapping, contact_id: str) -> None:
    key = {"contact_id": contact_id} | {name: kept[name] for name in ("inbox", "business_number")}
    of_it = [opt_outs.c[name] == value for name, value in key.items()]
    before = (await tx.execute(select(opt_outs).where(*of_it))).mappings().one_or_none()
    both = [kept] if before is None else [kept, before]
    untils = [row["until_ms"] for row in both]
    holds = {
        "since_ms": min(row["since_ms"] for row in both),
        "until_ms": None if None in untils else max(untils),
    }
    if before is None:
        await tx.execute(insert(opt_outs), {**key, **holds})
    else:
        await tx.execute(update(opt_outs).where(*of_it).values(holds))

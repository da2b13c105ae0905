"""Owns knowing again, by a salted digest, a number whose erased contact had opted out."""

from sqlalchemy import bindparam, delete, insert, select
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
    """Let what a number opted out of hold for the contact that it is of from now on."""
    if (await _ANY.execute(tx, {})).one_or_none() is None:
        return
    digest = meta.digest(await meta.known_salt(tx), number.encode())
    for row in (await tx.execute(_OF, {"of_number": digest})).mappings().all():
        held = {name: row[name] for name in row if name != "digest"}
        await tx.execute(insert(opt_outs), {**held, "contact_id": contact_id})
    await tx.execute(delete(kept_opt_outs).where(kept_opt_outs.c.digest == digest))

"""Owns knowing again a number whose erased contact had opted out or was blocked.

By a digest of the number with the store's secret key (HMAC): it is known again when it is met. Who
has the whole store could try numbers one after the other; who has less can do nothing with it.
"""

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import bindparam, delete, insert, or_, select, update
from sqlalchemy.engine import RowMapping
from sqlalchemy.ext.asyncio import AsyncConnection

from storage import meta
from storage.prepared import Prepared
from storage.schema import kept_blocks, kept_opt_outs, opt_outs

_ANY = Prepared(
    select(
        or_(select(kept_opt_outs.c.digest).exists(), select(kept_blocks.c.digest).exists()).label(
            "any"
        )
    )
)
_OPT_OUTS = select(kept_opt_outs).where(kept_opt_outs.c.digest == bindparam("of_number"))
_BLOCK = select(kept_blocks.c.blocked_at_ms).where(kept_blocks.c.digest == bindparam("of_number"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """What still speaks against a number that is of no contact.

    ``opt_outs`` are of an inbox and a number of ours each.
    """

    opt_outs: frozenset[tuple[str, str]] = frozenset()
    blocked: bool = False

    def opted_out(self, inbox: str, business_numbers: Collection[str]) -> bool:
        """Whether an opt-out holds for an inbox, or for one of its numbers."""
        return any(each == inbox or ours in business_numbers for each, ours in self.opt_outs)


NOTHING = Kept()


async def kept(tx: AsyncConnection, number: str) -> Kept:
    """Tell what speaks against a number that is of no contact now."""
    digest = await _digest(tx, number)
    if digest is None:
        return NOTHING
    rows = await tx.execute(_OPT_OUTS, {"of_number": digest})
    blocked = (await tx.execute(_BLOCK, {"of_number": digest})).first() is not None
    out = frozenset((row.inbox, row.business_number) for row in rows)
    return Kept(opt_outs=out, blocked=blocked)


async def keep_opt_outs(tx: AsyncConnection, contact_id: str, numbers: Collection[str]) -> None:
    """Let the opt-outs of a contact that is erased hold for its numbers."""
    of_it = opt_outs.c.contact_id == contact_id
    rows = (await tx.execute(select(opt_outs).where(of_it))).mappings().all()
    salt = await meta.salt(tx)
    for digest in [meta.digest(salt, number.encode()) for number in numbers]:
        await tx.execute(delete(kept_opt_outs).where(kept_opt_outs.c.digest == digest))
        for row in rows:
            held = {name: row[name] for name in row if name != "contact_id"}
            await tx.execute(insert(kept_opt_outs), {**held, "digest": digest})


async def keep_block(
    tx: AsyncConnection, numbers: Collection[str], *, blocked_at_ms: int | None
) -> None:
    """Let the block of a contact that is erased, where there is one, hold for its numbers."""
    salt = await meta.salt(tx)
    for digest in [meta.digest(salt, number.encode()) for number in numbers]:
        await tx.execute(delete(kept_blocks).where(kept_blocks.c.digest == digest))
        if blocked_at_ms is not None:
            row = {"digest": digest, "blocked_at_ms": blocked_at_ms}
            await tx.execute(insert(kept_blocks), row)


async def restore(tx: AsyncConnection, number: str, contact_id: str) -> int | None:
    """Let what holds for a number hold for the contact that it is of now.

    Gives since when it is blocked, which is for the caller to let hold; None: it is not.
    """
    digest = await _digest(tx, number)
    if digest is None:
        return None
    for row in (await tx.execute(_OPT_OUTS, {"of_number": digest})).mappings().all():
        await _hold(tx, row, contact_id)
    await tx.execute(delete(kept_opt_outs).where(kept_opt_outs.c.digest == digest))
    at_ms: int | None = (await tx.execute(_BLOCK, {"of_number": digest})).scalar_one_or_none()
    await tx.execute(delete(kept_blocks).where(kept_blocks.c.digest == digest))
    return at_ms


async def _hold(tx: AsyncConnection, kept: RowMapping, contact_id: str) -> None:
    """Let an opt-out hold; where another of its numbers has it too, the stricter one holds."""
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


async def _digest(tx: AsyncConnection, number: str) -> bytes | None:
    """Give what a number is known by; None where nothing is kept of any."""
    anything = (await _ANY.execute(tx, {})).one_or_none()
    if anything is None or not anything.any:
        return None
    return meta.digest(await meta.known_salt(tx), number.encode())

"""Owns what stands in place of an erased contact's number, where something may still be about it.

A delivery report can come after the erasure. By its stand-in, a keyed digest, it finds its part,
and the number itself is not written down again.
"""

from collections.abc import Collection

from sqlalchemy import bindparam, select
from sqlalchemy.ext.asyncio import AsyncConnection

from storage import meta
from storage.prepared import Prepared
from storage.schema import IN_FLIGHT, IS_ACCEPTED, contact_numbers, parts, reports
from storage.scrubbing import ERASED

_IS_CONTACT = Prepared(
    select(contact_numbers.c.contact_id).where(contact_numbers.c.number == bindparam("the_number"))
)
_THEIRS = parts.c.destination == bindparam("the_stand_in")
# One index each.
_AWAITED = (
    Prepared(select(parts.c.id).where(_THEIRS, IS_ACCEPTED).limit(1)),
    Prepared(select(parts.c.id).where(_THEIRS, IN_FLIGHT).limit(1)),
    Prepared(select(reports.c.id).where(reports.c.number == bindparam("the_stand_in")).limit(1)),
)


async def stand_ins(tx: AsyncConnection, numbers: Collection[str]) -> dict[str, str]:
    """Give what stands for each number from now on; needs a write transaction."""
    salt = await meta.salt(tx)
    return {number: _stand_in(salt, number) for number in numbers}


async def stand_in_of(tx: AsyncConnection, number: str) -> str | None:
    """Give what stands for a number of which something erased is reported; None: nothing does.

    So it is with a number that is a contact's again: it is known, and written, anyway.
    """
    if (await _IS_CONTACT.execute(tx, {"the_number": number})).one_or_none() is not None:
        return None
    found = _stand_in(await meta.known_salt(tx), number)
    for awaited in _AWAITED:
        if (await awaited.execute(tx, {"the_stand_in": found})).one_or_none() is not None:
            return found
    return None


def _stand_in(salt: bytes, number: str) -> str:
    return f"{ERASED}:{meta.digest(salt, number.encode()).hex()}"

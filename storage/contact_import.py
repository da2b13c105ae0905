"""Owns contacts that are written down, by hand or from a file, and what more is known of them.

It says nothing of consent: what a number opted out of before holds for its new contact.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from sqlalchemy import insert, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from storage import changes, contacts, kept_refusals
from storage.contacts import ContactRow, contact_rows
from storage.editing import Edit
from storage.ids import Prefix, new_id
from storage.schema import contact_numbers, contact_tags
from storage.schema import contacts as table


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What is to be written of one contact: given fields, all of its tags, numbers it has not."""

    values: Mapping[str, str]
    tags: Collection[str]
    numbers: Collection[str]


async def known(
    tx: AsyncConnection, *, external_ids: Collection[str], numbers: Collection[str]
) -> list[ContactRow]:
    """Read the contacts that have any of these external ids or numbers."""
    owners = select(contact_numbers.c.contact_id).where(contact_numbers.c.number.in_(numbers))
    wanted = or_(table.c.external_id.in_(external_ids), table.c.id.in_(owners))
    return await contact_rows(tx, select(table).where(table.c.erased_at_ms.is_(None), wanted))


async def create(tx: AsyncConnection, contact: Known, *, by: str, now_ms: int) -> str:
    """Add a contact with whom nothing was written yet; give its id."""
    contact_id = new_id(Prefix.CONTACT, now_ms=now_ms)
    row = {"id": contact_id, "version": 1, "created_at_ms": now_ms, "updated_at_ms": now_ms}
    await tx.execute(insert(table), {**row, **contact.values})
    for tag in sorted(contact.tags):
        await tx.execute(insert(contact_tags), {"contact_id": contact_id, "tag": tag})
    data: dict[str, changes.Json] = {"id": contact_id, "by": by}
    await changes.record(tx, "contact.created", now_ms=now_ms, subject=contact_id, data=data)
    await _add_numbers(tx, contact_id, contact.numbers, by=by, now_ms=now_ms)
    return contact_id


async def complete(
    tx: AsyncConnection, before: ContactRow, contact: Known, *, by: str, now_ms: int
) -> bool:
    """Write what more is known of a contact; False: it was changed or went meanwhile."""
    outcome = await contacts.change(
        tx,
        before.id,
        contact.values,
        tags=contact.tags,
        version=before.version,
        by=by,
        now_ms=now_ms,
    )
    if outcome is not Edit.DONE:
        return False
    await _add_numbers(tx, before.id, contact.numbers, by=by, now_ms=now_ms)
    return True


async def _add_numbers(
    tx: AsyncConnection, contact_id: str, numbers: Collection[str], *, by: str, now_ms: int
) -> None:
    """Add them; what was kept of an erased contact's number holds for this one, a block too."""
    for number in numbers:
        row = {"number": number, "contact_id": contact_id, "added_at_ms": now_ms}
        await tx.execute(insert(contact_numbers), row)
        since_ms = await kept_refusals.restore(tx, number, contact_id)
        if since_ms is not None:
            await contacts.set_blocked(
                tx, contact_id, blocked=True, by=by, since_ms=since_ms, now_ms=now_ms
            )

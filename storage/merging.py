"""Owns making two contacts one, and one two: no message, note or consent is lost by either.

Two conversations in one inbox become one: its timeline has the rows of both, in the order in which
they happened, since every row of every timeline has its place in one order.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import delete, insert, select, update
from sqlalchemy.engine import RowMapping
from sqlalchemy.ext.asyncio import AsyncConnection

from storage import changes
from storage.consents import cancel_waiting, opt_outs_of
from storage.conversations import dividing, joining
from storage.conversations.timeline import Author, EntryKind
from storage.ids import Prefix, new_id
from storage.repointing import repoint
from storage.schema import (
    consents,
    contact_numbers,
    contacts,
    former_contacts,
    opt_outs,
)
from storage.sight import became_seen


class MergeOutcome(StrEnum):
    """What became of it."""

    DONE = "done"
    NOT_FOUND = "not_found"
    OTHER_NOT_FOUND = "other_not_found"
    SAME = "same"
    """They are one contact already."""
    BLOCKED_DIFFERS = "blocked_differs"
    """One of them is blocked, the other is not: a person decides first."""


class SplitOutcome(StrEnum):
    """What became of it."""

    NOT_FOUND = "not_found"
    NOT_ITS_NUMBERS = "not_its_numbers"
    NOTHING_LEFT = "nothing_left"
    """No number would be left to it, or none was given."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FormerContact:
    """A contact that there is no longer: why, and of which it is a part now, if of any."""

    contact_id: str
    why: str
    into_id: str | None
    external_id: str | None
    at_ms: int


async def merge(
    tx: AsyncConnection, contact_id: str, other_id: str, *, by: Author, now_ms: int
) -> MergeOutcome:
    """Make ``other_id`` a part of ``contact_id``, whose own words (a name, say) go before."""
    if contact_id == other_id:
        return MergeOutcome.SAME
    into, other = await _locked(tx, contact_id), await _locked(tx, other_id)
    if into is None:
        return MergeOutcome.NOT_FOUND
    if other is None:
        return MergeOutcome.OTHER_NOT_FOUND
    if (into["blocked_at_ms"] is None) != (other["blocked_at_ms"] is None):
        return MergeOutcome.BLOCKED_DIFFERS
    await joining.join_all(tx, into_id=contact_id, from_id=other_id, now_ms=now_ms)
    await _unite_opt_outs(tx, contact_id, other_id)
    await repoint(tx, contacts.c.id, old=other_id, new=contact_id)
    await tx.execute(delete(contacts).where(contacts.c.id == other_id))
    # What was a part of it is a part of this one now: whoever follows is led to who is there.
    before = former_contacts.c.into_id == other_id
    await tx.execute(update(former_contacts).where(before).values(into_id=contact_id))
    former = {"contact_id": other_id, "why": "merged", "into_id": contact_id, "at_ms": now_ms}
    await tx.execute(insert(former_contacts), {**former, "external_id": other["external_id"]})
    known = {
        **united(dict(into), dict(other)),
        "version": into["version"] + 1,
        "updated_at_ms": now_ms,
    }
    await tx.execute(update(contacts).where(contacts.c.id == contact_id).values(known))
    data: dict[str, changes.Json] = {"id": contact_id, "merged": other_id, "by": by.id}
    await changes.record(tx, "contact.merged", now_ms=now_ms, subject=contact_id, data=data)
    for row in await opt_outs_of(tx, contact_id):
        await cancel_waiting(tx, contact_id, inbox=row.inbox, now_ms=now_ms)
    await joining.tell_all(tx, contact_id, EntryKind.MERGED, by=by, now_ms=now_ms)
    return MergeOutcome.DONE


async def split(
    tx: AsyncConnection,
    contact_id: str,
    numbers: Collection[str],
    *,
    by: Author,
    now_ms: int,
) -> str | SplitOutcome:
    """Make these of its numbers another contact, with what passed with them; give its id.

    An opt-out holds for both from then on; notes and hand-overs stay where they are.
    """
    contact = await _locked(tx, contact_id)
    if contact is None:
        return SplitOutcome.NOT_FOUND
    has = select(contact_numbers.c.number).where(contact_numbers.c.contact_id == contact_id)
    all_numbers = set((await tx.execute(has)).scalars())
    if not set(numbers) <= all_numbers:
        return SplitOutcome.NOT_ITS_NUMBERS
    if not numbers or set(numbers) == all_numbers:
        return SplitOutcome.NOTHING_LEFT
    made_id = await _other_contact(tx, contact, now_ms)
    to = {"contact_id": made_id}
    for table in (contact_numbers, consents):
        of_them = (table.c.contact_id == contact_id, table.c.number.in_(numbers))
        await tx.execute(update(table).where(*of_them).values(to))
    await _copy_opt_outs(tx, contact_id, made_id)
    raised = {"version": contact["version"] + 1, "updated_at_ms": now_ms}
    await tx.execute(update(contacts).where(contacts.c.id == contact_id).values(raised))
    await dividing.divide_all(tx, from_id=contact_id, to_id=made_id, numbers=numbers, now_ms=now_ms)
    data: dict[str, changes.Json] = {"id": contact_id, "split_off": made_id, "by": by.id}
    await changes.record(tx, "contact.split", now_ms=now_ms, subject=contact_id, data=data)
    for each in (contact_id, made_id):
        await joining.tell_all(tx, each, EntryKind.SPLIT, by=by, now_ms=now_ms)
    return made_id


async def former(tx: AsyncConnection, contact_id: str) -> FormerContact | None:
    """Tell what became of a contact that there is no longer."""
    query = select(former_contacts).where(former_contacts.c.contact_id == contact_id)
    row = (await tx.execute(query)).mappings().one_or_none()
    return None if row is None else _former(row)


async def former_since(
    tx: AsyncConnection,
    since_ms: int,
    *,
    limit: int,
    after: str | None,
    may_see: Collection[str] | None = None,
) -> list[FormerContact]:
    """List those that went since then, the first first; ``after`` is the last one's id.

    ``may_see``: the inboxes in which they were, or who they are a part of is; None: any.
    """
    query = select(former_contacts).where(former_contacts.c.at_ms >= since_ms)
    if may_see is not None:
        query = query.where(became_seen(may_see))
    if after is not None:
        place = select(former_contacts.c.seq).where(former_contacts.c.contact_id == after)
        query = query.where(former_contacts.c.seq > place.scalar_subquery())
    rows = await tx.execute(query.order_by(former_contacts.c.seq).limit(limit))
    return [_former(row) for row in rows.mappings()]


def _former(row: RowMapping) -> FormerContact:
    return FormerContact(**{name: row[name] for name in row if name != "seq"})


async def _locked(tx: AsyncConnection, contact_id: str) -> RowMapping | None:
    query = select(contacts).where(contacts.c.id == contact_id, contacts.c.erased_at_ms.is_(None))
    return (await tx.execute(query.with_for_update())).mappings().one_or_none()


def united(into: Mapping[str, Any], other: Mapping[str, Any]) -> Mapping[str, Any]:
    """Tell what is known of a contact of which another becomes a part."""
    names = ("name", "language", "spoken_language", "external_id")
    notes = [row["notes"] for row in (into, other) if row["notes"]]
    return {
        **{name: into[name] if into[name] is not None else other[name] for name in names},
        "notes": "\n\n".join(notes) or None,
    }


async def _unite_opt_outs(tx: AsyncConnection, contact_id: str, other_id: str) -> None:
    """Where both are opted out of the same, the stricter one holds."""
    first, second = await _opt_outs(tx, contact_id), await _opt_outs(tx, other_id)
    for key in first.keys() & second.keys():
        pair = (first[key], second[key])
        untils = [row["until_ms"] for row in pair]
        values = {
            "since_ms": min(row["since_ms"] for row in pair),
            "until_ms": None if None in untils else max(untils),
        }
        inbox, number = key
        await tx.execute(
            update(opt_outs)
            .where(
                opt_outs.c.contact_id == contact_id,
                opt_outs.c.inbox == inbox,
                opt_outs.c.business_number == number,
            )
            .values(values)
        )


async def _opt_outs(tx: AsyncConnection, contact_id: str) -> dict[tuple[str, str], RowMapping]:
    rows = await tx.execute(select(opt_outs).where(opt_outs.c.contact_id == contact_id))
    return {(row["inbox"], row["business_number"]): row for row in rows.mappings()}


async def _copy_opt_outs(tx: AsyncConnection, contact_id: str, made_id: str) -> None:
    for row in (await _opt_outs(tx, contact_id)).values():
        await tx.execute(insert(opt_outs), {**row, "contact_id": made_id})


async def _other_contact(tx: AsyncConnection, contact: RowMapping, now_ms: int) -> str:
    made_id = new_id(Prefix.CONTACT, now_ms=now_ms)
    shared = {name: contact[name] for name in ("spoken_language", "blocked_at_ms")}
    times = {"created_at_ms": now_ms, "updated_at_ms": now_ms}
    await tx.execute(insert(contacts), {**shared, **times, "id": made_id, "version": 1})
    data: dict[str, changes.Json] = {"id": made_id}
    await changes.record(tx, "contact.created", now_ms=now_ms, subject=made_id, data=data)
    return made_id

"""Owns the groups in which parts of one incoming message wait for one another, over restarts."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, bindparam, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.ids import Prefix, new_id
from storage.schema import group_parts as members
from storage.schema import groups, pdus


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupKey:
    """What the parts of one message share. ``wide``: a 16-bit reference."""

    holder: str
    sender: str
    reference: int
    wide: bool
    total: int


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupRow:
    """A group; ``message_id`` is set once it is shown, with gaps while not ``complete``."""

    id: str
    key: GroupKey
    present: int
    opened_at_ms: int
    message_id: str | None
    complete: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupPart:
    """One part that is here, as the modem gave it."""

    number: int
    pdu_id: str
    raw: bytes
    modem: str


MOST_OPEN = 20
"""Of so many groups that a part might belong to, the newest: a reference comes round that often."""

_COLUMNS = (
    groups.c.id,
    groups.c.holder,
    groups.c.sender,
    groups.c.reference,
    groups.c.wide,
    groups.c.total,
    groups.c.present,
    groups.c.opened_at_ms,
    groups.c.message_id,
    groups.c.complete,
)
_OPEN = (
    select(*_COLUMNS)
    .where(
        groups.c.holder == bindparam("of_holder"),
        groups.c.sender == bindparam("of_sender"),
        groups.c.reference == bindparam("with_reference"),
        groups.c.wide == bindparam("is_wide"),
        groups.c.total == bindparam("of_total"),
        groups.c.complete.is_(False),
        groups.c.changed_at_ms >= bindparam("since"),
        ~select(members.c.number)
        .where(members.c.group_id == groups.c.id, members.c.number == bindparam("with_number"))
        .exists(),
    )
    .order_by(groups.c.opened_at_ms.desc(), groups.c.id.desc())
    .limit(MOST_OPEN)
)
_ADD = (
    update(groups)
    .where(groups.c.id == bindparam("of_group"))
    .values(present=groups.c.present + 1, changed_at_ms=bindparam("now"))
    .returning(*_COLUMNS)
)
_PARTS = (
    select(members.c.number, members.c.pdu_id, pdus.c.raw, pdus.c.modem)
    .join_from(members, pdus, members.c.pdu_id == pdus.c.id)
    .where(members.c.group_id == bindparam("of_group"))
    .order_by(members.c.number)
)
_DUE = (
    select(*_COLUMNS)
    .where(groups.c.message_id.is_(None), groups.c.opened_at_ms <= bindparam("before"))
    .order_by(groups.c.opened_at_ms)
    .limit(bindparam("row_limit"))
)
_REOPEN = (
    update(groups)
    .where(groups.c.message_id.is_(None), groups.c.opened_at_ms > bindparam("now"))
    .values(opened_at_ms=bindparam("now"))
)
_FINISH = (
    update(groups)
    .where(groups.c.id == bindparam("of_group"), groups.c.complete.is_(False))
    .values(message_id=bindparam("of_message"), complete=bindparam("is_complete"))
)
_LINK = (
    update(pdus)
    .where(
        pdus.c.id.in_(select(members.c.pdu_id).where(members.c.group_id == bindparam("of_group")))
    )
    .values(message_id=bindparam("of_message"))
)


async def open_groups(
    tx: AsyncConnection, key: GroupKey, *, number: int, since_ms: int = 0
) -> list[GroupRow]:
    """List groups of this key that lack this part and have had one since ``since_ms``.

    Newest first. Phones reuse references, so a group that has the part already is another
    message's, and one that lacks it may be.
    """
    values = {
        "of_holder": key.holder,
        "of_sender": key.sender,
        "with_reference": key.reference,
        "is_wide": key.wide,
        "of_total": key.total,
        "with_number": number,
        "since": since_ms,
    }
    return [_group(row) for row in (await tx.execute(_OPEN, values)).all()]


async def create_group(tx: AsyncConnection, key: GroupKey, *, now_ms: int) -> str:
    """Open a group without parts; give its id."""
    group_id = new_id(Prefix.GROUP, now_ms=now_ms)
    await tx.execute(
        insert(groups),
        {
            "id": group_id,
            "holder": key.holder,
            "sender": key.sender,
            "reference": key.reference,
            "wide": key.wide,
            "total": key.total,
            "present": 0,
            "opened_at_ms": now_ms,
            "changed_at_ms": now_ms,
            "complete": False,
        },
    )
    return group_id


async def add_to_group(
    tx: AsyncConnection, *, group_id: str, number: int, pdu_id: str, now_ms: int
) -> GroupRow:
    """Add a part whose PDU has been inserted; give the group as it is now."""
    member = {"group_id": group_id, "number": number, "pdu_id": pdu_id}
    await tx.execute(insert(members), member)
    return _group((await tx.execute(_ADD, {"of_group": group_id, "now": now_ms})).one())


async def group_parts(tx: AsyncConnection, group_id: str) -> list[GroupPart]:
    """List the parts that are here, by number."""
    rows = await tx.execute(_PARTS, {"of_group": group_id})
    return [GroupPart(**row) for row in rows.mappings()]


async def due_groups(tx: AsyncConnection, *, before_ms: int, limit: int = 100) -> list[GroupRow]:
    """List groups opened before ``before_ms`` and not shown yet: to be shown with their gaps."""
    rows = await tx.execute(_DUE, {"before": before_ms, "row_limit": limit})
    return [_group(row) for row in rows]


async def reopen_ahead(tx: AsyncConnection, *, now_ms: int) -> None:
    """Let groups that a clock ahead of time opened wait from now on."""
    await tx.execute(_REOPEN, {"now": now_ms})


async def finish_group(
    tx: AsyncConnection, *, group_id: str, message_id: str, complete: bool
) -> bool:
    """Note the message that shows the group; ``complete`` closes it to further parts."""
    values = {"of_group": group_id, "of_message": message_id, "is_complete": complete}
    if (await tx.execute(_FINISH, values)).rowcount != 1:
        return False
    await tx.execute(_LINK, {"of_group": group_id, "of_message": message_id})
    return True


def _group(row: Row[*tuple[Any, ...]]) -> GroupRow:
    return GroupRow(
        id=row.id,
        key=GroupKey(
            holder=row.holder,
            sender=row.sender,
            reference=row.reference,
            wide=row.wide,
            total=row.total,
        ),
        present=row.present,
        opened_at_ms=row.opened_at_ms,
        message_id=row.message_id,
        complete=row.complete,
    )

"""Owns the inboxes: names that modems serve, and what managers have set for them."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from sqlalchemy import insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from storage import changes
from storage.editing import Edit, edit
from storage.schema import inboxes


@dataclass(frozen=True, slots=True, kw_only=True)
class InboxRow:
    """An inbox; None is what the configuration says for the whole gateway.

    ``team_id`` is the team whose mailbox it is; None: nobody's yet. ``keep_days`` is how long what
    was written is kept; 0 is for good.
    """

    name: str
    display_name: str | None
    timezone: str | None
    language: str | None
    signature: str | None
    signature_mode: str | None
    take_on_answer: bool | None
    team_id: str | None
    keep_days: int | None
    version: int


_COLUMNS = tuple(
    column for column in inboxes.c if column.name not in {"created_at_ms", "updated_at_ms"}
)


async def seed(tx: AsyncConnection, names: Iterable[str], *, now_ms: int) -> None:
    """Make those of these inboxes that there are not yet; the others stay as they were set."""
    known = set((await tx.execute(select(inboxes.c.name))).scalars())
    times = {"created_at_ms": now_ms, "updated_at_ms": now_ms}
    new = [{"name": name, "version": 1, **times} for name in dict.fromkeys(names)]
    for row in new:
        if row["name"] not in known:
            await tx.execute(insert(inboxes), row)


async def list_all(tx: AsyncConnection) -> list[InboxRow]:
    """List all, by name."""
    rows = await tx.execute(select(*_COLUMNS).order_by(inboxes.c.name))
    return [InboxRow(**row) for row in rows.mappings()]


async def get(tx: AsyncConnection, name: str) -> InboxRow | None:
    """Read one."""
    query = select(*_COLUMNS).where(inboxes.c.name == name)
    row = (await tx.execute(query)).mappings().one_or_none()
    return None if row is None else InboxRow(**row)


async def change(
    tx: AsyncConnection,
    name: str,
    values: Mapping[str, str | bool | None],
    *,
    fields: Collection[str],
    version: int | None,
    by: str,
    now_ms: int,
) -> Edit:
    """Set what managers may set; None gives it back to the configuration.

    ``fields`` are those that the journal names: also what is stored elsewhere counts as a change.
    """
    row = inboxes.c.name == name
    outcome = await edit(tx, inboxes, row, values, version=version, now_ms=now_ms)
    if outcome is Edit.DONE:
        data: dict[str, changes.Json] = {"name": name, "fields": [*sorted(fields)], "by": by}
        await changes.record(tx, "inbox.updated", now_ms=now_ms, subject=name, data=data)
    return outcome

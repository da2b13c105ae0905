"""Owns what is remembered of modems over restarts, and the incidents they had."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from types import MappingProxyType

from sqlalchemy import and_, bindparam, insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from storage import changes
from storage.errors import CursorExpired
from storage.ids import Prefix, new_id
from storage.schema import incidents, modems


@dataclass(frozen=True, slots=True, kw_only=True)
class ModemRow:
    """A modem as last seen ready. ``last_ready_ms`` is UTC milliseconds."""

    name: str
    imei: str | None = None
    iccid: str | None = None
    imsi: str | None = None
    number: str | None = None
    smsc: str | None = None
    operator: str | None = None
    muted: bool = False
    last_ready_ms: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentRow:
    """A trouble of a modem, open while ``closed_at_ms`` is None."""

    id: str
    modem: str
    code: str
    detail: str | None
    cure: str | None
    steps: Sequence[Mapping[str, changes.Json]]
    """What was tried, in its order: `step helped seconds at_ms`, and `detail` where skipped."""
    opened_at_ms: int
    closed_at_ms: int | None


STEPS_KEPT = 50
"""Of one incident; a ladder has fewer, and each is told once."""

_COLUMNS = tuple(column for column in modems.c if column.name not in {"updated_at_ms", "inbox"})
_ALL = select(*_COLUMNS).order_by(modems.c.name)
_ONE = select(*_COLUMNS).where(modems.c.name == bindparam("of_name"))
_INCIDENTS = (
    select(incidents)
    .where(incidents.c.modem == bindparam("of_modem"))
    .order_by(incidents.c.opened_at_ms.desc(), incidents.c.id.desc())
    .limit(bindparam("row_limit"))
)
_INCIDENT = select(incidents.c.id, incidents.c.opened_at_ms).where(
    incidents.c.modem == bindparam("of_modem"), incidents.c.id == bindparam("cursor")
)
_INCIDENTS_AFTER = _INCIDENTS.where(
    or_(
        incidents.c.opened_at_ms < bindparam("after_ms"),
        and_(
            incidents.c.opened_at_ms == bindparam("after_ms"),
            incidents.c.id < bindparam("after_id"),
        ),
    )
)
_OPEN = _INCIDENTS.where(
    incidents.c.code == bindparam("with_code"), incidents.c.closed_at_ms.is_(None)
)


async def get(tx: AsyncConnection, name: str) -> ModemRow | None:
    """Read what is remembered of a modem."""
    row = (await tx.execute(_ONE, {"of_name": name})).mappings().one_or_none()
    return None if row is None else ModemRow(**row)


async def list_all(tx: AsyncConnection) -> list[ModemRow]:
    """List all that were ever seen, by name."""
    return [ModemRow(**row) for row in (await tx.execute(_ALL)).mappings()]


async def upsert(tx: AsyncConnection, modem: ModemRow, *, now_ms: int) -> None:
    """Remember a modem as it is now; ``muted`` of a known one is left as it stands.

    So is the SIM that it serves, where it does not tell its ICCID this time.
    """
    facts = asdict(modem) | {"updated_at_ms": now_ms}
    kept = {"name", "muted"} if modem.iccid is not None else {"name", "muted", "iccid"}
    changed = await tx.execute(
        update(modems)
        .where(modems.c.name == modem.name)
        .values({name: value for name, value in facts.items() if name not in kept})
    )
    if changed.rowcount == 0:
        await tx.execute(insert(modems), facts)


async def assign(tx: AsyncConnection, inboxes: Mapping[str, str], *, now_ms: int) -> None:
    """Keep which inbox each modem has, as the configuration says; one that is not in it has none.

    Reading whom one can answer asks for it: an opt-out goes along with its number.
    """
    gone = update(modems).where(modems.c.name.not_in(inboxes), modems.c.inbox.is_not(None))
    await tx.execute(gone.values(inbox=None))
    for name, inbox in inboxes.items():
        changed = await tx.execute(update(modems).where(modems.c.name == name).values(inbox=inbox))
        if changed.rowcount == 0:
            row = {"name": name, "inbox": inbox, "muted": False, "updated_at_ms": now_ms}
            await tx.execute(insert(modems), row)


async def set_muted(tx: AsyncConnection, *, name: str, muted: bool, now_ms: int) -> None:
    """Let a modem send or not; it may never have been seen yet."""
    changed = await tx.execute(
        update(modems).where(modems.c.name == name).values(muted=muted, updated_at_ms=now_ms)
    )
    if changed.rowcount == 0:
        await tx.execute(insert(modems), {"name": name, "muted": muted, "updated_at_ms": now_ms})


async def open_incident(
    tx: AsyncConnection, *, modem: str, code: str, detail: str | None, now_ms: int
) -> str:
    """Record a trouble and journal it; give its id."""
    incident_id = new_id(Prefix.INCIDENT, now_ms=now_ms)
    row = {"modem": modem, "code": code, "detail": detail, "opened_at_ms": now_ms}
    await tx.execute(insert(incidents), {"id": incident_id, "steps": [], **row})
    await _journal(tx, modem, incident_id, code, state="open", now_ms=now_ms)
    return incident_id


async def note_step(
    tx: AsyncConnection,
    *,
    incident_id: str,
    step: str,
    helped: bool,
    seconds: float,
    detail: str | None,
    now_ms: int,
) -> None:
    """Keep and journal a remedy that was tried, and how long it took to see whether it helped.

    ``detail`` says why it could not be taken. Nothing where the incident is closed.
    """
    still_open = (incidents.c.id == incident_id, incidents.c.closed_at_ms.is_(None))
    columns = select(incidents.c.modem, incidents.c.code, incidents.c.steps)
    row = (await tx.execute(columns.where(*still_open))).one_or_none()
    if row is None:
        return
    tried: dict[str, changes.Json] = {"step": step, "helped": helped, "seconds": seconds}
    if detail is not None:
        tried["detail"] = detail
    await tx.execute(
        update(incidents)
        .where(*still_open)
        .values(steps=[*row.steps, {**tried, "at_ms": now_ms}][:STEPS_KEPT])
    )
    await _journal(tx, row.modem, incident_id, row.code, state="step", now_ms=now_ms, more=tried)


async def close_incident(
    tx: AsyncConnection, *, incident_id: str, cure: str | None, now_ms: int
) -> bool:
    """End a trouble with what cured it; false when it was not open."""
    row = (
        await tx.execute(
            update(incidents)
            .where(incidents.c.id == incident_id, incidents.c.closed_at_ms.is_(None))
            .values(closed_at_ms=now_ms, cure=cure)
            .returning(incidents.c.modem, incidents.c.code, incidents.c.opened_at_ms)
        )
    ).one_or_none()
    if row is None:
        return False
    lasted: dict[str, changes.Json] = {"seconds": max(0, now_ms - row.opened_at_ms) / 1000}
    if cure is not None:
        lasted["cure"] = cure
    await _journal(tx, row.modem, incident_id, row.code, state="closed", now_ms=now_ms, more=lasted)
    return True


async def incidents_of(
    tx: AsyncConnection, name: str, *, limit: int = 20, cursor: str | None = None
) -> list[IncidentRow]:
    """List a modem's incidents, newest first, from the one after ``cursor`` on.

    Raises CursorExpired for a cursor that names none of them.
    """
    parameters: dict[str, str | int] = {"of_modem": name, "row_limit": limit}
    statement = _INCIDENTS
    if cursor is not None:
        known = await tx.execute(_INCIDENT, {"of_modem": name, "cursor": cursor})
        begin = known.one_or_none()
        if begin is None:
            raise CursorExpired(cursor=cursor)
        statement = _INCIDENTS_AFTER
        parameters |= {"after_ms": begin.opened_at_ms, "after_id": begin.id}
    rows = await tx.execute(statement, parameters)
    return [IncidentRow(**row) for row in rows.mappings()]


async def open_incident_of(tx: AsyncConnection, name: str, code: str) -> IncidentRow | None:
    """Give a modem's newest open incident of this kind."""
    values = {"of_modem": name, "with_code": code, "row_limit": 1}
    row = (await tx.execute(_OPEN, values)).mappings().one_or_none()
    return None if row is None else IncidentRow(**row)


async def _journal(
    tx: AsyncConnection,
    modem: str,
    incident_id: str,
    code: str,
    *,
    state: str,
    now_ms: int,
    more: Mapping[str, changes.Json] = MappingProxyType({}),
) -> None:
    data = {"modem": modem, "id": incident_id, "code": code, "state": state, **more}
    await changes.record(tx, "modem.incident", now_ms=now_ms, subject=modem, data=data)

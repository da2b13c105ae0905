"""Owns the canaries: test messages to ourselves, which of them are awaited, and what they proved.

The message itself is an ordinary one of the outbox; what comes back is no message, only the raw
PDU that it came as. A canary's token counts once.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum

from sqlalchemy import bindparam, case, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from storage import changes
from storage.schema import canaries, incidents

OVERDUE = "canary_overdue"
"""The code of the incident."""


class CanaryState(StrEnum):
    """What is known of a canary. All but ARRIVED may still arrive, however late."""

    AWAITED = "awaited"
    ARRIVED = "arrived"
    OVERDUE = "overdue"
    """It should have arrived: the path is broken, or was."""
    WITHDRAWN = "withdrawn"
    """It proves nothing: a modem was muted, limited or not ready meanwhile."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Canary:
    """One test message of ``modem``; ``from_number`` is that modem's own number at the time."""

    message_id: str
    modem: str
    token: str
    from_number: str
    state: CanaryState
    begun_at_ms: int
    deadline_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """When a modem's path was last proved, and since when a canary is awaited. UTC ms."""

    last_ok_ms: int | None = None
    awaiting_since_ms: int | None = None


_COLUMNS = tuple(canaries.c[name] for name in Canary.__dataclass_fields__)
_NEWEST = (
    select(*_COLUMNS)
    .where(canaries.c.modem == bindparam("of_modem"), canaries.c.begun_at_ms <= bindparam("now"))
    .order_by(canaries.c.begun_at_ms.desc(), canaries.c.message_id.desc())
    .limit(1)
)
_PROOFS = select(
    canaries.c.modem,
    func.max(canaries.c.arrived_at_ms),
    func.max(case((canaries.c.state == CanaryState.AWAITED.value, canaries.c.begun_at_ms))),
).group_by(canaries.c.modem)
_OPEN = select(incidents.c.id).where(
    incidents.c.modem == bindparam("of_modem"),
    incidents.c.code == OVERDUE,
    incidents.c.closed_at_ms.is_(None),
)


async def begin(tx: AsyncConnection, canary: Canary) -> None:
    """Await a canary, in the transaction that enqueues its message; journal it.

    A modem awaits one at a time: one of a clock that ran ahead is judged no more.
    """
    forgotten = await tx.execute(
        update(canaries)
        .where(canaries.c.modem == canary.modem, canaries.c.state == CanaryState.AWAITED.value)
        .values(state=CanaryState.WITHDRAWN)
        .returning(canaries.c.message_id)
    )
    for message_id in forgotten.scalars():
        await _journal(
            tx, canary.modem, message_id, CanaryState.WITHDRAWN, now_ms=canary.begun_at_ms
        )
    await tx.execute(insert(canaries), asdict(canary))
    await _journal(tx, canary.modem, canary.message_id, canary.state, now_ms=canary.begun_at_ms)


async def newest(tx: AsyncConnection, modem: str, *, now_ms: int) -> Canary | None:
    """Read the canary that a modem sent last; none of the future, of a clock that ran ahead."""
    row = (await tx.execute(_NEWEST, {"of_modem": modem, "now": now_ms})).mappings().one_or_none()
    return None if row is None else Canary(**{**row, "state": CanaryState(row["state"])})


async def proofs(tx: AsyncConnection) -> Mapping[str, Proof]:
    """Tell, by modem, what its canaries have proved; a modem that never sent one is not there."""
    rows = await tx.execute(_PROOFS)
    return {name: Proof(last_ok_ms=ok, awaiting_since_ms=since) for name, ok, since in rows}


async def arrive(
    tx: AsyncConnection, *, token: str, from_number: str, pdu_id: str, now_ms: int
) -> str | None:
    """Take what came from ``from_number`` with ``token`` as the canary that it is; journal it.

    Gives the modem that sent it; None where no such canary is missing (any more).
    """
    row = (
        await tx.execute(
            update(canaries)
            .where(
                canaries.c.token == token,
                canaries.c.from_number == from_number,
                canaries.c.state != CanaryState.ARRIVED.value,
            )
            .values(state=CanaryState.ARRIVED, arrived_at_ms=now_ms, pdu_id=pdu_id)
            .returning(canaries.c.modem, canaries.c.message_id)
        )
    ).one_or_none()
    if row is None:
        return None
    await _journal(tx, row.modem, row.message_id, CanaryState.ARRIVED, now_ms=now_ms)
    modem: str = row.modem
    return modem


async def give_up(tx: AsyncConnection, canary: Canary, state: CanaryState, *, now_ms: int) -> bool:
    """Say that an awaited canary is overdue or withdrawn; false when it is not awaited any more."""
    changed = await tx.execute(
        update(canaries)
        .where(
            canaries.c.message_id == canary.message_id,
            canaries.c.state == CanaryState.AWAITED.value,
        )
        .values(state=state)
    )
    if changed.rowcount != 1:
        return False
    await _journal(tx, canary.modem, canary.message_id, state, now_ms=now_ms)
    return True


async def open_incidents(tx: AsyncConnection, modem: str) -> list[str]:
    """List the incidents of overdue canaries that are not over."""
    return list((await tx.execute(_OPEN, {"of_modem": modem})).scalars())


async def _journal(
    tx: AsyncConnection, modem: str, message_id: str, state: CanaryState, *, now_ms: int
) -> None:
    data: dict[str, changes.Json] = {"modem": modem, "id": message_id, "state": state.value}
    await changes.record(tx, "modem.canary", now_ms=now_ms, subject=modem, data=data)

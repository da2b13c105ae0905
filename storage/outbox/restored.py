"""Owns what a restored backup does to the outbox: what may have gone out since waits for a person.

A message that was queued when the backup was made may have been sent after it; the store that
knew is gone. So it is what it is: unknown.
"""

from sqlalchemy import bindparam, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.outbox.rollup import Fault, roll_up
from storage.schema import messages, parts
from storage.states import PartState, sources_of

CODE = "restored"
DETAIL = "a backup was restored, and this may have been sent after the backup was made"

_WAITING = select(parts.c.id, parts.c.message_id).where(
    parts.c.state.in_([state.value for state in sources_of(PartState.UNKNOWN)]),
    # What was not due before the restore cannot have been sent before it.
    or_(parts.c.state != PartState.QUEUED.value, parts.c.due_at_ms <= bindparam("until")),
)
_DOUBT = (
    update(parts)
    .where(
        parts.c.id == bindparam("of_part"),
        parts.c.state.in_([state.value for state in sources_of(PartState.UNKNOWN)]),
    )
    .values(
        state=PartState.UNKNOWN.value,
        unknown_at_ms=bindparam("now"),
        error_code=CODE,
        error_detail=DETAIL,
    )
)
# No policy sends it again by itself.
_HOLD = update(messages).where(messages.c.id == bindparam("of_message")).values(on_unknown="hold")


async def hold_restored(tx: AsyncConnection, *, now_ms: int, due_until_ms: int) -> int:
    """Make every part unknown that may have been sent since the backup; give how many messages.

    Queued ones count when they were due by ``due_until_ms``.
    """
    rows = (await tx.execute(_WAITING, {"until": due_until_ms})).all()
    for row in rows:
        await tx.execute(_DOUBT, {"of_part": row.id, "now": now_ms})
    held = {row.message_id for row in rows}
    fault = Fault(code=CODE, detail=DETAIL)
    for message_id in held:
        await tx.execute(_HOLD, {"of_message": message_id})
        await roll_up(
            tx,
            message_id=message_id,
            sole=None,
            now_ms=now_ms,
            fault=fault,
            data={"by": CODE},
        )
    return len(held)

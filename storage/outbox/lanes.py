"""Owns who may claim a waiting part: its lane, and the SIM that its customer knows.

A part waits in one lane, which a claim finds by an index: its inbox's name (any of the inbox's
modems), the inbox and a SIM (only that SIM: the customer knows its number), or the inbox's standby
(no modem that should send it has been able to for long: whoever may stand in). The caller knows
which modems serve an inbox.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy import bindparam, func, literal, literal_column, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.prepared import Prepared
from storage.schema import IS_QUEUED, messages, modems, parts


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """Where a new message waits, the SIM its customer knows, and the number it will come from."""

    lane: str
    sim: str | None = None
    from_number: str | None = None


def pin_of(*, modem: str, iccid: str | None) -> str:
    """Name the SIM that a message on the air stays on; the modem where the SIM has no name."""
    return f"modem:{modem}" if iccid is None else iccid


def sim_lane(inbox: str, pin: str) -> str:
    """Name the lane of those who know this SIM."""
    return f"{inbox}/{pin}"


def standby_lane(inbox: str) -> str:
    """Name the lane of what may go from another number."""
    return f"{inbox}/standby"


_SIMS = select(modems.c.name, modems.c.iccid)

# Not the bare column: an inbox has many messages, a contact few, and only so is that index taken.
_of_inbox = messages.c.inbox.concat(literal_column("''")) == bindparam("of_inbox")
_SPOKE_BY = func.coalesce(messages.c.iccid, literal("modem:").concat(messages.c.modem))
_LAST = (
    select(_SPOKE_BY)
    .where(
        messages.c.contact == bindparam("of_contact"),
        _of_inbox,
        messages.c.modem.is_not(None),  # it came in, or it went out
    )
    .order_by(messages.c.seq.desc())
    .limit(1)
)
_LAST_AMONG = _LAST.where(_SPOKE_BY.in_(bindparam("pins", expanding=True)))
_NUMBER = (
    select(modems.c.number)
    .where(
        or_(
            modems.c.iccid == bindparam("of_sim"),
            literal("modem:").concat(modems.c.name) == bindparam("of_sim"),
        )
    )
    .limit(1)
)


async def sims_of(tx: AsyncConnection, names: Collection[str]) -> dict[str, set[str]]:
    """Tell which SIMs these modems have, or are remembered to have: by pin, the modems' names."""
    found = {pin_of(modem=name, iccid=None): {name} for name in names}
    for row in (await tx.execute(_SIMS)).all():
        if row.name in names and row.iccid is not None:
            found.setdefault(row.iccid, set()).add(row.name)
    return found


async def choose(
    tx: AsyncConnection, *, inbox: str, contact: str, sharing: Sequence[str]
) -> Choice:
    """Choose the SIM that last spoke with the contact in this inbox, if the inbox still has it.

    ``sharing`` are the inbox's modems where there are several. A SIM that none of them has any
    more leaves the choice to all of them, and is noted.
    """
    if not sharing:
        return Choice(lane=inbox)
    values = {"of_contact": contact, "of_inbox": inbox}
    pins = await sims_of(tx, sharing)
    known = (await tx.execute(_LAST_AMONG, values | {"pins": list(pins)})).scalar_one_or_none()
    if known is None:
        gone = (await tx.execute(_LAST, values)).scalar_one_or_none()
        return Choice(lane=inbox, sim=gone)
    number = (await tx.execute(_NUMBER, {"of_sim": known})).scalar_one_or_none()
    return Choice(lane=sim_lane(inbox, known), sim=known, from_number=number)


_FREE = (
    IS_QUEUED,
    parts.c.destination == bindparam("of_contact"),
    parts.c.lane == bindparam("of_inbox"),
    parts.c.pinned_to.is_(None),  # a canary goes by its own modem, or not at all
)
_KNOW = Prepared(
    update(messages)
    .where(messages.c.id.in_(select(parts.c.message_id).where(*_FREE)))
    .values(sim=bindparam("with_sim"))
)
_FOLLOW = Prepared(update(parts).where(*_FREE).values(lane=bindparam("to_lane")))


async def follow(tx: AsyncConnection, *, inbox: str, contact: str, pin: str) -> None:
    """Let what waits for this contact in the inbox go by the SIM that has just written to it."""
    values = {"of_contact": contact, "of_inbox": inbox}
    await _KNOW.execute(tx, values | {"with_sim": pin})
    await _FOLLOW.execute(tx, values | {"to_lane": sim_lane(inbox, pin)})


_KNOWN_AND_FREE = (
    select(parts.c.destination)
    .distinct()
    .where(
        IS_QUEUED,
        parts.c.lane == bindparam("of_inbox"),
        select(literal_column("1"))
        .where(
            messages.c.contact == parts.c.destination,
            _of_inbox,
            messages.c.modem.is_not(None),
        )
        .exists(),
    )
)


async def take_up(tx: AsyncConnection, *, inbox: str, sharing: Sequence[str]) -> None:
    """At a start: let what any modem of the inbox could take go by the SIM that its contact knows.

    A killed run may have left it so, or a configuration in which the inbox had one modem.
    """
    contacts = (await tx.execute(_KNOWN_AND_FREE, {"of_inbox": inbox})).scalars().all()
    for contact in contacts:
        choice = await choose(tx, inbox=inbox, contact=contact, sharing=sharing)
        if choice.sim is not None and choice.lane != inbox:
            await follow(tx, inbox=inbox, contact=contact, pin=choice.sim)


_BATCH = 500
_due_since = func.coalesce(messages.c.send_at_ms, messages.c.created_at_ms)
_STRANDED = (
    select(parts.c.id)
    .join_from(parts, messages, messages.c.id == parts.c.message_id)
    .where(
        IS_QUEUED,
        parts.c.lane == bindparam("of_lane"),
        parts.c.pinned_to.is_(None),
        messages.c.state == "queued",  # no part of it is with a modem, or was
        messages.c.on_air_at_ms.is_(None),
        _due_since <= bindparam("before"),
    )
    .limit(_BATCH)
)
_STAND_BY = (
    update(parts)
    .where(parts.c.id == bindparam("of_part"), IS_QUEUED, parts.c.pinned_to.is_(None))
    .values(lane=bindparam("to_lane"))
)


async def stranded(tx: AsyncConnection, *, lane: str, before_ms: int) -> list[str]:
    """List parts of messages due since ``before_ms`` of which nothing has begun, at most 500."""
    found = await tx.execute(_STRANDED, {"of_lane": lane, "before": before_ms})
    return list(found.scalars())


async def stand_by(tx: AsyncConnection, part_ids: Sequence[str], *, inbox: str) -> None:
    """Let other numbers send these parts, as far as they still wait."""
    lane = standby_lane(inbox)
    await tx.execute(_STAND_BY, [{"of_part": each, "to_lane": lane} for each in part_ids])


_OUT_OF_USE = (
    update(parts)
    .where(
        IS_QUEUED,
        parts.c.inbox == bindparam("of_inbox"),
        parts.c.lane.not_in(bindparam("in_use", expanding=True)),
    )
    .values(lane=bindparam("of_inbox"))
)


async def mend(tx: AsyncConnection, *, inbox: str, in_use: Collection[str]) -> int:
    """Give what waits in lanes that nobody serves any more to all of the inbox; give how many."""
    values = {"of_inbox": inbox, "in_use": [inbox, *in_use]}
    return (await tx.execute(_OUT_OF_USE, values)).rowcount

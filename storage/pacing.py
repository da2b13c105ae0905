"""Owns what a SIM was handed: when, how often, and for how much.

Counts attempts, not parts: a part that was sent twice was paid for twice. Where the SIM has no
name, the modem's stands for it.
"""

from sqlalchemy import and_, bindparam, func, literal_column, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.prepared import Prepared
from storage.schema import attempts, parts

# Running, or unknown: the network may have it.
_MAY_HAVE_IT = or_(
    attempts.c.outcome.is_(None),
    attempts.c.outcome.in_([literal_column("'accepted'"), literal_column("'unknown'")]),
)
_OF_SIM = attempts.c.iccid == bindparam("of_iccid")
_OF_MODEM = and_(attempts.c.iccid.is_(None), attempts.c.modem == bindparam("of_modem"))
_HANDED = (
    select(attempts.c.started_at_ms)
    .where(_MAY_HAVE_IT, attempts.c.started_at_ms >= bindparam("since"))
    .order_by(attempts.c.started_at_ms)
)
_HANDED_TO_SIM = _HANDED.where(_OF_SIM)
_HANDED_TO_MODEM = _HANDED.where(_OF_MODEM)

# By the modem's answer, by evidence, or (the part's last attempt) by a person's word.
WAS_ACCEPTED = or_(
    attempts.c.outcome == literal_column("'accepted'"),
    and_(
        attempts.c.outcome == literal_column("'unknown'"),
        attempts.c.id == parts.c.attempt_id,
        parts.c.accepted_at_ms.is_not(None),
    ),
)
_COST = (
    select(func.coalesce(func.sum(attempts.c.price_micros), literal_column("0")))
    .join_from(attempts, parts, parts.c.id == attempts.c.part_id)
    .where(
        attempts.c.started_at_ms >= bindparam("since"),
        attempts.c.price_currency == bindparam("in_currency"),
        WAS_ACCEPTED,
    )
)
_COST_OF_SIM = _COST.where(_OF_SIM)
_COST_OF_MODEM = _COST.where(_OF_MODEM)
_SET_PRICE = Prepared(
    update(attempts)
    .where(attempts.c.id == bindparam("of_attempt"))
    .values(price_micros=bindparam("micros"), price_currency=bindparam("currency"))
)


async def handed_since(
    tx: AsyncConnection, *, iccid: str | None, modem: str, since_ms: int
) -> list[int]:
    """List when the network got, or may have got, a part of this SIM; UTC ms, ascending."""
    if iccid is None:
        found = await tx.execute(_HANDED_TO_MODEM, {"of_modem": modem, "since": since_ms})
    else:
        found = await tx.execute(_HANDED_TO_SIM, {"of_iccid": iccid, "since": since_ms})
    return list(found.scalars())


async def set_price(tx: AsyncConnection, *, attempt_id: str, micros: int, currency: str) -> None:
    """Note what this attempt costs if the network accepts it, in millionths of ``currency``."""
    await _SET_PRICE.execute(tx, {"of_attempt": attempt_id, "micros": micros, "currency": currency})


async def cost_since(
    tx: AsyncConnection, *, iccid: str | None, modem: str, currency: str, since_ms: int
) -> int:
    """Sum, in millionths of ``currency``, what this SIM's parts cost that were accepted since."""
    values: dict[str, object] = {"since": since_ms, "in_currency": currency}
    if iccid is None:
        found = await tx.execute(_COST_OF_MODEM, values | {"of_modem": modem})
    else:
        found = await tx.execute(_COST_OF_SIM, values | {"of_iccid": iccid})
    return int(found.scalar_one())

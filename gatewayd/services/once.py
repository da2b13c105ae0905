"""A change under its client's Idempotency-Key: done once, however often it is asked for.

The key is kept in the transaction of the change, so a crash leaves both or neither; what could not
be done has not used its key up. Keeps no answer: it would outlive the customer whom it shows.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from http import HTTPStatus
from typing import assert_never

from sqlalchemy.ext.asyncio import AsyncConnection

from gatewayd.services.messages import IdempotencyKey, KeyConflict
from storage import idempotency
from storage.conversations.acts import ActOutcome


@dataclass(frozen=True, slots=True)
class Repeated:
    """It was done before, under the same key."""


async def once(
    tx: AsyncConnection,
    key: IdempotencyKey | None,
    unit: Callable[[], Awaitable[ActOutcome]],
    *,
    owner: str,
    now_ms: int,
) -> ActOutcome | Repeated | KeyConflict:
    """Do it within this transaction unless ``owner`` had it done under this key already."""
    if key is None:
        return await unit()
    begun = await idempotency.begin(
        tx, token_id=owner, key=key.key, body_digest=key.body_digest, now_ms=now_ms
    )
    match begun:
        case idempotency.Fresh():
            outcome = await unit()
            if outcome is not ActOutcome.DONE:
                await idempotency.forget(tx, token_id=owner, key=key.key)
                return outcome
            await idempotency.finish(
                tx, token_id=owner, key=key.key, status=HTTPStatus.OK, body=None, message_id=None
            )
            return outcome
        case idempotency.Replay():
            return Repeated()
        case idempotency.Mismatch():
            return KeyConflict.MISMATCH
        case idempotency.InProgress():
            return KeyConflict.IN_PROGRESS
        case _:
            assert_never(begun)

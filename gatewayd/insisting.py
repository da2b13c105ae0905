"""Commits what has become of something that is done already, however long the store is away."""

import asyncio
from collections.abc import Awaitable, Callable

import structlog
from sqlalchemy.ext.asyncio import AsyncConnection

from gatewayd.bus import Bus, Topic
from storage.engine import Store
from storage.errors import StoreUnavailable

STORE_RETRY_SECONDS = 5.0

_log = structlog.get_logger(__name__)


async def insist(
    store: Store, bus: Bus, unit: Callable[[AsyncConnection], Awaitable[bool]]
) -> None:
    """Commit it as soon as the store answers: until then it must not be done once more.

    ``unit`` tells whether it journalled something; then readers of the journal get a hint.
    """
    while True:
        try:
            told = await store.shielded(unit)
        except StoreUnavailable as error:
            _log.error("store_unavailable", reason=error.reason)
            await asyncio.sleep(STORE_RETRY_SECONDS)
            continue
        if told:
            bus.publish(Topic.JOURNAL)
        return

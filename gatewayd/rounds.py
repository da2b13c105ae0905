"""The loop of tasks that work in rounds: when something is due, or a hint says that it may be."""

import asyncio
from collections.abc import Awaitable, Callable

import structlog

from gatewayd.bus import Subscription
from storage.errors import StoreUnavailable

LONGEST_WAIT_SECONDS = 60.0
"""A hint may be lost: so long until a task looks by itself."""

_log = structlog.get_logger(__name__)


async def keep_rounds(
    work: Callable[[], Awaitable[float]],
    hints: Subscription,
    *,
    pause_seconds: float,
    while_: Callable[[], bool] = lambda: True,
) -> None:
    """Work until cancelled, or until ``while_`` says no: at most once in ``pause_seconds``.

    ``work`` gives the seconds until something can be due next. Every round must be safe to repeat:
    where the store does not answer, the same is tried again later.
    """
    while while_():
        try:
            wait_seconds = await work()
        except StoreUnavailable as error:
            _log.error("store_unavailable", reason=error.reason)
            wait_seconds = LONGEST_WAIT_SECONDS
        await asyncio.sleep(min(wait_seconds, pause_seconds))
        await hints.wait(timeout_seconds=max(0.0, wait_seconds - pause_seconds))

"""Hints between tasks of one process: "something changed, look in the store".

A hint carries no data. It is published after the commit only; losing every hint costs latency,
never a message, because each listener also looks by itself from time to time.
"""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum


class Topic(StrEnum):
    """What may have changed."""

    OUTBOX = "outbox"
    """A part may be due: written by services and back-off, heard by the modems' workers."""

    JOURNAL = "journal"
    """The changes journal grew: heard by SSE, webhooks and metrics."""

    WEBHOOKS = "webhooks"
    """A webhook was made or changed, or something is to be posted again: heard by the courier."""


class Subscription:
    """Remembers that a hint came since the last wait, never how many."""

    def __init__(self) -> None:
        self._event = asyncio.Event()

    def hint(self) -> None:
        """Wake the listener, now or at its next wait."""
        self._event.set()

    async def wait(self, timeout_seconds: float | None = None) -> bool:
        """Wait for a hint; true when one came, false when the time ran out first."""
        try:
            async with asyncio.timeout(timeout_seconds):
                await self._event.wait()
        except TimeoutError:
            return False
        self._event.clear()
        return True


class Bus:
    """The process's one set of hints."""

    def __init__(self) -> None:
        self._subscriptions: dict[Topic, set[Subscription]] = {topic: set() for topic in Topic}

    def publish(self, *topics: Topic) -> None:
        """Wake all that listen to these topics."""
        for topic in topics:
            for subscription in self._subscriptions[topic]:
                subscription.hint()

    @contextmanager
    def subscribe(self, *topics: Topic) -> Iterator[Subscription]:
        """Listen to these topics for as long as the block lasts."""
        subscription = Subscription()
        for topic in topics:
            self._subscriptions[topic].add(subscription)
        try:
            yield subscription
        finally:
            for topic in topics:
                self._subscriptions[topic].discard(subscription)

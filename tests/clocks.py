"""By which clock a test lives that drives a modem in memory."""

import asyncio
from collections.abc import Callable

import pytest

from modem.virtual.loop import VirtualLoop


def pytest_asyncio_loop_factories(
    item: pytest.Item,
) -> dict[str, Callable[[], asyncio.AbstractEventLoop]]:
    """Let time pass only while a modem in memory has nothing to say: no deadline is missed."""
    if item.get_closest_marker("machine_clock"):
        return {"machine": asyncio.new_event_loop}
    return {"virtual": VirtualLoop}

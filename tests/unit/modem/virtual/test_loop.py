"""The clock that waits for nobody."""

from __future__ import annotations

import asyncio

import pytest

from modem.virtual.loop import TICK_SECONDS, TURNS_A_TICK, HotLoopError, VirtualLoop

DAY_SECONDS = 86_400.0


def run(story) -> object:  # noqa: ANN001 - a coroutine function
    with asyncio.Runner(loop_factory=VirtualLoop) as runner:
        return runner.run(story())


def test_a_day_passes_at_once() -> None:
    async def day() -> float:
        await asyncio.sleep(DAY_SECONDS)
        return asyncio.get_running_loop().time()

    assert run(day) == pytest.approx(DAY_SECONDS)


def test_a_hair_of_time_passes_for_who_is_busy() -> None:
    """A timer runs a hair early: who then finds that it is not due would ask again for ever."""

    async def busy() -> float:
        for _ in range(TURNS_A_TICK + 1):
            await asyncio.sleep(0)
        return asyncio.get_running_loop().time()

    assert run(busy) == TICK_SECONDS


def test_who_keeps_the_loop_busy_is_caught() -> None:
    async def spin() -> None:
        loop = asyncio.get_running_loop()
        loop.call_soon(again := lambda: loop.call_soon(again))
        await asyncio.Event().wait()

    with pytest.raises(HotLoopError):
        run(spin)

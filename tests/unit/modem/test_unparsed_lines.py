"""What a modem says that nobody understands is counted over all its lives."""

from __future__ import annotations

from typing import TYPE_CHECKING

from modem.state import State

if TYPE_CHECKING:
    from conftest import Bench


async def test_the_count_outlives_the_port(bench: Bench) -> None:
    async with bench.serving() as worker:
        assert worker.unparsed_lines == 0
        bench.modem.terminal.say("good morning")
        await bench.send(worker, "one")  # answered after it
        assert worker.unparsed_lines == 1
        worker.restart()
        await bench.recorder.until(lambda: bench.recorder.states.count(State.READY) > 1)
        assert worker.unparsed_lines == 1
        bench.modem.terminal.say("good evening")
        await bench.send(worker, "two")
    assert worker.unparsed_lines == 1 + 1

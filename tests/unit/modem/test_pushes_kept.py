"""What was pushed exists nowhere else: it outlives the port that it came through."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from modem.attention import Attention
from modem.events import Disposition
from modem.state import State
from modem.supervisor import Timing

if TYPE_CHECKING:
    from collections.abc import Callable

    from conftest import Bench

    from modem.at.engine import LateAnswer, Unsolicited

QUICK = Timing(device_poll_seconds=0.02, registration_poll_seconds=0.02, backoff_seconds=(0.02,))


@pytest.fixture
def on_push(monkeypatch: pytest.MonkeyPatch) -> list[Callable[[], object]]:
    """What happens in the moment after something was pushed."""
    actions: list[Callable[[], object]] = []
    take = Attention.on_event

    def take_and_act(self: Attention, event: Unsolicited | LateAnswer) -> None:
        take(self, event)
        for action in actions if self.pushed else ():
            action()

    monkeypatch.setattr(Attention, "on_event", take_and_act)
    return actions


async def test_unplugged_a_moment_after_a_push(
    bench: Bench, on_push: list[Callable[[], object]]
) -> None:
    on_push.append(bench.line.unplug)
    async with bench.serving(timing=QUICK):
        await bench.until_idle()
        bench.text_in("flash", message_class=0)
        await bench.recorder.until(lambda: State.ABSENT in bench.recorder.states)
    assert len(bench.recorder.arrivals) == 1


async def test_stopped_a_moment_after_a_push(
    bench: Bench, on_push: list[Callable[[], object]]
) -> None:
    async with bench.serving(timing=QUICK) as worker:
        on_push.append(worker.stop)
        await bench.until_idle()
        bench.text_in("flash", message_class=0)
        await bench.recorder.until(lambda: State.STOPPED in bench.recorder.states)
    assert len(bench.recorder.arrivals) == 1


async def test_what_the_store_did_not_take_is_taken_in_the_next_life(bench: Bench) -> None:
    async with bench.serving(timing=QUICK):
        await bench.until_idle()
        bench.recorder.disposition = Disposition.KEEP
        bench.text_in("flash", message_class=0)
        await bench.recorder.until(lambda: bench.recorder.arrivals)
        bench.line.unplug()
        await bench.recorder.until(lambda: bench.recorder.states.count(State.ABSENT))
        refused = len(bench.recorder.arrivals)
        bench.recorder.disposition = Disposition.DELETE
        await bench.line.plug()
        await bench.recorder.until(lambda: len(bench.recorder.arrivals) == refused + 1)
    assert len({arrived.pdu for arrived in bench.recorder.arrivals}) == 1

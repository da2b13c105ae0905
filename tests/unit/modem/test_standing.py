from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from modem.events import Identity
from modem.standing import Standing
from modem.state import IllegalTransitionError, State, Trigger

if TYPE_CHECKING:
    from conftest import Bench


@pytest.fixture
def standing(bench: Bench) -> Standing:
    clock = iter(range(100))
    return Standing(
        settings=bench.settings(number="+15145550199"),
        handler=bench.recorder,
        now_ms=lambda: next(clock),
    )


def test_a_modem_begins_absent(bench: Bench, standing: Standing) -> None:
    assert standing.state is State.ABSENT
    assert standing.status.identity == Identity(number="+15145550199")
    assert (standing.status.name, standing.status.device) == (bench.name, bench.device)


async def test_a_move_is_told_with_its_reason_and_time(bench: Bench, standing: Standing) -> None:
    await standing.move(Trigger.OPEN)
    await standing.move(Trigger.NO_DEVICE, "unplugged")
    assert standing.state is State.ABSENT
    assert (standing.status.reason, standing.status.since_ms) == ("unplugged", 2)
    assert bench.recorder.statuses[-1] is standing.status


async def test_only_the_table_moves_it(bench: Bench, standing: Standing) -> None:
    with pytest.raises(IllegalTransitionError):
        await standing.move(Trigger.REGISTERED)
    assert standing.state is State.ABSENT
    assert bench.recorder.statuses == []


async def test_facts_are_told_once(bench: Bench, standing: Standing) -> None:
    for _ in range(2):
        await standing.note(replace(standing.status, signal_dbm=-71))
        await standing.explain("no modem was found")
    assert [status.signal_dbm for status in bench.recorder.statuses] == [-71, -71]
    assert standing.status.since_ms == 0

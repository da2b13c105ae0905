# ruff: noqa: ANN001 - fixtures have their types in conftest.py
"""Disturbances of the line, alone and in pairs: nothing is lost, nothing is sent twice."""

from __future__ import annotations

from itertools import combinations

import pytest

from modem.events import Accepted, Unknown
from modem.virtual.faults import Fault, FaultKind
from modem.virtual.personality import personality

DISTURBANCES = {
    FaultKind.INTERRUPT: {},
    FaultKind.UNSOLICITED: {"line": "^RSSI:17"},
    FaultKind.CALL: {"line": "+15145550111", "every": 7},
    FaultKind.SPLIT: {},
    FaultKind.NOISE: {},
    FaultKind.GARBAGE: {"every": 5},
    FaultKind.DELAY_ANSWER: {"ms": 20, "every": 3},
    FaultKind.LATE_PROMPT: {"ms": 20},
    FaultKind.LOSE_ANNOUNCEMENT: {"every": 2},
}
ALONE = [(kind,) for kind in DISTURBANCES]
PAIRS = list(combinations(DISTURBANCES, 2))
MESSAGES = 4


@pytest.mark.parametrize("kinds", [*ALONE, *PAIRS], ids="+".join)
async def test_a_disturbed_line(make_shop, quick_sweeps, kinds: tuple[FaultKind, ...]) -> None:
    shop = make_shop(personality("huawei"))
    async with shop.open(quick_sweeps) as worker:
        for kind in kinds:
            shop.modem.faults.add(Fault(kind=kind, count=None, **DISTURBANCES[kind]))
        outcomes = []
        for number in range(MESSAGES):
            shop.text_in(f"in {number}")
            outcomes += await shop.send(worker, f"out {number}")
        shop.modem.faults.clear()
        await shop.keeper.until(lambda: len(shop.keeper.texts) == MESSAGES, "what came in")
        await shop.keeper.until(lambda: shop.stored == 0, "empty stores")
    # What is not accepted is unknown at worst, and on the air at most once.
    assert {type(outcome) for outcome in outcomes} <= {Accepted, Unknown}
    assert shop.accepted == [f"out {number}" for number in range(MESSAGES)]
    assert sorted(shop.keeper.texts) == [f"in {number}" for number in range(MESSAGES)]


@pytest.mark.parametrize("milliseconds", [0, 100])
async def test_a_stall_after_the_reference_wraps(
    make_shop, quick_sweeps, milliseconds: int
) -> None:
    shop = make_shop(personality("generic"))
    shop.modem.reference = 254
    shop.modem.faults.add(Fault(kind=FaultKind.STALL_AFTER_WRAP, ms=milliseconds))
    async with shop.open(quick_sweeps) as worker:
        before = [*await shop.send(worker, "at 255"), *await shop.send(worker, "at 0")]
        assert [outcome.reference for outcome in before] == [255, 0]
        if not milliseconds:  # only its power helps: somebody pulls it out
            shop.line.unplug()
            shop.modem.unplug()
            shop.modem.plug()
            await shop.line.plug()
        await shop.ready(worker)
        (after,) = await shop.send(worker, "at 1")
        assert isinstance(after, Accepted)
    assert shop.accepted == ["at 255", "at 0", "at 1"]

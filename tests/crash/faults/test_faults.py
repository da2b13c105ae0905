"""Every fault of the virtual modem, alone and in pairs: nothing lost, nothing twice, no lie.

Messages of one and more parts go both ways on two modems, with reports. All is drawn from the
printed seed, which is the same in each default run; CRASH_SEED sets another.
"""

import asyncio
from collections.abc import Callable
from functools import partial
from itertools import combinations, combinations_with_replacement
from typing import Any

import pytest

from modem.virtual.faults import Fault, FaultKind
from modem.virtual.personality import PERSONALITIES

FAULTS: dict[str, dict[str, Any]] = {
    "lose_answer": {"every": 5, "count": 6},
    "lose_answer of a submit": {"match": "+CMGS", "every": 2, "count": 4},
    "delay_answer": {"ms": 7000, "every": 4, "count": 8},
    "delay_answer beyond the deadline": {"match": "+CMGS", "ms": 75_000, "every": 3, "count": 2},
    "error": {"code": "ERROR", "every": 6, "count": 8},
    "error of a submit": {"match": "+CMGS", "code": "CMS 500", "every": 2, "count": 6},
    "submit_error": {"code": "CMS 42", "every": 2, "count": 6},
    "accept_then_error": {"every": 2, "count": 5},
    "accept_then_silence": {"every": 2, "count": 5},
    "no_prompt": {"every": 3, "count": 4},
    "late_prompt": {"ms": 14_000, "every": 3, "count": 4},
    "lose_announcement": {"every": 2, "count": 8},
    # Later than any look into the stores: what is first read with its double is a second message.
    "duplicate": {"ms": 200_000, "every": 2, "count": 5},
    "interrupt": {"count": None},
    "unsolicited": {"line": "^RSSI:17", "count": None},
    "call": {"line": "+15145550111", "every": 9, "count": 6},
    "call that deafens": {"line": "+15145550111", "code": "deafens", "every": 9, "count": 3},
    "stall_after_wrap": {"ms": 90_000},
    "split": {"ms": 1, "every": 3, "count": 60},
    "noise": {"count": None},
    "garbage": {"every": 4, "count": None},
}
"""Faults of modem.virtual.faults, told apart by what they strike."""

EVENTS: dict[str, Callable[[Any, int], None]] = {
    "hang": lambda campaign, which: campaign.modems[which].hang(70_000),
    "reboot": lambda campaign, which: campaign.modems[which].reboot(),
    "unplug": lambda campaign, which: campaign.unplug(which, seconds=10),
    "full_store": lambda campaign, which: campaign.fill_stores(which, seconds=120),
    "redeliver": lambda campaign, which: campaign.redeliver(which, seconds=45),
}
"""What a person or the network does; each happens thrice."""

ALL = (*FAULTS, *EVENTS)
# Answers that are really lost, on the way or for good: what becomes unknown.
DOUBTERS = (
    "accept_then_error",
    "accept_then_silence",
    "lose_answer of a submit",
    "unplug",
    "reboot",
)


def arm(campaign: Any, *names: str) -> None:
    for name in names:
        for which, modem in enumerate(campaign.modems):
            if name in EVENTS:
                for _ in range(3):
                    act = partial(EVENTS[name], campaign, which)
                    campaign.clock.call_later(campaign.rng.uniform(1, 240), act)
            else:
                modem.reference = 250  # so that it wraps on the way
                kind = FaultKind(name.split(" ")[0])
                modem.faults.add(Fault(kind=kind, **FAULTS[name]))


async def hold(campaign: Any, *names: str) -> None:
    """Under on_unknown = "hold": each part at most once, and what is unknown is so in truth."""
    arm(campaign, *names)
    await campaign.traffic(on_unknown="hold")

    async def settled() -> bool:
        told = [
            row.state == "delivered"
            # Honestly unknown: a part is not on the air, so that its report can never come.
            or (row.state == "unknown" and campaign.on_air(row) < row.parts)
            for row in await campaign.messages("out")
        ]
        return all(told) and await campaign.all_in()

    await campaign.until(settled)
    await campaign.audit()
    twice = {part: times for part, times in campaign.accepted().items() if times > 1}
    assert twice == {}


async def resend(campaign: Any, *names: str) -> None:
    """Under "resend": nothing lost; twice only where neither the answer nor a report came."""
    arm(campaign, *names)
    await campaign.traffic(on_unknown="resend", silent=True)

    async def settled() -> bool:
        told = [
            row.state == "delivered" or (row.state == "sent" and campaign.is_silent(row.to_number))
            for row in await campaign.messages("out")
        ]
        return all(told) and await campaign.all_in()

    await campaign.until(settled)
    await campaign.audit()
    for (number, part), times in campaign.accepted().items():
        assert times == 1 or campaign.is_silent(number), (number, part, times)


def makes(seed: int) -> tuple[str, str]:
    """Two makes for this run; two ports and a daily reboot are other tests' matter."""
    choice = sorted(set(PERSONALITIES) - {"two-ports", "restless"})
    return choice[seed % len(choice)], choice[seed // 7 % len(choice)]


@pytest.mark.parametrize("name", ALL)
def test_each_fault(run: Callable[..., None], name: str) -> None:
    run(lambda campaign: hold(campaign, name))


@pytest.mark.parametrize("name", DOUBTERS)
def test_sent_again(run: Callable[..., None], name: str) -> None:
    run(lambda campaign: resend(campaign, name))


@pytest.mark.parametrize("names", list(combinations(DOUBTERS[:4], 2)), ids=" + ".join)
def test_some_pairs(run: Callable[..., None], names: tuple[str, ...]) -> None:
    run(lambda campaign: hold(campaign, *names))


@pytest.mark.long
@pytest.mark.timeout(900)
@pytest.mark.parametrize("policy", [hold, resend])
@pytest.mark.parametrize("names", list(combinations_with_replacement(ALL, 2)), ids=" + ".join)
def test_every_pair(
    run: Callable[..., None], seed: int, policy: Callable[..., Any], names: tuple[str, ...]
) -> None:
    run(lambda campaign: policy(campaign, *names), makes(seed))


def test_the_campaign_leaves_out_no_fault() -> None:
    """Garbling changes letters that nothing protects on the line: it has its own test."""
    struck = {FaultKind(name.split(" ")[0]) for name in FAULTS}
    assert set(FaultKind) - struck == {FaultKind.GARBLE}


async def garbled(campaign: Any) -> None:
    for modem in campaign.modems:
        modem.faults.add(Fault(kind=FaultKind.GARBLE, rate=0.002, count=None))
    await campaign.traffic(on_unknown="hold")
    await asyncio.sleep(3600)
    for modem in campaign.modems:
        modem.faults.clear()

    async def settled() -> bool:
        waiting = {"queued", "sending"}
        told = [row.state not in waiting for row in await campaign.messages("out")]
        return all(told) and campaign.left() == 0

    await campaign.until(settled)
    assert max(campaign.accepted().values()) == 1
    for row in await campaign.messages("out"):
        if row.state in {"delivered", "sent"}:
            assert campaign.on_air(row) == row.parts


def test_a_line_that_garbles(run: Callable[..., None]) -> None:
    """Letters may be wrong, and then nobody can know; but nothing goes out twice or stops."""
    run(garbled)

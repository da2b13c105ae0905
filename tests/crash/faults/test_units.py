"""An exception planted in each unit: its barrier holds, the others go on, also over restarts.

A unit is what handles one PDU, one part, one look at what is due. In each row of the table it
explodes at some calls, drawn from the seed, while messages go both ways and the gateway restarts.
"""

import asyncio
import random
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from sqlalchemy import text

from gatewayd import ingest, validity
from gatewayd.outcomes import Outcomes
from gatewayd.pacing import Pacing
from gatewayd.reassembly import Reassembly
from gatewayd.reports import Reports
from modem.virtual.faults import Fault, FaultKind
from storage import changes, groups, inbound, outbox

RATE = 0.15


class PlantedError(Exception):
    """Nobody foresaw it."""


@dataclass(frozen=True)
class Unit:
    """Where the exception is planted, and what it may cost."""

    owner: Any
    name: str
    sync: bool = False
    costs: tuple[str, ...] = ()
    """``parts``: a part that was not sent fails, one in doubt stays unknown; ``pdus``: raw bytes
    are kept instead of a message or a report."""
    faults: tuple[dict[str, Any], ...] = ()
    """What it takes for the unit to have work."""
    most: int = 6
    """So often it explodes at most: what is tried again comes through in the end."""


SILENCE = {"kind": FaultKind.ACCEPT_THEN_SILENCE, "every": 4}
LATE = {"kind": FaultKind.DELAY_ANSWER, "match": "+CMGS", "ms": 62_000, "every": 4}
UNITS: dict[str, Unit] = {
    "an incoming PDU is read": Unit(ingest, "decode_incoming", sync=True, costs=("pdus",)),
    "its slot is remembered": Unit(inbound, "set_slot", costs=("pdus",)),
    "its slot is forgotten": Unit(inbound, "forget_slot", costs=("pdus",)),
    "a message is shown": Unit(Reassembly, "show", costs=("pdus",)),
    "a part is joined": Unit(Reassembly, "add", costs=("pdus",)),
    "a report is applied": Unit(Reports, "apply", costs=("pdus",)),
    "a report is evidence": Unit(Reports, "reconsider", costs=("parts", "pdus"), faults=(SILENCE,)),
    "a part is claimed": Unit(outbox, "claim"),
    "a part is prepared": Unit(validity, "capped", sync=True, costs=("parts",)),
    "a part is marked": Unit(outbox, "mark_submitting", costs=("parts",)),
    "a part is counted": Unit(Pacing, "handed", costs=("parts",)),
    "a part is settled": Unit(Outcomes, "settle", costs=("parts",)),
    "a part is accepted": Unit(outbox, "accept", costs=("parts",)),
    "a part is in doubt": Unit(outbox, "mark_unknown", faults=(SILENCE,)),
    "a late answer is taken": Unit(Outcomes, "late", costs=("parts",), faults=(LATE,)),
    "what is overdue ends": Unit(outbox, "expire"),
    "what is in doubt is sent again": Unit(outbox, "resend_unknown"),
    "gaps are shown": Unit(groups, "due_groups"),
    "old events are pruned": Unit(changes, "prune"),
}


def plant(monkeypatch: pytest.MonkeyPatch, unit: Unit, rng: random.Random) -> Counter[str]:
    """Let the unit explode at its first call, and now and then; counts how often it did."""
    intact, count = getattr(unit.owner, unit.name), Counter[str]()

    def explodes() -> bool:
        count["called"] += 1
        if count["exploded"] >= unit.most or (count["called"] > 1 and rng.random() >= RATE):
            return False
        count["exploded"] += 1
        return True

    async def awaited(*args: Any, **kwargs: Any) -> Any:
        if explodes():
            raise PlantedError
        return await intact(*args, **kwargs)

    def called(*args: Any, **kwargs: Any) -> Any:
        if explodes():
            raise PlantedError
        return intact(*args, **kwargs)

    monkeypatch.setattr(unit.owner, unit.name, called if unit.sync else awaited)
    return count


@pytest.mark.parametrize("name", UNITS)
def test_its_barrier_holds(run: Callable[..., None], name: str) -> None:
    unit = UNITS[name]
    with pytest.MonkeyPatch.context() as planted:
        run(lambda campaign: exploding(campaign, planted, unit))


@pytest.mark.long
@pytest.mark.timeout(900)
@pytest.mark.parametrize("turn", range(10))
@pytest.mark.parametrize("name", UNITS)
def test_its_barrier_holds_each_time(run: Callable[..., None], name: str, turn: int) -> None:
    unit = UNITS[name]
    assert turn >= 0
    with pytest.MonkeyPatch.context() as planted:
        run(lambda campaign: exploding(campaign, planted, unit))


async def exploding(campaign: Any, monkeypatch: pytest.MonkeyPatch, unit: Unit) -> None:
    count = plant(monkeypatch, unit, campaign.rng)
    for modem in campaign.modems:
        for fault in unit.faults:
            modem.faults.add(Fault(count=3, **fault))
    traffic = asyncio.ensure_future(campaign.traffic(on_unknown="hold"))
    await asyncio.sleep(campaign.rng.uniform(10, 200))
    campaign.check()
    await campaign.restart()
    await traffic

    async def ended() -> bool:
        rows = await campaign.messages("out")
        moving = {"queued", "sending"} | (set() if "pdus" in unit.costs else {"sent"})
        return not any(row.state in moving for row in rows) and campaign.left() == 0

    await campaign.until(ended)
    assert count["exploded"] > 0, "nothing was planted where anything passes"
    assert "pdus" in unit.costs or not await quarantined(campaign)
    monkeypatch.undo()
    await campaign.decode()
    await audit(campaign, unit)


async def audit(campaign: Any, unit: Unit) -> None:
    """Nothing twice, nothing lost: what was kept raw has been read, what was not sent says so."""
    assert max(campaign.accepted().values()) == 1
    for row in await campaign.messages("out"):
        if row.state in {"sent", "delivered"}:
            assert campaign.on_air(row) == row.parts, row
        elif "parts" in unit.costs or unit.faults:
            assert row.state == "unknown" or row.error_code == "internal_error", row
        else:
            raise AssertionError(row)
    heard = Counter((row.from_number, row.text) for row in await campaign.messages("in"))
    assert heard == Counter(campaign.texted.items())


async def quarantined(campaign: Any) -> int:
    async with campaign.store.read() as tx:
        query = text("SELECT count(*) FROM pdus WHERE kind = 'quarantined'")
        return int((await tx.execute(query)).scalar_one())

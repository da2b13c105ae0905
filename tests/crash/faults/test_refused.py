"""A network that refuses: now and then, and one message after the other."""

import asyncio
from collections.abc import Callable
from typing import Any

from modem.virtual.faults import Fault, FaultKind
from modem.virtual.ledger import Happening

MESSAGES = 100
SUBMIT_MS = 100
"""A fast network: on a slow one the waits between two tries weigh less."""


async def hundred(campaign: Any, area: str) -> float:
    """Send a hundred messages by one modem; give the seconds until the network has the last."""
    loop = asyncio.get_running_loop()
    counter = campaign.modems[0]
    counter.submit_ms = SUBMIT_MS
    last = begun = loop.time()

    def accepted(entry: Any) -> None:
        nonlocal last
        if entry.what is Happening.ACCEPTED:
            last = loop.time()

    campaign.network.ledger.watch(accepted)
    for place in range(MESSAGES):
        await campaign.send(f"+1514{area}{place:04d}", "ready", inbox="main", on_unknown="hold")

    async def all_sent() -> bool:
        rows = await campaign.messages("out")
        states = [row.state.value for row in rows if row.to_number.startswith(f"+1514{area}")]
        return states == ["delivered"] * MESSAGES

    await campaign.until(all_sent)
    assert max(campaign.accepted().values()) == 1
    return last - begun


def test_every_fifth_refused_all_are_sent_within_twice_the_time(run: Callable[..., None]) -> None:
    async def story(campaign: Any) -> None:
        undisturbed = await hundred(campaign, "557")
        fault = Fault(kind=FaultKind.SUBMIT_ERROR, code="CMS 42", every=5, count=None)
        campaign.modems[0].faults.add(fault)
        disturbed = await hundred(campaign, "558")
        assert disturbed <= 2 * undisturbed, (disturbed, undisturbed)

    run(story)

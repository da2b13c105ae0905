"""Two modems that share an inbox, on bad days: no message comes from two numbers, none twice."""

import asyncio
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any

import pytest

from config.schema import InboxSettings, ModemSettings
from modem.virtual.faults import Fault, FaultKind
from modem.virtual.ledger import Happening
from storage import queries

MODEMS = tuple(ModemSettings(name=name, device=f"virtual:{name}") for name in ("counter", "spare"))
FAILOVER = InboxSettings(
    name="main", failover_to=("counter", "spare"), failover_after=timedelta(minutes=2)
)
CUSTOMERS = 8
ROUNDS = 2
LONG = "Your order is ready and waits for you at the counter until six o'clock today. " * 3


def mishaps(campaign: Any) -> None:
    """Each modem is away longer than the inbox waits, hangs, starts anew, and loses answers."""
    for which, modem in enumerate(campaign.modems):
        for act in (
            partial(campaign.unplug, which, seconds=300),
            partial(modem.hang, 70_000),
            modem.reboot,
        ):
            campaign.clock.call_later(campaign.rng.uniform(1, 900), act)
        lost = Fault(kind=FaultKind.LOSE_ANSWER, match="+CMGS", every=4, count=4)
        modem.faults.add(lost)


async def traffic(campaign: Any) -> None:
    for place in range(CUSTOMERS * ROUNDS):
        text = f"No. {place}. {LONG if place % 3 == 0 else 'Your order is ready'}"
        customer = f"+1514559{place % CUSTOMERS:04d}"
        await campaign.send(customer, text, inbox="main", on_unknown="hold")
        await asyncio.sleep(campaign.rng.choice((0, 1, 30, 90)))


async def story(campaign: Any) -> None:
    mishaps(campaign)
    await traffic(campaign)

    async def settled() -> bool:
        rows = await campaign.messages("out")
        # Its answer and its report went with the modem: a person has to settle it.
        return {row.state.value for row in rows} <= {"delivered", "sent", "unknown"}

    await campaign.until(settled)
    rows = await campaign.messages("out")
    assert len(rows) == CUSTOMERS * ROUNDS
    texts = Counter(entry.text for entry in campaign.network.ledger.of(Happening.TEXT))
    for row in rows:
        assert texts[row.text] <= 1
        assert texts[row.text] == 1 or row.state.value == "unknown", row
        assert len(await sims(campaign, row.id)) == 1, row
    numbers = {
        (entry.peer, entry.number) for entry in campaign.network.ledger.of(Happening.ACCEPTED)
    }
    changed = {row.to_number for row in rows if row.failover}
    if not campaign.settings.inboxes:
        assert changed == set()
    for customer in {row.to_number for row in rows} - changed:
        assert sum(peer == customer for peer, _ in numbers) == 1, customer


async def sims(campaign: Any, message_id: str) -> set[str | None]:
    """The SIMs that put parts of it on the air, or may have."""
    async with campaign.store.read() as tx:
        attempts = await queries.attempts_of(tx, message_id)
    return {each.iccid for each in attempts if each.outcome in {"accepted", "unknown"}}


@pytest.mark.parametrize("inboxes", [(), (FAILOVER,)], ids=["keep", "failover"])
def test_bad_days_of_a_team(run: Callable[..., None], inboxes: tuple[InboxSettings, ...]) -> None:
    run(story, modems=MODEMS, inboxes=inboxes)

# ruff: noqa: ANN001, ANN201 - fixtures have their types in conftest.py
"""Every personality, served by the gateway's own worker, does all that a modem is for.

One suite for all makes: what a make does otherwise must not be seen from outside. The ledger of the
virtual network says what was accepted, delivered and deleted; the worker is not asked.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import pytest

from config.secrets import SecretSource
from modem.events import Accepted, NotSent
from modem.state import State
from modem.supervisor import Timing
from modem.virtual.faults import Fault, FaultKind
from modem.virtual.ledger import Happening
from modem.virtual.personality import PERSONALITIES, personality
from modem.virtual.sim import Sim

SHORT = "Your order is ready"
LONG = "Votre commande est prête : " + "é" * 120 + " à bientôt, " + "x" * 60  # ê and ô: UCS-2
THREE = "A" * 153 + "B" * 153 + "C" * 20
BURST = 10
CALLER = "+15145550111"

# A make that announces where nobody listens is served by the timer alone.
SWEEP_SECONDS = {"two-ports": 0.05}
HEALTH_SECONDS = {"forgetful": 0.05}  # nothing but a look at it tells that it has restarted
PATIENCE = {"slow-sim": {"sim_ms": 100}, "late-smsc": {"service_centre_ms": 100}}


@pytest.fixture(params=PERSONALITIES)
def name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
async def shop(name: str, make_shop):
    return make_shop(personality(name), **PATIENCE.get(name, {}))


@pytest.fixture
def timing(name: str) -> Timing:
    return Timing(
        device_poll_seconds=0.02,
        registration_poll_seconds=0.02,
        health_poll_seconds=HEALTH_SECONDS.get(name, 30.0),
        sweep_seconds=SWEEP_SECONDS.get(name, 60.0),
        submit_seconds=0.5,
        backoff_seconds=(0.02,),
    )


async def test_sends_and_gets_its_reports(shop, timing: Timing) -> None:
    async with shop.open(timing) as worker:
        one = await shop.send(worker, SHORT)
        three = await shop.send(worker, THREE)
        assert [type(outcome) for outcome in (*one, *three)] == [Accepted] * 4
        await shop.keeper.until(lambda: len(shop.keeper.reports) == 4, "four reports")
        await shop.keeper.until(lambda: shop.stored == 0, "empty stores")
    assert shop.accepted == [SHORT, THREE]
    assert [report.reference for report in shop.keeper.reports] == [
        outcome.reference for outcome in (*one, *three)
    ]
    assert {report.status for report in shop.keeper.reports} == {0}


async def test_receives_and_empties_its_stores(shop, timing: Timing) -> None:
    shop.text_in("while it was away")
    expected = ["while it was away", SHORT, LONG]
    async with shop.open(timing):
        shop.text_in(SHORT)
        shop.text_in(LONG)
        await shop.keeper.until(lambda: len(shop.keeper.texts) == 3, "three texts")
        for number in range(BURST):
            shop.text_in(f"burst {number}")
            expected.append(f"burst {number}")
        await shop.keeper.until(lambda: len(shop.keeper.texts) == 3 + BURST, "the burst")
        await shop.keeper.until(lambda: shop.stored == 0, "empty stores")
        assert shop.network.waiting(shop.modem.number) == 0
    assert sorted(shop.keeper.texts) == sorted(expected)


async def test_a_burst_while_sending(shop, timing: Timing) -> None:
    async with shop.open(timing) as worker:
        for number in range(BURST):
            shop.text_in(f"burst {number}")
            assert [type(each) for each in await shop.send(worker, f"out {number}")] == [Accepted]
        await shop.keeper.until(lambda: len(shop.keeper.texts) == BURST, "the burst")
        await shop.keeper.until(lambda: len(shop.keeper.reports) == BURST, "the reports")
        await shop.keeper.until(lambda: shop.stored == 0, "empty stores")
    assert sorted(shop.keeper.texts) == [f"burst {number}" for number in range(BURST)]
    assert shop.accepted == [f"out {number}" for number in range(BURST)]


async def test_serves_on_after_the_modem_has_restarted(shop, timing: Timing) -> None:
    """By itself, its port staying open: what was set is gone, what was stored is not."""
    looking = replace(timing, health_poll_seconds=0.05, sweep_seconds=0.05)
    async with shop.open(looking) as worker:
        await shop.send(worker, "before")
        await shop.keeper.until(lambda: len(shop.keeper.reports) == 1, "the first report")
        shop.text_in("just before")
        shop.modem.boot_ms = 50  # it takes its time: nobody's command is answered by its next life
        shop.modem.reboot()
        shop.text_in("meanwhile")
        await shop.keeper.until(lambda: len(shop.keeper.texts) == 2, "what came meanwhile")
        await shop.ready(worker)
        three = await shop.send(worker, THREE)
        assert {type(outcome) for outcome in three} <= {Accepted, NotSent}
        shop.text_in(LONG)
        await shop.keeper.until(lambda: LONG in shop.keeper.texts, "a text of several parts")
        await shop.keeper.until(lambda: shop.stored == 0, "empty stores")
    assert sorted(shop.keeper.texts) == sorted(["just before", "meanwhile", LONG])
    assert (
        max(Counter(entry.pdu for entry in shop.network.ledger.of(Happening.ACCEPTED)).values())
        == 1
    )


async def test_a_call_in_the_middle_of_it_costs_nothing(shop, timing: Timing) -> None:
    async with shop.open(timing) as worker:
        shop.modem.faults.add(Fault(kind=FaultKind.CALL, match="+CMGS", line=CALLER))
        assert [type(outcome) for outcome in await shop.send(worker, SHORT)] == [Accepted]
        if shop.modem.personality.announcing_port == 1:  # where RING is heard
            await shop.keeper.until(lambda: shop.keeper.calls, "the missed call")
        shop.text_in("after it")
        await shop.keeper.until(lambda: shop.keeper.texts, "what came after it")
    assert shop.accepted == [SHORT]


async def test_comes_back_after_an_unplug(shop, timing: Timing) -> None:
    async with shop.open(timing) as worker:
        await shop.send(worker, "before")
        shop.line.unplug()
        shop.modem.unplug()
        shop.text_in("meanwhile")
        await shop.keeper.until(lambda: worker.status.state is State.ABSENT, "absent")
        shop.modem.plug()
        await shop.line.plug()
        await shop.ready(worker)
        assert [type(outcome) for outcome in await shop.send(worker, "after")] == [Accepted]
        await shop.keeper.until(lambda: shop.keeper.texts, "what came meanwhile")
        await shop.keeper.until(lambda: shop.stored == 0, "empty stores")
    assert shop.accepted == ["before", "after"]
    assert shop.keeper.texts == ["meanwhile"]
    assert shop.count(Happening.ACCEPTED) == 2


async def test_a_restart_of_the_gateway_finds_what_came_meanwhile(shop, timing: Timing) -> None:
    async with shop.open(timing) as worker:
        await shop.send(worker, "before")
    shop.text_in("meanwhile")
    async with shop.open(timing) as worker:
        await shop.keeper.until(lambda: shop.keeper.texts, "what came meanwhile")
        await shop.send(worker, "after")
        await shop.keeper.until(lambda: len(shop.keeper.reports) == 2, "both reports")
    assert shop.accepted == ["before", "after"]


async def test_types_its_pin_once(name: str, make_shop, timing: Timing, tmp_path) -> None:
    sim = Sim(number="+15145550100", pin="1234")
    shop = make_shop(personality(name), sim=sim, **PATIENCE.get(name, {}))
    path = tmp_path / "pin"
    path.write_text("1234\n")
    path.chmod(0o600)
    shop.settings = replace(shop.settings, pin_file=SecretSource(path=path))
    async with shop.open(timing) as worker:
        assert [type(outcome) for outcome in await shop.send(worker, SHORT)] == [Accepted]
    # One that restarts by itself asks again, and may be told again.
    assert {entry.detail for entry in shop.network.ledger.of(Happening.PIN)} == {"right"}

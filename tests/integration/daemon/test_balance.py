"""A SIM's balance on its schedule: read, low, topped up, unreadable; over restarts."""

import asyncio
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from config.values import Price
from gatewayd import balance
from gatewayd.clock import SystemClock
from gatewayd.money import micros_of
from modem import ussd
from modem.virtual import registry
from modem.virtual.ledger import Happening
from modem.virtual.ussd import PLAN_MENU, UssdPage
from storage import balances, modems
from storage.errors import StoreUnavailable

if TYPE_CHECKING:
    from conftest import Gateway, World

Start = Callable[..., AbstractAsyncContextManager["Gateway"]]

PATIENCE_SECONDS = 60
LOW = Price(amount=Decimal("5.00"), currency="CAD")


class Clock:
    """The machine's clock, set forward by the test."""

    def __init__(self) -> None:
        self.ahead = timedelta()

    def now_ms(self) -> int:
        return SystemClock().now_ms() + self.ahead // timedelta(milliseconds=1)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture(autouse=True)
def _swift(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(balance, "LOOK_SECONDS", 0.02)


def ask_for(world: "World", **fields: Any) -> None:
    counter, spare = world.settings.modems
    fields = {"balance_code": "*100#", "balance_low": LOW, **fields}
    world.settings = replace(world.settings, modems=(replace(counter, **fields), spare))


def asked(world: "World") -> list[str | None]:
    return [entry.text for entry in world.of(Happening.USSD)]


async def view(gateway: "Gateway") -> Any:
    return (await gateway.ask("GET", "/v1/modems/counter"))["balance"]


async def until(gateway: "Gateway", amount: str, failure: str | None = None) -> Any:
    """Give the balance as the API has it, once the store and then the API have it so."""
    micros = micros_of(Decimal(amount))
    async with asyncio.timeout(PATIENCE_SECONDS):
        while True:
            async with gateway.ready.store.read() as tx:
                row = await balances.get(tx, "counter")
            if row is not None and (row.micros, row.failure) == (micros, failure):
                break
        while True:
            shown = await view(gateway)
            if (shown["amount"], shown["failure"]) == (amount, failure):
                return shown


async def last_cure(gateway: "Gateway") -> str:
    """Give the cure of the last incident, once the store has it."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        while True:
            async with gateway.ready.store.read() as tx:
                incident, *_ = await modems.incidents_of(tx, "counter")
            if incident.cure:
                return incident.cure


async def test_it_is_read_at_the_first_start_and_then_on_its_schedule(
    world: "World", start: Start, clock: Clock
) -> None:
    ask_for(world)
    async with start(world, clock=clock) as gateway:
        read = await until(gateway, amount="12.34")
        assert (read["currency"], read["low"], read["failure"]) == ("CAD", False, None)
        spare = await gateway.ask("GET", "/v1/modems/spare")
        assert spare["balance"] is None
        assert asked(world) == ["*100#"]
        world.network.ussd["*100#"] = "Balance: 8.00 CAD"
        clock.ahead = timedelta(hours=23)
        await gateway.until(await gateway.send(), "delivered")
    async with start(world, clock=clock) as gateway:
        assert (await view(gateway))["amount"] == "12.34"
        assert asked(world) == ["*100#"]  # a restart is no reason to ask
        clock.ahead = timedelta(hours=25)
        await until(gateway, amount="8.00")
        async with gateway._client.get("/metrics") as answer:
            text = await answer.text()
        assert 'gatewayd_modem_balance{modem="counter"} 8.0' in text


async def test_low_credit_is_told_once_and_ends_when_topped_up(
    world: "World", start: Start, clock: Clock
) -> None:
    ask_for(world, balance_every=timedelta(hours=1))
    world.network.ussd["*100#"] = "Solde: 4,99 $"
    async with start(world, clock=clock) as gateway:
        opened = await gateway.event("modem.incident", modem="counter", state="open")
        assert opened["code"] == "low_credit"
        assert (await until(gateway, amount="4.99"))["low"]
    async with start(world, clock=clock) as gateway:
        clock.ahead = timedelta(hours=2)
        world.network.ussd["*100#"] = "Solde: 3,00 $"
        await until(gateway, amount="3.00")
        incident = await gateway.incident("counter", over=False)
        assert incident["id"] == opened["id"]
        assert incident["detail"] == "4.99 CAD left, less than 5.00"
        clock.ahead = timedelta(hours=4)
        world.network.ussd["*100#"] = "Solde: 25,00 $"
        closed = await gateway.event("modem.incident", modem="counter", state="closed")
        assert closed["id"] == opened["id"]
        assert await last_cure(gateway) == "topped_up"
        assert not (await view(gateway))["low"]


async def test_an_incident_that_nobody_watches_any_more_ends(
    world: "World", start: Start, clock: Clock
) -> None:
    ask_for(world)
    world.network.ussd["*100#"] = "0.10"
    async with start(world, clock=clock) as gateway:
        await gateway.event("modem.incident", modem="counter", state="open")
    ask_for(world, balance_code=None)
    async with start(world, clock=clock) as gateway:
        assert await last_cure(gateway) == "not_watched"
        assert await view(gateway) is None


async def test_through_menus_with_a_pattern(world: "World", start: Start, clock: Clock) -> None:
    ask_for(world, balance_code="*101#,1", balance_pattern="balance: {amount} cad")
    async with start(world, clock=clock) as gateway:
        assert (await until(gateway, amount="12.34"))["failure"] is None
        assert asked(world) == ["*101#", "1"]


async def test_a_menu_that_is_left_open_is_closed(
    world: "World", start: Start, clock: Clock
) -> None:
    ask_for(world, balance_code="*101#", balance_pattern="account {amount}.")
    world.network.ussd["*101#"] = replace(PLAN_MENU, text="My account 7.50. 1 More")
    async with start(world, clock=clock) as gateway:
        await until(gateway, amount="7.50")
        answer = await gateway.ask("POST", "/v1/modems/counter/ussd", json={"code": "*100#"})
        assert answer["session"] == "ended"


@pytest.mark.parametrize(
    ("page", "failure"),
    [
        (UssdPage(text="Come back later"), balance.UNREAD),
        (UssdPage(text="", silent=True), balance.NO_ANSWER),
        (
            UssdPage(text="", status=4),
            "the network or the modem does not know this code",
        ),
    ],
)
async def test_what_could_not_be_read_is_told_and_tried_again(
    world: "World",
    start: Start,
    clock: Clock,
    page: UssdPage,
    failure: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    ask_for(world)
    async with start(world, clock=clock) as gateway:
        await until(gateway, amount="12.34")
        world.network.ussd["*100#"] = page
        with monkeypatch.context() as impatient:
            if page.silent:
                impatient.setattr(ussd, "ANSWER_SECONDS", 0.05)
            clock.ahead = timedelta(days=2)
            found = await until(gateway, amount="12.34", failure=failure)
        assert not found["low"]
        before = len(asked(world))
        await gateway.until(await gateway.send(), "delivered")
        assert len(asked(world)) == before
        world.network.ussd["*100#"] = "11.00"
        clock.ahead += timedelta(hours=1)
        assert (await until(gateway, amount="11.00"))["failure"] is None


async def test_another_sim_has_another_balance(world: "World", start: Start, clock: Clock) -> None:
    ask_for(world)
    async with start(world, clock=clock) as gateway:
        await until(gateway, amount="12.34")
        registry.detach("counter")
        await gateway.event("modem.state", modem="counter", state="absent")
        world.network.ussd["*100#"] = "1.00"
        world.counter.sim.iccid = "8930272000000000033"
        registry.attach("counter", world.counter)
        await gateway.event("modem.state", modem="counter", state="held")
        await gateway.ask("POST", "/v1/modems/counter/confirm-sim", status=202)
        assert (await until(gateway, amount="1.00"))["low"]


async def test_nothing_is_asked_before_the_clock_is_set(
    world: "World", start: Start, clock: Clock
) -> None:
    ask_for(world)
    clock.ahead = -timedelta(days=20_000)
    async with start(world, clock=clock) as gateway:
        await gateway.ask("POST", "/v1/modems/counter/ussd", json={"code": "*101#"})
        await gateway.ask("POST", "/v1/modems/counter/ussd", json={"cancel": True})
        assert asked(world) == ["*101#"]
        assert (await view(gateway))["amount"] is None
        clock.ahead = timedelta()
        await until(gateway, amount="12.34")


async def test_an_error_of_ours_ends_one_check_and_nothing_else(
    world: "World", start: Start, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    ask_for(world)
    with monkeypatch.context() as broken:
        broken.setattr(balance, "find_amount", lambda *_: 1 // 0)
        async with start(world, clock=clock) as gateway:
            await world.happens(Happening.USSD)
            for _ in range(3):  # each of them is a hint to look again
                await gateway.until(await gateway.send(), "delivered")
            assert asked(world) == ["*100#"]
            assert await view(gateway) == {
                "amount": None,
                "currency": None,
                "read_at": None,
                "low": False,
                "failure": None,
            }
            broken.undo()
            clock.ahead = timedelta(hours=1)
            await until(gateway, "12.34")


async def test_what_the_store_does_not_take_is_asked_again_later(
    world: "World", start: Start, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    ask_for(world)
    async with start(world, clock=clock) as gateway:
        await until(gateway, "12.34")
        refused = asyncio.Event()

        async def refuse(*_: object) -> None:
            refused.set()
            raise StoreUnavailable(reason="database or disk is full")

        with monkeypatch.context() as outage:
            outage.setattr(balances, "put", refuse)
            world.network.ussd["*100#"] = "9.00"
            clock.ahead = timedelta(days=2)
            async with asyncio.timeout(PATIENCE_SECONDS):
                await refused.wait()
        await gateway.until(await gateway.send(), "delivered")
        assert (await view(gateway))["amount"] == "12.34"
        clock.ahead += timedelta(hours=1)
        await until(gateway, "9.00")
        assert asked(world) == ["*100#"] * 3

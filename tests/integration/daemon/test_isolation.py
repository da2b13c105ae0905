"""A sick, missing or locked modem costs nothing but itself.

Told by the order of events, not by a clock: what ails one modem lasts until the test ends it, so
whatever waited for it would never come.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from modem import port
from modem.at.command import Deadline
from modem.errors import OpenFailure, PortUnavailableError
from modem.supervisor import Timing
from modem.virtual import registry
from modem.virtual.faults import Fault, FaultKind

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractAsyncContextManager

    from conftest import Gateway, World

    from modem.transport import LineProtocol, Transport

FOR_EVER = 3600.0
# The cures of the sick one last for ever too.
TIMING = Timing(
    device_poll_seconds=0.05,
    health_poll_seconds=0.05,
    sweep_seconds=0.5,
    remedy_seconds=FOR_EVER,
    hurried_seconds=FOR_EVER,
    submit_seconds=FOR_EVER,
    pause_seconds=(FOR_EVER,),
)


async def all_else_works(gateway: Gateway) -> None:
    """The other modem sends and receives, and every kind of request is answered."""
    for number in range(3):
        await gateway.until(
            await gateway.send(f"to the branch {number}", inbox="branch"), "delivered"
        )
        for path in ("/v1/modems", "/v1/modems/counter", "/v1/messages", "/readyz", "/healthz"):
            await gateway.ask("GET", path)
    # What is for the sick one is taken, and waits.
    waiting = await gateway.send("to the counter")
    assert (await gateway.message(waiting))["state"] in {"queued", "sending"}


async def test_a_modem_that_holds_a_submit_for_ever(
    world: World, start: Callable[..., AbstractAsyncContextManager[Gateway]]
) -> None:
    world.counter.submit_ms = round(FOR_EVER * 1000)
    async with start(world, timing=TIMING) as gateway:
        stuck = await gateway.send("stuck")
        await gateway.on_the_air(stuck)
        await all_else_works(gateway)
        await gateway.on_the_air(stuck)  # still
        registry.detach("counter")  # else the daemon would wait for it at its end


async def hang(world: World) -> None:
    world.counter.hang(None)


async def refuse(world: World) -> None:
    world.counter.faults.add(Fault(kind=FaultKind.ERROR, count=None, code="ERROR"))


async def unplug(_: World) -> None:
    registry.detach("counter")


async def lock(world: World) -> None:
    world.counter.sim.pin = "1234"
    registry.detach("counter")
    world.counter.reboot()
    registry.attach("counter", world.counter)


async def lose_network(world: World) -> None:
    world.counter.in_service = False


@pytest.mark.parametrize(
    ("ail", "state"),
    [
        (hang, "degraded"),
        (refuse, "degraded"),
        (unplug, "absent"),
        (lock, "needs_pin"),
        (lose_network, "unregistered"),
    ],
)
async def test_a_modem_that_ails(
    world: World,
    start: Callable[..., AbstractAsyncContextManager[Gateway]],
    monkeypatch: pytest.MonkeyPatch,
    ail: Callable[[World], object],
    state: str,
) -> None:
    monkeypatch.setattr(port, "AT_ANSWER_SECONDS", 0.7)
    async with start(world, timing=TIMING) as gateway:
        monkeypatch.setattr(Deadline, "seconds", property(lambda _: 2.0))
        await ail(world)  # type: ignore[misc]  # each is async
        await gateway.event("modem.state", modem="counter", state=state)
        await all_else_works(gateway)
        view = await gateway.ask("GET", "/v1/modems/counter")
        assert view["state"] != "ready"
        assert (await gateway.ask("GET", "/v1/modems/spare"))["incidents"] == []


async def test_a_port_that_never_opens(
    world: World,
    start: Callable[..., AbstractAsyncContextManager[Gateway]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    opening, give_up = asyncio.Event(), asyncio.Event()
    real = port.open_transport

    async def open_transport(device: str, protocol: LineProtocol) -> Transport:
        if device != "virtual:counter":
            return await real(device, protocol)
        opening.set()
        await give_up.wait()
        raise PortUnavailableError(device=device, failure=OpenFailure.BUSY, detail="held")

    monkeypatch.setattr(port, "open_transport", open_transport)
    async with start(world, modems=False, timing=TIMING) as gateway:
        await opening.wait()
        await gateway.modem_is("spare", "ready")
        await all_else_works(gateway)
        assert (await gateway.ask("GET", "/v1/modems/counter"))["state"] == "opening"
        give_up.set()

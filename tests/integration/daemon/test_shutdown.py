"""The daemon ends in two phases, and leaves nothing half done."""

import asyncio
import os
from typing import TYPE_CHECKING

import pytest

from gatewayd.daemon import run_daemon
from modem.virtual import registry
from modem.virtual.faults import Fault, FaultKind
from modem.virtual.ledger import Happening
from modem.virtual.network import Recipient
from storage.engine import Store
from storage.errors import StoreLocked

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractAsyncContextManager

    from conftest import Gateway, World

    Start = Callable[..., AbstractAsyncContextManager[Gateway]]

CUSTOMER = "+15145550123"
PATIENCE_SECONDS = 60


class TestShutdown:
    async def test_a_running_submit_ends_first(self, world: "World", start: "Start") -> None:
        keep_silent(world)
        async with start(world) as gateway:
            message_id, waiting = await gateway.send("one"), await gateway.send("two")
            await gateway.on_the_air(message_id)
            ending = asyncio.create_task(gateway.stop())
            await answer_at_last(world)
            assert await ending == 0
        assert len(world.of(Happening.ACCEPTED)) == 1
        assert await _states(world, message_id, waiting) == ["sent", "queued"]

    async def test_the_second_signal_still_lets_the_exchange_settle(
        self, world: "World", start: "Start"
    ) -> None:
        keep_silent(world)
        async with start(world) as gateway:
            message_id = await gateway.send()
            await gateway.on_the_air(message_id)
            gateway.signal()
            ending = asyncio.create_task(gateway.stop())
            await answer_at_last(world)
            assert await ending == 0
        assert await _states(world, message_id) == ["sent"]

    async def test_what_waits_goes_out_after_the_next_start(
        self, world: "World", start: "Start"
    ) -> None:
        registry.detach("counter")
        async with start(world, modems=False) as gateway:
            message_id = await gateway.send()
        registry.attach("counter", world.counter)
        async with start(world) as gateway:
            await gateway.settled(message_id, "delivered")
        assert len(world.of(Happening.ACCEPTED)) == 1

    async def test_a_second_daemon_on_the_same_data_is_refused(self, world: "World") -> None:
        first = await Store.open(data_dir=world.settings.gateway.data_dir)
        try:
            with pytest.raises(StoreLocked) as raised:
                await run_daemon(world.settings)
            assert raised.value.pid == os.getpid()
            assert not world.settings.http.socket.exists()
            await first.check()
        finally:
            await first.close()

    @pytest.mark.parametrize("service", ["Housekeeping._settle_due", "Figures._refresh"])
    async def test_a_bug_in_a_service_ends_the_daemon(
        self, world: "World", start: "Start", monkeypatch: pytest.MonkeyPatch, service: str
    ) -> None:
        module = {"Housekeeping._settle_due": "housekeeping", "Figures._refresh": "figures"}[
            service
        ]
        async with start(world) as gateway:
            with monkeypatch.context() as planted:
                planted.setattr(f"gatewayd.{module}.{service}", _bug)
                await gateway.send()
                with pytest.raises(ExceptionGroup) as raised:
                    async with asyncio.timeout(PATIENCE_SECONDS):
                        await gateway.daemon
        assert raised.group_contains(ZeroDivisionError)
        async with start(world) as again:  # folder, ports and modems are free again
            await again.until(await again.send(), "delivered")


def keep_silent(world: "World") -> None:
    """Let the network take the next message, and the modem not say so yet."""
    world.counter.faults.add(Fault(kind=FaultKind.ACCEPT_THEN_SILENCE))
    world.network.recipients[CUSTOMER] = Recipient(reports=False)


async def answer_at_last(world: "World") -> None:
    """Say what the modem kept to itself, once the network has it and signals have been heard."""
    await world.happens(Happening.ACCEPTED)
    for _ in range(5):  # the loop hears of a signal, then calls for it
        await asyncio.sleep(0)
    for line in ("+CMGS: 1", "OK"):
        world.counter.say(line)


async def _states(world: "World", *message_ids: str) -> list[str]:
    """What the store says while no daemon runs."""
    store = await Store.open(data_dir=world.settings.gateway.data_dir)
    try:
        async with store.read() as tx:
            rows = await tx.exec_driver_sql("SELECT id, state FROM messages")
            states = {row.id: row.state for row in rows}
    finally:
        await store.close()
    return [states[message_id] for message_id in message_ids]


async def _bug(*_: object) -> None:
    raise ZeroDivisionError

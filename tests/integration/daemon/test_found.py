"""`device = "auto"` and a scan, through the daemon: what is free is offered, and left alone."""

from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from config.schema import ModemSettings
from modem.ttys import FoundPort
from modem.virtual.links import PtyLink

if TYPE_CHECKING:
    from contextlib import AbstractAsyncContextManager

    from conftest import Gateway, World

    Start = Callable[..., AbstractAsyncContextManager[Gateway]]


@pytest.fixture
async def ports(world: "World", tmp_path: Path) -> AsyncIterator[list[FoundPort]]:
    """The two modems as USB sticks, the second of which no entry names."""
    world.settings = replace(
        world.settings,
        modems=(ModemSettings(name="counter", device="auto", imei=world.counter.imei),),
    )
    found = []
    links = []
    for number, modem in enumerate((world.spare, world.counter)):
        link = PtyLink(path=tmp_path / f"ttyUSB{number}", modem=modem)
        await link.plug()
        links.append(link)
        found.append(
            FoundPort(
                device=str(link.path),
                description="Virtual Modem",
                vid=0x12D1,
                pid=0x1001,
                serial=None,
                location=f"1-{number}:1.0",
                interface=None,
            )
        )
    yield found
    for link in links:
        link.unplug()


async def test_a_stick_that_no_entry_names_is_offered_and_not_used(
    world: "World", start: "Start", ports: list[FoundPort]
) -> None:
    async with start(world, ports=lambda: ports) as gateway:
        page = await gateway.ask("GET", "/v1/modems/found")
        spare, counter = page["items"]
        assert (counter["state"], counter["modem"]) == ("used", "counter")
        assert (counter["imei"], counter["table"]) == (world.counter.imei, None)
        assert (spare["state"], spare["modem"]) == ("free", None)
        assert f'imei = "{world.spare.imei}"' in spare["table"]
        quick = await gateway.ask("GET", "/v1/modems/found", params={"ask": "false"})
        assert [each["state"] for each in quick["items"]] == ["not_asked", "used"]
        # The modem that is served has not noticed.
        assert (await gateway.ask("GET", "/v1/modems/counter"))["state"] == "ready"
        await gateway.until(await gateway.send(), "delivered")


async def test_the_stick_is_remembered_over_a_restart(
    world: "World", start: "Start", ports: list[FoundPort]
) -> None:
    async with start(world, ports=lambda: ports):
        pass
    asked: list[str] = []
    spare = world.spare.receive

    def hear(data: bytes) -> None:
        asked.append("spare")
        spare(data)

    world.spare.ports[0].receive = hear  # type: ignore[method-assign]  # a tap on the line
    async with start(world, ports=lambda: ports):
        pass  # it waits until the modem is ready
    assert asked == []  # though its port comes first

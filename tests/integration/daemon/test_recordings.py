"""A trouble leaves a recording that names nobody, and that plays the trouble again."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from gatewayd.troubles.folder import FOLDER
from modem.supervisor import Timing
from modem.virtual import registry
from modem.virtual.modem import VirtualModem
from modem.virtual.replay import Replay, read_dialogue
from modem.virtual.sim import Sim
from modem.virtual.tcp_link import TcpLink

if TYPE_CHECKING:
    from pathlib import Path
    from typing import Any

    from conftest import Gateway, World

SHOP, CUSTOMER = "+15145550100", "+15145550123"
IMEI, ICCID, IMSI = "490154203237519", "8930272000000000025", "302720123456789"
SMSC = "+15149876543"
# Of the timers only the health poll: what is played back comes in the same order.
TIMING = Timing(device_poll_seconds=0.05, health_poll_seconds=0.05, sweep_seconds=30)
Start = "Callable[..., AbstractAsyncContextManager[Gateway]]"


async def becomes_deaf(gateway: Gateway, modem: VirtualModem) -> dict[str, Any]:
    modem.settings.announcements = (2, 0, 0, 0, 0)
    closed = await gateway.event("modem.incident", modem="counter", state="closed")
    assert closed["code"] == "modem_deaf"
    return closed


def hexed(text: str) -> str:
    return text.encode("utf-16-be").hex().upper()


async def test_a_user_s_report_becomes_a_test(world: World, start: Start, tmp_path: Path) -> None:
    sim = Sim(number=SHOP, iccid=ICCID, imsi=IMSI)
    modem = VirtualModem(world.network, sim=sim, imei=IMEI)
    registry.attach("counter", modem)
    async with start(world, timing=TIMING) as gateway:
        world.network.text_in(to=SHOP, from_=CUSTOMER, text="Œufs pour Marie")
        await gateway.event("message.received")
        closed = await becomes_deaf(gateway, modem)
        incident = await gateway.incident("counter")
    file = world.settings.gateway.data_dir / FOLDER / f"{closed['id']}.at"
    text = file.read_text()
    assert incident["recording"] == file.name
    assert "cured by rearm" in text.splitlines()[-1]
    for secret in (CUSTOMER, SHOP, SMSC, IMEI, ICCID, IMSI, "Marie", hexed("Marie")):
        assert secret.removeprefix("+")[-7:] not in text
    assert "21436587" not in text  # nor in semi-octets

    line = TcpLink(host="127.0.0.1", port=0, modem=Replay(read_dialogue(file)))
    await line.plug()
    try:
        async with start(played(world, line, tmp_path), timing=TIMING) as gateway:
            await gateway.event("modem.incident", state="open", code="modem_deaf")
            assert [message["text"] for message in await gateway.received()] == ["x" * 15]
    finally:
        line.unplug()


def played(world: World, line: TcpLink, folder: Path) -> World:
    """The same shop, on a recorded modem."""
    counter = replace(world.settings.modems[0], device=f"socket://{line.host}:{line.port}")
    gateway = replace(world.settings.gateway, data_dir=folder / "played")
    settings = replace(world.settings, gateway=gateway, modems=(counter,))
    return replace(world, settings=settings)

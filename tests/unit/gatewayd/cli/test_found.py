"""`gatewayd modems scan` and `probe`, with a daemon and without one."""

import asyncio
import fcntl
import json
import os
import pty
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from modem import port
from modem.ttys import FoundPort
from modem.virtual.modem import VirtualModem
from modem.virtual.network import VirtualNetwork
from modem.virtual.registry import attach, detach

TABLE = '[[modems]]\nname = "modem2"\ndevice = "auto"\nimei = "490154203237518"\n'
USED: dict[str, Any] = {
    "place": "1-2",
    "usb_id": "12d1:1001",
    "description": "HUAWEI Mobile",
    "serial": None,
    "ports": ["/dev/ttyUSB0", "/dev/ttyUSB1"],
    "state": "used",
    "modem": "counter",
    "held_by": None,
    "reason": None,
    "imei": "356938035643809",
    "manufacturer": None,
    "model": None,
    "table": None,
}
FREE = USED | {"ports": ["/dev/ttyUSB4"], "state": "free", "modem": None, "table": TABLE}
ROUTER = USED | {"ports": [], "state": "hilink", "modem": None}


def configure(folder: Path, tables: str) -> None:
    (folder / "gatewayd.toml").write_text(
        f'[gateway]\ncountry = "CA"\ndata_dir = "data"\n{tables}', encoding="utf-8"
    )


def test_a_scan_asks_the_daemon_and_offers_what_is_free(
    daemon: Any, run: Any, script: Any, folder: Path
) -> None:
    configure(folder, '[[modems]]\nname = "counter"\n')
    daemon.on("GET", "/v1/modems/found", script.answer({"items": [USED, FREE, ROUTER]}))

    ran = run("modems", "scan")

    assert ran.status == 0
    _header, used, _free, router, *rest = ran.out.splitlines()
    assert used.split("\t")[:5] == [
        *("/dev/ttyUSB0, /dev/ttyUSB1", "HUAWEI Mobile", "12d1:1001", "used", "counter"),
    ]
    assert "small router" in router
    assert "\n".join(rest).strip() == TABLE.strip()
    assert "restart gatewayd" in ran.err
    assert "Modem counter then needs its own imei too" in ran.err
    assert json.loads(run("modems", "scan", "--json").out) == [USED, FREE, ROUTER]


def test_a_scan_that_offers_nothing_says_no_more(daemon: Any, run: Any, script: Any) -> None:
    daemon.on("GET", "/v1/modems/found", script.answer({"items": [USED]}))
    ran = run("modems", "scan")
    assert (len(ran.out.splitlines()), ran.err) == (2, "")


def test_a_daemon_that_refuses_is_not_gone_around(daemon: Any, run: Any, script: Any) -> None:
    daemon.on("GET", "/v1/modems/found", script.refuse(403, "forbidden", "not yours"))
    for words in (("scan",), ("probe", "/dev/ttyUSB0")):
        ran = run("modems", *words)
        assert (ran.status, "Not yours" in ran.err) == (1, True)


@pytest.fixture
def device(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A virtual modem, there as soon as a loop runs, which the system lists as a USB port."""
    assert folder
    found = FoundPort(
        device="virtual:probed",
        description="Virtual",
        vid=0x12D1,
        pid=0x1001,
        serial=None,
        location="1-2",
        interface=None,
    )
    real = asyncio.run

    def run_with_modem(main: Any) -> Any:
        async def inside() -> Any:
            attach("probed", VirtualModem(VirtualNetwork()))
            return await main

        return real(inside())

    monkeypatch.setattr("modem.ttys.scan", lambda: [found])
    monkeypatch.setattr("gatewayd.cli.found.asyncio.run", run_with_modem)
    monkeypatch.setattr(port, "QUIET_SECONDS", 0.01)
    yield found.device
    detach("probed")


@pytest.fixture(params=["configured", "before init"])
def maybe_configured(request: pytest.FixtureRequest, folder: Path) -> None:
    if request.param != "configured":
        (folder / "gatewayd.toml").unlink()


@pytest.mark.usefixtures("maybe_configured")
def test_a_scan_without_a_daemon_asks_the_sticks_itself(run: Any, device: str) -> None:
    (stick,) = json.loads(run("modems", "scan", "--json").out)
    assert (stick["ports"], stick["state"]) == ([device], "free")
    assert (stick["imei"], "modem1" in stick["table"]) == ("490154203237518", True)


@pytest.mark.usefixtures("maybe_configured")
def test_a_probe_tells_what_the_modem_is(run: Any, device: str) -> None:
    told = json.loads(run("modems", "probe", device, "--json").out)
    assert (told["imei"], told["sim"], told["registration"]) == ("490154203237518", "READY", "home")
    assert told["stores"] == ["SM", "ME", "SR", "MT"]
    assert told["announcements"]["ds"] == [0, 1, 2]
    assert "smsc\t+15149876543" in run("modems", "probe", device).out


def test_a_probe_leaves_the_daemon_s_own_ports_alone(
    daemon: Any, run: Any, script: Any, folder: Path
) -> None:
    configure(folder, '[[modems]]\nname = "till"\ndevice = "/dev/ttyS9"\n')
    daemon.on("GET", "/v1/modems/found", script.answer({"items": [USED, FREE]}))
    for device, owner in (("/dev/ttyUSB1", "counter"), ("/dev/ttyS9", "till")):
        ran = run("modems", "probe", device)
        assert ran.status == 69
        assert f"The daemon uses {device} for its modem {owner}." in ran.err
    assert daemon.asked[0].query == {"ask": "false"}


def test_a_probe_says_why_a_port_cannot_be_opened(run: Any, folder: Path) -> None:
    ran = run("modems", "probe", str(folder / "ttyUSB0"))
    assert (ran.status, ran.out) == (69, "")
    assert "no such device; is the modem plugged in?\n" in ran.err


@pytest.fixture
def terminal(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    """A tty with nobody at its other end."""
    assert folder
    monkeypatch.setattr(port, "AT_ANSWER_SECONDS", 0.01)
    monkeypatch.setattr(port, "QUIET_SECONDS", 0.01)
    master, slave = pty.openpty()
    yield slave
    os.close(slave)
    os.close(master)


def test_a_probe_names_what_holds_the_port(
    run: Any, terminal: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gatewayd.holders.who_holds", lambda device: f"minicom has {device}")
    fcntl.flock(terminal, fcntl.LOCK_EX)
    ran = run("modems", "probe", os.ttyname(terminal))
    assert (ran.status, f"minicom has {os.ttyname(terminal)}." in ran.err) == (69, True)


def test_a_probe_leaves_a_port_alone_that_is_open_without_a_lock(run: Any, terminal: int) -> None:
    path = os.ttyname(terminal)
    with subprocess.Popen(["sleep", "60"], stdin=terminal) as holder:
        ran = run("modems", "probe", path)
        holder.kill()
    assert (ran.status, f"holds {path}: sleep ({holder.pid})." in ran.err) == (69, True)


def test_a_probe_of_what_is_no_modem(run: Any, terminal: int) -> None:
    ran = run("modems", "probe", os.ttyname(terminal))
    assert (ran.status, "the modem does not answer AT" in ran.err) == (69, True)

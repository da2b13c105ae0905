import os
from typing import Any

import pytest

from config import Listen
from gatewayd.doctor import processes
from gatewayd.doctor.facts import Process

LISTEN = Listen(host="127.0.0.1", port=8767)
PORT = f"{8767:04X}"


def look(machine: Any, **different: Any) -> Any:
    usual: dict[str, Any] = {"devices": ("/dev/ttyUSB0",), "listen": LISTEN, "own": (1,)}
    return processes.look(machine.root, **usual | different)


def test_who_holds_a_device(machine: Any) -> None:
    machine.process(1, "gatewayd", "/dev/ttyUSB0")
    machine.process(77, "gammu-smsd", "/dev/null", "/dev/ttyUSB0")
    machine.process(78, "bash", "/dev/pts/0")
    found = look(machine)
    assert found.holders == {"/dev/ttyUSB0": (Process(pid=77, name="gammu-smsd"),)}
    assert found.modem_manager is None
    assert not found.unseen


def test_modemmanager(machine: Any) -> None:
    machine.process(512, "ModemManager", "/dev/null")
    assert look(machine).modem_manager == Process(pid=512, name="ModemManager")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may look everywhere")
def test_what_may_not_be_looked_into_is_said(machine: Any) -> None:
    machine.process(512, "ModemManager", "/dev/ttyUSB0")
    folder = machine.root / "proc/512/fd"
    folder.chmod(0)
    try:
        found = look(machine)
    finally:
        folder.chmod(0o755)
    assert found.unseen
    assert not found.holders


def test_a_forbidden_look_is_said(machine: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    machine.process(512, "ModemManager", "/dev/ttyUSB0")

    def refuse(_path: Any) -> Any:
        raise PermissionError

    monkeypatch.setattr("pathlib.Path.readlink", refuse)
    assert look(machine).unseen


@pytest.mark.parametrize(
    ("address", "file", "taken"),
    [
        (f"0100007F:{PORT}", "tcp", True),
        (f"00000000:{PORT}", "tcp", True),
        (f"00000000000000000000000000000000:{PORT}", "tcp6", True),
        (f"0000000000000000FFFF00000100007F:{PORT}", "tcp6", True),
        (f"0A00000A:{PORT}", "tcp", False),
        (f"00000000000000000000000001000000:{PORT}", "tcp6", False),
        ("0100007F:1F90", "tcp", False),
    ],
    ids=["same", "any", "any IPv6", "mapped", "other address", "IPv6 loopback", "other port"],
)
def test_who_listens(machine: Any, address: str, file: str, taken: bool) -> None:
    machine.listener(address, 4242, file=file)
    machine.process(80, "nginx", "socket:[4242]")
    found = look(machine)
    assert found.http_taken is taken
    assert found.http_holder == (Process(pid=80, name="nginx") if taken else None)


def test_a_connection_is_no_listener(machine: Any) -> None:
    machine.listener(f"0100007F:{PORT}", 4242, state="01")
    assert not look(machine).http_taken


def test_everything_collides_with_any_address(machine: Any) -> None:
    machine.listener(f"0A00000A:{PORT}", 4242)
    assert look(machine, listen=Listen(host="0.0.0.0", port=8767)).http_taken  # noqa: S104 - it is the case


def test_a_port_of_the_system_s_choice_is_never_taken(machine: Any) -> None:
    machine.listener("0100007F:0000", 4242)
    assert not look(machine, listen=Listen(host="localhost", port=0)).http_taken


def test_a_machine_without_proc(machine: Any) -> None:
    assert look(machine) == processes.ProcessFacts()

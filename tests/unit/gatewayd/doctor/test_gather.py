"""Facts from a machine's tree that a test has made, and from a folder with a configuration."""

import os
from pathlib import Path
from typing import Any

import pytest

from gatewayd.doctor import host
from gatewayd.doctor.examine import examine
from gatewayd.doctor.facts import Standing
from gatewayd.doctor.gather import gather
from gatewayd.doctor.host import Account


@pytest.fixture
def file(tmp_path: Path) -> Path:
    config = tmp_path / "gatewayd.toml"
    (tmp_path / "data").mkdir(mode=0o750)
    config.write_text(
        '[gateway]\ncountry = "CA"\ndata_dir = "data"\n'
        '[[modems]]\nname = "counter"\ndevice = "/dev/serial/by-id/stick"\n'
    )
    return config


def codes(file: Path | None, machine: Any) -> list[str]:
    return [finding.code.value for finding in examine(gather(file, version="1", root=machine.root))]


def test_a_stopped_daemon_and_a_port_that_another_holds(file: Path, machine: Any) -> None:
    machine.stick("1-1", "12d1:1506", ("ff/01/01", "ttyUSB0"), ("ff/01/02", "ttyUSB1"))
    machine.write("dev/serial/by-id/x")
    (machine.root / "dev/serial/by-id/stick").symlink_to("../../ttyUSB0")
    machine.process(77, "gammu-smsd", "/dev/ttyUSB0")
    machine.listener(f"0100007F:{8767:04X}", 4242)
    facts = gather(file, version="1", root=machine.root)
    assert facts.daemon.standing is Standing.STOPPED
    assert facts.ports["/dev/serial/by-id/stick"].real == "/dev/ttyUSB0"
    assert [finding.code.value for finding in examine(facts)] == [
        "daemon_stopped",
        "http_port_taken",
        "port_busy",
        "phone_sim",
    ]


def test_the_daemon_s_own_hold_does_not_count(file: Path, machine: Any) -> None:
    machine.stick("1-1", "12d1:1506", ("ff/01/01", "ttyUSB0"))
    machine.write("dev/serial/by-id/stick")
    machine.process(4711, "gatewayd", "/dev/serial/by-id/stick")
    (file.parent / "data" / "gatewayd.lock").write_text("4711\n")
    assert codes(file, machine) == ["daemon_stopped", "phone_sim"]


def test_the_helper_for_a_usb_reset_is_seen(file: Path, machine: Any) -> None:
    assert not gather(file, version="1", root=machine.root).usb_helper
    (machine.root / "run/gatewayd-usb").mkdir(parents=True)
    assert gather(file, version="1", root=machine.root).usb_helper


def test_nothing_plugged_in(file: Path, machine: Any) -> None:
    assert codes(file, machine) == ["daemon_stopped", "device_missing", "phone_sim"]


def test_without_a_configuration_sticks_are_still_looked_at(machine: Any, tmp_path: Path) -> None:
    machine.stick("1-1", "12d1:14db", ("02/06/00", ""))
    machine.process(5, "ModemManager")
    found = codes(tmp_path / "none.toml", machine)
    assert found == ["config_missing", "stick_hilink", "modemmanager_runs"]


def test_a_wrong_configuration(machine: Any, tmp_path: Path) -> None:
    (tmp_path / "g.toml").write_text("[gatway]\n")
    assert codes(tmp_path / "g.toml", machine) == ["config_wrong"]


def test_a_pin_file_that_is_not_there(file: Path, machine: Any) -> None:
    file.write_text(file.read_text() + 'pin_file = "counter.pin"\n')
    assert "pin_unreadable" in codes(file, machine)
    pin = file.parent / "counter.pin"
    pin.write_text("1234\n")
    pin.chmod(0o600)
    assert "pin_unreadable" not in codes(file, machine)


def test_a_damaged_database(file: Path, machine: Any) -> None:
    (file.parent / "data" / "gatewayd.db").write_bytes(b"not a database" * 100)
    assert codes(file, machine)[0] == "database_damaged"


def test_a_data_folder_that_all_may_see(file: Path, machine: Any) -> None:
    (file.parent / "data").chmod(0o755)
    assert codes(file, machine)[0] == "folder_open"


def test_a_data_folder_that_is_not_made_yet(file: Path, machine: Any) -> None:
    (file.parent / "data").rmdir()
    facts = gather(file, version="1", root=machine.root)
    assert facts.folder is not None
    assert facts.folder.path == file.parent
    assert "database_damaged" not in {finding.code for finding in examine(facts)}


NOBODY = Account(uid=64999, name="nobody", gids=frozenset({64999}))


@pytest.mark.parametrize(
    ("mode", "gids", "allowed"),
    [
        (0o660, {64999}, False),
        (0o660, {64999, "group"}, True),
        (0o640, {64999, "group"}, False),
        (0o666, {64999}, True),
        (0o606, {64999, "group"}, False),
    ],
    ids=["not in the group", "in the group", "only reads", "everybody", "the group is shut out"],
)
def test_what_another_user_may(tmp_path: Path, mode: int, gids: set[Any], allowed: bool) -> None:
    port = tmp_path / "ttyUSB0"
    port.touch()
    port.chmod(mode)
    status = port.stat()
    numbers = frozenset(status.st_gid if gid == "group" else gid for gid in gids)
    account = Account(uid=64999, name="shop", gids=numbers)
    assert host.may(account, status, port) is allowed


def test_root_may_everything(tmp_path: Path) -> None:
    port = tmp_path / "ttyUSB0"
    port.touch()
    port.chmod(0)
    root = Account(uid=0, name="root", gids=frozenset())
    if os.geteuid() == 0:
        assert root.is_me
    assert host.may(root, port.stat(), port) or os.geteuid() != 0


def test_files_of_another_user(tmp_path: Path) -> None:
    data = tmp_path / "data"
    data.mkdir(mode=0o750)
    (data / "gatewayd.db").touch(mode=0o600)
    (data / "notes.txt").touch(mode=0o600)
    found = host.folder_facts(data, NOBODY)
    assert found is not None
    assert found.foreign == ("gatewayd.db",)
    assert not found.writable

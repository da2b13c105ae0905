from typing import Any

import pytest

from gatewayd.doctor.facts import DaemonFacts, Process, ProcessFacts, Standing
from gatewayd.doctor.findings import Sign

STOPPED = DaemonFacts(standing=Standing.STOPPED)
MANAGER = Process(pid=512, name="ModemManager")
GAMMU = Process(pid=77, name="gammu-smsd")
BUSY = "another program holds the port (often ModemManager)"
DENIED = "permission denied; the user needs the group that owns the port (usually dialout)"
SILENT = "the modem does not answer AT"


@pytest.mark.parametrize(
    ("different", "code"),
    [
        ({"id": "12d1:14db"}, "stick_hilink"),
        ({"id": "12d1:ffff", "classes": frozenset({("02", "06", "00")})}, "stick_hilink"),
        ({"id": "12d1:1f01"}, "stick_cdrom"),
        ({"id": "19d2:ffff", "classes": frozenset({("08", "06", "50")})}, "stick_cdrom"),
    ],
    ids=["HiLink by id", "HiLink by its network card", "CD-ROM by id", "CD-ROM by its storage"],
)
def test_a_stick_without_a_port_is_the_one_cause(
    new_shop: Any, find: Any, different: Any, code: str
) -> None:
    shop = new_shop(device="auto")
    daemon = shop.told(state="absent", reason="no modem was found")
    found = find(shop.facts(sticks=(shop.stick(**different),), ports={}, daemon=daemon))
    assert list(found) == [code]
    assert found[code].evidence[Sign.USB_ID] == different["id"]


def test_a_memory_stick_is_no_modem(new_shop: Any, find: Any) -> None:
    shop = new_shop(device="auto")
    storage = shop.stick(id="0781:5567", classes=frozenset({("08", "06", "50")}))
    found = find(shop.facts(sticks=(storage,), ports={}, daemon=STOPPED))
    assert list(found) == ["daemon_stopped", "no_modem"]


def test_no_modem_is_configured(shop: Any, find: Any) -> None:
    from dataclasses import replace  # noqa: PLC0415 - used once

    facts = shop.facts(daemon=DaemonFacts(standing=Standing.RUNNING, version="1.0"))
    settings = replace(facts.config.settings, modems=())
    assert list(find(replace(facts, config=replace(facts.config, settings=settings)))) == [
        "no_modem_configured"
    ]


def test_nothing_at_the_configured_path(shop: Any, find: Any) -> None:
    ports = {
        "/dev/ttyUSB0": shop.port(present=False),
        "/dev/ttyUSB3": shop.port("/dev/ttyUSB3"),
    }
    daemon = shop.told(state="absent", reason="no modem was found")
    found = find(shop.facts(sticks=(shop.stick("/dev/ttyUSB3"),), ports=ports, daemon=daemon))
    assert list(found) == ["device_missing"]
    assert found["device_missing"].evidence == {
        Sign.DEVICE: "/dev/ttyUSB0",
        Sign.OTHER_PORTS: "/dev/ttyUSB3",
    }


@pytest.mark.parametrize("running", [True, False])
def test_a_program_that_holds_the_port_is_named(shop: Any, find: Any, running: bool) -> None:
    processes = ProcessFacts(holders={"/dev/ttyUSB0": (GAMMU,)})
    daemon = shop.told(state="backoff", reason=BUSY) if running else STOPPED
    found = find(shop.facts(processes=processes, daemon=daemon))
    assert found["port_busy"].evidence[Sign.PROCESS] == "gammu-smsd (77)"


def test_modemmanager_on_the_port(shop: Any, find: Any) -> None:
    processes = ProcessFacts(holders={"/dev/ttyUSB0": (MANAGER,)}, modem_manager=MANAGER)
    found = find(shop.facts(processes=processes, daemon=STOPPED))
    assert "port_busy_modemmanager" in found


def test_who_is_not_seen_is_modemmanager_where_it_runs(shop: Any, find: Any) -> None:
    daemon = shop.told(state="backoff", reason=BUSY)
    manager = ProcessFacts(modem_manager=MANAGER, unseen=True)
    assert "port_busy_modemmanager" in find(shop.facts(daemon=daemon, processes=manager))
    nobody = ProcessFacts(unseen=True)
    assert list(find(shop.facts(daemon=daemon, processes=nobody))) == ["port_busy_unseen"]


def test_modemmanager_beside_a_ready_modem_is_a_note(new_shop: Any, find: Any) -> None:
    manager = ProcessFacts(modem_manager=MANAGER)
    assert list(find(new_shop().facts(processes=manager))) == ["modemmanager_runs"]
    assert find(new_shop(device="virtual:").facts(processes=manager)) == {}


def test_a_stick_that_could_not_be_reset_is_a_note(new_shop: Any, find: Any) -> None:
    bare = {"usb_helper": False}
    assert list(find(new_shop().facts(**bare))) == ["usb_reset_missing"]
    assert find(new_shop().facts(**bare, user="root")) == {}
    assert find(new_shop(device="virtual:").facts(**bare)) == {}
    assert find(new_shop().facts(**bare, sticks=())) == {}


def test_no_permission(shop: Any, find: Any) -> None:
    ports = {"/dev/ttyUSB0": shop.port(accessible=False)}
    for daemon in (STOPPED, shop.told(state="backoff", reason=DENIED)):
        found = find(shop.facts(ports=ports, daemon=daemon))
        assert found["port_forbidden"].evidence[Sign.GROUP] == "dialout"
        assert found["port_forbidden"].evidence[Sign.USER] == "gatewayd"


def test_the_daemon_is_believed_where_the_mode_looks_right(shop: Any, find: Any) -> None:
    daemon = shop.told(state="backoff", reason=DENIED)
    assert list(find(shop.facts(daemon=daemon))) == ["port_forbidden"]


def test_a_daemon_that_opened_the_port_may_have_groups_of_its_own(shop: Any, find: Any) -> None:
    ports = {"/dev/ttyUSB0": shop.port(accessible=False)}
    daemon = shop.told(state="backoff", reason=SILENT)
    assert list(find(shop.facts(ports=ports, daemon=daemon))) == ["port_silent"]


def test_two_entries_on_one_stick(shop: Any, find: Any) -> None:
    daemon = shop.told(state="absent", reason="modem spare uses this stick already")
    (finding,) = find(shop.facts(daemon=daemon)).values()
    assert (finding.code, finding.evidence["said"][:11]) == ("stick_shared", "modem spare")


def test_the_wrong_port_of_several(shop: Any, find: Any) -> None:
    ttys = ("/dev/ttyUSB0", "/dev/ttyUSB1", "/dev/ttyUSB2")
    facts = shop.facts(
        sticks=(shop.stick(*ttys),),
        ports={tty: shop.port(tty) for tty in ttys},
        daemon=shop.told(state="backoff", reason=SILENT),
    )
    found = find(facts)
    assert list(found) == ["wrong_port"]
    assert found["wrong_port"].evidence[Sign.OTHER_PORTS] == "/dev/ttyUSB1, /dev/ttyUSB2"


def test_the_only_port_is_silent(shop: Any, find: Any) -> None:
    daemon = shop.told(state="backoff", reason=SILENT)
    assert list(find(shop.facts(daemon=daemon))) == ["port_silent"]


def test_a_path_that_is_no_port(new_shop: Any, find: Any) -> None:
    shop = new_shop(device="/etc/passwd")
    daemon = shop.told(state="backoff", reason="this is not a serial port")
    found = find(shop.facts(ports={"/etc/passwd": shop.port("/etc/passwd")}, daemon=daemon))
    assert list(found) == ["device_unusable"]


def test_auto_finds_ports_but_no_modem(new_shop: Any, find: Any) -> None:
    shop = new_shop(device="auto")
    daemon = shop.told(state="absent", reason="no modem was found")
    assert list(find(shop.facts(daemon=daemon))) == ["no_port_answers"]


def test_another_modem_s_port_is_not_looked_at_for_auto(new_shop: Any, find: Any) -> None:
    shop = new_shop(device="auto", second="/dev/ttyUSB0")
    modems = (
        shop.modem(state="absent", reason="no modem was found"),
        shop.modem(name="back"),
    )
    daemon = DaemonFacts(standing=Standing.RUNNING, version="1.0", modems=modems)
    found = find(shop.facts(daemon=daemon))
    assert list(found) == ["no_modem"]
    assert found["no_modem"].subject == "counter"


@pytest.mark.parametrize(
    ("reason", "code"),
    [
        ("nothing answers at this address (timed out)", "device_missing"),
        ("no virtual modem of this name is attached", "device_missing"),
        ("this modem is open already", "port_busy_unseen"),
        ("expected socket://HOST:PORT", "device_unusable"),
    ],
)
def test_a_modem_behind_an_address(new_shop: Any, find: Any, reason: str, code: str) -> None:
    shop = new_shop(device="socket://10.0.0.1:4000")
    daemon = shop.told(state="absent", reason=reason)
    assert list(find(shop.facts(daemon=daemon, sticks=(), ports={}))) == [code]


def test_a_modem_whose_sim_is_the_trouble_has_its_port(shop: Any, find: Any) -> None:
    daemon = shop.told(state="backoff", reason="there is no SIM in the modem, or it …")
    processes = ProcessFacts(holders={"/dev/ttyUSB0": (GAMMU,)})
    assert list(find(shop.facts(daemon=daemon, processes=processes))) == ["no_sim"]

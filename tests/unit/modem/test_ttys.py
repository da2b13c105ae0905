from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING

from modem import ttys
from modem.ttys import FoundPort, grouped, scan

if TYPE_CHECKING:
    import pytest


def listed(device: str, **fields: object) -> SimpleNamespace:
    facts = {
        "device": device,
        "description": "HUAWEI Mobile",
        "vid": 0x12D1,
        "pid": 0x1001,
        "serial_number": None,
        "location": "1-2:1.0",
        "interface": None,
    }
    return SimpleNamespace(**{**facts, **fields})


def test_only_usb_ports_are_found_in_the_order_of_their_names(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    ports = [
        listed("/dev/ttyUSB1", description=""),
        listed("/dev/ttyS0", vid=None),
        listed("/dev/ttyUSB0", serial_number="17"),
    ]
    monkeypatch.setattr(ttys.list_ports, "comports", lambda: ports)
    first, second = scan()
    assert first == FoundPort(
        device="/dev/ttyUSB0",
        description="HUAWEI Mobile",
        vid=0x12D1,
        pid=0x1001,
        serial="17",
        location="1-2:1.0",
        interface=None,
    )
    assert (second.device, second.description) == ("/dev/ttyUSB1", "/dev/ttyUSB1")


def port(device: str, location: str | None, vid: int = 0x12D1) -> FoundPort:
    return FoundPort(
        device=device,
        description=device,
        vid=vid,
        pid=1,
        serial="7",
        location=location,
        interface=None,
    )


def test_the_ports_of_one_stick_belong_together() -> None:
    sticks = grouped(
        [
            port("/dev/ttyUSB0", "1-2.3:1.0"),
            port("/dev/ttyUSB1", "1-2:1.0"),
            port("/dev/ttyUSB2", "1-2.3:1.2"),
            port("/dev/ttyACM0", None),
        ]
    )
    assert [[each.device for each in stick.ports] for stick in sticks] == [
        ["/dev/ttyUSB0", "/dev/ttyUSB2"],
        ["/dev/ttyUSB1"],
        ["/dev/ttyACM0"],
    ]
    assert [stick.place for stick in sticks] == ["1-2.3", "1-2", "/dev/ttyACM0"]
    assert [each.number for each in sticks[0].ports] == ["1.0", "1.2"]
    assert sticks[0].ids == (0x12D1, 1, "7")


def test_a_converter_with_four_ports_leads_to_four_modems() -> None:
    ports = [port(f"/dev/ttyUSB{number}", f"1-2:1.{number}", vid=0x0403) for number in range(4)]
    assert len(grouped(ports)) == 4

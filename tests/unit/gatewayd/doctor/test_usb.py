from typing import Any

from gatewayd.doctor import usb


def test_a_stick_with_its_ports(machine: Any) -> None:
    machine.stick(
        "1-1.2", "12d1:1506", ("ff/01/01", "ttyUSB0"), ("ff/01/02", "ttyUSB1"), ("08/06/50", "")
    )
    (stick,) = usb.sticks(machine.root)
    assert (stick.place, stick.id, stick.name) == ("1-1.2", "12d1:1506", "HUAWEI Mobile")
    assert stick.ttys == ("/dev/ttyUSB0", "/dev/ttyUSB1")
    assert ("08", "06", "50") in stick.classes
    assert not usb.is_hilink(stick)
    assert not usb.is_cdrom(stick)


def test_a_cdc_acm_modem(machine: Any) -> None:
    machine.stick("2-1", "1e2d:0061", ("02/02/01", "tty/ttyACM0"), ("0a/00/00", ""))
    (stick,) = usb.sticks(machine.root)
    assert stick.ttys == ("/dev/ttyACM0",)


def test_hilink_and_cdrom_sticks(machine: Any) -> None:
    machine.stick("1-1", "12D1:14DB", ("02/06/00", ""), ("0a/00/00", ""), ("08/06/50", ""))
    machine.stick("1-2", "12d1:1f01", ("08/06/50", ""))
    hilink, cdrom = usb.sticks(machine.root)
    assert usb.is_hilink(hilink)
    assert not usb.is_cdrom(hilink)
    assert usb.is_cdrom(cdrom)
    assert not usb.is_hilink(cdrom)


def test_hubs_and_broken_devices_are_passed_over(machine: Any) -> None:
    machine.stick("usb1", "1d6b:0002")
    machine.write("sys/bus/usb/devices/usb1/bDeviceClass", "09\n")
    machine.write("sys/bus/usb/devices/1-3/idVendor", "12d1\n")
    assert usb.sticks(machine.root) == ()


def test_a_machine_without_usb(machine: Any) -> None:
    assert usb.sticks(machine.root) == ()


def test_no_id_is_of_both_kinds() -> None:
    assert not usb.HILINK_IDS & usb.CDROM_IDS

"""USB devices as sysfs shows them, and which of them are modems that are of no use as they are.

Owns the ids. A stick whose id is not listed is still known by its maker and its interfaces.
"""

from pathlib import Path

from gatewayd.doctor.facts import Stick

_DEVICES = Path("sys/bus/usb/devices")

# With HiLink firmware the stick is a small router behind a network card: no port for AT commands.
HILINK_IDS = frozenset(
    {
        "12d1:14db",  # Huawei E3131, E303, E8278 …
        "12d1:14dc",  # Huawei E3372h, E3531 …
        "19d2:1403",  # ZTE with a web page, RNDIS
        "19d2:1405",  # ZTE MF823 and kin, CDC Ethernet
        "1bbb:0195",  # Alcatel Link Key
    }
)
# Before usb_modeswitch has changed them, these are a CD-ROM with a Windows driver ("zero-CD").
CDROM_IDS = frozenset(
    {
        "0421:0610",  # Nokia
        "05c6:1000",  # Option and others with Qualcomm's default
        "05c6:f000",
        "0af0:6971",  # Option
        "1199:0fff",  # Sierra "TRU-Install"
        "12d1:1446",  # Huawei E1550, E173, E1750 …
        "12d1:1449",
        "12d1:14d1",
        "12d1:14fe",  # Huawei E352, E353, E3276 …
        "12d1:1505",
        "12d1:1520",
        "12d1:1521",
        "12d1:1c0b",  # Huawei E173s
        "12d1:1f01",  # Huawei E3372, E353s …
        "1410:5010",  # Novatel
        "19d2:2000",  # ZTE MF6xx and kin
        "19d2:fff5",
        "19d2:fff6",
        "1bbb:f000",  # Alcatel
        "1c9e:f000",  # Longcheer and its many names
        "1e0e:f000",  # SIMCom, Qualcomm
        "2001:a80b",  # D-Link
    }
)
_STICK_MAKERS = frozenset({"0af0", "12d1", "1410", "19d2", "1bbb", "1c9e"})
_STORAGE = "08"
_ETHERNET = frozenset({("02", "06"), ("02", "0d"), ("02", "0e"), ("e0", "01")})
"""CDC Ethernet, NCM, MBIM; RNDIS."""


def sticks(root: Path) -> tuple[Stick, ...]:
    """Read the USB devices below ``root``/sys; hubs and what tells no id are left out."""
    folder = root / _DEVICES
    if not folder.is_dir():
        return ()
    found = (_stick(device) for device in sorted(folder.iterdir()) if ":" not in device.name)
    return tuple(stick for stick in found if stick is not None)


def is_hilink(stick: Stick) -> bool:
    """Whether it is a modem behind a network card, without a port."""
    if stick.ttys:
        return False
    kinds = {(kind, sub) for kind, sub, _ in stick.classes}
    return stick.id in HILINK_IDS or (_is_stick_maker(stick) and bool(kinds & _ETHERNET))


def is_cdrom(stick: Stick) -> bool:
    """Whether it is a modem that still shows nothing but its CD-ROM."""
    if stick.ttys:
        return False
    kinds = {kind for kind, _, _ in stick.classes}
    return stick.id in CDROM_IDS or (_is_stick_maker(stick) and kinds == {_STORAGE})


def _is_stick_maker(stick: Stick) -> bool:
    return stick.id.partition(":")[0] in _STICK_MAKERS


def _stick(device: Path) -> Stick | None:
    vendor, product = _read(device / "idVendor"), _read(device / "idProduct")
    if not vendor or not product or _read(device / "bDeviceClass") == "09":
        return None
    interfaces = sorted(device.parent.glob(f"{device.name}:*"))
    name = f"{_read(device / 'manufacturer')} {_read(device / 'product')}".strip()
    return Stick(
        place=device.name,
        id=f"{vendor}:{product}".lower(),
        name=name,
        ttys=tuple(tty for interface in interfaces for tty in _ttys(interface)),
        classes=frozenset(_classes(interface) for interface in interfaces),
    )


def _ttys(interface: Path) -> list[str]:
    """Serial converters lie in the interface itself (ttyUSB0), CDC ACM in its folder tty."""
    found = [*interface.glob("ttyUSB*"), *interface.glob("tty/tty*")]
    return sorted(f"/dev/{path.name}" for path in found)


def _classes(interface: Path) -> tuple[str, str, str]:
    names = ("bInterfaceClass", "bInterfaceSubClass", "bInterfaceProtocol")
    kind, sub, protocol = (_read(interface / name) for name in names)
    return kind, sub, protocol


def _read(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8", errors="replace").strip()
    except OSError:
        return ""  # pulled out while we look, or a device without this string

"""The files for systemd and udev, judged by systemd's own tools where they are installed."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

FILES = Path(__file__).parents[2] / "systemd"
UNIT = FILES / "gatewayd.service"

needs_systemd = pytest.mark.skipif(
    shutil.which("systemd-analyze") is None, reason="systemd-analyze is not installed"
)


def values(key: str) -> list[str]:
    return re.findall(rf"^{key}=(.*)$", UNIT.read_text(encoding="utf-8"), re.MULTILINE)


@needs_systemd
def test_its_exposure_is_small() -> None:
    done = subprocess.run(
        ["systemd-analyze", "security", "--offline=yes", "--threshold=15", UNIT],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-300:]


@needs_systemd
@pytest.mark.parametrize("unit", sorted(FILES.glob("*.service")) + sorted(FILES.glob("*.timer")))
def test_systemd_has_nothing_to_say_against_it(unit: Path, tmp_path: Path) -> None:
    """But for the program, which is not installed here."""
    text = unit.read_text(encoding="utf-8").replace("/opt/gatewayd/bin/gatewayd", "/bin/true")
    (tmp_path / unit.name).write_text(text)
    for other in FILES.glob("*.service"):
        if other != unit:
            body = other.read_text(encoding="utf-8")
            body = body.replace("/opt/gatewayd/bin/gatewayd", "/bin/true")
            (tmp_path / other.name).write_text(body)
    done = subprocess.run(
        ["systemd-analyze", "verify", tmp_path / unit.name],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")


def test_modems_are_allowed_by_their_class_not_by_a_path() -> None:
    """A path is resolved once, and denies after a replug (MODEMS.md)."""
    assert values("DevicePolicy") == ["closed"]
    assert {"char-ttyUSB rw", "char-ttyACM rw"} <= set(values("DeviceAllow"))
    assert not [value for value in values("DeviceAllow") if value.startswith("/")]


def test_a_wrong_configuration_is_not_hammered_on() -> None:
    assert "78" in values("RestartPreventExitStatus")[0].split()


def test_the_stop_is_longer_than_one_submit() -> None:
    from modem.timing import Timing  # noqa: PLC0415 - only here

    assert int(values("TimeoutStopSec")[0]) > Timing().submit_seconds


def test_each_makes_line_of_the_rules_is_a_vendor_s_id() -> None:
    rules = (FILES / "60-gatewayd.rules").read_text(encoding="utf-8")
    lines = [line for line in rules.splitlines() if "ID_MM_DEVICE_IGNORE" in line]
    form = re.compile(r'ATTRS\{idVendor\}=="[0-9a-f]{4}", ENV\{ID_MM_DEVICE_IGNORE\}="1"')
    assert len(lines) >= 8
    assert all(form.fullmatch(line) for line in lines)
    assert rules.count('GOTO="gatewayd_end"') == 2
    assert 'LABEL="gatewayd_end"' in rules
